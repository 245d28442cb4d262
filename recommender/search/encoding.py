"""Encodes the pictures of a catalogue, each once, or takes what was encoded elsewhere."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError, ImageError
from recommender.inference import feature_files
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_files import precision
from recommender.inference.feature_store import FeatureStore, PictureFeatures
from recommender.inference.pipeline import COMMITTED_AT_ONCE, FeatureExtractor, side_by_side
from recommender.inference.processes import encode_in_processes
from recommender.items import Item
from recommender.types import Progress


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Counts the rows of a file of features that were kept, known, unknown and missing.

    Attributes
    ----------
    n_taken : rows that are kept now
    n_known : rows of pictures that were encoded before
    n_unknown : rows that belong to no picture of the catalogue
    first_unknown : the item's id in the first of them
    n_missing : pictures of the catalogue that are encoded neither there nor here
    """

    n_taken: int
    n_known: int
    n_unknown: int
    first_unknown: str
    n_missing: int


def open_store(folder: Path, model: Autoencoder) -> AbstractContextManager[FeatureStore]:
    """Open the features that a model has extracted from the pictures of a catalogue's folder."""
    return FeatureStore.open(folder, model.fingerprint, precision(model))


def take_features(catalogue: Catalogue, model: Autoencoder, source: Path) -> Taken:
    """Keep the features of a catalogue's pictures that another machine has encoded.

    The files are read twice: nothing is kept of a file that turns out to be damaged at its end.

    Raises
    ------
    CatalogueError : as `feature_files.read`, or no row belongs to a picture of the catalogue
    """
    wanted = {picture.sha256 for item in catalogue.items for picture in item.images}
    n_rows = n_unknown = 0
    first_unknown = ""
    for rows in feature_files.read(source, model):
        unknown = [
            item_id
            for item_id, image_sha256 in zip(rows.item_ids, rows.hashes, strict=True)
            if image_sha256 not in wanted
        ]
        n_rows += len(rows.item_ids)
        n_unknown += len(unknown)
        first_unknown = first_unknown or next(iter(unknown), "")
    if n_rows == n_unknown:
        raise CatalogueError(
            f"none of the {n_rows:,} rows of {source} belongs to a picture of {catalogue.name!r}: "
            "pictures are told by their content"
        )
    with open_store(catalogue.folder, model) as store:
        known = store.hashes()
        n_before = len(known & wanted)
        for rows in feature_files.read(source, model):
            fresh = [
                row
                for row, image_sha256 in enumerate(rows.hashes)
                if image_sha256 in wanted and image_sha256 not in known
            ]
            store.add(
                (rows.hashes[row], rows.features[row], float(rows.errors[row])) for row in fresh
            )
            known.update(rows.hashes[row] for row in fresh)
    n_taken = len(known & wanted) - n_before
    return Taken(
        n_taken=n_taken,
        n_known=n_rows - n_unknown - n_taken,
        n_unknown=n_unknown,
        first_unknown=first_unknown,
        n_missing=len(wanted - known),
    )


def encode_missing(
    folder: Path,
    items: Sequence[Item],
    model: Autoencoder,
    store: FeatureStore,
    *,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Encode those pictures of a catalogue's folder that the store does not hold yet.

    Parameters
    ----------
    n_workers : processes that encode; by default threads of this one, as many as cores

    Raises
    ------
    ImageError : one is missing or damaged; names the item
    RecommenderError : a process was ended from outside
    """
    if n_workers is not None and n_workers > 1:
        _encode_in_processes(folder, items, model, store, n_workers, progress)
        return
    extractor = FeatureExtractor(model, store)

    def look(item: Item) -> None:
        try:
            for picture in item.images:
                extractor.extract(picture.sha256, folder / picture.path)
        except ImageError as error:
            raise _named(error, folder, item.item_id) from error

    try:
        for n_done, _ in enumerate(side_by_side(look, items, n_workers), start=1):
            extractor.flush(at_least=COMMITTED_AT_ONCE)
            if progress is not None:
                progress(n_done, len(items))
    finally:
        extractor.flush()


def _encode_in_processes(
    folder: Path,
    items: Sequence[Item],
    model: Autoencoder,
    store: FeatureStore,
    n_workers: int,
    progress: Progress | None,
) -> None:
    known = store.hashes()
    missing = {
        picture.sha256: (item.item_id, folder / picture.path)
        for item in items
        for picture in item.images
        if picture.sha256 not in known
    }
    tasks = [(image_sha256, file) for image_sha256, (_, file) in missing.items()]
    seen: list[PictureFeatures] = []
    # no more processes than pictures; none at all where all is known
    n_workers = min(n_workers, len(tasks))
    results = encode_in_processes(model, tasks, n_workers) if tasks else iter(())
    try:
        for n_done, ((item_id, _), encoded) in enumerate(
            zip(missing.values(), results, strict=True), start=1
        ):
            if isinstance(encoded, ImageError):
                raise _named(encoded, folder, item_id)
            seen.append(encoded)
            if len(seen) >= COMMITTED_AT_ONCE:
                store.add(seen)
                seen = []
            if progress is not None:
                progress(n_done, len(tasks))
    finally:
        store.add(seen)


def _named(error: ImageError, folder: Path, item_id: str) -> ImageError:
    return ImageError(f"item {item_id!r} of {folder.name!r}: {error}; import it again")
