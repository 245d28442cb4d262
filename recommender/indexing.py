"""A catalogue's pictures through the encoder, once, into an index."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender import index as indexes
from recommender.catalogue import Catalogue, Item
from recommender.config import DEMO, MODELS
from recommender.engines import make_engine
from recommender.errors import CatalogueError, ImageError, IndexNotBuilt, StaleIndex
from recommender.feeds import picture_files
from recommender.index import Index
from recommender.library import open_catalogue
from recommender.projection import MAX_FITTED, Defaults, Projection, fit
from recommender.runtime import N_THREADS, Autoencoder

BATCH = 64  # pictures in flight: memory stays the same for any catalogue

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Progress = Callable[[int, int], None]


def open_index(
    catalogue: Catalogue, model: Autoencoder, *, progress: Progress | None = None
) -> Index:
    """The index of a catalogue and a model; built, and kept, where there is none that fits.

    Parameters
    ----------
    progress : called with the number of items done and the number of items, if it is built
    """
    for folder in index_folders(catalogue, model):
        try:
            return indexes.load(folder, model=model.fingerprint, catalogue=catalogue.fingerprint)
        except (IndexNotBuilt, StaleIndex):
            continue
    return rebuild(catalogue, model, progress=progress)


def rebuild(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str = "exact",
    folder: Path | None = None,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Encode the whole catalogue and put its index in force.

    Parameters
    ----------
    folder : where to write; beside the catalogue by default
    n_workers : threads that decode and encode; as many as cores by default

    Raises
    ------
    ImageError : a picture is missing or damaged; names the item
    EngineUnavailable : there is no such engine
    """
    index = build(catalogue, model, engine=engine, n_workers=n_workers, progress=progress)
    indexes.save(index, folder or index_folders(catalogue, model)[0])
    return index


def index_folders(catalogue: Catalogue, model: Autoencoder) -> list[Path]:
    """Where an index may lie: beside the catalogue, and for the demo with the model."""
    folders = [catalogue.folder / "indexes" / model.name]
    if catalogue.name == DEMO:
        folders.append(MODELS / model.name / "index")
    return folders


def build(
    catalogue: Catalogue,
    model: Autoencoder,
    *,
    engine: str = "exact",
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Index:
    """Encode the whole catalogue; nothing is written. Errors as `rebuild`."""
    order = _order(len(catalogue))
    items = [catalogue.items[row] for row in order]
    pictures = [(item.item_id, catalogue.image_path(item)) for item in items]
    fitted = make_engine(engine)  # first: an engine that is missing should not cost an encoding
    stream = _encode(catalogue, pictures, model, n_workers, progress)
    projection, rows, errors = _project(stream, model.defaults)
    fitted.fit(rows, np.arange(len(rows)))
    return Index(
        ids=tuple(item.item_id for item in items),
        embeddings=rows,
        reconstruction_errors=errors,
        nearest_quantiles=indexes.calibrate_nearest(rows, fitted),
        metric=model.config.metric,
        model=model.fingerprint,
        catalogue=catalogue.fingerprint,
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


def _encode(
    catalogue: Catalogue,
    pictures: Sequence[tuple[str, Path]],
    model: Autoencoder,
    n_workers: int | None,
    progress: Progress | None,
) -> Iterator[tuple[Floats, Floats]]:
    """Features and reconstruction errors, batch by batch."""
    n_done = 0
    for batch in _prepare(pictures, model, n_workers):
        ready = []
        for item_id, got in batch:
            if isinstance(got, ImageError):
                raise ImageError(f"item {item_id!r} of {catalogue.name!r}: {got}; import it again")
            ready.append(got)
        encoded = model.encode([square for square, _ in ready])
        targets = np.stack([target for _, target in ready])
        errors = reconstruction_errors(targets, model.decode(encoded.latents))
        n_done += len(ready)
        if progress is not None:
            progress(n_done, len(pictures))
        yield encoded.features, errors


def _order(n_items: int) -> NDArray[np.intp]:
    """As they come, or at random where a projection is fitted on the first of many."""
    if n_items <= MAX_FITTED:
        return np.arange(n_items)
    return np.random.default_rng(0).permutation(n_items)


def _project(
    stream: Iterator[tuple[Floats, Floats]], defaults: Defaults | None
) -> tuple[Projection | None, Floats, Floats]:
    """Fit on the first items, as many as help, and project all; features are not kept."""
    held: list[Floats] = []
    rows: list[Floats] = []
    errors: list[Floats] = []
    projection = None
    for features, batch_errors in stream:
        errors.append(batch_errors)
        if defaults is None:
            rows.append(features)
        elif projection is not None:
            rows.append(projection.apply(features))
        else:
            held.append(features)
            if sum(map(len, held)) >= MAX_FITTED:
                projection = fit(np.concatenate(held), defaults)
                rows, held = [projection.apply(part) for part in held], []
    if held and defaults is not None:
        projection = fit(np.concatenate(held), defaults)
        rows = [projection.apply(part) for part in held]
    return projection, np.concatenate(rows), np.concatenate(errors)


def embed_source(
    source: str, model: Autoencoder, *, progress: Progress | None = None
) -> tuple[list[str], NDArray[np.float32], list[tuple[str, str]]]:
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
        return list(index.ids), np.asarray(index.embeddings), []
    pictures = [(path.relative_to(folder).as_posix(), path) for path in picture_files(folder)]
    skipped: list[tuple[str, str]] = []
    ids, features = [], []
    for batch in _prepare(pictures, model, None):
        skipped += [(name, str(got)) for name, got in batch if isinstance(got, ImageError)]
        readable = [(name, got) for name, got in batch if not isinstance(got, ImageError)]
        if readable:
            ids += [name for name, _ in readable]
            features.append(model.encode([got[0] for _, got in readable]).features)
        if progress is not None:
            progress(len(ids) + len(skipped), len(pictures))
    if not ids:
        raise CatalogueError(f"there is no readable picture in {folder}")
    rows = np.concatenate(features)
    if model.defaults is not None:
        rows = fit(rows, model.defaults).apply(rows)
    return ids, rows, skipped


def reconstruction_errors(
    squares: NDArray[np.uint8], decoded: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Mean squared error of each picture, values in [0, 1].

    Parameters
    ----------
    squares : ndarray of shape (n, size, size, 3), uint8
    decoded : ndarray of the same shape, float32 in [0, 1]
    """
    differences = squares.astype(np.float32) / 255 - decoded
    return np.asarray(np.square(differences).mean(axis=(1, 2, 3)), np.float32)


def _prepare(
    pictures: Sequence[tuple[str, Path]], model: Autoencoder, n_workers: int | None
) -> Iterator[list[tuple[str, tuple[Pixels, Pixels] | ImageError]]]:
    """Batches of ids and what encoder and decoder take and give; unreadable ones as errors."""

    def prepare(picture: tuple[str, Path]) -> tuple[str, tuple[Pixels, Pixels] | ImageError]:
        name, path = picture
        try:
            pixels = images.load(path)
            return name, (model.prepare(pixels), model.prepare_target(pixels))
        except ImageError as error:
            return name, error

    with ThreadPoolExecutor(n_workers or N_THREADS) as pool:
        for start in range(0, len(pictures), BATCH):
            yield list(pool.map(prepare, pictures[start : start + BATCH]))
