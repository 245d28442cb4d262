"""Exports of shop systems, recognised by their columns.

Column names are written as `plain` writes them. References: Shopify, "Using CSV files to import and
export products"; WooCommerce, "Product CSV Importer and Exporter"; Google Merchant Center, "Product
data specification".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from recommender.feeds.rows import Numbered, Record, RowMaker, Rows, Skipped, last_step
from recommender.items import FIELDS

COLOUR_NAMES = frozenset({"colour", "color", "farbe", "couleur", "colore"})
N_OPTIONS, N_ATTRIBUTES = 3, 10  # as many as the exports have columns for
LAST_POSITION = 1_000_000

# Columns of a table that no shop system made, in the order of preference
KNOWN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "item_id", "sku"),
    "image": (
        *("image", "file", "filename", "path", "image_url", "image_link", "image_src"),
        *("images", "image_1", "image1", "picture", "additional_image_link"),
    ),
    "title": ("title", "name"),
    "category": ("category", "product_type"),
    "brand": ("brand", "vendor"),
    "colour": ("colour", "color"),
    "material": ("material",),
    "price": ("price",),
}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A shop system's export, known by its columns.

    Attributes
    ----------
    signs : sets of columns; a table that has all of one set is of this kind
    columns : target to columns
    left_out : columns too long to keep with every item
    """

    name: str
    signs: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[str, ...]]
    left_out: frozenset[str] = frozenset()


SHOPIFY = Layout(
    name="Shopify product export",
    signs=(frozenset({"handle", "image_src"}), frozenset({"url_handle", "product_image_url"})),
    columns={
        "id": ("handle", "url_handle"),
        "image": ("image_src", "product_image_url"),
        "title": ("title",),
        "category": ("type", "product_category", "standard_product_type"),
        "brand": ("vendor",),
        "price": ("variant_price", "price"),
    },
    left_out=frozenset({"body_html", "description", "seo_title", "seo_description"}),
)
WOOCOMMERCE = Layout(
    name="WooCommerce export",
    signs=(frozenset({"sku", "name", "images", "categories"}),),
    columns={
        "id": ("sku", "id"),
        "image": ("images",),
        "title": ("name",),
        "category": ("categories",),
        "brand": ("brands", "brand"),
        "price": ("sale_price", "regular_price"),
    },
    left_out=frozenset({"description", "short_description"}),
)
GOOGLE = Layout(
    name="Google Merchant feed",
    signs=(frozenset({"id", "image_link"}),),
    columns={
        "id": ("id",),
        "image": ("image_link", "additional_image_link"),
        "title": ("title",),
        "category": ("product_type", "google_product_category"),
        "brand": ("brand",),
        "colour": ("color", "colour"),
        "material": ("material",),
        "price": ("sale_price", "price"),
    },
    left_out=frozenset({"description"}),
)
PLAIN = Layout(name="table", signs=(frozenset(),), columns=KNOWN_COLUMNS)
LAYOUTS = (SHOPIFY, WOOCOMMERCE, GOOGLE, PLAIN)


def read_shopify(maker: RowMaker, records: Iterable[Numbered], names: Mapping[str, str]) -> Rows:
    """One item a product, and one more for each variant that has a picture of its own.

    A product's first row says what it is; the rows below it with the same handle bring further
    variants and pictures.
    """
    cell = _cells(names)

    def handle(numbered: Numbered) -> str:
        return maker.get(numbered[1], "id")

    for _, grouped in groupby(records, key=handle):
        group = list(grouped)
        number, first = group[0]
        pictures = sorted(
            (_to_position(cell(record, "image_position")), row_number, maker.get(record, "image"))
            for row_number, record in group
            if maker.get(record, "image")
        )
        shown = [_variant_picture(cell, record) for _, record in group]
        main = pictures[0][2] if pictures else next(filter(None, shown), "")
        product = maker.to_row(number, first, image=main, **_options(cell, first))
        yield product
        taken = {"", main}
        for (row_number, record), picture in zip(group, shown, strict=True):
            if isinstance(product, Skipped) or picture in taken:
                continue
            taken.add(picture)
            row = maker.to_row(
                row_number,
                {**first, **record},
                image=picture,
                id=f"{handle((number, first))}/{_variant_name(cell, record)}",
                title=f"{product.fields['title']}, {_variant_name(cell, record)}",
                **_options(cell, {**first, **record}),
            )
            yield row


def read_woocommerce(
    maker: RowMaker, records: Iterable[Numbered], names: Mapping[str, str]
) -> Rows:
    """One item a product, and one for each variation that has a picture of its own."""
    cell = _cells(names)
    parents: dict[str, Record] = {}
    for number, record in records:
        named = _named_attributes(cell, record)
        if not cell(record, "type").startswith("variation"):
            parents[f"id:{cell(record, 'id')}"] = parents[cell(record, "sku")] = record
            yield maker.to_row(number, record, **named)
            continue
        row = maker.to_row(number, record, **named)
        if isinstance(row, Skipped):
            reason = "a variation without a picture of its own: its product stands for it"
            yield replace(row, reason=reason)
            continue
        parent = parents.get(cell(record, "parent"), {})
        inherited = {
            name: last_step(maker.get(parent, name)) if name == "category" else text
            for name in FIELDS
            if (text := maker.get(parent, name)) and not row.fields[name]
        }
        yield replace(row, fields=row.fields | inherited)


def _cells(names: Mapping[str, str]) -> Callable[[Record, str], str]:
    """Look a cell up by the plain name of its column."""
    return lambda record, name: record.get(names.get(name, ""), "")


def _variant_picture(cell: Callable[[Record, str], str], record: Record) -> str:
    return cell(record, "variant_image") or cell(record, "variant_image_url")


def _variant_name(cell: Callable[[Record, str], str], record: Record) -> str:
    values = (cell(record, f"option{n}_value") for n in range(1, N_OPTIONS + 1))
    return " ".join(filter(None, values)) or cell(record, "variant_sku") or cell(record, "sku")


def _options(cell: Callable[[Record, str], str], record: Record) -> dict[str, str]:
    """Colour and material out of a variant's options."""
    pairs = (
        (cell(record, f"option{n}_name"), cell(record, f"option{n}_value"))
        for n in range(1, N_OPTIONS + 1)
    )
    return _known_names(pairs)


def _named_attributes(cell: Callable[[Record, str], str], record: Record) -> dict[str, str]:
    pairs = (
        (cell(record, f"attribute_{n}_name"), cell(record, f"attribute_{n}_value_s"))
        for n in range(1, N_ATTRIBUTES + 1)
    )
    return _known_names(pairs)


def _known_names(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    known = {}
    for name, value in pairs:
        if name.lower() in COLOUR_NAMES:
            known["colour"] = value
        elif name.lower() == "material":
            known["material"] = value
    return known


def _to_position(text: str) -> int:
    return int(text) if text.isdecimal() else LAST_POSITION


def plain(column: str) -> str:
    """A column's name in small letters and underscores: "Image Src" is "image_src"."""
    return re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
