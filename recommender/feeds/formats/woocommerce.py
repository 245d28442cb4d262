"""WooCommerce's export, in the languages that shops run it in.

Reference: WooCommerce, "Product CSV Importer and Exporter"; the names of columns are those of its
translations.
"""

import re
from dataclasses import replace

from recommender.feeds.formats.base import Format, Sheet, by_name, is_false, spoken_options
from recommender.feeds.rows import (
    Record,
    Row,
    Rows,
    Skipped,
    category_steps,
    deepest,
    plain,
)
from recommender.feeds.text import plain_text
from recommender.items import FIELDS

N_ATTRIBUTES = 30
NO_OWN = "without a picture of its own"
VARIATION = "variations that their product stands for"
INHERITED = (*FIELDS, "price", "sale_price")
# English name to those of German, French, Spanish, Italian, Dutch, Portuguese and Polish exports
TRANSLATIONS = {
    "type": "Typ, Tipo, Tipologia",
    "sku": "Artikelnummer, UGS, COD, Artikelnummer (SKU), REF",
    "gtin_upc_ean_or_isbn": "GTIN\\, UPC\\, EAN oder ISBN, GTIN\\, UPC\\, EAN ou ISBN, "
    "GTIN\\, UPC\\, EAN o ISBN, GTIN\\, UPC\\, EAN of ISBN",
    "name": "Nom, Nombre, Nome, Naam, Nazwa",
    "published": "Veröffentlicht, Publié, Publicado, Pubblicato, Gepubliceerd, Opublikowano",
    "visibility_in_catalog": "Sichtbarkeit im Katalog, Visibilité dans le catalogue, "
    "Visibilidad en el catálogo, Visibilità nel catalogo, Zichtbaarheid in catalogus, "
    "Visibilidade no catálogo, Widoczność w katalogu",
    "short_description": "Kurzbeschreibung, Description courte, Descripción corta, "
    "Breve descrizione, Korte beschrijving, Descrição curta, Krótki opis",
    "description": "Beschreibung, Descripción, Descrizione, Beschrijving, Descrição, Opis",
    "in_stock": "Vorrätig?, En stock ?, ¿Existencias?, ¿En inventario?, In stock?, Op voorraad?, "
    "Em estoque?, W magazynie?",
    "stock": "Lager, Lagerbestand, Bestand, Inventario, Magazzino, Voorraad, Estoque, Magazyn",
    "sale_price": "Angebotspreis, Tarif promo, Precio rebajado, Prezzo in offerta, Actieprijs, "
    "Aanbiedingsprijs, Preço promocional, Cena promocyjna",
    "regular_price": "Regulärer Preis, Tarif régulier, Precio normal, Prezzo di listino, "
    "Reguliere prijs, Normale prijs, Preço, Cena regularna, Cena, Tarif normal",
    "categories": "Kategorien, Catégories, Categorías, Categorie, Categorieën, Categorias, "
    "Kategorie",
    "tags": "Schlagwörter, Étiquettes, Etiquetas, Tag, Tagi",
    "images": "Bilder, Imágenes, Immagini, Afbeeldingen, Imagens, Obrazki, Obrazy",
    "parent": "Übergeordnet, Übergeordnetes Produkt, Eltern, Principal, Superior, Genitore, "
    "Hoofd, Bovenliggend, Ascendente, Nadrzędny, Rodzic",
    "brands": "Marken, Marques, Marcas, Marchi, Merken, Marki",
}
ENGLISH = {
    plain(name.replace("\\,", ",")): english
    for english, names in TRANSLATIONS.items()
    for name in re.split(r"(?<!\\), ", names)
}
ATTRIBUTE = re.compile(r"attribut|atribut|attribuut|atrybut")
VALUE = re.compile(r"value|wert|valeur|valor|valore|waarde|wartość")
NAME = re.compile(r"name|nom|nombre|nome|naam|nazwa")


def translate(name: str) -> str:
    """A column's English name."""
    number = re.search(r"\d+", name)
    if number and ATTRIBUTE.search(name):
        if VALUE.search(name):
            return f"attribute_{number.group()}_value_s"
        if NAME.search(name):
            return f"attribute_{number.group()}_name"
    return ENGLISH.get(name, name)


