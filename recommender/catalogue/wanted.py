"""Understands what a shopper writes: words, and amounts that a price must keep to."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.catalogue.lexicon import CURRENCIES, DASH, Lexicon, tokens
from recommender.feeds.prices import read_price

FILLERS = (
    frozenset({"than", "as", "als", "que", "de", "di", "a", "to", "dan", "zu", "the"}) | CURRENCIES
)
BETWEEN_AMOUNTS = frozenset({DASH, "to", "bis", "a", "tot"})  # 20-40, $20 to $40
MONEY = CURRENCIES | {"euro", "euros", "eur", "usd", "gbp", "dollar", "dollars", "pounds"}
SIGNS = frozenset("<>") | CURRENCIES | {DASH}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A shopper's text, taken apart.

    Attributes
    ----------
    words : that a product must have, in the order of the text
    least, most : of its price, or None
    is_cheap : whether it asks for a low price without an amount
    """

    words: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_cheap: bool = False

    def accepts_price(self, price: float | None) -> bool:
        """Whether a price keeps to the amounts; one that is not known keeps to none."""
        if self.least is None and self.most is None:
            return True
        return (
            price is not None
            and (self.least is None or price >= self.least)
            and (self.most is None or price <= self.most)
        )


def understand(text: str, lexicon: Lexicon) -> Wanted:
    """Take a shopper's text apart."""
    given = tokens(text)
    words: list[str] = []
    least = most = None
    is_cheap = False
    place = 0
    while place < len(given):
        each = given[place]
        amounts, after = _amounts(given, place + 1)
        if each in lexicon.between and len(amounts) > 1:
            least, most = sorted(amounts)
            place = after
        elif (each in lexicon.at_most or each == "<") and amounts:
            most = amounts[0]
            place = _after_first(given, place + 1)
        elif (each in lexicon.at_least or each == ">") and amounts:
            least = amounts[0]
            place = _after_first(given, place + 1)
        elif (price := _price_alone(given, place)) is not None:
            least, most, place = price
        else:
            if each in lexicon.cheap:
                is_cheap = True
            elif each not in lexicon.ignored and each not in SIGNS:
                words.append(each)
            place += 1
    return Wanted(words=tuple(words), least=least, most=most, is_cheap=is_cheap)


def _price_alone(given: Sequence[str], place: int) -> tuple[float | None, float, int] | None:
    """Least, most and the place after a price without a word before it: "20-40", "50 €".

    One amount alone is the most that a shopper would pay. Numbers that are no price, such as in
    "iphone 15", give None.
    """
    start = place + (given[place] in CURRENCIES)
    first = _amount(given[start]) if start < len(given) else None
    if first is None:
        return None
    end = start + 1
    is_money = start > place or (end < len(given) and given[end] in MONEY)
    end += end < len(given) and given[end] in MONEY
    if end < len(given) and given[end] in BETWEEN_AMOUNTS:
        other = end + 1
        other += other < len(given) and given[other] in CURRENCIES
        second = _amount(given[other]) if other < len(given) else None
        after = other + 1
        is_range = is_money or given[end] == DASH or not MONEY.isdisjoint(given[after : after + 1])
        if second is not None and is_range:
            return min(first, second), max(first, second), after
    return (None, first, end) if is_money else None


def _amounts(given: Sequence[str], place: int) -> tuple[list[float], int]:
    """Up to two amounts from a place on, and the place after them; "and" may stand between."""
    found: list[float] = []
    end = place
    while place < len(given) and len(found) < 2:  # noqa: PLR2004  a range has two ends
        amount = _amount(given[place])
        if amount is not None:
            found.append(amount)
            end = place + 1
        elif (found and place > end) or (
            not found and given[place] not in FILLERS
        ):  # one word may stand between two amounts
            break
        place += 1
    return found, end


def _after_first(given: Sequence[str], place: int) -> int:
    while _amount(given[place]) is None:
        place += 1
    return place + 1


def _amount(each: str) -> float | None:
    return read_price(each).amount if each[0].isdigit() else None
