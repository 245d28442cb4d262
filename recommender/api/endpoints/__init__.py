"""Lists the endpoints, a module each: routes, document and page are all made from this list."""

from recommender.api.endpoints import (
    count,
    get_item,
    health,
    list_catalogues,
    list_items,
    similar_to_item,
    similar_to_picture,
)

ENDPOINTS = (
    similar_to_item.ENDPOINT,
    similar_to_picture.ENDPOINT,
    list_items.ENDPOINT,
    get_item.ENDPOINT,
    count.ENDPOINT,
    list_catalogues.ENDPOINT,
    health.ENDPOINT,
)
