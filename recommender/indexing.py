"""A catalogue's pictures through the encoder, once, into an index."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender import index as indexes
from recommender.catalogue import Catalogue
from recommender.config import DEMO, MODELS
from recommender.engines import make_engine
from recommender.errors import CatalogueError, ImageError, IndexNotBuilt, StaleIndex
from recommender.feeds import picture_files
from recommender.index import Index
from recommender.library import open_catalogue
from recommender.runtime import N_THREADS, Autoencoder

BATCH = 64  # pictures in flight: memory stays the same for any catalogue

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
    pictures = [(item.item_id, catalogue.image_path(item)) for item in catalogue]
    fitted = make_engine(engine)  # first: an engine that is missing should not cost an encoding
    embeddings: list[NDArray[np.float32]] = []
    errors: list[NDArray[np.float32]] = []
    n_done = 0
    for batch in _prepare(pictures, model, n_workers):
        squares = []
        for item_id, got in batch:
            if isinstance(got, ImageError):
                raise ImageError(f"item {item_id!r} of {catalogue.name!r}: {got}; import it again")
            squares.append(got)
        encoded = model.encode(squares)
        embeddings.append(encoded.features)
        errors.append(reconstruction_errors(np.stack(squares), model.decode(encoded.latents)))
        n_done += len(squares)
        if progress is not None:
            progress(n_done, len(catalogue))
    rows = np.concatenate(embeddings)
    fitted.fit(rows, np.arange(len(rows)))
    return Index(
        ids=tuple(item.item_id for item in catalogue),
        embeddings=rows,
        reconstruction_errors=np.concatenate(errors),
        nearest_quantiles=indexes.calibrate_nearest(rows, fitted),
        metric=model.config.metric,
        model=model.fingerprint,
        catalogue=catalogue.fingerprint,
        engine_name=engine,
    )


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
            features.append(model.encode([square for _, square in readable]).features)
        if progress is not None:
            progress(len(ids) + len(skipped), len(pictures))
    if not ids:
        raise CatalogueError(f"there is no readable picture in {folder}")
    return ids, np.concatenate(features), skipped


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
) -> Iterator[list[tuple[str, NDArray[np.uint8] | ImageError]]]:
    """Batches of ids and prepared pictures, in order; an unreadable one as its error."""

    def prepare(picture: tuple[str, Path]) -> tuple[str, NDArray[np.uint8] | ImageError]:
        name, path = picture
        try:
            return name, model.prepare(images.load(path))
        except ImageError as error:
            return name, error

    with ThreadPoolExecutor(n_workers or N_THREADS) as pool:
        for start in range(0, len(pictures), BATCH):
            yield list(pool.map(prepare, pictures[start : start + BATCH]))
