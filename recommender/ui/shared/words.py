"""Prices, names and verdicts in plain words."""

import math
import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from recommender.items import Item

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.search.results import Confidence

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
# What means something in Streamlit's Markdown: emphasis, code, links and pictures, HTML, entities,
# formulas, colours and icons; and at the beginning headings, quotes and lists
MARKED = re.compile(r"[\\`*_\[\]<~$:&]|^[#>+-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
ADDRESSED = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
JOINER = "\u2060"  # is not seen, and ends what a reader of Markdown takes for an address
# What is missing from a picture, by its peak signal-to-noise ratio in decibels
LOSSES = (
    (40, "Next to nothing: side by side they look the same."),
    (34, "Only the finest grain, such as a weave or a print."),
    (28, "Fine detail; shapes and colours are all there."),
    (22, "Most of the detail; the shape and the main colours are left."),
    (0, "Nearly everything but the rough shape."),
)
TRUST_BADGES = {
    "close": "Good matches",
    "loose": "Rough matches only",
    "unlike": "Nothing like it here",
}
TRUST_HEADINGS = {
    "close": "Most alike",
    "loose": "Possible matches",
    "unlike": "The closest we have",
}
CLOSE = "Our catalogue has products that look much like it."
NEAREST = {
    "loose": "Our closest product is only somewhat like it, so look twice.",
    "unlike": "We have nothing else of its kind. These are the closest we have, not good matches.",
}
CLOSE_PHOTO = "Its closest match is about as close as our products are to photos of their kind."
NEAREST_PHOTO = {
    "loose": "Photos of products like ours are seldom this far from their closest match, "
    "so look twice.",
    "unlike": "We seem to have nothing of this kind. "
    "These are the closest we have, not good matches.",
}
REBUILT = {
    "loose": "The model rebuilds nine in ten of our pictures better than this one, so look twice.",
    "unlike": "The model cannot rebuild this picture as well as ours. "
    "These are the closest we have, not good matches.",
}


def name(item: Item) -> str:
    """Return a product's title, or its id if the shop gave none."""
    return item.title or item.item_id


def price(item: Item) -> str:
    """Return a price with its currency, or nothing."""
    if item.price is None:
        return ""
    return money(f"{item.price:,.2f}", currency(item))


def currency(item: Item) -> str:
    """Return the code of a price's currency, or nothing."""
    return item.attributes.get("currency", "").upper()


def money(amount: str, code: str) -> str:
    """Return an amount with its currency, if that is known."""
    sign = SIGNS.get(code)
    return f"{sign}{amount}" if sign else f"{amount} {code}".rstrip()


def facts(item: Item) -> list[str]:
    """Return the known ones of category, colour, material and brand."""
    known = (item.category, item.colour, item.material, item.brand)
    return [word.replace("_", " ") for word in known if word]


def alternative_text(item: Item) -> str:
    """Return the alternative text of a product's picture."""
    title = name(item)
    # a word that the title has already said is not said again
    unsaid = [fact for fact in facts(item)[:3] if fact.lower() not in title.lower()]
    return f"Picture of {', '.join([title, *unsaid])}"


def similarity(share: float) -> str:
    """Return a share in [0, 1] as a whole percentage."""
    return f"{share:.0%}"


def exact_share(share: float) -> str:
    """Return a share in [0, 1] as a percentage with its tenths, if it has any."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def code(model: "Autoencoder") -> str:
    """Name the size of a model's code of a picture, such as "2.9 kB"."""
    if model.config.code == "bytes":
        return f"{model.code_bytes / 1000:.1f} kB"
    return f"{model.n_numbers:,} numbers"


def loss(error: float) -> str:
    """Return in plain words what a reconstruction lacks.

    Parameters
    ----------
    error : mean squared error of the decoded picture, of values in [0, 1]
    """
    psnr = -10 * math.log10(max(error, 1e-10))
    return next((text for least, text in LOSSES if psnr >= least), LOSSES[-1][1])


def verdict(trust: "Confidence") -> str:
    """Return the reason for a result's badge."""
    if trust.level == "close":
        return CLOSE_PHOTO if trust.of_photo else CLOSE
    if not trust.of_photo or trust.nearest_percentile >= trust.reconstruction_percentile:
        return (NEAREST_PHOTO if trust.of_photo else NEAREST)[trust.level]
    return REBUILT[trust.level]


def count(n: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def capitalised(value: str) -> str:
    """Return a value of the feed as a word that begins a line."""
    return value.replace("_", " ").capitalize()


def choice(value: str) -> str:
    """Return a value of the feed as a choice whose label is Markdown."""
    return label(capitalised(value))


def label(text: str) -> str:
    """Escape text for a label that Streamlit reads as Markdown; lines become one."""
    plain = ADDRESSED.sub(JOINER, " ".join(text.split()))
    return MARKED.sub(r"\\\g<0>", plain)


def listed(names: Sequence[str]) -> str:
    """Join names as in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def side_by_side(first: Item, second: Item) -> list[tuple[str, str, str]]:
    """Return what the shop says about two products: the field, and the value of each."""
    known = [
        (capitalised(column), first.label(column), second.label(column))
        for column in ("category", "colour", "material", "brand")
    ]
    rows = [(label, one.replace("_", " "), other.replace("_", " ")) for label, one, other in known]
    return [row for row in [*rows, ("Price", price(first), price(second))] if row[1] or row[2]]


def sentence(text: str) -> str:
    """Return a message with a capital and a full stop, unless it is empty."""
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def html(text: str) -> str:
    """Escape text for HTML, attributes included."""
    return escape(text, quote=True)
