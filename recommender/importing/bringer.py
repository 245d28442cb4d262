"""Brings the pictures of rows in, several at a time, and says what became of each row."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path

from recommender import images
from recommender.catalogue.store import Catalogue, store_image
from recommender.errors import ImageError
from recommender.feeds.journal import Journal
from recommender.feeds.links import is_link, shortened
from recommender.feeds.rows import Row, Skipped
from recommender.feeds.sources import Source
from recommender.importing.report import PICTURE_LESS, UNREADABLE, Outcome, Reported
from recommender.inference.pipeline import COMMITTED_AT_ONCE, FeatureExtractor, side_by_side
from recommender.items import Item, Picture

Progress = Callable[[int, int], None]
MAX_PICTURES = 32  # of a product; further ones are named in the report
WAIT_S = 0.2  # between two looks whether a wait is still wanted
DOUBLE, UNFETCHED = "ids that come twice", "pictures that are links and were not fetched"

_Task = tuple[Row | Skipped, dict[str, "Future[bytes]"]]
_Brought = tuple[Item | Skipped, str]  # with a note


class Bringer:
    """Makes items of rows.

    Parameters
    ----------
    folder : of the catalogue
    known : its present state
    extractor : encodes the pictures; None leaves that for later
    journal : fetches links; None leaves them out
    """

    def __init__(
        self,
        folder: Path,
        source: Source,
        known: Catalogue | None,
        extractor: FeatureExtractor | None,
        journal: Journal | None,
    ) -> None:
        self._folder = folder
        self._source = source
        self._extractor = extractor
        self._journal = journal
        self._items = {item.item_id: item for item in known or ()}
        self._sound = {picture.sha256 for item in known or () for picture in item.images}
        self._repairs: dict[str, str] = {}
        self._abandoned = threading.Event()

    def bring(
        self, rows: Sequence[Row | Skipped], progress: Progress | None
    ) -> tuple[list[Item], list[Reported]]:
        """Items of the rows that came in, and what became of every row.

        Parameters
        ----------
        progress : called with the number of rows done and the number of rows, also while a
            picture is waited for; what it raises ends the import at once
        """
        items: list[Item] = []
        reported: list[Reported] = []

        def tell() -> None:
            if progress is None:
                return
            try:
                progress(len(reported), len(rows))
            except BaseException:
                self._abandon()
                raise

        results = side_by_side(self._bring_one, self._asked(rows), idle=tell)
        try:
            for row, (brought, note) in zip(rows, results, strict=True):
                if isinstance(brought, Item):
                    items.append(brought)
                reported.append(self._report(row.source, brought, note))
                if self._extractor:
                    self._extractor.flush(at_least=COMMITTED_AT_ONCE)
                tell()
        except BaseException:
            self._abandon()
            results.close()
            raise
        finally:
            if self._extractor:
                self._extractor.flush()
        return items, reported

    def _abandon(self) -> None:
        """Let nobody wait for a picture any more."""
        self._abandoned.set()
        if self._journal:
            self._journal.abandon()

    def _asked(self, rows: Iterable[Row | Skipped]) -> Iterator[_Task]:
        """Rows with the answers of the network, asked for before their turn has come."""
        for row in _without_doubles(rows):
            if isinstance(row, Row) and self._journal:
                links = filter(is_link, row.pictures[:MAX_PICTURES])
                yield row, {link: self._journal.ask(link) for link in links}
            else:
                yield row, {}

    def _report(self, source: str, brought: Item | Skipped, note: str) -> Reported:
        if isinstance(brought, Skipped):
            return Reported(
                source=source, outcome="skipped", reason=brought.reason, kind=brought.kind
            )
        before = self._items.get(brought.item_id)
        outcome: Outcome = (
            "added" if before is None else "unchanged" if before == brought else "changed"
        )
        return Reported(source=source, item_id=brought.item_id, outcome=outcome, note=note)

    def _bring_one(self, task: _Task) -> _Brought:
        row, answers = task
        if isinstance(row, Skipped):
            return row, ""
        pictures: dict[str, Picture] = {}
        notes = [row.note] if row.note else []
        failures: list[Skipped] = []
        for name in row.pictures[:MAX_PICTURES]:
            try:
                picture, repair = self._bring_picture(name, answers.get(name))
            except ImageError as error:
                kind = UNFETCHED if is_link(name) and not self._journal else UNREADABLE
                failures.append(Skipped(source=row.source, reason=str(error), kind=kind))
                continue
            pictures.setdefault(picture.sha256, picture)
            if repair:
                notes.append(f"{shortened(name)}: {repair}")
        if not pictures:
            return failures[0], ""
        n_more = len(row.pictures) - MAX_PICTURES
        notes += [f"{PICTURE_LESS}: {failure.reason}" for failure in failures]
        notes += [f"{n_more} pictures less: at most {MAX_PICTURES} are kept"] if n_more > 0 else []
        cover, *others = pictures.values()
        item = Item(
            item_id=row.item_id,
            image=cover.path,
            image_sha256=cover.sha256,
            more_images=tuple(others),
            price=row.price,
            attributes=row.attributes,
            **row.fields,
        )
        return item, "; ".join(notes)

    def _bring_picture(self, name: str, answer: "Future[bytes] | None") -> tuple[Picture, str]:
        data = self._wait(answer) if answer else self._read(name)
        digest = images.content_fingerprint(data)
        if self._extractor is not None:
            self._extractor.extract(digest, data)
        elif digest not in self._sound:
            images.load(data)
            self._sound.add(digest)
        if digest not in self._repairs:
            self._repairs[digest] = images.repairs(data)
        if self._abandoned.is_set():
            raise CancelledError
        path = store_image(self._folder, data, digest, images.suffix_of(data))
        if self._journal and answer:
            self._journal.note(name, path)
        return Picture(path=path, sha256=digest), self._repairs[digest]

    def _wait(self, answer: "Future[bytes]") -> bytes:
        while not self._abandoned.is_set():
            try:
                return answer.result(timeout=WAIT_S)
            except TimeoutError:
                if answer.done():
                    raise
        raise CancelledError

    def _read(self, picture: str) -> bytes:
        if is_link(picture):
            raise ImageError(
                f"its picture is a link, and links were not to be fetched: {shortened(picture)}"
            )
        return self._source.read(picture)


def _without_doubles(rows: Iterable[Row | Skipped]) -> Iterator[Row | Skipped]:
    seen: dict[str, str] = {}
    for row in rows:
        if isinstance(row, Row) and row.item_id in seen:
            reason = f"id {row.item_id[:80]!r} comes twice, first in {seen[row.item_id]}"
            yield Skipped(source=row.source, reason=reason, kind=DOUBLE)
            continue
        if isinstance(row, Row):
            seen[row.item_id] = row.source
        yield row
