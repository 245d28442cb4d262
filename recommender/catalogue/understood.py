"""Says how a shopper's text was understood: in sentences and in facts, for page, API and shell."""

from collections.abc import Callable
from dataclasses import dataclass

from recommender.catalogue import text_search
from recommender.catalogue.store import Catalogue

CHEAPEST = "Cheapest first."


@dataclass(frozen=True, kw_only=True)
class Understood:
    """Facts about a text, as a search took it.

    Attributes
    ----------
    words : that a product must have
    corrected : words, and the catalogue's words that they were taken for
    dropped : words that no product has, or none together with the others
    nearest : dropped words, each with one of the catalogue's that is written most like it
    least, most : of the price, or None
    is_cheap : whether the cheapest come first
    has_rest : whether products were found by what was not dropped
    """

    words: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    nearest: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None
    is_cheap: bool = False
    has_rest: bool = False


NOTHING = Understood()


def of_text(catalogue: Catalogue, text: str) -> Understood:
    """Return how a text was understood; `NOTHING` if it is empty.

    Raises
    ------
    CatalogueError : the catalogue's own list of words cannot be read
    """
    if not text.strip():
        return NOTHING
    found = text_search.find(catalogue, text)
    index = text_search.text_index(catalogue)
    return Understood(
        words=found.wanted.words,
        corrected=found.corrected,
        dropped=found.dropped,
        nearest=tuple((word, near) for word in found.dropped for near in index.nearest_words(word)),
        least=found.wanted.least,
        most=found.wanted.most,
        is_cheap=found.wanted.is_cheap,
        has_rest=bool(found.item_ids),
    )


def sentences(
    understood: Understood, money: Callable[[float], str] = "{:g}".format, cheap: str = CHEAPEST
) -> list[str]:
    """Return what a shopper should know: corrections, what was dropped, and limits of the price.

    Parameters
    ----------
    money : writes an amount with its currency
    cheap : says what became of a wish for a low price
    """
    said = [f"Showing “{meant}” for “{word}”." for word, meant in understood.corrected]
    if understood.dropped:
        quoted = [f"“{word}”" for word in understood.dropped]
        named = " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
        is_left = understood.has_rest and len(understood.dropped) < len(understood.words)
        rest = " Here is what has the rest." if understood.has_rest else ""
        said.append(f"No product has {named}{' as well' if is_left else ''}.{rest}")
    if understood.least is not None or understood.most is not None:
        said.append(f"Only prices {_amounts(understood.least, understood.most, money)}.")
    if understood.is_cheap:
        said.append(cheap)
    return said


def _amounts(least: float | None, most: float | None, money: Callable[[float], str]) -> str:
    ends = [("from", least), ("to" if least is not None else "up to", most)]
    return " ".join(f"{word} {money(amount)}" for word, amount in ends if amount is not None)
