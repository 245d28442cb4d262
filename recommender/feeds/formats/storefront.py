"""Shopify's `products.json`, of a storefront or of its Admin interface.

The documents are flattened to records by `feeds.documents`: `images` are links line by line,
`variants` and `options` stay JSON.

Reference: Shopify, "Admin REST API: Product".
"""

import json
from typing import Any

from recommender.feeds.formats.base import Format, Sheet, by_name, spoken_options, why_hidden
from recommender.feeds.rows import IN_STOCK, Record, Rows
from recommender.items import OUT_OF_STOCK


def read(sheet: Sheet) -> Rows:
    """One item a product; its variants are its options."""
    for place, record in sheet.records:
        variants = _objects(sheet.cell(record, "variants"))
        options = _objects(sheet.cell(record, "options"))
        names = {f"option{n}": str(each.get("name", "")) for n, each in enumerate(options, start=1)}
        pairs = [
            (names.get(key) or key, str(variant[key]))
            for variant in variants
            for key in ("option1", "option2", "option3")
            if variant.get(key)
        ]
        first = variants[0] if variants else {}
        spoken = spoken_options(pairs)
        known = {
            "price": str(first.get("compare_at_price") or first.get("price") or ""),
            "sale_price": str(first.get("price") or ""),
            "gtin": str(first.get("barcode") or ""),
            "sku": str(first.get("sku") or ""),
            **by_name(pair for pair in pairs if pair[1] in map(str, first.values())),
        }
        reason = why_hidden(sheet, record)
        yield sheet.hidden(place, reason) or sheet.maker.to_row(
            place,
            record,
            facts=({"options": spoken} if spoken else {}) | _stock(variants),
            known=known,
        )


def _stock(variants: list[dict[str, Any]]) -> Record:
    known = [bool(each["available"]) for each in variants if "available" in each]
    return {"availability": IN_STOCK if any(known) else OUT_OF_STOCK} if known else {}


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        values = json.loads(text) if text else []
    except ValueError:
        return []
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


FORMAT = Format(
    name="Shopify products.json",
    signs=(
        frozenset({"handle", "images", "title"}),
        frozenset({"handle", "variants", "title"}),
    ),
    columns={
        "id": ("handle", "id"),
        "image": ("images", "image", "featured_image"),
        "title": ("title",),
        "category": ("product_type",),
        "brand": ("vendor",),
    },
    left_out=frozenset({"body_html", "variants", "options", "description"}),
    read=read,
)
