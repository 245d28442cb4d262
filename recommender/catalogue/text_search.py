"""Finds products by the words of a shopper, by SQLite's full-text search.

A word is looked for as it is, with its plurals and what begins with it; then as a word for the same
thing in another language or another shop; then joined with its neighbour, or parted; and at last
as the word of the catalogue that it was most likely meant to be. If no product has all that was
asked for, as little as possible of it is dropped, and the answer says what.

References: FTS5 with its Porter stemmer (sqlite.org/fts5.html); the optimal string alignment
distance, which counts two letters that changed places as one error, of `rapidfuzz`.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice

from recommender.catalogue.lexicon import Lexicon, lexicon, normalised, tokens
from recommender.catalogue.store import Catalogue
from recommender.catalogue.wanted import Wanted, understand
from recommender.items import FIELDS, Item

WEIGHTS = (4.0, 6.0, 1.0, 3.0, 2.0, 1.0)  # of a hit in each of FIELDS, and in the id
LEAST_PREFIX, LEAST_INSIDE = 2, 4  # letters of a word that others begin with, or hold
LEAST_MISSPELT = 3
MOST_TRIED = 6  # words; of more the last ones are dropped without trying which
LONG_WORD = 7  # letters; a longer word may have two errors
MOST_NEAR = 8
N_OFFERED, LIKE_ENOUGH = 3, 55  # nearest words; likeness in %
KEPT_CATALOGUES, KEPT_ANSWERS = 8, 256
SCHEMA = f"""
CREATE VIRTUAL TABLE texts USING fts5(
    {", ".join(FIELDS)}, item_id, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Products that a text asks for.

    Attributes
    ----------
    item_ids : those that say it best first
    wanted : how the text was understood
    corrected : words of the text, and what they were taken for: a word of the catalogue
    dropped : words that no product has, or none together with the others
    """

    item_ids: tuple[str, ...]
    wanted: Wanted
    corrected: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Term:
    """One wish as a query of FTS5.

    Attributes
    ----------
    word : as the shopper wrote it
    strict, wide : queries for the word itself, and for all that may be meant; both empty for what
        the catalogue does not know
    meant : the catalogue's word that was taken for it, if it is another one
    """

    word: str
    strict: str = ""
    wide: str = ""
    meant: str = ""


class TextIndex:
    """Full-text index of one catalogue, in memory; safe to share between threads.

    Only what a page shows of a product can be found: its fields and its id. Free attributes may be
    its cost or its supplier.
    """

    def __init__(self, items: Iterable[Item], words: Lexicon) -> None:
        self._words = words
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.execute(SCHEMA)
        self._ids: list[str] = []
        self._prices: list[float | None] = []
        known: dict[str, None] = {}
        with self._connection:
            for item in items:
                texts = [*(getattr(item, name) for name in FIELDS), item.item_id]
                row = [" ".join(tokens(text.replace("_", " "))) for text in texts]
                marks = ", ".join("?" * (len(row) + 1))
                self._connection.execute(
                    f"INSERT INTO texts (rowid, {', '.join(FIELDS)}, item_id) VALUES ({marks})",  # noqa: S608
                    (len(self._ids), *row),
                )
                self._ids.append(item.item_id)
                self._prices.append(item.price)
                for text in row[:-1]:
                    known.update(dict.fromkeys(text.split()))
        self._known = frozenset(known)
        self._long = tuple(each for each in known if len(each) >= LEAST_MISSPELT)

    def find(self, text: str) -> Found:
        """Find what a text asks for; an empty text finds everything."""
        wanted = understand(text, self._words)
        terms = self._terms(wanted.words)
        known = [term for term in terms if term.wide]
        dropped = [term.word for term in terms if not term.wide]
        rows: list[int] = []
        for kept in _most_first(known):
            rows = [row for row in self._rows(kept) if wanted.accepts_price(self._prices[row])]
            if rows:
                dropped += [term.word for term in known if term not in kept]
                known = list(kept)
                break
        else:
            dropped += [term.word for term in known]
            known = []
        if not known and (wanted.words or not rows):  # nothing of what was asked for is there
            rows = []
        if wanted.is_cheap:
            rows.sort(key=lambda row: _or_last(self._prices[row]))
        return Found(
            item_ids=tuple(self._ids[row] for row in rows),
            wanted=wanted,
            corrected=tuple((term.word, term.meant) for term in known if term.meant),
            dropped=_in_order(wanted.words, dropped),
        )

    def _rows(self, terms: Sequence[_Term]) -> list[int]:
        """Rows that meet all terms: those with the words themselves come first."""
        if not terms:
            return list(range(len(self._ids)))
        strict = self._match(" AND ".join(f"({term.strict or term.wide})" for term in terms))
        wide = self._match(" AND ".join(f"({term.wide})" for term in terms))
        return list(dict.fromkeys([*strict, *wide]))

    def _match(self, query: str) -> list[int]:
        ranked = f"bm25(texts, {', '.join(map(str, WEIGHTS))})"
        with self._lock:
            rows = self._connection.execute(
                f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY {ranked}, rowid",  # noqa: S608
                (query,),
            ).fetchall()
        return [row[0] for row in rows]

    def _terms(self, words: Sequence[str]) -> list[_Term]:
        found: list[_Term] = []
        place = 0
        while place < len(words):
            phrase = "_".join(words[place : place + 2])
            if phrase in self._words.phrases:
                found.append(self._term(phrase))
                place += 2
                continue
            both = "".join(words[place : place + 2])
            if place + 1 < len(words) and both in self._known and not self._has_all(words, place):
                found.append(self._term(both))
                place += 2
            else:
                found.append(self._term(words[place]))
                place += 1
        return found

    def _has_all(self, words: Sequence[str], place: int) -> bool:
        """Whether a product has both words that stand side by side."""
        return bool(self._match(f"{_quoted(words[place])} AND {_quoted(words[place + 1])}"))

    def _term(self, word: str) -> _Term:
        own = self._own(word)
        equivalents = self._quoted_known(self._words.equivalents(word))
        if own or equivalents:
            names = self._quoted_known(self._words.names(word))
            wide = " OR ".join(filter(None, [own, *equivalents]))
            return _Term(word, own or " OR ".join(names) or wide, wide)
        for cut in range(LEAST_MISSPELT, len(word) - LEAST_MISSPELT + 1):
            parts = (word[:cut], word[cut:])
            if all(map(self._is_known, parts)):
                both = " AND ".join(f"({self._term(part).wide})" for part in parts)
                is_own = all(part in self._known for part in parts)
                return _Term(word, both, both, " ".join(parts) if is_own else "")
        inside = self._inside(word)
        if inside:
            return _Term(word, inside, inside)
        meant = self._nearest(word)
        if not meant:
            return _Term(word)
        corrected = self._term(meant)
        return _Term(word, corrected.strict, corrected.wide, meant)

    def _is_known(self, part: str) -> bool:
        """Whether a part of a compound such as "Ledertasche" means what the catalogue has."""
        return part in self._known or bool(self._quoted_known(self._words.equivalents(part)))

    def _own(self, word: str) -> str:
        """Query for a word that products have, or that words of theirs begin with; else empty."""
        if self._match(_quoted(word)):
            return _quoted(word)
        is_prefix = len(word) >= LEAST_PREFIX and any(each.startswith(word) for each in self._long)
        return f"{_quoted(word)} *" if is_prefix else ""

    def _inside(self, word: str) -> str:
        """Query for words that hold this one, such as "Esstisch" for "Tisch"; else empty."""
        if len(word) < LEAST_INSIDE:
            return ""
        holding = (each for each in self._long if word in each)
        return " OR ".join(_quoted(each) for each in islice(holding, MOST_NEAR))

    def nearest_words(self, word: str) -> tuple[str, ...]:
        """Return the catalogue's words that are written most like one that it does not have."""
        from rapidfuzz import fuzz, process

        near = process.extract(
            word, self._long, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH, limit=N_OFFERED
        )
        return tuple(each[0] for each in near)

    def _quoted_known(self, words: Iterable[str]) -> list[str]:
        return [_quoted(word) for word in words if self._match(_quoted(word))]

    def _nearest(self, word: str) -> str:
        """Return the catalogue's or the lexicon's word that a misspelt one is nearest to."""
        if len(word) < LEAST_MISSPELT or not word.isalpha():
            return ""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        for choices, allowed in (
            (self._long, 1 if len(word) <= LONG_WORD else 2),
            (self._words.all_words, 1),
        ):
            near = process.extract(
                word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=MOST_NEAR
            )
            # of equally near ones that with the same first letter: it is seldom wrong
            near.sort(key=lambda each: (each[1], each[0][0] != word[0]))
            for meant, _, _ in near:
                if meant in self._known or self._quoted_known(self._words.equivalents(meant)):
                    return str(meant)
        return ""


def find(catalogue: Catalogue, text: str) -> Found:
    """Find the products of a catalogue that a text asks for; the latest answers are remembered.

    Raises
    ------
    CatalogueError : the catalogue's own list of words cannot be read
    """
    return _found(text_index(catalogue), text)


def text_index(catalogue: Catalogue) -> TextIndex:
    """Return a catalogue's index, made at the first use."""
    return _index(catalogue, lexicon(catalogue.folder))


@lru_cache(KEPT_CATALOGUES)
def _index(catalogue: Catalogue, words: Lexicon) -> TextIndex:
    return TextIndex(catalogue, words)


@lru_cache(KEPT_ANSWERS)
def _found(index: TextIndex, text: str) -> Found:
    return index.find(text)


def _most_first(terms: Sequence[_Term]) -> Iterable[tuple[_Term, ...]]:
    """All terms, then all but one of them, and so on; of equally many those that come first."""
    tried = tuple(terms[:MOST_TRIED])
    if len(terms) > MOST_TRIED:
        yield tuple(terms)
    for n_kept in range(len(tried), 0, -1):
        yield from sorted(
            combinations(tried, n_kept), key=lambda kept: -sum(len(each.word) for each in kept)
        )
    if not terms:
        yield ()


def _in_order(words: Sequence[str], dropped: Iterable[str]) -> tuple[str, ...]:
    """Dropped words in the order of the text; of a phrase, each of its words."""
    gone = {part for word in dropped for part in (word, *word.split("_"))}
    return tuple(dict.fromkeys(word for word in words if word in gone))


def _quoted(word: str) -> str:
    return f'"{normalised(word).replace("_", " ")}"'


def _or_last(price: float | None) -> float:
    return float("inf") if price is None else price
