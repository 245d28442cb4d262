"""Into a catalogue: a folder, a zip or a feed, picture by picture, and then all at once.

Pictures and what the model saw of them are kept under the hash of their content while the import
runs. The catalogue and its index are put in force at the end, in one move. So an import that was
killed goes on where it was when it is started again, and until then the old state answers.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from recommender import images
from recommender.catalogue import store as catalogues
from recommender.catalogue.store import Catalogue, catalogues_folder, store_image
from recommender.config import DEMO, check_name
from recommender.errors import CatalogueError, ImageError, RecommenderError
from recommender.feeds.fetch import JOURNAL, Fetch, Journal, is_link
from recommender.feeds.rows import Row, Skipped
from recommender.feeds.sources import Source, open_source
from recommender.importing.report import ImportReport, Outcome, Reported, write_report
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore
from recommender.inference.pipeline import COMMITTED_AT_ONCE, Looker, side_by_side
from recommender.items import Item
from recommender.search import build
from recommender.search import index as indexes

Progress = Callable[[int, int], None]
_Task = tuple[Row | Skipped, Future[bytes] | None]


def import_source(
    source: Path,
    name: str,
    *,
    column_map: Mapping[str, str] | None = None,
    model: Autoencoder | None = None,
    is_update: bool = False,
    is_confined: bool = False,
    fetches: Fetch | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Make a catalogue, or bring one up to date.

    A folder or a zip that holds exactly one feed is read as that feed; in any other every picture
    is an item, and its sub-folders are its category. An unreadable picture is skipped and
    reported; it never stops the import.

    Parameters
    ----------
    source : folder, zip or feed; picture paths in a feed are relative to the feed
    name : of the catalogue
    column_map : target to column, for columns that are not named as usual
    model : encodes the pictures and gets its index; None leaves that for later
    is_update : keep items that the source does not name, instead of replacing the whole catalogue
    is_confined : refuse pictures outside of the source's folder
    fetches : gets pictures that are links, such as `fetch.fetch`; None skips them
    progress : called with the number of rows done and the number of rows; what it raises stops the
        import, and leaves what was in force

    Raises
    ------
    CatalogueError : nothing usable in `source`, a column that is not there, or the catalogue is
        being changed by another import
    """
    folder = catalogues_folder() / check_name(name)
    if name == DEMO:
        raise CatalogueError(f"{DEMO!r} is the built-in catalogue: choose another name")
    with ExitStack() as stack:
        opened = stack.enter_context(open_source(source, is_confined=is_confined))
        rows = list(opened.rows(column_map or {}))
        stack.enter_context(catalogues.writing(folder))
        known = Catalogue(folder) if (folder / "catalogue.db").exists() else None
        stack.enter_context(_swept_after_failure(folder))
        store = stack.enter_context(build.open_store(folder, model)) if model else None
        looker = Looker(model, store) if model and store else None
        journal = stack.enter_context(Journal(folder, fetches)) if fetches else None
        items, reported = _Bringer(folder, opened, known, looker, journal).bring(rows, progress)
        if not items:
            first = next((row for row in reported if row.outcome == "skipped"), None)
            reason = f": {first.source}: {first.reason}" if first else ""
            raise CatalogueError(f"no picture could be read from {source}{reason}")
        before = {item.item_id: item for item in known or ()}
        if is_update:
            items = [*(before | {item.item_id: item for item in items}).values()]
        reported += _removed(name, before.keys() - {item.item_id for item in items})
        _put_in_force(folder, items, {"source": source.name}, known, model, store)
        report = ImportReport(
            catalogue=name,
            n_items=len(items),
            n_encoded=looker.n_encoded if looker else 0,
            rows=tuple(reported),
        )
        write_report(folder, report)
    return report


def remove_items(
    name: str, item_ids: Sequence[str], *, model: Autoencoder | None = None
) -> ImportReport:
    """Take items out of a catalogue; nothing is encoded.

    Raises
    ------
    CatalogueError : there is no such item, or none would be left
    """
    folder = catalogues_folder() / check_name(name)
    if name == DEMO:
        raise CatalogueError(f"{DEMO!r} is the built-in catalogue: it stays as it is")
    with ExitStack() as stack:
        stack.enter_context(catalogues.writing(folder))
        known = Catalogue(folder)
        gone = {known.get(item_id).item_id for item_id in item_ids}
        items = [item for item in known if item.item_id not in gone]
        if not items:
            raise CatalogueError(f"that would leave nothing in {name!r}: delete it instead")
        store = stack.enter_context(build.open_store(folder, model)) if model else None
        _put_in_force(folder, items, {"source": known.fact("source")}, known, model, store)
    return ImportReport(catalogue=name, n_items=len(items), rows=tuple(_removed(name, gone)))


def give_up(name: str) -> None:
    """Remove what an import that was killed has left; what is in force stays."""
    folder = catalogues_folder() / check_name(name)
    with catalogues.writing(folder):
        _sweep(folder)


