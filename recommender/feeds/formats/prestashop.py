"""PrestaShop's export and the file of its import, in English, French and German.

Reference: PrestaShop, "Importing data: products".
"""

import re

from recommender.feeds.formats.base import Format, Sheet, is_false
from recommender.feeds.rows import Record, Rows, plain
from recommender.feeds.text import plain_text

ROOTS = frozenset({"home", "root", "accueil", "startseite", "inicio"})


def read(sheet: Sheet) -> Rows:
    """One item a row."""
    for place, record in sheet.records:
        inactive = is_false(sheet.cell(record, *ACTIVE))
        hidden = sheet.hidden(place, "it is not active in the shop" if inactive else "")
        yield hidden or sheet.maker.to_row(place, record, path=_path(sheet, record))


def _path(sheet: Sheet, record: Record) -> tuple[str, ...]:
    """The first category is a product's own; it may be a path."""
    text = plain_text(sheet.maker.get(record, "category"))
    paths = [
        [step.strip() for step in re.split(r"[/>]", path) if step.strip()]
        for path in re.split(r"[,;]", text)
    ]
    named = [[step for step in path if plain(step) not in ROOTS] for path in paths]
    return tuple(next(filter(None, named), ()))


ACTIVE = ("active_0_1", "active", "actif_0_1", "aktiv_0_1", "status", "enabled")
PICTURES = ("image_urls_x_y_z", "image_urls", "url_images_x_y_z", "bild_urls_x_y_z", "image_url")
CATEGORIES = (
    *("categories_x_y_z", "categories", "category", "catégories_x_y_z", "kategorien_x_y_z"),
    "default_category",
)
FORMAT = Format(
    name="PrestaShop export",
    signs=(
        frozenset({"product_id", "image_urls_x_y_z"}),
        frozenset({"id", "image_urls_x_y_z"}),
        frozenset({"reference", "image_urls_x_y_z"}),
        frozenset({"product_id", "active_0_1"}),
        frozenset({"id", "url_images_x_y_z"}),
        frozenset({"id", "bild_urls_x_y_z"}),
        frozenset({"product_id", "image", "reference", "price_tax_excluded"}),
    ),
    columns={
        "id": ("reference", "référence", "referenz", "product_id", "id"),
        "image": (*PICTURES, "image", "cover"),
        "title": ("name", "nom", "product_name"),
        "category": CATEGORIES,
        "brand": ("manufacturer", "brand", "marque", "fabricant", "hersteller"),
        "price": (
            *("price_tax_included", "price_tax_excluded", "price", "final_price", "prix_ttc"),
            *("prix_ht", "prix", "bruttopreis", "preis"),
        ),
        "availability": ("quantity", "quantité", "menge"),
        "gtin": ("ean13", "ean_13", "upc"),
        "link": ("product_link",),
    },
    left_out=frozenset({"description", "summary", "short_description"}),
    read=read,
)
