"""A format: the columns that tell it, and how its rows become products."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recommender.feeds.rows import (
    HIDDEN,
    Placed,
    Record,
    RowMaker,
    Rows,
    Skipped,
    plain,
)

COLOUR_NAMES = frozenset({"colour", "color", "farbe", "couleur", "colore", "kleur", "cor", "kolor"})
MATERIAL_NAMES = frozenset({"material", "matériau", "matière", "materiale", "materiaal"})
FALSE = frozenset(
    [
        "0",
        "-1",
        "false",
        "no",
        "n",
        "off",
        "nein",
        "non",
        "falsch",
        "faux",
        "falso",
        "inactive",
        "disabled",
        "not_visible",
        "unpublished",
    ]
)
HIDDEN_STATES = frozenset(
    [
        "draft",
        "archived",
        "hidden",
        "private",
        "trash",
        "pending",
        "inactive",
        "disabled",
        "unpublished",
        "unlisted",
        "staging",
        "entwurf",
        "brouillon",
        "borrador",
        "bozza",
        "deleted",
    ]
)
HOW_TO_INCLUDE = "--include-hidden brings it in"
DEFAULT_TITLE = "default title"  # Shopify's name of the only variant


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table's records, and what makes products of them.

    Attributes
    ----------
    names : plain names of columns to the columns themselves
    """

    maker: RowMaker
    records: Sequence[Placed]
    names: Mapping[str, Sequence[str]]

    def cell(self, record: Record, *names: str) -> str:
        """The first filled cell among columns of these plain names."""
        columns = (column for name in names for column in self.names.get(name, ()))
        return next((record[column] for column in columns if record.get(column)), "")

    def hidden(self, place: str, reason: str) -> Skipped | None:
        """Reason to leave out a product that the shop hides; None if those come in."""
        if not reason or self.maker.includes_hidden:
            return None
        return Skipped(source=place, reason=f"{reason}; {HOW_TO_INCLUDE}", kind=HIDDEN)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A shop system's export, recognised by its columns.

    Column names are written as `rows.plain` writes them.

    Attributes
    ----------
    name : as a person calls it
    signs : sets of columns; a table that has all of one set is of this kind
    columns : target to columns, in the order of preference
    left_out : columns too long to keep with every product
    translate : a column's plain name to its English one, for exports in other languages
    read : makes products of a sheet
    """

    name: str
    signs: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[str, ...]]
    read: Callable[[Sheet], Rows]
    left_out: frozenset[str] = frozenset()
    translate: Callable[[str], str] = field(default=lambda name: name)

    def names(self, header: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Plain names to the columns that have them; a second column of a name counts as well."""
        found: dict[str, tuple[str, ...]] = {}
        for column in header:
            name = self.translate(plain(re.sub(r" \(\d\)$", "", column)))
            found[name] = (*found.get(name, ()), column)
        return found

    def recognises(self, names: Collection[str]) -> bool:
        """Whether a table with columns of these plain names is of this kind."""
        return any(sign <= set(names) for sign in self.signs)


def read_each(sheet: Sheet) -> Rows:
    """One product a row."""
    for place, record in sheet.records:
        reason = why_hidden(sheet, record)
        yield sheet.hidden(place, reason) or sheet.maker.to_row(place, record)


def why_hidden(sheet: Sheet, record: Record) -> str:
    """The reason for which the shop does not show a product; empty if it does."""
    status = plain(sheet.cell(record, "status", "visibility", "state", "product_status"))
    if status in HIDDEN_STATES:
        return f"it is {status.replace('_', ' ')} in the shop"
    for name in ("published", "active", "visible", "is_visible", "enabled", "is_active"):
        if is_false(sheet.cell(record, name)):
            return "it is not published in the shop"
    return ""


def is_false(text: str) -> bool:
    """Whether a cell says no; an empty one says nothing."""
    return text.strip().casefold() in FALSE


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Colour and material among options and attributes, which have names of their own."""
    known = {}
    for name, value in pairs:
        if plain(name) in COLOUR_NAMES:
            known["colour"] = value
        elif plain(name) in MATERIAL_NAMES:
            known["material"] = value
    return known


def spoken_options(pairs: Iterable[tuple[str, str]]) -> str:
    """All values of all options: "Colour: Navy, Sand; Size: S, M"."""
    values: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        if name and value and value.casefold() != DEFAULT_TITLE:
            values.setdefault(name, {})[value] = None
    return "; ".join(f"{name}: {', '.join(found)}" for name, found in values.items())


def grouped(sheet: Sheet, target: str) -> Iterator[list[Placed]]:
    """Records of one product together, wherever they stand; one without a name stays alone."""
    groups: dict[str, list[Placed]] = {}
    for number, (place, record) in enumerate(sheet.records):
        name = sheet.maker.get(record, target) or f"\0{number}"
        groups.setdefault(name, []).append((place, record))
    yield from groups.values()
