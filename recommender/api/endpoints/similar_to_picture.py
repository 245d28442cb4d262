"""Answers with the products that look like a picture."""

from recommender.api import answers, filling, parameters
from recommender.api.endpoint import (
    Endpoint,
    Values,
    catalogue_name,
    open_recommender,
    search_options,
)
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.errors import ImageError
from recommender.images import ENOUGH_PX, ImageLimits


def similar_to_picture(shop: Shop, limits: Limits, values: Values) -> answers.PhotoLookalikes:
    """Products that look like a picture, which is forgotten with the request."""
    recommender = open_recommender(shop, catalogue_name(values), values)
    options = search_options(recommender, values)
    allowed = ImageLimits(max_bytes=limits.max_body_bytes, max_pixels=limits.max_pixels)
    try:
        pixels = shop.decode(values["picture"], limits=allowed, enough_px=ENOUGH_PX)
    except ImageError as error:
        raise Refused(422, str(error)) from error
    if values["regions"] and not recommender.model.has_maps:
        raise Refused(409, f"the model {recommender.model.name!r} cannot tell several things apart")
    encoded = recommender.encode_pixels(pixels)
    result = recommender.search(encoded, options)
    parts = recommender.search_regions(encoded, pixels, options) if values["regions"] else []
    return filling.photo_lookalikes(shop, recommender, result, parts)


ENDPOINT = Endpoint(
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
        parameters.REGIONS,
    ),
    answer=answers.PhotoLookalikes,
    run=similar_to_picture,
    refusals=(400, 404, 408, 409, 413, 415, 422, 503),
    takes_picture=True,
)
