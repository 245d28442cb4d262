"""Encodes a catalogue's pictures, each once, and builds the index."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recommender import images, storage
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue, fingerprint
from recommender.config import DEMO, MODELS
from recommender.errors import CatalogueError, ImageError, IndexNotBuilt, StaleIndex, StorageError
from recommender.feeds.sources import picture_files
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import DamagedFeatures, FeatureStore
from recommender.inference.pipeline import (
    COMMITTED_AT_ONCE,
    FeatureExtractor,
    load_enough,
    side_by_side,
)
from recommender.inference.projection import MAX_FITTED, Projection, fit, fit_parts
from recommender.items import Item
from recommender.search import index as indexes
from recommender.search.engines import make_engine
from recommender.search.index import Index
from recommender.types import Floats, Progress

BATCH = 256  # features held at a time: memory stays the same for any catalogue


def open_index(
    catalogue: Catalogue, model: Autoencoder, *, progress: Progress | None = None
) -> Index:
    """The index of a catalogue and a model; built, and kept, where there is none that fits.

    Parameters
    ----------
    progress : called with the number of items done and the number of items, if it is built. Where
        the disk takes no index, it is built in memory
    """
    for folder in index_folders(catalogue, model):
        try:
            return indexes.load(folder, model=model.fingerprint, catalogue=catalogue.fingerprint)
        except (IndexNotBuilt, StaleIndex):
            continue
    try:
        return rebuild(catalogue, model, progress=progress)
    except DamagedFeatures:
        FeatureStore.discard(catalogue.folder, model.fingerprint)
        return rebuild(catalogue, model, progress=progress)
    except StorageError:  # answering needs no disk; the next process tries to keep it again
        return build(catalogue, model, progress=progress)


def rebuild(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str = "exact",
    folder: Path | None = None,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Put a catalogue's index in force; pictures that were encoded before are not encoded again.

    Parameters
    ----------
    folder : where to write; beside the catalogue by default
    n_workers : threads that decode and encode; as many as cores by default

    Raises
    ------
    ImageError : a picture is missing or damaged; names the item
    EngineUnavailable : there is no such engine
    StorageError : it was built, and the disk does not take it
    """
    with open_store(catalogue.folder, model) as store:
        encode_missing(
            catalogue.folder, catalogue.items, model, store, n_workers=n_workers, progress=progress
        )
        index = assemble(catalogue.items, model, store, engine=engine)
    with storage.explained():
        indexes.save(index, folder or index_folders(catalogue, model)[0])
    return index


def index_folders(catalogue: Catalogue, model: Autoencoder) -> list[Path]:
    """Folders that may hold an index: beside the catalogue, and for the demo with the model."""
    folders = places(catalogue.folder, model)
    if catalogue.name == DEMO:
        folders.append(MODELS / model.name / "index")
    return folders


def places(folder: Path, model: Autoencoder) -> list[Path]:
    """Two folders beside a catalogue.

    Two, so that the index of a catalogue's next state can be written whole while the one of its
    present state answers; which of them is in force follows from the catalogue's fingerprint.
    """
    return [folder / "indexes" / name for name in (model.name, f"{model.name}.next")]


def free_folder(folder: Path, model: Autoencoder, catalogue: str) -> Path:
    """The place whose index does not belong to the state with the fingerprint `catalogue`."""
    first, second = places(folder, model)
    try:
        indexes.load(first, model=model.fingerprint, catalogue=catalogue)
    except (IndexNotBuilt, StaleIndex):
        return first
    return second


def open_store(folder: Path, model: Autoencoder) -> AbstractContextManager[FeatureStore]:
    """Open the features that a model has extracted from the pictures of a catalogue's folder."""
    return FeatureStore.open(folder, model.fingerprint, _precision(model))


