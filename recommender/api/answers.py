"""Answers of the API: one dataclass for each JSON object, which is its schema too."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Addresses of a product's picture on this server; they change when the picture does.

    Attributes
    ----------
    card : at most 360 pixels wide and high, or a small original
    large : at most 800 pixels wide and high, or a small original
    """

    card: str
    large: str


@dataclass(frozen=True, kw_only=True)
class Product:
    """The catalogue's facts about a product; unknown ones are empty.

    Attributes
    ----------
    id : unique in its catalogue
    title : its name
    category : the kind of thing
    brand : who makes it
    colour : as the shop calls it
    material : as the shop calls it
    price : in the shop's currency
    currency : as the feed said
    availability : such as "in stock" or "out of stock", as the feed said
    link : of the product's page in the shop
    pictures : where its cover is
    images : where all its pictures are, the cover first
    """

    id: str
    title: str
    category: str
    brand: str
    colour: str
    material: str
    price: float | None
    currency: str
    availability: str
    link: str
    pictures: Pictures
    images: tuple[Pictures, ...]


@dataclass(frozen=True, kw_only=True)
class Match:
    """A product that looks alike.

    Attributes
    ----------
    rank : from 1, the most alike
    similarity : from 0 to 1, large is close
    distance : between the embeddings, small is close
    image : which of the product's images matched best, 0 being its cover
    near_identical : ids of products that this one stands for, where duplicates are grouped
    product : the product itself
    """

    rank: int
    similarity: float
    distance: float
    image: int
    near_identical: tuple[str, ...]
    product: Product


# The name is part of the published document; elsewhere this is called confidence
@dataclass(frozen=True, kw_only=True)
class Trust:
    """Confidence in an answer, measured by the catalogue's own products.

    Attributes
    ----------
    level : close to the catalogue, loosely like it, or unlike anything in it
    nearest_percentile : share in % of the products that are nearer to another product; for a
        picture, of held-out products as another camera might have taken them
    reconstruction_percentile : share in % of the products that the model rebuilds better
    """

    level: Literal["close", "loose", "unlike"]
    nearest_percentile: float
    reconstruction_percentile: float


@dataclass(frozen=True, kw_only=True)
class Lookalikes:
    """The products that look most alike, the most alike first.

    Attributes
    ----------
    catalogue : that was searched
    model : that compared
    item_id : the product that was asked for; null for a picture
    matches : at most as many as were asked for
    trust : the confidence in them
    is_counted : whether the shop counts which of them are shown and clicked; see POST /api/counts
    """

    catalogue: str
    model: str
    item_id: str | None
    matches: tuple[Match, ...]
    trust: Trust
    is_counted: bool


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of a photo that shows one thing, and the products that look like it.

    Attributes
    ----------
    box : left, top, right and bottom, from 0 to 1
    confidence : chance that it shows one of its first four matches, from 0 to 1
    matches : at most as many as were asked for
    trust : the confidence in them
    """

    box: tuple[float, ...]
    confidence: float
    matches: tuple[Match, ...]
    trust: Trust


@dataclass(frozen=True, kw_only=True)
class PhotoLookalikes(Lookalikes):
    """The products that look most like a picture, and those like the things in it.

    Attributes
    ----------
    regions : the things, the likeliest first; empty unless they were asked for, and of a photo of
        one thing the whole of it
    """

    regions: tuple[Region, ...]


@dataclass(frozen=True, kw_only=True)
class CatalogueSummary:
    """A catalogue.

    Attributes
    ----------
    name : what the parameter `catalogue` takes
    n_items : products in it
    problem : why it cannot be searched at the moment; empty if it can
    """

    name: str
    n_items: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class Catalogues:
    """All catalogues.

    Attributes
    ----------
    catalogues : sorted by name
    """

    catalogues: tuple[CatalogueSummary, ...]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A word, and a word of the catalogue.

    Attributes
    ----------
    word : as it was written
    taken_for : the catalogue's word
    """

    word: str
    taken_for: str


@dataclass(frozen=True, kw_only=True)
class Understood:
    """Facts about the parameter `words`; all empty where it was not given.

    Attributes
    ----------
    words : that a product must have
    corrected : misspelt words, and what they were taken for
    dropped : words that no product has, or none together with the others
    nearest : dropped words, each with one of the catalogue's that is written most like it
    min_price : from words before an amount
    max_price : from words before an amount
    cheapest_first : whether a low price was asked for without an amount
    sentence : all that a shopper should know of it
    """

    words: tuple[str, ...]
    corrected: tuple[Taken, ...]
    dropped: tuple[str, ...]
    nearest: tuple[Taken, ...]
    min_price: float | None
    max_price: float | None
    cheapest_first: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Products:
    """A part of a catalogue.

    Attributes
    ----------
    catalogue : where they are
    n_items : how many fit what was asked for, in all
    offset : how many come before the first of these
    items : in the catalogue's order, or those first that say best what was asked for
    understood : what was made of the words
    """

    catalogue: str
    n_items: int
    offset: int
    items: tuple[Product, ...]
    understood: Understood


@dataclass(frozen=True, kw_only=True)
class Health:
    """That the server answers, and with what.

    Attributes
    ----------
    status : ok, or there would be no answer
    version : of this program
    model : that answers where none is asked for
    catalogues : names of what can be searched
    read_only : whether visitors may only look
    """

    status: Literal["ok"]
    version: str
    model: str
    catalogues: tuple[str, ...]
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why there is no answer.

    Attributes
    ----------
    status : the HTTP status, once more
    error : one sentence
    """

    status: int
    error: str
