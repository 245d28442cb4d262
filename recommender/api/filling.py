"""Fills the API's answers with what the recommender says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.api.answers import (
    Lookalikes,
    Match,
    PhotoLookalikes,
    Pictures,
    Product,
    Region,
    Taken,
    Trust,
    Understood,
)
from recommender.api.shop import Shop
from recommender.catalogue import understood
from recommender.catalogue.store import Catalogue
from recommender.insights import counts
from recommender.items import Item

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.results import RegionResult, Result

CARD, LARGE = "card", "large"


def understanding(catalogue: Catalogue, text: str) -> Understood:
    """Return the facts about a shopper's text, as the API shows them."""
    seen = understood.of_text(catalogue, text)
    return Understood(
        words=seen.words,
        corrected=tuple(Taken(word=word, taken_for=meant) for word, meant in seen.corrected),
        dropped=seen.dropped,
        nearest=tuple(Taken(word=word, taken_for=near) for word, near in seen.nearest),
        min_price=seen.least,
        max_price=seen.most,
        cheapest_first=seen.is_cheap,
        sentence=" ".join(understood.sentences(seen)),
    )


def product(shop: Shop, catalogue: Catalogue, item: Item) -> Product:
    """A product as the API shows it.

    Free attributes of the feed stay inside: a shop's feed may hold what its visitors should not
    see, such as stock or cost.
    """
    return Product(
        id=item.item_id,
        title=item.title,
        category=item.category,
        brand=item.brand,
        colour=item.colour,
        material=item.material,
        price=item.price,
        currency=item.attributes.get("currency", ""),
        availability=item.attributes.get("availability", ""),
        link=_safe_link(item.attributes.get("link", "")),
        pictures=_pictures(shop, catalogue, item),
        images=tuple(_pictures(shop, catalogue, item.showing(picture)) for picture in item.images),
    )


def _pictures(shop: Shop, catalogue: Catalogue, item: Item) -> Pictures:
    return Pictures(
        card="/" + shop.picture(catalogue, item, CARD),
        large="/" + shop.picture(catalogue, item, LARGE),
    )


def _safe_link(link: str) -> str:
    """A link that a browser may follow; a feed may hold `javascript:` and worse."""
    return link if link.lower().startswith(("https://", "http://")) else ""


def lookalikes(shop: Shop, recommender: "Recommender", result: "Result") -> Lookalikes:
    """A recommender's result as the API shows it."""
    return Lookalikes(
        catalogue=recommender.catalogue.name,
        model=recommender.model.name,
        item_id=result.item.item_id if result.item else None,
        matches=_matches(shop, recommender, result),
        trust=_trust(result),
        is_counted=result.item is not None and counts.is_on(recommender.catalogue.folder),
    )


def photo_lookalikes(
    shop: Shop,
    recommender: "Recommender",
    result: "Result",
    regions: Sequence["RegionResult"],
) -> PhotoLookalikes:
    """Results for a photo and the things in it as the API shows them."""
    return PhotoLookalikes(
        **vars(lookalikes(shop, recommender, result)),
        regions=tuple(
            Region(
                box=tuple(round(edge, 4) for edge in region.box),
                confidence=round(region.confidence, 4),
                matches=_matches(shop, recommender, region.result),
                trust=_trust(region.result),
            )
            for region in regions
        ),
    )


def _matches(shop: Shop, recommender: "Recommender", result: "Result") -> tuple[Match, ...]:
    return tuple(
        Match(
            rank=rank,
            similarity=round(match.similarity, 4),
            distance=round(match.distance, 6),
            image=match.n_image,
            near_identical=tuple(item.item_id for item in match.near_identical),
            product=product(shop, recommender.catalogue, match.item),
        )
        for rank, match in enumerate(result.matches, start=1)
    )


def _trust(result: "Result") -> Trust:
    return Trust(
        level=result.confidence.level,
        nearest_percentile=round(result.confidence.nearest_percentile, 1),
        reconstruction_percentile=round(result.confidence.reconstruction_percentile, 1),
    )
