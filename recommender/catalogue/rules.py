"""A shop's own rules for recommendations: what may stand beside what, and what must.

They lie in the catalogue's folder, as `rules.json`, so that an import leaves them as they are; each
change keeps the state before it, to be undone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from recommender import locks
from recommender.catalogue.filters import ItemFilter
from recommender.config import write_atomically
from recommender.errors import CatalogueError
from recommender.memo import Memo

FILE = "rules.json"
VERSION = 1
MOST_UNDONE = 30
MOST_PLACES = 48
KEPT_FILES = 16


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules for every answer to a product; the first two hold for photos too.

    Attributes
    ----------
    in_stock : show only what is in stock, or of which that is not known
    hidden : ids of products that are never shown
    same_category : show only products of the same category
    other_brands : never show the brand of the product itself
    least_similarity : from 0 to 1; what is less alike is left out
    fills_up : fill an answer that came out short with the most alike of the same category
    hidden_for : by a product's id, ids of those that are not shown beside it
    pinned : by a product's id, the places, from 1, of products that are always shown beside it
    """

    in_stock: bool = False
    hidden: tuple[str, ...] = ()
    same_category: bool = False
    other_brands: bool = False
    least_similarity: float = 0.0
    fills_up: bool = False
    hidden_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pinned: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == NO_RULES

    def narrowed(self, filters: ItemFilter, *, by_product: bool) -> ItemFilter:
        """Return a filter that keeps to the rules too.

        Parameters
        ----------
        by_product : whether a product asks; a picture has neither category nor brand
        """
        same = {*filters.same, *(["category"] if self.same_category and by_product else [])}
        different = {*filters.different, *(["brand"] if self.other_brands and by_product else [])}
        return replace(
            filters,
            same=tuple(sorted(same)),
            different=tuple(sorted(different)),
            in_stock=filters.in_stock or self.in_stock,
        )

    def hidden_beside(self, item_id: str | None) -> frozenset[str]:
        """Return the ids that are not shown beside a product, or beside a picture for None."""
        return frozenset((*self.hidden, *self.hidden_for.get(item_id or "", ())))

    def pinned_beside(self, item_id: str | None) -> dict[int, str]:
        """Return the products with a place of their own beside a product."""
        return dict(sorted(self.pinned.get(item_id or "", {}).items()))

    def hiding(self, item_id: str, beside: str = "") -> "Rules":
        """Return rules that never show a product, or not beside one."""
        if not beside:
            return replace(self, hidden=tuple(dict.fromkeys((*self.hidden, item_id))))
        others = dict.fromkeys((*self.hidden_for.get(beside, ()), item_id))
        return replace(self, hidden_for={**self.hidden_for, beside: tuple(others)})

    def showing(self, item_id: str, beside: str = "") -> "Rules":
        """Return rules that take a hiding back."""
        if not beside:
            return replace(self, hidden=tuple(each for each in self.hidden if each != item_id))
        rest = tuple(each for each in self.hidden_for.get(beside, ()) if each != item_id)
        others = {key: value for key, value in self.hidden_for.items() if key != beside}
        return replace(self, hidden_for={**others, beside: rest} if rest else others)

    def pinning(self, beside: str, place: int, item_id: str = "") -> "Rules":
        """Return rules that give a place beside a product to another; to none if it is empty."""
        places = {at: each for at, each in self.pinned_beside(beside).items() if at != place}
        if item_id:
            places[place] = item_id
        others = {key: value for key, value in self.pinned.items() if key != beside}
        return replace(self, pinned={**others, beside: places} if places else others)


NO_RULES = Rules()


def read(folder: Path) -> Rules:
    """Return a catalogue's rules; a folder without any has none.

    Raises
    ------
    CatalogueError : the file is damaged, or of a newer version
    """
    return _state(folder)[0]


def n_undoable(folder: Path) -> int:
    """Return how many changes can be undone."""
    return len(_state(folder)[1])


def change(folder: Path, rules: Rules) -> None:
    """Put rules in force, and keep those before them."""
    edit(folder, lambda _: rules)


