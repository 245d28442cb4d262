"""Lists the endpoints: routes, document and page are all made from this one list."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender import __version__, config
from recommender.api import answers, parameters
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.parameters import Parameter
from recommender.api.shop import Shop
from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.registry import available_catalogues
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import CatalogueError, ImageError, ModelError, RecommenderError
from recommender.images import ENOUGH_PX, ImageLimits
from recommender.search.options import SearchOptions
from recommender.serving.visible import without_paths

if TYPE_CHECKING:
    from recommender.recommend import Recommender

MAX_WAIT_S = 5.0  # for a recommender to open; a worker is not held for as long as an index takes
RETRY_AFTER_S = 5

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One thing to ask.

    Attributes
    ----------
    path : with parameters in braces, as OpenAPI writes it
    answer : class of what comes back
    run : makes the answer of the parameters' values; works in a thread
    refusals : statuses of the errors that it may answer, beside those that all have
    takes_picture : whether the body is a picture, the value `picture`
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
    is_limited: bool = True
    max_age_s: int = 60


def similar_to_item(shop: Shop, _limits: Limits, values: Values) -> answers.Lookalikes:
    """Products that look like a product."""
    name = _catalogue_name(values)
    if values["item_id"] not in _catalogue(shop, name):
        raise Refused(404, f"there is no item {values['item_id']!r} in the catalogue {name!r}")
    recommender = _recommender(shop, name, values)
    result = recommender.similar(values["item_id"], _options(recommender, values))
    return answers.lookalikes(shop, recommender, result)


def similar_to_picture(shop: Shop, limits: Limits, values: Values) -> answers.Lookalikes:
    """Products that look like a picture, which is forgotten with the request."""
    recommender = _recommender(shop, _catalogue_name(values), values)
    options = _options(recommender, values)
    allowed = ImageLimits(max_bytes=limits.max_body_bytes, max_pixels=limits.max_pixels)
    try:
        pixels = shop.decode(values["picture"], limits=allowed, enough_px=ENOUGH_PX)
    except ImageError as error:
        raise Refused(422, str(error)) from error
    result = recommender.search(recommender.encode_pixels(pixels), options)
    return answers.lookalikes(shop, recommender, result)


def items(shop: Shop, _limits: Limits, values: Values) -> answers.Products:
    """A part of a catalogue."""
    catalogue = _catalogue(shop, _catalogue_name(values))
    filters = _filters(values)
    found = [item for item in catalogue if filters.accept(item)]
    start = values["offset"]
    return answers.Products(
        catalogue=catalogue.name,
        n_items=len(found),
        offset=start,
        items=tuple(
            answers.product(shop, catalogue, item)
            for item in found[start : start + values["limit"]]
        ),
    )


def item(shop: Shop, _limits: Limits, values: Values) -> answers.Product:
    """One product."""
    catalogue = _catalogue(shop, _catalogue_name(values))
    try:
        return answers.product(shop, catalogue, catalogue.get(values["item_id"]))
    except CatalogueError as error:
        raise Refused(404, str(error)) from error


def catalogues(shop: Shop, _limits: Limits, _values: Values) -> answers.Catalogues:
    """All catalogues."""
    return answers.Catalogues(
        catalogues=tuple(_summary(shop, name) for name in available_catalogues())
    )


def _summary(shop: Shop, name: str) -> answers.CatalogueSummary:
    try:
        return answers.CatalogueSummary(name=name, n_items=len(shop.catalogue(name)), problem="")
    except RecommenderError as error:  # the others can be searched all the same
        return answers.CatalogueSummary(name=name, n_items=0, problem=without_paths(str(error)))


def health(shop: Shop, _limits: Limits, _values: Values) -> answers.Health:
    """That the server answers."""
    return answers.Health(
        status="ok",
        version=__version__,
        model=shop.default_model(config.DEMO),
        catalogues=tuple(available_catalogues()),
        read_only=config.read_only(),
    )


ENDPOINTS = (
    Endpoint(
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
    ),
    Endpoint(
        method="POST",
        path="/api/similar",
        name="similarToPicture",
        text="The products that look most like a picture. It stays in memory and is forgotten "
        "with the request.",
        parameters=(
            parameters.CATALOGUE,
            parameters.MODEL,
            *parameters.HOW,
            *parameters.WHICH,
        ),
        answer=answers.Lookalikes,
        run=similar_to_picture,
        refusals=(400, 404, 408, 409, 413, 415, 422, 503),
        takes_picture=True,
    ),
    Endpoint(
        method="GET",
        path="/api/items",
        name="listItems",
        text="Products of a catalogue, in its own order.",
        parameters=(parameters.CATALOGUE, *parameters.WHICH, *parameters.PAGING),
        answer=answers.Products,
        run=items,
        refusals=(400, 404),
    ),
    Endpoint(
        method="GET",
        path="/api/items/{item_id}",
        name="getItem",
        text="One product, with the addresses of its pictures.",
        parameters=(parameters.ITEM_ID, parameters.CATALOGUE),
        answer=answers.Product,
        run=item,
        refusals=(400, 404),
    ),
    Endpoint(
        method="GET",
        path="/api/catalogues",
        name="listCatalogues",
        text="The catalogues that can be searched.",
        parameters=(),
        answer=answers.Catalogues,
        run=catalogues,
        refusals=(400,),
    ),
    Endpoint(
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
    ),
)


def _catalogue_name(values: Values) -> str:
    if values["catalogue"]:
        return str(values["catalogue"])
    names = available_catalogues()
    if not names:
        raise Refused(404, "there is no catalogue yet")
    return DEMO if DEMO in names else names[0]


def _catalogue(shop: Shop, name: str) -> Catalogue:
    if name not in available_catalogues():
        raise Refused(404, f"there is no catalogue {name!r}")
    return shop.catalogue(name)


def _recommender(shop: Shop, name: str, values: Values) -> "Recommender":
    """An opened recommender; refused while its index is being built."""
    _catalogue(shop, name)
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


def _options(recommender: "Recommender", values: Values) -> SearchOptions:
    if values["colour_weight"] is not None and not recommender.weighs_colour:
        raise Refused(409, f"the model {recommender.model.name!r} cannot weigh colours")
    return SearchOptions(
        n_neighbors=values["n_neighbors"],
        colour_weight=values["colour_weight"],
        diversity=values["diversity"],
        group_duplicates=values["group_duplicates"],
        filters=_filters(values),
    )


def _filters(values: Values) -> ItemFilter:
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
