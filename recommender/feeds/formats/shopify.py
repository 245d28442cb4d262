"""Shopify's export, with the older and the newer names of its columns.

Reference: Shopify, "Using CSV files to import and export products".
"""

from recommender.feeds.formats.base import (
    DEFAULT_TITLE,
    Format,
    Sheet,
    by_name,
    grouped,
    spoken_options,
    why_hidden,
)
from recommender.feeds.links import split_pictures
from recommender.feeds.rows import IN_STOCK, Placed, Record, Row, Rows
from recommender.items import OUT_OF_STOCK

N_OPTIONS = 3  # as many as the export has columns for
LAST_POSITION = 1_000_000
SELLS_ON = ("variant_inventory_policy", "continue_selling_when_out_of_stock")
VARIANT_PICTURES = ("variant_image", "variant_image_url")


def read(sheet: Sheet) -> Rows:
    """One item a product, and one more for each variant that shows a picture of its own.

    A product's first row says most of it; rows of the same handle, wherever they stand, bring
    further variants and pictures.
    """
    for group in grouped(sheet, "id"):
        yield from _read_product(sheet, group)


def _read_product(sheet: Sheet, group: list[Placed]) -> Rows:
    # the row with the title is the product's, even if a variant's row stands above it
    place, first = next((each for each in group if sheet.maker.get(each[1], "title")), group[0])
    hidden = sheet.hidden(place, why_hidden(sheet, first))
    if hidden:
        yield hidden
        return
    pictures = _pictures(sheet, group)
    pairs = [pair for _, record in group for pair in _options(sheet, first, record)]
    spoken = spoken_options(pairs)
    product = sheet.maker.to_row(
        place,
        first,
        pictures=pictures,
        facts=({"options": spoken} if spoken else {}) | _stock(sheet, [each for _, each in group]),
        known=by_name(_options(sheet, first, first)),
    )
    yield product
    if not isinstance(product, Row):
        return
    shown = set(product.pictures)
    for variant_place, record in group:
        own = [each for each in _variant_pictures(sheet, record) if each not in shown]
        name = _variant_name(sheet, record)
        if not own or not name:
            continue
        shown.update(own)
        yield sheet.maker.to_row(
            variant_place,
            {**first, **record},
            pictures=own,
            facts={"variant_of": product.item_id} | _stock(sheet, [record]),
            known={
                "id": f"{product.item_id}/{name}",
                "title": f"{product.fields['title']}, {name}",
                **by_name(_options(sheet, first, record)),
            },
        )


def _pictures(sheet: Sheet, group: list[Placed]) -> list[str]:
    """The product's pictures by their positions; without any, its first variant's."""
    placed = sorted(
        (_position(sheet.cell(record, "image_position")), number, picture)
        for number, (_, record) in enumerate(group)
        for picture in sheet.maker.pictures(record)
    )
    found = list(dict.fromkeys(picture for _, _, picture in placed))
    if found:
        return found
    of_variants = (each for _, record in group for each in _variant_pictures(sheet, record))
    return [each for each in (next(of_variants, ""),) if each]


def _variant_pictures(sheet: Sheet, record: Record) -> list[str]:
    return split_pictures(sheet.cell(record, *VARIANT_PICTURES))


def _variant_name(sheet: Sheet, record: Record) -> str:
    values = [sheet.cell(record, f"option{n}_value") for n in range(1, N_OPTIONS + 1)]
    if any(value.casefold() == DEFAULT_TITLE for value in values):
        return ""
    return " ".join(filter(None, values)) or sheet.cell(record, "variant_sku", "sku")


def _options(sheet: Sheet, first: Record, record: Record) -> list[tuple[str, str]]:
    """Names, which only the first row has, and values of a variant's options."""
    return [
        (
            sheet.cell(record, f"option{n}_name") or sheet.cell(first, f"option{n}_name"),
            sheet.cell(record, f"option{n}_value"),
        )
        for n in range(1, N_OPTIONS + 1)
    ]


def _stock(sheet: Sheet, records: list[Record]) -> dict[str, str]:
    """In stock if one variant is, or may be sold without; nothing where nobody counts."""
    states = []
    for record in records:
        quantity = sheet.cell(record, "variant_inventory_qty", "inventory_quantity")
        if quantity.lstrip("-").isdecimal():
            sells_on = sheet.cell(record, *SELLS_ON).lower() in ("continue", "true")
            states.append(int(quantity) > 0 or sells_on)
    if not states:
        return {}
    return {"availability": IN_STOCK if any(states) else OUT_OF_STOCK}


def _position(text: str) -> int:
    return int(text) if text.isdecimal() else LAST_POSITION


FORMAT = Format(
    name="Shopify product export",
    signs=(frozenset({"handle", "image_src"}), frozenset({"url_handle", "product_image_url"})),
    columns={
        "id": ("handle", "url_handle"),
        "image": ("image_src", "product_image_url"),
        "title": ("title",),
        "category": ("type", "product_category", "standard_product_type"),
        "brand": ("vendor",),
        "price": ("variant_compare_at_price", "compare_at_price", "variant_price", "price"),
        "sale_price": ("variant_price", "price"),
        "gtin": ("variant_barcode", "barcode"),
        "sku": ("variant_sku", "sku"),
    },
    left_out=frozenset({"body_html", "description", "seo_title", "seo_description"}),
    read=read,
)
