"""Answers with a part of a catalogue."""

from recommender.api import answers, filling, parameters
from recommender.api.endpoint import Endpoint, Values, catalogue_name, item_filter, open_catalogue
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.catalogue import text_search


def items(shop: Shop, _limits: Limits, values: Values) -> answers.Products:
    """A part of a catalogue."""
    catalogue = open_catalogue(shop, catalogue_name(values))
    filters = item_filter(values)
    words = values["words"] or ""
    asked = (
        map(catalogue.get, text_search.find(catalogue, words).item_ids)
        if words.strip()
        else catalogue
    )
    found = [item for item in asked if filters.accept(item)]
    start = values["offset"]
    return answers.Products(
        catalogue=catalogue.name,
        n_items=len(found),
        offset=start,
        items=tuple(
            filling.product(shop, catalogue, item)
            for item in found[start : start + values["limit"]]
        ),
        understood=filling.understanding(catalogue, words),
    )


ENDPOINT = Endpoint(
    method="GET",
    path="/api/items",
    name="listItems",
    text="Products of a catalogue, in its own order; those that words ask for, the best first.",
    parameters=(parameters.CATALOGUE, *parameters.WHICH, *parameters.PAGING),
    answer=answers.Products,
    run=items,
    refusals=(400, 404),
)
