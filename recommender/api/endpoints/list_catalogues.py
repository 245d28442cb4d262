"""Answers with all catalogues."""

from recommender.api import answers
from recommender.api.endpoint import Endpoint, Values, catalogue_names
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.errors import RecommenderError
from recommender.serving.visible import without_paths


def catalogues(shop: Shop, _limits: Limits, _values: Values) -> answers.Catalogues:
    """All catalogues."""
    return answers.Catalogues(catalogues=tuple(_summary(shop, name) for name in catalogue_names()))


def _summary(shop: Shop, name: str) -> answers.CatalogueSummary:
    try:
        return answers.CatalogueSummary(name=name, n_items=len(shop.catalogue(name)), problem="")
    except RecommenderError as error:  # the others can be searched all the same
        return answers.CatalogueSummary(name=name, n_items=0, problem=without_paths(str(error)))


ENDPOINT = Endpoint(
    method="GET",
    path="/api/catalogues",
    name="listCatalogues",
    text="The catalogues that can be searched.",
    parameters=(),
    answer=answers.Catalogues,
    run=catalogues,
    refusals=(400,),
)
