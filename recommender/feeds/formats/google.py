"""Google Merchant feeds (CSV, tab separated, RSS, Atom), and Meta's catalogues, which follow them.

References: Google Merchant Center, "Product data specification"; Meta, "Catalogue fields".
"""

from collections.abc import Mapping

from recommender.feeds.formats.base import Format, read_each

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "offer_id"),
    "image": ("image_link", "image_url"),
    "images": ("additional_image_link", "additional_image_links", "lifestyle_image_link"),
    "title": ("title", "structured_title"),
    "category": ("product_type", "google_product_category", "fb_product_category"),
    "brand": ("brand",),
    "colour": ("color", "colour"),
    "material": ("material",),
    "price": ("price",),
    "sale_price": ("sale_price",),
    "availability": ("availability", "quantity_to_sell_on_facebook", "inventory"),
    "gtin": ("gtin", "ean", "upc"),
    "sku": ("mpn",),
    "link": ("link", "canonical_link"),
}
LEFT_OUT = frozenset({"description", "rich_text_description"})

META = Format(
    name="Meta catalogue",
    signs=(
        frozenset({"id", "image_link", "fb_product_category"}),
        frozenset({"id", "image_link", "quantity_to_sell_on_facebook"}),
    ),
    columns=COLUMNS,
    left_out=LEFT_OUT,
    read=read_each,
)
GOOGLE = Format(
    name="Google Merchant feed",
    signs=(frozenset({"id", "image_link"}),),
    columns=COLUMNS,
    left_out=LEFT_OUT,
    read=read_each,
)
