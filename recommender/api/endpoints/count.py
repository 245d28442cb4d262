"""Counts what a visitor of a shop's page was shown, and clicked."""

from dataclasses import dataclass

from recommender.api import parameters
from recommender.api.endpoint import Endpoint, Values, catalogue_name, open_catalogue
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.insights import counts

MOST = 48  # products of a row; nobody is shown more


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Recommendations beside a product that came into view, or were clicked.

    Attributes
    ----------
    item : id of the product whose page it is
    shown : ids of the recommendations that came into view, of which the first 48 count
    clicked : ids of those that were clicked
    """

    item: str
    shown: tuple[str, ...]
    clicked: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Number of products that were counted.

    Attributes
    ----------
    n_counted : products; 0 where the shop counts nothing
    """

    n_counted: int


def count(shop: Shop, _limits: Limits, values: Values) -> Counted:
    """Count products of the catalogue, whatever else a stranger names."""
    catalogue, seen = open_catalogue(shop, catalogue_name(values)), values["body"]
    if seen.item not in catalogue:
        raise Refused(404, f"there is no item {seen.item!r} in the catalogue {catalogue.name!r}")
    shown, clicked = (
        [each for each in dict.fromkeys(named[:MOST]) if each in catalogue and each != seen.item]
        for named in (seen.shown, seen.clicked)
    )
    return Counted(n_counted=counts.record(catalogue.folder, seen.item, shown, clicked))


ENDPOINT = Endpoint(
    method="POST",
    path="/api/counts",
    name="count",
    text="Counts recommendations that came into view, and clicks, if the shop's owner has switched "
    "that on. Nothing about the visitor is kept. The body may also be sent as text/plain, as "
    "browsers do with navigator.sendBeacon.",
    parameters=(parameters.CATALOGUE,),
    answer=Counted,
    run=count,
    refusals=(400, 404, 408, 413, 415, 503),
    body=Seen,
)
