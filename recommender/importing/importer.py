"""Imports a folder, a zip or a feed: picture by picture, and then all at once.

Pictures and what the model saw of them are kept under the hash of their content while the import
runs. The catalogue and its index are put in force at the end, in one move. So an import that was
killed goes on where it was when it is started again, and until then the old state answers.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from recommender import storage
from recommender.catalogue import store as catalogues
from recommender.catalogue.store import Catalogue, catalogues_folder
from recommender.config import DEMO, check_name
from recommender.errors import CatalogueError
from recommender.feeds.journal import JOURNAL, Fetch, Journal
from recommender.feeds.pictures import Grouping
from recommender.feeds.sources import open_source
from recommender.importing.bringer import Bringer, Progress
from recommender.importing.report import ImportReport, Reported, write_report
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore
from recommender.inference.pipeline import FeatureExtractor
from recommender.items import Item
from recommender.search import build, encoding
from recommender.search import index as indexes

N_TOLD = 3  # kinds of reasons


def import_source(
    source: Path,
    name: str,
    *,
    column_map: Mapping[str, str] | None = None,
    model: Autoencoder | None = None,
    is_update: bool = False,
    is_confined: bool = False,
    includes_hidden: bool = False,
    grouping: Grouping = "none",
    source_name: str = "",
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
    includes_hidden : bring in what the shop hides: drafts, archived and unpublished products
    grouping : which picture files of a folder are one product; see `feeds.pictures`
    source_name : as its owner calls the source, where the file has another name
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
        opened = stack.enter_context(open_source(source, is_confined=is_confined, name=source_name))
        rows = list(
            opened.rows(column_map or {}, includes_hidden=includes_hidden, grouping=grouping)
        )
        stack.enter_context(catalogues.writing(folder))
        known = Catalogue(folder) if (folder / "catalogue.db").exists() else None
        stack.enter_context(_swept_after_failure(folder))
        store = stack.enter_context(encoding.open_store(folder, model)) if model else None
        extractor = FeatureExtractor(model, store) if model and store else None
        journal = stack.enter_context(Journal(folder, fetches)) if fetches else None
        items, reported = Bringer(folder, opened, known, extractor, journal).bring(rows, progress)
        if not items:
            raise CatalogueError(_nothing(opened.name, reported))
        n_pictures = sum(len(item.images) for item in items)
        before = {item.item_id: item for item in known or ()}
        if is_update:
            items = [*(before | {item.item_id: item for item in items}).values()]
        reported += _removed(name, before.keys() - {item.item_id for item in items})
        _put_in_force(folder, items, {"source": opened.name}, known, model, store)
        report = ImportReport(
            catalogue=name,
            n_items=len(items),
            n_encoded=extractor.n_encoded if extractor else 0,
            n_pictures=n_pictures,
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
        store = stack.enter_context(encoding.open_store(folder, model)) if model else None
        _put_in_force(folder, items, {"source": known.fact("source")}, known, model, store)
    return ImportReport(catalogue=name, n_items=len(items), rows=tuple(_removed(name, gone)))


def give_up(name: str) -> None:
    """Remove what an import that was killed has left; what is in force stays."""
    folder = catalogues_folder() / check_name(name)
    with catalogues.writing(folder):
        _sweep(folder)


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
        encoding.encode_missing(folder, items, model, store)  # those that an update kept
        in_force = known.fingerprint if known else None
        base = build.latest(build.places(folder, model), model, in_force)
        index = build.assemble(items, model, store, base=base)
        target = build.free_folder(folder, model, known.fingerprint if known else "")
        with storage.explained():
            indexes.save(index, target)
        unused = [each for each in build.places(folder, model) if each != target]
    if hasattr(os, "sync"):
        os.sync()  # all new pictures at once: one by one takes longer than to look at them
    catalogues.replace(folder, items, facts)
    for place in unused:
        indexes.delete(place, successor=target)
    if store is not None:
        store.keep_only({picture.sha256 for item in items for picture in item.images})


@contextmanager
def _swept_after_failure(folder: Path) -> Iterator[None]:
    """Let nothing lie about of an import that failed; one that was killed keeps all for later."""
    try:
        yield
    except Exception:
        _sweep(folder)
        raise


def _sweep(folder: Path) -> None:
    if (folder / "catalogue.db").exists():
        kept = (picture.path for item in Catalogue(folder) for picture in item.images)
        catalogues.remove_strays(folder, kept)
        (folder / JOURNAL).unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _nothing(source: str, reported: Sequence[Reported]) -> str:
    """The reason for which no item came in: the first one of each kind, the largest kind first."""
    report = ImportReport(catalogue="", n_items=0, rows=tuple(reported))
    told = "; ".join(
        f"{group.kind} ({group.n_rows:,}), {group.examples[0].source}: {group.examples[0].reason}"
        for group in report.groups[:N_TOLD]
    )
    return f"no picture could be read from {source}{': ' if told else ''}{told}"


def _removed(source: str, item_ids: Iterable[str]) -> list[Reported]:
    return [Reported(source=source, item_id=each, outcome="removed") for each in sorted(item_ids)]
