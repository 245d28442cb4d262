"""Builds the index of a catalogue whose pictures were encoded, and keeps it up to date."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import storage
from recommender.catalogue.store import Catalogue, fingerprint
from recommender.config import DEMO, MODELS
from recommender.errors import CatalogueError, IndexNotBuilt, StaleIndex, StorageError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_files import precision
from recommender.inference.feature_store import DamagedFeatures, FeatureStore
from recommender.inference.projection import MAX_FITTED, Projection, fit_parts
from recommender.items import Item
from recommender.search import growth
from recommender.search import index as indexes
from recommender.search.calibration import QUANTILES
from recommender.search.encoding import encode_missing, open_store
from recommender.search.engines import AUTO, choose_engine
from recommender.search.index import Index
from recommender.search.names import Hashes, NameColumn
from recommender.search.parts import Part
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
    index = latest(index_folders(catalogue, model), model, catalogue.fingerprint)
    if index is not None:
        return index
    try:
        return rebuild(catalogue, model, progress=progress)
    except DamagedFeatures:
        FeatureStore.discard(catalogue.folder, model.fingerprint)
        return rebuild(catalogue, model, progress=progress)
    except StorageError:  # answering needs no disk; the next process tries to keep it again
        return build(catalogue, model, progress=progress)


def latest(
    folders: Sequence[Path], model: Autoencoder, catalogue: str | None = None
) -> Index | None:
    """Return the first usable index of a model among folders.

    Parameters
    ----------
    catalogue : fingerprint that it must have been made from; None for any, as an update begins with
    """
    for folder in folders:
        try:
            return indexes.load(folder, model=model.fingerprint, catalogue=catalogue)
        except (IndexNotBuilt, StaleIndex):
            continue
    return None


def rebuild(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str | None = None,
    refit: bool = False,
    folder: Path | None = None,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Put a catalogue's index in force; pictures that were encoded before are not encoded again.

    Parameters
    ----------
    engine : its name, or "auto"; the present index's by default
    refit : whether the projection is fitted anew, and all embeddings with it
    folder : where to write; beside the catalogue by default
    n_workers : as `encode_missing`

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
        base = latest(index_folders(catalogue, model), model)
        index = assemble(catalogue.items, model, store, engine=engine, base=base, refit=refit)
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


def build(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str | None = None,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Encode the whole catalogue; nothing is written. Errors as `rebuild`."""
    with closing(FeatureStore(":memory:", precision(model))) as store:
        encode_missing(
            catalogue.folder, catalogue.items, model, store, n_workers=n_workers, progress=progress
        )
        return assemble(catalogue.items, model, store, engine=engine)


def assemble(
    items: Sequence[Item],
    model: Autoencoder,
    store: FeatureStore,
    *,
    engine: str | None = None,
    base: Index | None = None,
    refit: bool = False,
) -> Index:
    """Return the index of items whose pictures were encoded; nothing is encoded or written.

    With a base, only what differs from it is projected, by the projection that the base has: the
    embeddings of one index are comparable for as long as it lives. An index that has outgrown its
    projection is made from the start; see `growth.has_outgrown`.

    Parameters
    ----------
    engine : its name, or "auto"; the base's by default
    base : an index of the same model, such as that of the catalogue before an update
    refit : make everything anew in spite of a base

    Raises
    ------
    EngineUnavailable : there is no such engine, or it does not answer
    """
    pictures = [(item.item_id, picture.sha256) for item in items for picture in item.images]
    contents = growth.contents_of(pictures)
    starts = np.cumsum([0, *(len(item.images) for item in items[:-1])])
    covers = contents[starts] if len(items) < len(pictures) else None
    made_from = fingerprint(items)
    wanted = engine or (base.engine_choice if base is not None else AUTO)
    if base is not None and not refit:
        change = growth.compare(base, contents)
        if not growth.has_outgrown(base, change):
            fresh = [pictures[row] for row in change.fresh]
            part = None
            if fresh:
                part = _part(fresh, contents[change.fresh], model, store, base.projection)
            return growth.grown(
                base, change, part, catalogue=made_from, engine=wanted, covers=covers
            )
    order = _order(len(pictures))
    pictures = [pictures[row] for row in order]
    projection = None
    if model.prior is not None:
        hashes = [sha256 for _, sha256 in pictures[:MAX_FITTED]]
        projection = fit_parts((features for features, _ in _parts(hashes, store)), model.prior)
    part = _part(pictures, contents[order], model, store, projection)
    return growth.calibrated(
        indexes.of_parts(
            [part],
            np.empty(0, np.int64),
            views=growth.views_among([part], covers),
            nearest_quantiles=np.zeros(len(QUANTILES), np.float32),
            metric=model.config.metric,
            model=model.fingerprint,
            catalogue=made_from,
            engine_name=choose_engine(wanted, len(pictures)),
            engine_choice=wanted,
            projection=projection,
            n_fitted=len(pictures),
        )
    )


def _order(n_items: int) -> NDArray[np.intp]:
    """As they come, or at random where a projection is fitted on the first of many."""
    if n_items <= MAX_FITTED:
        return np.arange(n_items)
    return np.random.default_rng(0).permutation(n_items)


def _part(
    pictures: Sequence[tuple[str, str]],
    contents: Hashes,
    model: Autoencoder,
    store: FeatureStore,
    projection: Projection | None,
) -> Part:
    """Return rows for pictures, each an item's id and a hash; one batch of features is held."""
    # unit lengths need no more than half precision; raw latents know no bounds
    dtype = np.float16 if model.config.metric == "cosine" else np.float32
    embeddings: NDArray[np.floating] | None = None
    errors = np.empty(len(pictures), np.float32)
    n_done = 0
    for features, part in _parts([image_sha256 for _, image_sha256 in pictures], store):
        rows = features if projection is None else projection.apply(features)
        if embeddings is None:
            embeddings = np.empty((len(pictures), rows.shape[1]), dtype)
        embeddings[n_done : n_done + len(rows)] = rows
        errors[n_done : n_done + len(rows)] = part
        n_done += len(rows)
    if embeddings is None:
        raise CatalogueError("there is no picture to index")
    return Part(
        embeddings=embeddings,
        errors=errors,
        names=NameColumn.of(item_id for item_id, _ in pictures),
        contents=contents,
    )


def _parts(hashes: Sequence[str], store: FeatureStore) -> Iterator[tuple[Floats, Floats]]:
    for start in range(0, len(hashes), BATCH):
        yield store.read(hashes[start : start + BATCH])