def read(sheet: Sheet) -> Rows:
    """One item a product, and one for each variation that shows a picture of its own.

    A variation may stand above its product; it inherits what it does not say itself.
    """
    parents: dict[str, Record] = {}
    for _, record in sheet.records:
        if not _is_variation(sheet, record):
            parents.setdefault(f"id:{sheet.cell(record, 'id')}", record)
            if sheet.cell(record, "sku"):
                parents.setdefault(sheet.cell(record, "sku"), record)
    # a product of variations has no price of its own: the first variation's stands for it
    first_priced: dict[int, dict[str, str]] = {}
    for _, record in sheet.records:
        parent = parents.get(sheet.cell(record, "parent"))
        if parent is not None and _priced(sheet, record):
            first_priced.setdefault(id(parent), _priced(sheet, record))
    shown: dict[int, set[str]] = {}
    for place, record in sheet.records:
        if _is_variation(sheet, record):
            own = parents.get(sheet.cell(record, "parent"))
            yield _variation(sheet, place, record, own, shown)
        else:
            hidden = sheet.hidden(place, _why_hidden(sheet, record))
            spoken = spoken_options(_attributes(sheet, record))
            priced = {} if _priced(sheet, record) else first_priced.get(id(record), {})
            yield hidden or sheet.maker.to_row(
                place,
                record,
                path=_path(sheet, record),
                facts={"options": spoken} if spoken else {},
                known=by_name(_attributes(sheet, record)) | priced,
            )


def _variation(
    sheet: Sheet, place: str, record: Record, parent: Record | None, shown: dict[int, set[str]]
) -> Row | Skipped:
    own = parent if parent is not None else {}
    reason = _why_hidden(sheet, own) or _why_hidden(sheet, record)
    hidden = sheet.hidden(place, reason)
    if hidden:
        return hidden
    taken = shown.setdefault(id(own), set(sheet.maker.pictures(own)))
    pictures = [each for each in sheet.maker.pictures(record) if each not in taken]
    if not pictures:
        what = "with its product's picture" if sheet.maker.pictures(record) else NO_OWN
        reason = f"a variation {what}: its product stands for it"
        return Skipped(source=place, reason=reason, kind=VARIATION)
    taken.update(pictures)
    inherited = {name: text for name in INHERITED if (text := sheet.maker.get(own, name))}
    stated = {name: text for name in INHERITED if (text := sheet.maker.get(record, name))}
    if "price" in stated:  # a sale of the product is none of a variation with a price of its own
        inherited.pop("sale_price", None)
    known = inherited | by_name(_attributes(sheet, own)) | stated
    known |= by_name(_attributes(sheet, record))
    row = sheet.maker.to_row(
        place,
        record,
        pictures=pictures,
        path=_path(sheet, record) or _path(sheet, own),
        known={name: text for name, text in known.items() if name != "category"},
    )
    if isinstance(row, Row) and parent is not None:
        name = sheet.maker.get(parent, "id")
        return replace(row, attributes=row.attributes | {"variant_of": plain_text(name)})
    return row


def _priced(sheet: Sheet, record: Record) -> dict[str, str]:
    prices = ((name, sheet.maker.get(record, name)) for name in ("price", "sale_price"))
    return {name: text for name, text in prices if text}


def _is_variation(sheet: Sheet, record: Record) -> bool:
    kind = plain(sheet.cell(record, "type"))
    return kind.startswith(("variation", "variante", "variación", "variazione", "variatie"))


def _why_hidden(sheet: Sheet, record: Record) -> str:
    if is_false(sheet.cell(record, "published")):
        return "it is a draft or private in the shop"
    if plain(sheet.cell(record, "visibility_in_catalog")) == "hidden":
        return "it is hidden in the shop's catalogue"
    return ""


def _path(sheet: Sheet, record: Record) -> tuple[str, ...]:
    """The deepest of the paths, which commas separate where no backslash escapes them."""
    text = plain_text(sheet.maker.get(record, "category"))
    paths = (each.replace("\\,", ",").strip() for each in re.split(r"(?<!\\),", text))
    return deepest([category_steps(each) for each in paths if each])


def _attributes(sheet: Sheet, record: Record) -> list[tuple[str, str]]:
    pairs = [
        (
            sheet.cell(record, f"attribute_{n}_name"),
            sheet.cell(record, f"attribute_{n}_value_s"),
        )
        for n in range(1, N_ATTRIBUTES + 1)
        if f"attribute_{n}_name" in sheet.names
    ]
    return [(plain_text(name), plain_text(value)) for name, value in pairs]


_NEEDED = ("images", "categories")
FORMAT = Format(
    name="WooCommerce export",
    signs=(
        frozenset({"sku", "name", *_NEEDED}),
        frozenset({"id", "type", "name", *_NEEDED}),
    ),
    columns={
        "id": ("sku", "id"),
        "image": ("images",),
        "title": ("name",),
        "category": ("categories",),
        "brand": ("brands", "brand"),
        "price": ("regular_price",),
        "sale_price": ("sale_price",),
        "availability": ("in_stock", "stock"),
        "gtin": ("gtin_upc_ean_or_isbn", "gtin", "ean"),
        "link": ("external_url",),
    },
    left_out=frozenset({"description", "short_description"}),
    translate=translate,
    read=read,
)
