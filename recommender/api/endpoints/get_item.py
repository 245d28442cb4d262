"""Answers with one product."""

from recommender.api import answers, filling, parameters
from recommender.api.endpoint import Endpoint, Values, catalogue_name, open_catalogue
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.errors import CatalogueError


def item(shop: Shop, _limits: Limits, values: Values) -> answers.Product:
    """One product."""
    catalogue = open_catalogue(shop, catalogue_name(values))
    try:
        return filling.product(shop, catalogue, catalogue.get(values["item_id"]))
    except CatalogueError as error:
        raise Refused(404, str(error)) from error


ENDPOINT = Endpoint(
    method="GET",
    path="/api/items/{item_id}",
    name="getItem",
    text="One product, with the addresses of its pictures.",
    parameters=(parameters.ITEM_ID, parameters.CATALOGUE),
    answer=answers.Product,
    run=item,
    refusals=(400, 404),
)
