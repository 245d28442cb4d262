"""Imports in the background, one a catalogue, in processes of their own.

What is to be done and how far it is lie in a folder, so that a page that is loaded again, a server
that is started again and a job that was killed all find what they need. The job itself may be
killed at any moment: `feeds` says why nothing is lost, and `start` lets it go on.
"""

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from recommender import locks, storage
from recommender.catalogue.store import catalogues_folder
from recommender.config import NAME_PATTERN, Settings, check_name, home, read_json, write_json
from recommender.errors import CatalogueError, ModelError, RecommenderError
from recommender.importing import log

UPLOAD = "upload-"  # begins the names of folders of visitors' files
START_S = 30.0  # a process that has not begun by then has died
REPORT_EVERY_S = 0.3

Progress = Callable[[int, int], None]
Status = Literal["waiting", "running", "interrupted", "done", "failed", "cancelled"]
ACTIVE = ("waiting", "running")
DAMAGES = (ModelError, ValueError, TypeError, AttributeError)  # of files that were not written so
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Order(Settings):
    """Order of an import; see `feeds.import_source`.

    Attributes
    ----------
    name : of the catalogue
    source : path
    model : name of the model that indexes it
    is_upload : the source is a copy that a visitor brought; it is removed afterwards
    source_name : as its owner calls the source
    includes_hidden : bring in what the shop hides
    is_new : there must be no catalogue of this name yet
    """

    name: str
    source: str
    model: str
    column_map: dict[str, str] = field(default_factory=dict)
    is_update: bool = False
    fetches: bool = False
    is_upload: bool = False
    source_name: str = ""
    includes_hidden: bool = False
    is_new: bool = False


@dataclass(frozen=True, kw_only=True)
class State(Settings):
    """Progress of an import.

    Attributes
    ----------
    n_done, n_all : rows; all are done before the index is put together
    message : why it failed
    n_missing : rows with links of which pictures could not be fetched or read
    written_at : seconds since 1970
    """

    status: Status
    n_done: int = 0
    n_all: int = 0
    message: str = ""
    n_missing: int = 0
    written_at: float = 0.0


class _Cancelled(RecommenderError):
    """Somebody asked it to stop."""


def begin(order: Order) -> None:
    """Note an import and start it in the background.

    Raises
    ------
    CatalogueError : one is under way for this catalogue, or the name cannot be one
    """
    folder = _folder(order.name)
    try:
        with locks.hold(folder / "begin.lock"):
            if state(order.name).status in ACTIVE:
                raise CatalogueError(
                    f"an import into {order.name!r} is under way: wait, or cancel it"
                )
            if order.is_new and (catalogues_folder() / order.name / "catalogue.db").exists():
                raise CatalogueError(f"there is a catalogue {order.name!r} already")
            (folder / "cancel").unlink(missing_ok=True)
            former = _order_in(folder)
            if former is not None and former.source != order.source:
                _drop_upload(former)
            write_json(folder / "order.json", order.to_dict())
            start(order.name)
    except locks.LockHeld as error:
        _drop_upload(order)
        raise CatalogueError(f"another import into {order.name!r} is just beginning") from error
    except CatalogueError:
        _drop_upload(order)
        raise


def start(name: str) -> None:
    """Run a noted import in a process of its own, from where it was if it was interrupted."""
    folder = _folder(name)
    _write(folder, State(status="waiting"))
    command = [sys.executable, "-m", "recommender", "resume", name]
    log.spawn(command, folder / "log.txt")


def run(name: str, *, progress: Progress | None = None) -> State:
    """Do a noted import here and now; returns how it ended.

    Raises
    ------
    CatalogueError : there is none, or it is under way in another process
    RecommenderError : it failed; its state says so too
    """
    folder = _folder(name)
    noted = order(name)
    if noted is None:
        raise CatalogueError(f"there is no import into {name!r} to go on with")
    try:
        with locks.hold(folder / "running.lock"):
            return _run(folder, noted, progress)
    except locks.LockHeld as error:
        raise CatalogueError(f"the import into {name!r} is under way already") from error


def state(name: str) -> State:
    """Progress of a catalogue's latest import; "done" if there was none."""
    folder = _folder(name)
    known = _read_state(folder)
    if known.status in ENDED or locks.is_held(folder / "running.lock"):
        return known
    # a clock that was set back since says nothing
    if known.status == "waiting" and 0 <= time.time() - known.written_at < START_S:
        return known
    # it may have ended between the two looks
    known = _read_state(folder)
    return known if known.status in ENDED else _with(known, status="interrupted")


def _read_state(folder: Path) -> State:
    try:
        values = read_json(folder / "state.json", default=None)
        known = State(status="done") if values is None else State.from_dict(values)
    except DAMAGES:
        return State(status="failed", message="what was noted of this import is damaged")
    numbers = (known.n_done, known.n_all, known.written_at)
    if known.status not in get_args(Status) or not all(isinstance(n, int | float) for n in numbers):
        return State(status="failed", message="what was noted of this import is damaged")
    return known


