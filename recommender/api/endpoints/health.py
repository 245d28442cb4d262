"""Answers that the server answers."""

from recommender import __version__, config
from recommender.api import answers
from recommender.api.endpoint import Endpoint, Values, catalogue_names
from recommender.api.limits import Limits
from recommender.api.shop import Shop


def health(shop: Shop, _limits: Limits, _values: Values) -> answers.Health:
    """That the server answers."""
    return answers.Health(
        status="ok",
        version=__version__,
        model=shop.default_model(config.DEMO),
        catalogues=tuple(catalogue_names()),
        read_only=config.read_only(),
    )


ENDPOINT = Endpoint(
    method="GET",
    path="/api/health",
    name="health",
    text="Whether the server answers. It does not count as a request of its client.",
    parameters=(),
    answer=answers.Health,
    run=health,
    refusals=(400,),
    is_limited=False,
    max_age_s=0,
)
