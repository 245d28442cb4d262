"""Magento 2 and Adobe Commerce.

Reference: Adobe Commerce, "Product attributes data reference".
"""

import re

from recommender.feeds.formats.base import Format, Sheet, by_name, is_false, spoken_options
from recommender.feeds.rows import Record, Rows, Skipped, deepest, plain
from recommender.feeds.text import plain_text

ROOTS = frozenset({"default_category", "root_catalog"})
STORE_VIEW = "it is a row of another store view: its product came in"
TRANSLATION = "translations of products"
DISABLED = "2"


def read(sheet: Sheet) -> Rows:
    """One item a product; rows for other store views translate products that came before."""
    seen: set[str] = set()
    for place, record in sheet.records:
        name = sheet.maker.get(record, "id")
        if sheet.cell(record, "store_view_code") and name in seen:
            yield Skipped(source=place, reason=STORE_VIEW, kind=TRANSLATION)
            continue
        seen.add(name)
        attributes = _attributes(sheet, record)
        spoken = spoken_options(attributes)
        hidden = sheet.hidden(place, _why_hidden(sheet, record))
        yield hidden or sheet.maker.to_row(
            place,
            record,
            path=_path(sheet.maker.get(record, "category")),
            facts={"options": spoken} if spoken else {},
            known=by_name(attributes),
        )


def _why_hidden(sheet: Sheet, record: Record) -> str:
    online = sheet.cell(record, "product_online", "status")
    if online == DISABLED or is_false(online):
        return "it is disabled in the shop"
    if plain(sheet.cell(record, "visibility")) == "not_visible_individually":
        return "it is not visible individually in the shop"
    return ""


def _path(text: str) -> tuple[str, ...]:
    """The deepest of paths such as "Default Category/Gear/Bags"; commas separate them."""
    paths = []
    for path in re.split(r",(?!\s)", plain_text(text)):
        steps = (step.strip() for step in re.split(r"(?<!\\)/", path))
        paths.append(
            [step.replace("\\/", "/") for step in steps if step and plain(step) not in ROOTS]
        )
    return deepest(paths)


def _attributes(sheet: Sheet, record: Record) -> list[tuple[str, str]]:
    """Pairs of "color=Blue,size=M"; values may hold commas."""
    text = plain_text(sheet.cell(record, "additional_attributes"))
    pairs = (pair.partition("=") for pair in re.split(r",(?=\w+=)", text))
    return [(name, value.strip('"')) for name, _, value in pairs if value]


FORMAT = Format(
    name="Magento 2 export",
    signs=(
        frozenset({"sku", "base_image"}),
        frozenset({"sku", "attribute_set_code", "product_type"}),
    ),
    columns={
        "id": ("sku",),
        "image": ("base_image", "image", "small_image"),
        "images": ("additional_images", "media_image"),
        "title": ("name",),
        "category": ("categories",),
        "brand": ("manufacturer", "brand"),
        "colour": ("color", "colour"),
        "material": ("material",),
        "price": ("price",),
        "sale_price": ("special_price",),
        "availability": ("is_in_stock", "qty"),
        "link": ("url_key",),
    },
    left_out=frozenset({"description", "short_description", "additional_attributes"}),
    read=read,
)
