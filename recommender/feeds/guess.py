"""A guess of what each column of an unknown table says, for a person to correct."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from recommender.feeds.formats.base import Format
from recommender.feeds.links import is_link, split_pictures
from recommender.feeds.rows import Placed, plain
from recommender.images import SUFFIXES

N_LOOKED_AT = 50  # rows
ENOUGH = 0.5  # share of a column's cells that name pictures
WORDS: Mapping[str, tuple[str, ...]] = {
    "image": ("image", "picture", "photo", "foto", "bild", "img", "file", "datei", "fichier"),
    "id": (
        "id",
        "ref",
        "sku",
        "number",
        "code",
        "handle",
        "article",
        "artikelnummer",
        "nummer",
        "no",
    ),
    "title": ("title", "name", "titel", "nom", "nombre", "nome", "bezeichnung", "label", "product"),
    "category": (
        "category",
        "kind",
        "type",
        "kategorie",
        "categorie",
        "catégorie",
        "group",
        "class",
    ),
    "brand": ("brand", "maker", "vendor", "manufacturer", "marke", "marque", "marca", "hersteller"),
    "colour": ("colour", "color", "farbe", "couleur"),
    "material": ("material", "matière"),
    "price": ("price", "preis", "prix", "precio", "prezzo", "cost"),
}


def guess_columns(
    header: Sequence[str], records: Sequence[Placed], layout: Format
) -> dict[str, str]:
    """Target to column: as the format has it, then by what cells hold, then by words in names."""
    names = layout.names(header)
    guessed = {
        target: next(names[each][0] for each in known if each in names)
        for target, known in layout.columns.items()
        if any(each in names for each in known)
    }
    if "image" not in guessed:
        found = picture_column(header, records)
        if found:
            guessed["image"] = found
    for target, words in WORDS.items():
        if target in guessed or target == "image":
            continue
        taken = set(guessed.values())
        column = next(
            (
                column
                for word in words
                for column in header
                if column not in taken and word in re.split(r"_", plain(column))
            ),
            "",
        )
        if column:
            guessed[target] = column
    return guessed


def picture_column(header: Sequence[str], records: Sequence[Placed]) -> str:
    """The column whose cells name pictures; empty where there is none."""
    shares = {}
    for column in header:
        cells = [record[column] for _, record in records[:N_LOOKED_AT] if column in record]
        named = sum(any(_names_picture(each) for each in split_pictures(cell)) for cell in cells)
        shares[column] = named / len(cells) if cells else 0.0
    best = max(shares, key=lambda column: shares[column], default="")
    return best if best and shares[best] >= ENOUGH else ""


def spoken_map(columns: Mapping[str, str]) -> str:
    """Columns as the command line takes them."""
    targets = [target for target in WORDS if target in columns]
    pairs = ",".join(f"{target}={columns[target]}" for target in targets)
    return f'--map "{pairs}"' if re.search(r"[^\w=,.-]", pairs) else f"--map {pairs}"


def spoken_header(header: Sequence[str], n_named: int = 12, longest: int = 40) -> str:
    """Names of columns, as many as a message can hold."""
    shown = [name if len(name) <= longest else f"{name[:longest]}…" for name in header[:n_named]]
    rest = f" and {len(header) - n_named} more" if len(header) > n_named else ""
    return ", ".join(shown) + rest


def _names_picture(text: str) -> bool:
    path = text.partition("?")[0].replace("\\", "/")
    return PurePosixPath(path).suffix.lower() in SUFFIXES or (
        is_link(text) and bool(re.search(r"image|img|photo|cdn", text, re.IGNORECASE))
    )