def build(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str = "exact",
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Encode the whole catalogue; nothing is written. Errors as `rebuild`."""
    with closing(FeatureStore(":memory:", _precision(model))) as store:
        encode_missing(
            catalogue.folder, catalogue.items, model, store, n_workers=n_workers, progress=progress
        )
        return assemble(catalogue.items, model, store, engine=engine)


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

    Raises
    ------
    ImageError : one is missing or damaged; names the item
    """
    extractor = FeatureExtractor(model, store)

    def look(item: Item) -> None:
        try:
            for picture in item.images:
                extractor.extract(picture.sha256, folder / picture.path)
        except ImageError as error:
            where = f"item {item.item_id!r} of {folder.name!r}"
            raise ImageError(f"{where}: {error}; import it again") from error

    try:
        for n_done, _ in enumerate(side_by_side(look, items, n_workers), start=1):
            extractor.flush(at_least=COMMITTED_AT_ONCE)
            if progress is not None:
                progress(n_done, len(items))
    finally:
        extractor.flush()


def assemble(
    items: Sequence[Item], model: Autoencoder, store: FeatureStore, *, engine: str = "exact"
) -> Index:
    """Build the index of items whose pictures were encoded; nothing is encoded or written here.

    Raises
    ------
    EngineUnavailable : there is no such engine
    """
    make_engine(engine)  # one that is missing should be missed now and not at the first query
    ordered = [items[number] for number in _order(len(items))]
    pictures = [(item.item_id, picture.sha256) for item in ordered for picture in item.images]
    hashes = [sha256 for _, sha256 in pictures]
    covers = np.cumsum([0, *(len(item.images) for item in ordered[:-1])])
    projection = None
    if model.prior is not None:
        seen = (features for features, _ in _parts(hashes[:MAX_FITTED], store))
        projection = fit_parts(seen, model.prior)
    rows, errors = _project(hashes, store, projection)
    return Index(
        ids=tuple(item_id for item_id, _ in pictures),
        embeddings=rows,
        reconstruction_errors=errors,
        nearest_quantiles=indexes.calibrate_nearest(rows[covers]),
        metric=model.config.metric,
        model=model.fingerprint,
        catalogue=fingerprint(items),
        engine_name=engine,
        projection=projection,
    )


def embed_items(
    catalogue: Catalogue,
    items: Sequence[Item],
    model: Autoencoder,
    embed: Callable[[Floats], Floats],
) -> Floats:
    """Embeddings of a catalogue's items as another catalogue's index compares them.

    Parameters
    ----------
    embed : makes embeddings of features, such as `Index.embed`

    Returns
    -------
    embeddings : ndarray of shape (n_items, n_dims), float32
    """
    parts = []
    for start in range(0, len(items), BATCH):
        squares = [
            model.prepare(images.load(catalogue.image_path(item)))
            for item in items[start : start + BATCH]
        ]
        parts.append(embed(model.encode(squares).features))
    return np.concatenate(parts)


def _order(n_items: int) -> NDArray[np.intp]:
    """As they come, or at random where a projection is fitted on the first of many."""
    if n_items <= MAX_FITTED:
        return np.arange(n_items)
    return np.random.default_rng(0).permutation(n_items)


def _project(
    hashes: Sequence[str], store: FeatureStore, projection: Projection | None
) -> tuple[Floats, Floats]:
    """Embeddings and reconstruction errors; the features of one batch at a time are held."""
    rows, errors = [], []
    for features, part in _parts(hashes, store):
        rows.append(features if projection is None else projection.apply(features))
        errors.append(part)
    return np.concatenate(rows), np.concatenate(errors)


def _parts(hashes: Sequence[str], store: FeatureStore) -> Iterator[tuple[Floats, Floats]]:
    for start in range(0, len(hashes), BATCH):
        yield store.read(hashes[start : start + BATCH])


def _precision(model: Autoencoder) -> DTypeLike:
    """Precision of kept features; single where features are embeddings, as the article's are."""
    return np.float32 if model.prior is None else np.float16


def embed_source(
    source: str, model: Autoencoder, *, progress: Progress | None = None
) -> tuple[list[str], Floats, list[tuple[str, str]]]:
    """Embeddings of a folder's pictures, or of a catalogue's.

    Parameters
    ----------
    source : a folder, where an item's id is its path relative to it, or a catalogue's name

    Returns
    -------
    ids, embeddings : of the pictures that could be read; shapes (n,) and (n, n_dims)
    skipped : id and reason of each one that could not

    Raises
    ------
    CatalogueError : neither a folder with pictures nor a catalogue
    """
    folder = Path(source)
    if not folder.is_dir():
        catalogue = open_catalogue(source)
        index = open_index(catalogue, model, progress=progress)
        return list(index.covers.ids), np.asarray(index.covers.embeddings), []
    names = [path.relative_to(folder).as_posix() for path in picture_files(folder)]
    skipped: list[tuple[str, str]] = []
    ids, features = [], []

    def describe(name: str) -> tuple[str, Floats | ImageError]:
        try:
            square = model.prepare(load_enough(model, folder / name))
        except ImageError as error:
            return name, error
        return name, model.encode([square], n_threads=1).features

    for n_done, (name, got) in enumerate(side_by_side(describe, names), start=1):
        if isinstance(got, ImageError):
            skipped.append((name, str(got)))
        else:
            ids.append(name)
            features.append(got)
        if progress is not None:
            progress(n_done, len(names))
    if not ids:
        raise CatalogueError(f"there is no readable picture in {folder}")
    rows = np.concatenate(features)
    if model.prior is not None:
        rows = fit(rows, model.prior).apply(rows)
    return ids, rows, skipped
