"""Settings, folders and files: frozen dataclasses are stored as JSON beside what they made."""

import contextlib
import dataclasses
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from recommender import storage
from recommender.errors import CatalogueError, ModelError, RecommenderError

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "bundled"  # an installed package holds here what a clone has beside it
PROJECT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent
ASSETS = PROJECT / "assets"
MODELS = PROJECT / "models"
USER_DATA = {  # by system: the variable that names the folder, and the folder without it
    "darwin": ("XDG_DATA_HOME", "~/Library/Application Support"),
    "win32": ("LOCALAPPDATA", "~/AppData/Local"),
}
DEMO = "demo"
MAX_NAME = 64
NAME_PATTERN = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MAX_NAME - 1}}}")
READ_ONLY = "LOOKALIKE_READ_ONLY"
SWITCHED_ON, SWITCHED_OFF = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def home() -> Path:
    """Return the folder of the person's own catalogues, models and indexes.

    `$LOOKALIKE_HOME` names it. Otherwise it is `data/` in a clone, and the folder that the system
    keeps for a person's programs where the package is installed.
    """
    chosen = os.environ.get("LOOKALIKE_HOME")
    if chosen:
        return Path(chosen).expanduser()
    return _user_data() / "lookalike" if PROJECT == BUNDLED else PROJECT / "data"


def _user_data() -> Path:
    variable, default = USER_DATA.get(sys.platform, ("XDG_DATA_HOME", "~/.local/share"))
    return Path(os.environ.get(variable) or default).expanduser()


def read_only() -> bool:
    """Whether visitors may only look: no catalogue is managed, no finding dismissed.

    Set by `$LOOKALIKE_READ_ONLY`, or by `streamlit run app.py -- --read-only`. Raises
    `RecommenderError` for a value that is neither yes nor no: a public demo must not be left open
    by a slip of the pen.
    """
    return switched_on(READ_ONLY)


def switched_on(name: str) -> bool:
    """Return whether an environment variable says yes; raises `RecommenderError` for a riddle."""
    value = os.environ.get(name, "").strip().lower()
    if value not in (*SWITCHED_ON, *SWITCHED_OFF):
        raise RecommenderError(f"{name} must be 1 or 0, got {value!r}")
    return value in SWITCHED_ON


def check_name(name: str) -> str:
    """Return `name` if it can safely be a folder's name; raise `CatalogueError` otherwise."""
    if not NAME_PATTERN.fullmatch(name):
        raise CatalogueError(
            f"{name!r} cannot be a name: use up to 64 lower-case letters, digits, - and _"
        )
    return name


class Settings:
    """JSON round trip of a frozen dataclass."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild settings from JSON; raises `ValueError` for one that does not exist."""
        known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"{cls.__name__} has no setting {', '.join(unknown)}")
        return cls(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]


def read_json(file: Path, *, default: Any) -> Any:
    """Content of a JSON file that may be missing; raises `ModelError` if it is damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} is damaged: {error}") from error


def write_json(file: Path, values: Any) -> None:
    """Write JSON to a temporary name and move it into place."""
    write_atomically(file, (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())


def write_atomically(file: Path, data: bytes, *, is_flushed: bool = True) -> None:
    """Write bytes so that a reader, or a kill, sees the old file or the new one, never half.

    Parameters
    ----------
    is_flushed : wait until the disk has them, so that even a power cut leaves one of the two
    """
    with replacing(file, is_flushed=is_flushed) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(file: Path, *, is_flushed: bool = True) -> Iterator[Path]:
    """A temporary name to write to; what was written is moved into place if nothing failed.

    Raises
    ------
    StorageError : the disk is full, protected or broken
    """
    temporary = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.part")
    with storage.explained():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            if is_flushed:
                with temporary.open("rb+") as stream:
                    os.fsync(stream.fileno())
            temporary.replace(file)
        finally:
            with contextlib.suppress(OSError):  # the first error is the one to tell
                temporary.unlink(missing_ok=True)
