"""What the page says: prices, names and verdicts in plain words."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from recommender.items import Item

if TYPE_CHECKING:
    from recommender.search.results import Trust

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
TRUST_BADGES = {
    "close": "Close to our catalogue",
    "loose": "Only loosely like our catalogue",
    "unlike": "Unlike anything we have",
}
TRUST_HEADINGS = {
    "close": "Looks most like it",
    "loose": "Possible matches",
    "unlike": "The nearest we have",
}
CLOSE = "Its nearest product is as near as products here usually are to each other."
NEAREST = {
    "loose": "Fewer than one product in ten stands this far from all others, "
    "so look at these twice.",
    "unlike": "Hardly a product here stands this far from all others. "
    "These are the nearest we have, not good matches.",
}
CLOSE_PHOTO = "Its nearest product is as near as ours are to other photos of their kind."
NEAREST_PHOTO = {
    "loose": "Photos of things like ours are seldom this far from the nearest product, "
    "so look at these twice.",
    "unlike": "Nothing here is of its kind, as far as the machine can tell. "
    "These are the nearest we have, not good matches.",
}
REBUILT = {
    "loose": "The machine rebuilds nine in ten of our pictures better than this one, "
    "so look at these twice.",
    "unlike": "The machine cannot rebuild this picture the way it rebuilds ours. "
    "These are the nearest we have, not good matches.",
}


def name(item: Item) -> str:
    """What to call a product; its id where the shop gave no title."""
    return item.title or item.item_id


def price(item: Item) -> str:
    """A price with the currency that the shop named, or nothing."""
    if item.price is None:
        return ""
    currency = item.attributes.get("currency", "").upper()
    amount = f"{item.price:,.2f}"
    sign = SIGNS.get(currency)
    return f"{sign}{amount}" if sign else f"{amount} {currency}".rstrip()


def facts(item: Item) -> list[str]:
    """Category, colour and so on, as far as they are known."""
    known = (item.category, item.colour, item.material, item.brand)
    return [word.replace("_", " ") for word in known if word]


def alternative_text(item: Item) -> str:
    """What a picture of a product shows, for those who cannot see it."""
    title = name(item)
    # a word that the title has already said is not said again
    unsaid = [fact for fact in facts(item)[:3] if fact.lower() not in title.lower()]
    return f"Picture of {', '.join([title, *unsaid])}"


def similarity(share: float) -> str:
    """A similarity in [0, 1] as a whole percentage."""
    return f"{share:.0%}".replace("%", " %")


def verdict(trust: "Trust") -> str:
    """Why a result deserves its badge."""
    if trust.level == "close":
        return CLOSE_PHOTO if trust.of_photo else CLOSE
    nearest_is_worse = trust.nearest_percentile >= trust.reconstruction_percentile
    if nearest_is_worse:
        return (NEAREST_PHOTO if trust.of_photo else NEAREST)[trust.level]
    return REBUILT[trust.level]


def count(n: int, singular: str, plural: str = "") -> str:
    """A number with its noun."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def capitalised(value: str) -> str:
    """A value of the feed as a choice to pick."""
    return value.replace("_", " ").capitalize()


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def side_by_side(first: Item, second: Item) -> list[tuple[str, str, str]]:
    """What is known of two products: what it is, and what the shop says of each."""
    known = [
        (capitalised(column), first.label(column), second.label(column))
        for column in ("category", "colour", "material", "brand")
    ]
    rows = [(label, one.replace("_", " "), other.replace("_", " ")) for label, one, other in known]
    return [row for row in [*rows, ("Price", price(first), price(second))] if row[1] or row[2]]


def sentence(text: str) -> str:
    """A message as a sentence: with a capital and a full stop, unless it is empty."""
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def html(text: str) -> str:
    """Text that may stand in HTML, attributes included."""
    return escape(text, quote=True)
