"""One row of a shop's feed: what it is made of, and how it is made of a table's cells."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TypeAlias

from recommender.images import SUFFIXES
from recommender.items import FIELDS

TARGETS = ("id", "image", *FIELDS, "price")
CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR"}
NO_PICTURE = "it names no picture"

Record: TypeAlias = dict[str, str]
Columns: TypeAlias = dict[str, tuple[str, ...]]  # target to columns, the first filled one counts
Numbered: TypeAlias = tuple[int, Record]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One product of a feed, its picture not yet read.

    Attributes
    ----------
    source : where it stands, for reports
    picture : path or link, as the feed has it
    """

    source: str
    picture: str
    item_id: str
    fields: dict[str, str] = field(default_factory=dict)
    price: float | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row or a file that did not come in, and why."""

    source: str
    reason: str


Rows: TypeAlias = Iterator[Row | Skipped]


class RowMaker:
    """Makes rows of records, the columns being known."""

    def __init__(self, columns: Columns, left_out: set[str]) -> None:
        self._columns = columns
        self._used = left_out | {column for names in columns.values() for column in names}
        self._names = set(columns.get("id", ()))

    def get(self, record: Record, target: str) -> str:
        """The first filled column's text."""
        columns = self._columns.get(target, ())
        return next((record[column] for column in columns if record.get(column)), "")

    def to_row(self, number: int, record: Record, **known: str) -> Row | Skipped:
        """A row; `known` are targets that are not to be looked up."""
        values = {target: known.get(target) or self.get(record, target) for target in TARGETS}
        source = f"row {number}"
        picture = _first_picture(values["image"])
        if not picture:
            return Skipped(source=source, reason=NO_PICTURE)
        fields = {name: values[name] for name in FIELDS}
        fields["category"] = last_step(fields["category"])
        if not fields["title"]:
            fields["title"] = " ".join(filter(None, (fields["brand"], fields["category"])))
        # a second name, such as the product that a photo shows, is a fact like any other
        attributes = {
            key: text
            for key, text in record.items()
            if text and (key not in self._used or (key in self._names and text != values["id"]))
        }
        currency = _to_currency(values["price"])
        if currency and "currency" not in attributes:
            attributes["currency"] = currency
        return Row(
            source=source,
            picture=picture,
            item_id=values["id"] or picture,
            fields=fields,
            price=to_price(values["price"]),
            attributes=attributes,
        )


def last_step(category: str) -> str:
    """The narrowest step of "Clothing > Shirts, Sale": shops list paths, the first one first."""
    if ">" not in category:
        return category
    return category.partition(",")[0].rpartition(">")[2].strip()


def to_price(text: str) -> float | None:
    """The number in "1,299.00 EUR", "1.299,00 €" or "19.90"; None where there is none."""
    found = re.search(r"\d[\d.,'\s]*", text)
    digits = re.sub(r"['\s]", "", found.group()) if found else ""
    if re.fullmatch(r"[\d.]*,\d{1,2}", digits):  # the decimal comma
        digits = digits.replace(".", "").replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        price = float(digits.replace(",", ""))
    except ValueError:
        return None
    return price if math.isfinite(price) else None


def _to_currency(text: str) -> str:
    found = re.search(r"\b[A-Z]{3}\b", text)
    if found:
        return found.group()
    return next((code for sign, code in CURRENCIES.items() if sign in text), "")


def _first_picture(text: str) -> str:
    """The first of several; a comma inside of one name is no separator."""
    first, *rest = re.split(r"\s*[,|;]\s*", text)
    if rest and (_is_picture_name(first) or first.startswith(("http://", "https://"))):
        return first
    return text


def _is_picture_name(text: str) -> bool:
    return PurePath(text).suffix.lower() in SUFFIXES
