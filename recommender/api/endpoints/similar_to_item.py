"""Answers with the products that look like a product."""

from recommender.api import answers, filling, parameters
from recommender.api.endpoint import (
    Endpoint,
    Values,
    catalogue_name,
    open_catalogue,
    open_recommender,
    search_options,
)
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.shop import Shop


def similar_to_item(shop: Shop, _limits: Limits, values: Values) -> answers.Lookalikes:
    """Products that look like a product."""
    name = catalogue_name(values)
    if values["item_id"] not in open_catalogue(shop, name):
        raise Refused(404, f"there is no item {values['item_id']!r} in the catalogue {name!r}")
    recommender = open_recommender(shop, name, values)
    result = recommender.similar(values["item_id"], search_options(recommender, values))
    return filling.lookalikes(shop, recommender, result)


ENDPOINT = Endpoint(
    method="GET",
    path="/api/items/{item_id}/similar",
    name="similarToItem",
    text="The products that look most like a product; itself is left out.",
    parameters=(
        parameters.ITEM_ID,
        parameters.CATALOGUE,
        parameters.MODEL,
        *parameters.HOW,
        *parameters.WHICH,
        *parameters.BESIDE,
    ),
    answer=answers.Lookalikes,
    run=similar_to_item,
    refusals=(400, 404, 409, 503),
)
