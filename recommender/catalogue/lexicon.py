"""Words for the same thing in several languages, and words that say how much something may cost."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from recommender.errors import CatalogueError

SHIPPED = Path(__file__).with_suffix(".toml")
OWN = "words.toml"  # in a catalogue's folder
GROUPS = ("colours", "things", "materials")
CURRENCIES = frozenset("€$£")
DASH = "-"  # between two numbers
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>€$£]|(?<=\d)-|(?<=[€$£])-")

RANGE = re.compile(r"(?<=[\d€$£])\s*[-–—]\s*(?=[\d€$£])")


@dataclass(frozen=True)
class Group:
    """Words for the same thing, the first one being its usual name, and words for kinds of it."""

    same: tuple[str, ...]
    narrower: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Meanings of words beside themselves; all of them as `normalised` writes them.

    Attributes
    ----------
    groups : a word may be in several; one with an underscore stands for words side by side
    ignored : words that say nothing of a product
    at_most, at_least, between : words before an amount
    cheap : words that ask for a low price without an amount
    """

    groups: tuple[Group, ...]
    ignored: frozenset[str]
    at_most: frozenset[str]
    at_least: frozenset[str]
    between: frozenset[str]
    cheap: frozenset[str]

    @cached_property
    def all_words(self) -> tuple[str, ...]:
        """Every single word that has equivalents."""
        same = {each: None for group in self.groups for each in group.same}
        return tuple(each for each in same if "_" not in each)

    @cached_property
    def phrases(self) -> frozenset[str]:
        """Every two words that mean something together, with an underscore between them."""
        return frozenset(each for group in self.groups for each in group.same if "_" in each)

    def names(self, word: str) -> tuple[str, ...]:
        """Usual names of the things that a word may mean."""
        return tuple(dict.fromkeys(group.same[0] for group in self.groups if word in group.same))

    def equivalents(self, word: str) -> tuple[str, ...]:
        """Words for the same things and for kinds of them; without the word itself."""
        found = dict.fromkeys(
            each
            for group in self.groups
            if word in group.same
            for each in (*group.same, *group.narrower)
        )
        found.pop(word, None)
        return tuple(found)


def normalised(text: str) -> str:
    """Write text in small letters without accents, so that "Théière" and "theiere" are equal."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def tokens(text: str) -> list[str]:
    """Split normalised text into words, numbers, the signs < and >, of currencies and ranges."""
    joined = RANGE.sub(DASH, normalised(text))
    return TOKEN.findall(joined)


def lexicon(folder: Path) -> Lexicon:
    """Return the words that ship, with those of a catalogue's folder.

    Raises
    ------
    CatalogueError : the folder's file is not as it should be
    """
    own = folder / OWN
    try:
        changed = own.stat().st_mtime_ns
    except OSError:
        return _read(SHIPPED, None, 0)
    return _read(SHIPPED, own, changed)


@cache
def _read(shipped: Path, own: Path | None, changed: int) -> Lexicon:
    del changed  # only part of the key
    documents = [tomllib.loads(shipped.read_text(encoding="utf-8"))]
    if own is not None:
        try:
            documents.append(tomllib.loads(own.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{own.name} cannot be read: {error}") from error

    def words(name: str) -> frozenset[str]:
        return frozenset(each for document in documents for each in _words(document.get(name, "")))

    groups = tuple(
        _group(line)
        for document in reversed(documents)
        for name in GROUPS
        for line in document.get(name, ())
    )
    return Lexicon(
        groups=groups,
        ignored=words("ignored"),
        at_most=words("at_most"),
        at_least=words("at_least"),
        between=words("between"),
        cheap=words("cheap"),
    )


def _group(line: object) -> Group:
    same, _, narrower = line.partition(":") if isinstance(line, str) else (line, "", "")
    words = tuple(_words(same))
    if not words:
        raise CatalogueError(f"{OWN} has a line without words")
    return Group(words, tuple(_words(narrower)))


def _words(text: object) -> Iterable[str]:
    if not isinstance(text, str):
        raise CatalogueError(f"{OWN} must list words as texts, got {text!r}")
    return dict.fromkeys(normalised(text).replace("-", "").split())
