"""Wix Stores: products with their variants in rows below them.

Reference: Wix, "Preparing a CSV file to import products".
"""

import re

from recommender.feeds.formats.base import Format, Sheet, by_name, grouped, is_false, spoken_options
from recommender.feeds.rows import Record, Rows, plain
from recommender.feeds.text import plain_text

N_OPTIONS = 6


def read(sheet: Sheet) -> Rows:
    """One item a product; the variants below it are its options."""
    for group in grouped(sheet, "id"):
        place, first = next(
            (each for each in group if plain(sheet.cell(each[1], "fieldtype")) == "product"),
            group[0],
        )
        pairs = [pair for _, record in group for pair in _options(sheet, first, record)]
        spoken = spoken_options(pairs)
        invisible = is_false(sheet.cell(first, "visible"))
        hidden = sheet.hidden(place, "it is not visible in the shop" if invisible else "")
        collections = re.split(r"\s*;\s*", plain_text(sheet.maker.get(first, "category")))
        yield hidden or sheet.maker.to_row(
            place,
            first,
            path=[each for each in collections if each][:1],
            facts={"options": spoken} if spoken else {},
            known=by_name(pairs),
        )


def _options(sheet: Sheet, first: Record, record: Record) -> list[tuple[str, str]]:
    pairs = []
    for n in range(1, N_OPTIONS + 1):
        name = sheet.cell(first, f"productoptionname{n}")
        for value in re.split(r"\s*;\s*", sheet.cell(record, f"productoptiondescription{n}")):
            # a colour is "#000000:Black"
            pairs.append((name, value.rpartition(":")[2] or value))
    return [(name, value) for name, value in pairs if name and value]


FORMAT = Format(
    name="Wix product export",
    signs=(
        frozenset({"handleid", "productimageurl"}),
        frozenset({"fieldtype", "productimageurl"}),
        frozenset({"handle_id", "product_image_url"}),
    ),
    columns={
        "id": ("handleid", "handle_id", "handle", "sku"),
        "image": ("productimageurl", "product_image_url"),
        "title": ("name",),
        "category": ("collection",),
        "brand": ("brand",),
        "price": ("price",),
        "availability": ("inventory",),
        "sku": ("sku",),
    },
    left_out=frozenset({"description"}),
    read=read,
)