def edit(folder: Path, changed: Callable[[Rules], Rules]) -> None:
    """Change the rules as they are now, whatever a page showed when it was drawn.

    Parameters
    ----------
    changed : makes the next rules of the present ones
    """
    with locks.hold(folder / "rules.lock"):
        current, before = _state(folder)
        wanted = changed(current)
        if wanted != current:
            _write(folder, wanted, [*before, current][-MOST_UNDONE:])


def begin_anew(folder: Path) -> None:
    """Take away rules that cannot be read; nothing stands in the way of answers then."""
    with locks.hold(folder / "rules.lock"):
        (folder / FILE).unlink(missing_ok=True)


def stamp(folder: Path) -> int:
    """Return a number that changes with the rules."""
    try:
        return (folder / FILE).stat().st_mtime_ns
    except OSError:
        return 0


def undo(folder: Path) -> None:
    """Put the rules before the latest change in force again; nothing happens if there are none."""
    with locks.hold(folder / "rules.lock"):
        _, before = _state(folder)
        if before:
            _write(folder, before[-1], before[:-1])


def to_json(rules: Rules) -> str:
    """Return rules as a document that `from_json` takes."""
    document = {"version": VERSION, "rules": asdict(rules)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str) -> Rules:
    """Return the rules of a document; raises `CatalogueError` for anything else."""
    try:
        document = json.loads(text)
        return _from_dict(_of_version(document)["rules"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CatalogueError(f"these are no rules: {error}") from error


def _of_version(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise CatalogueError(f"these rules are not of version {VERSION}, which this program reads")
    return document


def _from_dict(values: Mapping[str, Any]) -> Rules:
    known = {each.name for each in fields(Rules)}
    if unknown := set(values) - known:
        raise CatalogueError(f"these rules hold what is unknown: {', '.join(sorted(unknown))}")
    least = float(values.get("least_similarity", 0.0))
    if not 0 <= least <= 1:
        raise CatalogueError(f"the least similarity must lie between 0 and 1, got {least}")
    pinned = {
        str(item_id): {int(place): str(each) for place, each in places.items()}
        for item_id, places in values.get("pinned", {}).items()
    }
    for places in pinned.values():
        if any(not 1 <= place <= MOST_PLACES for place in places):
            raise CatalogueError(f"a place must lie between 1 and {MOST_PLACES}")
    return Rules(
        hidden=_texts(values.get("hidden", ())),
        hidden_for={
            str(item_id): _texts(others)
            for item_id, others in values.get("hidden_for", {}).items()
            if others
        },
        pinned={item_id: places for item_id, places in pinned.items() if places},
        least_similarity=least,
        **{
            name: bool(values.get(name, False))
            for name in ("in_stock", "same_category", "other_brands", "fills_up")
        },
    )


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise CatalogueError(f"ids must come as a list, got {values!r}")
    return tuple(dict.fromkeys(map(str, values)))


_states: Memo[tuple[Path, int, int], tuple[Rules, list[Rules]]] = Memo(KEPT_FILES)


def _state(folder: Path) -> tuple[Rules, list[Rules]]:
    """Rules in force and those before them; the file is read again once it has changed."""
    file = folder / FILE
    try:
        found = file.stat()
    except OSError:
        return NO_RULES, []
    return _states.get((file, found.st_mtime_ns, found.st_ino), lambda: _read(file))


def _read(file: Path) -> tuple[Rules, list[Rules]]:
    try:
        document = _of_version(json.loads(file.read_text(encoding="utf-8")))
        before = [_from_dict(each) for each in document.get("before", ())]
        return _from_dict(document["rules"]), before
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CatalogueError(
            "the shop’s rules are damaged: begin anew on the page “Your shop”"
        ) from error


def _write(folder: Path, rules: Rules, before: Sequence[Rules]) -> None:
    document = {
        "version": VERSION,
        "rules": asdict(rules),
        "before": [asdict(each) for each in before],
    }
    data = json.dumps(document, ensure_ascii=False, indent=1).encode()
    write_atomically(folder / FILE, data)
