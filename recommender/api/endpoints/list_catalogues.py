"""Answers with all catalogues."""

from recommender.api import answers
from recommender.api.endpoint import Endpoint, Values, catalogue_names, open_catalogue
from recommender.api.limits import Limits
from recommender.api.shop import Shop


def catalogues(shop: Shop, _limits: Limits, _values: Values) -> answers.Catalogues:
    """All catalogues."""
    return answers.Catalogues(
        catalogues=tuple(
            answers.CatalogueSummary(name=name, n_items=len(open_catalogue(shop, name)))
            for name in catalogue_names()
        )
    )


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
