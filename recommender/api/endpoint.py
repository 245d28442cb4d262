"""Describes an endpoint, and what most of them do with their parameters."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.parameters import Parameter
from recommender.api.shop import Shop
from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.registry import available_catalogues
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import ModelError, RecommenderError
from recommender.search.options import SearchOptions

if TYPE_CHECKING:
    from recommender.recommend import Recommender

MAX_WAIT_S = 5.0  # for a recommender to open; a worker is not held for as long as an index takes
RETRY_AFTER_S = 5

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One thing that clients can ask.

    Attributes
    ----------
    path : with parameters in braces, as OpenAPI writes it
    answer : class of what comes back
    run : makes the answer of the parameters' values; works in a thread
    refusals : statuses of the errors that it may answer, beside those that all have
    takes_picture : whether the body is a picture, the value `picture`
    body : dataclass of a body in JSON, the value `body`; None where there is none
    is_limited : whether it counts as a request of its client
    max_age_s : how long a client may keep the answer without asking again
    """

    method: str
    path: str
    name: str
    text: str
    parameters: Sequence[Parameter]
    answer: type
    run: Callable[[Shop, Limits, Values], Any]
    refusals: Sequence[int]
    takes_picture: bool = False
    body: type | None = None
    is_limited: bool = True
    max_age_s: int = 60


def catalogue_names() -> list[str]:
    """Return the names of the catalogues that can be asked."""
    return available_catalogues()


def catalogue_name(values: Values) -> str:
    """Return the name of the catalogue that is asked for; the demo, or else the first there is."""
    if values["catalogue"]:
        return str(values["catalogue"])
    names = catalogue_names()
    if not names:
        raise Refused(404, "there is no catalogue yet")
    return DEMO if DEMO in names else names[0]


def open_catalogue(shop: Shop, name: str) -> Catalogue:
    """Return an opened catalogue; refuses a name that is not there."""
    if name not in catalogue_names():
        raise Refused(404, f"there is no catalogue {name!r}")
    return shop.catalogue(name)


def open_recommender(shop: Shop, name: str, values: Values) -> "Recommender":
    """Return an opened recommender; refuses while its index is being built."""
    open_catalogue(shop, name)
    end = time.monotonic() + MAX_WAIT_S

    def wait(opening: Any) -> None:
        if time.monotonic() > end:
            done = f": {opening.n_done} of {opening.n_all} products" if opening.n_all else ""
            raise Refused(
                503,
                f"the index of the catalogue {name!r} is being built{done}; try again",
                retry_after_s=RETRY_AFTER_S,
            )

    try:
        return shop.recommender(name, values["model"] or shop.default_model(name), on_wait=wait)
    except ModelError as error:
        raise Refused(404, str(error)) from error
    except RecommenderError as error:
        raise Refused(503, str(error), retry_after_s=RETRY_AFTER_S) from error


def search_options(recommender: "Recommender", values: Values) -> SearchOptions:
    """Return the options of a search; refuses a weight that the model cannot take."""
    if values["colour_weight"] is not None and not recommender.weighs_colour:
        raise Refused(409, f"the model {recommender.model.name!r} cannot weigh colours")
    return SearchOptions(
        n_neighbors=values["n_neighbors"],
        colour_weight=values["colour_weight"],
        diversity=values["diversity"],
        group_duplicates=values["group_duplicates"],
        only_alike=values["only_alike"],
        filters=item_filter(values),
        words=values["words"] or "",
    )


def item_filter(values: Values) -> ItemFilter:
    """Return the filter that the parameters describe."""
    lowest, highest = values["min_price"], values["max_price"]
    is_bounded = lowest is not None or highest is not None
    return ItemFilter(
        categories=values["category"],
        colours=values["colour_name"],
        materials=values["material"],
        prices=(lowest or 0.0, float("inf") if highest is None else highest)
        if is_bounded
        else None,
        in_stock=values["in_stock"],
        same=values.get("same", ()),
        different=values.get("different", ()),
    )
