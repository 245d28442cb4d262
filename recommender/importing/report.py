"""What an import did, row by row, kept beside the catalogue."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from recommender.config import write_json
from recommender.errors import CatalogueError

FILE = "import.json"

Outcome = Literal["added", "changed", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What became of a row, a file, or an item that was there before."""

    source: str
    outcome: Outcome
    item_id: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What came in and what did not.

    Attributes
    ----------
    n_items : in the catalogue now
    n_encoded : pictures that the model had not seen before
    rows : every row of the source in its order, then the items that are gone
    """

    catalogue: str
    n_items: int
    n_encoded: int = 0
    rows: tuple[Reported, ...] = ()

    @property
    def skipped(self) -> tuple[Reported, ...]:
        """Rows that did not come in, and why."""
        return tuple(row for row in self.rows if row.outcome == "skipped")

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each outcome."""
        return dict(Counter(row.outcome for row in self.rows))

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "catalogue": self.catalogue,
            "n_items": self.n_items,
            "n_encoded": self.n_encoded,
            "counts": self.counts,
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