def order(name: str) -> Order | None:
    """Order of a catalogue's latest import; None without one, or if its note is damaged."""
    return _order_in(_folder(name))


def _order_in(folder: Path) -> Order | None:
    try:
        values = read_json(folder / "order.json", default=None)
        return None if values is None else Order.from_dict(values)
    except DAMAGES:
        return None


def can_retry(name: str) -> bool:
    """Whether pictures of an import that has ended may be fetched once more."""
    known, noted = state(name), order(name)
    is_short = known.status == "failed" or (known.status == "done" and known.n_missing > 0)
    return is_short and noted is not None and noted.fetches and Path(noted.source).exists()


def retry(name: str) -> None:
    """Begin an import once more; what a failed one fetched is not fetched again.

    Raises
    ------
    CatalogueError : there is nothing to try again
    """
    noted = order(name)
    if noted is None or not can_retry(name):
        raise CatalogueError(f"there is no import into {name!r} to try again")
    begin(replace(noted, is_new=False))


def noted() -> list[str]:
    """Names of the catalogues that have an import noted, sorted."""
    names = (file.parent.name for file in (home() / "jobs").glob("*/order.json"))
    return sorted(name for name in names if NAME_PATTERN.fullmatch(name))


def cancel(name: str) -> None:
    """Stop an import; what was in force stays so. One that is at work stops within a second."""
    from recommender.importing.importer import give_up

    folder = _folder(name)
    known = state(name)
    if known.status in ACTIVE:
        (folder / "cancel").touch()
    elif known.status == "interrupted":
        give_up(name)
        _drop_upload(order(name))
        _write(folder, _with(known, status="cancelled"))


def forget(name: str) -> None:
    """Remove what is noted of an import that has ended; others are left alone."""
    if state(name).status in ENDED:
        shutil.rmtree(_folder(name), ignore_errors=True)


def _run(folder: Path, order: Order, progress: Progress | None) -> State:
    from recommender.feeds.fetch import Fetcher
    from recommender.importing.importer import import_source
    from recommender.inference.autoencoder import Autoencoder

    last = _write(folder, State(status="running"))
    reported_s = time.monotonic()  # the system's clock may be set back meanwhile

    def report(n_done: int, n_all: int) -> None:
        nonlocal last, reported_s
        if (folder / "cancel").exists():
            raise _Cancelled("cancelled")
        if progress is not None:
            progress(n_done, n_all)
        if n_done == n_all or time.monotonic() - reported_s >= REPORT_EVERY_S:
            reported_s = time.monotonic()
            last = _write(folder, State(status="running", n_done=n_done, n_all=n_all))

    def end(status: Status, message: str = "", n_missing: int = 0) -> State:
        may_come_back = order.fetches and (status == "failed" or n_missing > 0)
        if not may_come_back:
            _drop_upload(order)
        (folder / "cancel").unlink(missing_ok=True)
        ended = replace(last, status=status, message=message, n_missing=n_missing)
        return _write(folder, ended)

    try:
        imported = import_source(
            Path(order.source),
            order.name,
            column_map=order.column_map,
            model=Autoencoder.open(order.model),
            is_update=order.is_update,
            is_confined=order.is_upload,
            includes_hidden=order.includes_hidden,
            source_name=order.source_name,
            fetches=Fetcher() if order.fetches else None,
            progress=report,
        )
    except _Cancelled:
        return end("cancelled")
    except RecommenderError as error:
        end("failed", str(error))
        raise
    except OSError as error:
        if (explanation := storage.explain(error)) is None:
            end("failed", "an unexpected error; log.txt has its trace")
            raise
        end("failed", str(explanation))
        raise explanation from error
    except Exception:  # whoever looks at the page must learn of it, and the caller of its cause
        end("failed", "an unexpected error; log.txt has its trace")
        raise
    return end("done", n_missing=imported.n_short if order.fetches else 0)


def _drop_upload(order: Order | None) -> None:
    """Remove a visitor's file; nothing else is ever removed."""
    if order is None or not order.is_upload:
        return
    folder = Path(order.source).parent
    if folder.name.startswith(UPLOAD) and folder.parent == _folder(order.name):
        shutil.rmtree(folder, ignore_errors=True)


def _with(known: State, *, status: Status, message: str = "") -> State:
    return State(status=status, n_done=known.n_done, n_all=known.n_all, message=message)


def _write(folder: Path, fresh: State) -> State:
    stamped = State.from_dict(fresh.to_dict() | {"written_at": time.time()})
    write_json(folder / "state.json", stamped.to_dict())
    return stamped


def _folder(name: str) -> Path:
    return home() / "jobs" / check_name(name)
