"""What is rendered and in which order: the same list every time, for the same categories."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from .look import Category, Look, Looks
from .products import CATEGORIES

DESIGNS = 11
LOOKS = 4
_LOOKS_A_ROUND = 2
_TRIES = 60
_KEEP = 0.7  # how often a look keeps what its design has, where that does not tell looks apart


@dataclass(frozen=True)
class Variant:
    """One product of the catalogue: a design of a category in one look."""

    id: str
    category: str
    design: int
    look: Look

    @property
    def design_seed(self) -> int:
        """Seeds the shape; the same for all looks of the design."""
        return seed_of(self.category, self.design)

    @property
    def seed(self) -> int:
        """Seeds the photograph."""
        return seed_of(self.id)


def seed_of(*names: object) -> int:
    """A number that depends on the names alone, on any machine."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def _deck(rng: random.Random, names: tuple[str, ...]) -> Iterator[str]:
    """Names in shuffled rounds, so that each occurs about as often as the others."""
    while True:
        cards = list(names)
        rng.shuffle(cards)
        yield from cards


def _decks(category: str, looks: Looks) -> dict[str, Iterator[str]]:
    names = {
        "colour": looks.colours,
        "accent": looks.accents,
        "material": looks.materials,
        "pattern": looks.patterns,
        "metal": looks.metals,
        "wood": looks.woods,
    }
    return {
        key: _deck(random.Random(seed_of(category, "looks", key)), values or ("",))
        for key, values in names.items()
    }


def design_looks(
    category: Category, design: int, decks: dict[str, Iterator[str]], count: int
) -> list[Look]:
    """The looks of one design; fewer than asked for where there are not enough different ones."""
    rng = random.Random(seed_of(category.name, design, "looks"))
    distinct = category.looks.distinct
    own = {key: next(deck) for key, deck in decks.items()}
    found: dict[tuple[str, ...], Look] = {}
    for _ in range(_TRIES):
        values = {}
        for key in (entry.name for entry in fields(Look)):
            varies = key in distinct or key == "accent" or rng.random() > _KEEP
            values[key] = next(decks[key]) if varies else own[key]
        while values["accent"] == values["colour"] and len(set(category.looks.accents)) > 1:
            values["accent"] = next(decks["accent"])
        look = Look(**values)
        found.setdefault(tuple(values[key] for key in distinct), look)
        if len(found) == count:
            break
    return list(found.values())


def variants(
    categories: Iterable[str] | None = None, designs: int = DESIGNS, looks: int = LOOKS
) -> list[Variant]:
    """All products, ordered so that any beginning of the list is a balanced catalogue."""
    names = sorted(CATEGORIES) if categories is None else list(categories)
    table: dict[tuple[str, int], list[Variant]] = {}
    for name in names:
        category = CATEGORIES[name]
        decks = _decks(name, category.looks)
        for design in range(1, designs + 1):
            chosen = design_looks(category, design, decks, looks)
            table[name, design] = [_variant(category, design, look) for look in chosen]
    order = []
    for first in range(0, looks, _LOOKS_A_ROUND):
        for design in range(1, designs + 1):
            for name in names:
                order += table[name, design][first : first + _LOOKS_A_ROUND]
    return order


def _variant(category: Category, design: int, look: Look) -> Variant:
    parts = [category.name, f"{design:02d}"]
    parts += [getattr(look, key) for key in category.looks.distinct]
    identifier = "-".join(part.replace(" ", "-") for part in parts if part)
    return Variant(identifier, category.name, design, look)