class _Bringer:
    """Brings the pictures of rows in."""

    def __init__(
        self,
        folder: Path,
        source: Source,
        known: Catalogue | None,
        looker: Looker | None,
        journal: Journal | None,
    ) -> None:
        self._folder = folder
        self._source = source
        self._looker = looker
        self._journal = journal
        self._items = {item.item_id: item for item in known or ()}
        self._sound = {item.image_sha256 for item in known or ()}

    def bring(
        self, rows: Sequence[Row | Skipped], progress: Progress | None
    ) -> tuple[list[Item], list[Reported]]:
        """Items of the rows that came in, and what became of every row."""
        items: list[Item] = []
        reported: list[Reported] = []
        try:
            for row, brought in zip(
                rows, side_by_side(self._bring_one, self._asked(rows)), strict=True
            ):
                if isinstance(brought, Item):
                    items.append(brought)
                reported.append(self._report(row.source, brought))
                if self._looker:
                    self._looker.flush(at_least=COMMITTED_AT_ONCE)
                if progress is not None:
                    progress(len(reported), len(rows))
        finally:
            if self._looker:
                self._looker.flush()
        return items, reported

    def _asked(self, rows: Iterable[Row | Skipped]) -> Iterator[_Task]:
        """Rows with the answers of the network, asked for before their turn has come."""
        for row in _without_doubles(rows):
            if isinstance(row, Row) and self._journal and is_link(row.picture):
                yield row, self._journal.ask(row.picture)
            else:
                yield row, None

    def _report(self, source: str, brought: Item | Skipped) -> Reported:
        if isinstance(brought, Skipped):
            return Reported(source=source, outcome="skipped", reason=brought.reason)
        before = self._items.get(brought.item_id)
        outcome: Outcome = (
            "added" if before is None else "unchanged" if before == brought else "changed"
        )
        return Reported(source=source, item_id=brought.item_id, outcome=outcome)

    def _bring_one(self, task: _Task) -> Item | Skipped:
        row, answer = task
        if isinstance(row, Skipped):
            return row
        try:
            image, digest = self._keep(row, answer.result() if answer else self._read(row.picture))
        except ImageError as error:
            return Skipped(source=row.source, reason=str(error))
        if self._journal and answer:
            self._journal.note(row.picture, image)
        return Item(
            item_id=row.item_id,
            image=image,
            image_sha256=digest,
            price=row.price,
            attributes=row.attributes,
            **row.fields,
        )

    def _read(self, picture: str) -> bytes:
        if is_link(picture):
            raise ImageError(f"its picture is a link, and links were not to be fetched: {picture}")
        return self._source.read(picture)

    def _keep(self, row: Row, data: bytes) -> tuple[str, str]:
        digest = images.content_fingerprint(data)
        if self._looker is not None:
            self._looker.look(digest, data)
        elif digest not in self._sound:
            images.load(data)
        return store_image(self._folder, data, _suffix(row.picture))


def _without_doubles(rows: Iterable[Row | Skipped]) -> Iterator[Row | Skipped]:
    seen: set[str] = set()
    for row in rows:
        if isinstance(row, Row) and row.item_id in seen:
            yield Skipped(source=row.source, reason=f"id {row.item_id!r} comes twice")
            continue
        if isinstance(row, Row):
            seen.add(row.item_id)
        yield row


def _put_in_force(
    folder: Path,
    items: Sequence[Item],
    facts: dict[str, str],
    known: Catalogue | None,
    model: Autoencoder | None,
    store: FeatureStore | None,
) -> None:
    """Write the index of the new state beside the one in force, then make the state the new one.

    Whichever state of the catalogue a kill leaves, the index that belongs to it is there.
    """
    unused: list[Path] = []
    if model is not None and store is not None:
        build.encode_missing(folder, items, model, store)  # those that an update kept
        in_force = known.fingerprint if known else None
        base = build.latest(build.places(folder, model), model, in_force)
        index = build.assemble(items, model, store, base=base)
        target = build.free_folder(folder, model, known.fingerprint if known else "")
        indexes.save(index, target)
        unused = [each for each in build.places(folder, model) if each != target]
    if hasattr(os, "sync"):
        os.sync()  # all new pictures at once: one by one takes longer than to look at them
    catalogues.replace(folder, items, facts)
    for place in unused:
        indexes.delete(place, successor=target)
    if store is not None:
        store.keep_only({item.image_sha256 for item in items})


@contextmanager
def _swept_after_failure(folder: Path) -> Iterator[None]:
    """Let nothing lie about of an import that failed; one that was killed keeps all for later."""
    try:
        yield
    except RecommenderError:
        _sweep(folder)
        raise


def _sweep(folder: Path) -> None:
    if (folder / "catalogue.db").exists():
        catalogues.remove_strays(folder, (item.image for item in Catalogue(folder)))
        (folder / JOURNAL).unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _removed(source: str, item_ids: Iterable[str]) -> list[Reported]:
    return [Reported(source=source, item_id=each, outcome="removed") for each in sorted(item_ids)]


def _suffix(picture: str) -> str:
    """A picture's ending, out of a path or of a link."""
    path = urlsplit(picture).path if is_link(picture) else picture
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if suffix in images.SUFFIXES else ""
