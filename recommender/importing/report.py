"""An import, row by row, kept beside the catalogue and told by groups."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from recommender.config import write_json
from recommender.errors import CatalogueError

FILE = "import.json"
N_EXAMPLES = 5  # of a group
UNREADABLE = "pictures that are missing or cannot be read"  # heading of a group
PICTURE_LESS = "one picture less"  # in a note

Outcome = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Outcome of a row, a file, or an item that was there before.

    Attributes
    ----------
    source : its place in the source, such as "row 12" or a file's path
    reason : why it did not come in
    kind : heading of the group that it is told in
    note : what was repaired in it, or is missing from it, although it came in
    """

    source: str
    outcome: Outcome
    item_id: str = ""
    reason: str = ""
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that were left out for one kind of reason.

    Attributes
    ----------
    examples : the first of them
    """

    kind: str
    n_rows: int
    examples: tuple[Reported, ...]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """Outcomes of an import: what came in and what did not.

    Attributes
    ----------
    n_items : in the catalogue now
    n_encoded : pictures that the model had not encoded before
    n_pictures : of the items that came in
    rows : every row and file of the source, then the items that are gone
    """

    catalogue: str
    n_items: int
    n_encoded: int = 0
    n_pictures: int = 0
    rows: tuple[Reported, ...] = ()

    @property
    def skipped(self) -> tuple[Reported, ...]:
        """Rows that did not come in, and why."""
        return tuple(row for row in self.rows if row.outcome == "skipped")

    @property
    def noted(self) -> tuple[Reported, ...]:
        """Rows that came in, with something to say of them."""
        return tuple(row for row in self.rows if row.note)

    @property
    def n_short(self) -> int:
        """Rows whose pictures, or some of them, could not be read or fetched."""
        return sum(row.kind == UNREADABLE or PICTURE_LESS in row.note for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """Count the rows of each outcome."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in get_args(Outcome) if found[outcome]}

    @property
    def groups(self) -> tuple[Group, ...]:
        """Rows that were left out, grouped by the kind of reason, the largest group first."""
        kinds: dict[str, list[Reported]] = {}
        for row in self.skipped:
            kinds.setdefault(row.kind or "others", []).append(row)
        ordered = sorted(kinds.items(), key=lambda each: -len(each[1]))
        return tuple(
            Group(kind=kind, n_rows=len(rows), examples=tuple(rows[:N_EXAMPLES]))
            for kind, rows in ordered
        )

    def summary(self) -> str:
        """One line: what came in, and what was left out by its kinds."""
        counts = ", ".join(f"{n:,} {outcome}" for outcome, n in self.counts.items())
        more = f" with {self.n_pictures:,} pictures" if self.n_pictures > self.n_items else ""
        told = f"{self.catalogue}: {self.n_items:,} items{more} ({counts}); "
        told += f"{self.n_encoded:,} encoded"
        if self.groups:
            kinds = ", ".join(f"{group.kind} ({group.n_rows:,})" for group in self.groups)
            told += f"; left out: {kinds}"
        if self.noted:
            told += f"; {len(self.noted):,} came in with a note"
        return told

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "catalogue": self.catalogue,
            "n_items": self.n_items,
            "n_encoded": self.n_encoded,
            "n_pictures": self.n_pictures,
            "summary": self.summary(),
            "counts": self.counts,
            "groups": {group.kind: group.n_rows for group in self.groups},
            "skipped": [{"source": row.source, "reason": row.reason} for row in self.skipped],
            "rows": [asdict(row) for row in self.rows],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            catalogue=values["catalogue"],
            n_items=values["n_items"],
            n_encoded=values["n_encoded"],
            n_pictures=values.get("n_pictures", 0),
            rows=tuple(Reported(**row) for row in values["rows"]),
        )


def write_report(folder: Path, report: ImportReport) -> None:
    """Keep the report of the latest import in a catalogue's folder."""
    write_json(folder / FILE, report.to_dict())


def read_report(folder: Path) -> ImportReport | None:
    """The report of a catalogue's latest import; None if there was none.

    Raises
    ------
    CatalogueError : the file is damaged
    """
    file = folder / FILE
    try:
        return ImportReport.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"{file} is damaged: import the catalogue again") from error
