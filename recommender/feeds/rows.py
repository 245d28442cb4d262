"""Products of a feed, their pictures not yet read, and what is made of a table's cells."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from recommender.feeds.links import split_pictures
from recommender.feeds.prices import NO_PRICE, Price, read_price
from recommender.feeds.text import plain_text
from recommender.items import FIELDS, OUT_OF_STOCK

PICTURES = ("image", "images")  # the cover's columns, and those of further pictures
FACTS = ("availability", "gtin", "sku", "link")
TARGETS = ("id", *PICTURES, *FIELDS, "price", "sale_price", *FACTS)
NO_PICTURE = "it names no picture"
WITHOUT_PICTURE, HIDDEN = "products without a picture", "hidden in the shop"
IN_STOCK = "in stock"
STOCK_WORDS = {
    IN_STOCK: "in_stock instock available true yes 1 ja oui si sí auf_lager lieferbar disponible "
    "en_stock available_for_order limited_availability new in_store_only online_only",
    OUT_OF_STOCK: "out_of_stock outofstock unavailable false no 0 nein non sold_out soldout "
    "discontinued nicht_vorrätig ausverkauft agotado rupture_de_stock",
    "preorder": "preorder pre_order presale",
    "backorder": "backorder onbackorder on_backorder available_on_backorder notify",
}
STOCK = {word: state for state, words in STOCK_WORDS.items() for word in words.split()}

Record: TypeAlias = dict[str, str]
Columns: TypeAlias = dict[str, tuple[str, ...]]  # target to columns, the first filled one counts
Placed: TypeAlias = tuple[str, Record]  # with its place in the file, such as "row 3"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One product of a feed, its pictures not yet read.

    Attributes
    ----------
    source : its place, for reports
    pictures : paths or links as the feed has them; the first is the cover
    note : what was mended in it
    """

    source: str
    pictures: tuple[str, ...]
    item_id: str
    fields: dict[str, str] = field(default_factory=dict)
    price: float | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def picture(self) -> str:
        """The cover."""
        return self.pictures[0]


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row or a file that did not come in.

    Attributes
    ----------
    source : its place
    reason : in one sentence
    kind : what it has in common with others, as the heading of a group
    """

    source: str
    reason: str
    kind: str = field(default="others", compare=False)


Rows: TypeAlias = Iterator[Row | Skipped]


class RowMaker:
    """Makes rows of records, the columns being known.

    Parameters
    ----------
    columns : target to columns
    left_out : columns that are not kept with an item
    decimal_sign : of the prices
    includes_hidden : whether products that the shop hides come in
    """

    def __init__(
        self,
        columns: Columns,
        left_out: set[str],
        *,
        decimal_sign: str = "",
        includes_hidden: bool = False,
    ) -> None:
        self._columns = columns
        self._used = left_out | {column for names in columns.values() for column in names}
        self._names = set(columns.get("id", ()))
        self._decimal_sign = decimal_sign
        self.includes_hidden = includes_hidden

    def get(self, record: Record, target: str) -> str:
        """The first filled column's text."""
        columns = self._columns.get(target, ())
        return next((record[column] for column in columns if record.get(column)), "")

    def pictures(self, record: Record) -> tuple[str, ...]:
        """All pictures that a record names, the cover first."""
        columns = [column for target in PICTURES for column in self._columns.get(target, ())]
        found = (each for column in columns for each in split_pictures(record.get(column, "")))
        return tuple(dict.fromkeys(found))

    def to_row(
        self,
        place: str,
        record: Record,
        *,
        pictures: Sequence[str] | None = None,
        path: Sequence[str] | None = None,
        facts: Mapping[str, str] | None = None,
        known: Mapping[str, str] | None = None,
    ) -> Row | Skipped:
        """Make a product of a record.

        Parameters
        ----------
        pictures : instead of those in the picture columns
        path : steps of the category, instead of those in its column
        facts : further attributes
        known : targets that are not to be looked up
        """
        stated = known or {}
        values = {target: stated.get(target) or self.get(record, target) for target in TARGETS}
        named = tuple(self.pictures(record) if pictures is None else pictures)
        if not named:
            return Skipped(source=place, reason=NO_PICTURE, kind=WITHOUT_PICTURE)
        fields = {name: " ".join(plain_text(values[name]).split()) for name in FIELDS}
        steps = category_steps(fields["category"]) if path is None else tuple(path)
        fields["category"] = steps[-1] if steps else ""
        if not fields["title"]:
            fields["title"] = " ".join(filter(None, (fields["brand"], fields["category"])))
        item_id = plain_text(values["id"])
        price, was = self._prices(values)
        currency = price.currency or was.currency
        return Row(
            source=place,
            pictures=named,
            item_id=item_id or named[0],
            fields=fields,
            price=price.amount,
            attributes=self._attributes(record, values, item_id)
            | ({"currency": currency} if currency else {})
            | ({"category_path": " > ".join(steps)} if len(steps) > 1 else {})
            | ({"regular_price": f"{was.amount:g}"} if was.amount is not None else {})
            | dict(facts or {}),
        )

    def _attributes(self, record: Record, values: Mapping[str, str], item_id: str) -> Record:
        # a second name, such as the product that a photo shows, is a fact like any other
        found = {
            key: plain_text(text)
            for key, text in record.items()
            if text and (key not in self._used or (key in self._names and text != values["id"]))
        }
        known = {name: plain_text(values[name]) for name in ("gtin", "sku", "link") if values[name]}
        if known.get("sku") == item_id:
            del known["sku"]
        if values["availability"]:
            known["availability"] = to_availability(values["availability"])
        return {key: text for key, text in (found | known).items() if text}

    def _prices(self, values: Mapping[str, str]) -> tuple[Price, Price]:
        """Price of a product now, and its price before a sale."""
        price = read_price(values["price"], self._decimal_sign)
        sale = read_price(values["sale_price"], self._decimal_sign)
        if not sale.amount or (price.amount is not None and sale.amount >= price.amount):
            return price, NO_PRICE
        return sale, price


def plain(column: str) -> str:
    """A column's name in small letters and underscores: "Image Src" is "image_src"."""
    folded = unicodedata.normalize("NFC", column).casefold()
    return re.sub(r"[\W_]+", "_", folded).strip("_")


def category_steps(text: str) -> tuple[str, ...]:
    """Steps of a path such as "Home & Garden > Kitchen"; numbers of a taxonomy have no name."""
    if text.isdecimal():
        return ()
    paths = re.split(r"\s*,\s*", text)
    roots = {path.partition(">")[0].strip() for path in paths}
    if len(paths) > 1 and len(roots) == 1 and all(">" in path for path in paths):
        return deepest(category_steps(path) for path in paths)  # several paths from one root
    steps = (" ".join(step.split()) for step in re.split(r"\s*[>»]\s*", text))
    return tuple(step for step in steps if step)


def deepest(paths: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The path with the most steps, the first one of several."""
    deepest_path: Sequence[str] = ()
    for path in paths:
        if len(path) > len(deepest_path):
            deepest_path = path
    return tuple(deepest_path)


def to_availability(text: str) -> str:
    """Stock of a product, in the words of the Google feed where they are known."""
    word = plain(text)
    if re.fullmatch(r"-?\d+([.,]0+)?", text.strip()):
        return IN_STOCK if not text.strip().startswith(("-", "0")) else OUT_OF_STOCK
    return STOCK.get(word, text.strip())
