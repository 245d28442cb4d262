"""Makes embeddings, or the features beneath them, of a folder's or a catalogue's pictures."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from recommender import images
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError, ImageError
from recommender.feeds.sources import picture_files
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_files import ROWS_AT_ONCE, Rows
from recommender.inference.light import balanced, gains
from recommender.inference.pipeline import encode_picture, load_enough, side_by_side
from recommender.inference.projection import fit
from recommender.items import Item
from recommender.search.build import BATCH, open_index
from recommender.search.encoding import encode_missing, open_store
from recommender.types import Floats, Progress


def embed_items(
    catalogue: Catalogue,
    items: Sequence[Item],
    model: Autoencoder,
    embed: Callable[[Floats], Floats],
    *,
    as_photos: bool = False,
) -> Floats:
    """Embeddings of a catalogue's items as another catalogue's index compares them.

    Parameters
    ----------
    embed : makes embeddings of features, such as `Index.embed`
    as_photos : whether they ask as visitors' photos do, see `Recommender.encode_pixels`

    Returns
    -------
    embeddings : ndarray of shape (n_items, n_dims), float32
    """
    parts = []
    for start in range(0, len(items), BATCH):
        pictures = [
            images.load(catalogue.image_path(item)) for item in items[start : start + BATCH]
        ]
        if as_photos and model.prior is not None:
            pictures = [balanced(each, gains(each)) for each in pictures]
        squares = list(map(model.prepare, pictures))
        parts.append(embed(model.encode(squares).features))
    return np.concatenate(parts)


def embed_source(
    source: str,
    model: Autoencoder,
    *,
    space: str | None = None,
    progress: Progress | None = None,
) -> tuple[list[str], Floats, list[tuple[str, str]]]:
    """Embeddings of a folder's pictures, or of a catalogue's.

    Parameters
    ----------
    source : a folder, where an item's id is its path relative to it, or a catalogue's name
    space : the catalogue whose index they can be compared with; the source's own by default

    Returns
    -------
    ids, embeddings : of the pictures that could be read; shapes (n,) and (n, n_dims)
    skipped : id and reason of each one that could not

    Raises
    ------
    CatalogueError : neither a folder with pictures nor a catalogue
    """
    folder = Path(source)
    compared = None if space is None else open_index(open_catalogue(space), model)
    if not folder.is_dir():
        catalogue = open_catalogue(source)
        if compared is not None and space != source:
            items = catalogue.items
            rows = embed_items(catalogue, items, model, compared.embed)
            return [item.item_id for item in items], rows, []
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
    if compared is not None:
        rows = compared.embed(rows)
    elif model.prior is not None:
        rows = fit(rows, model.prior).apply(rows)
    return ids, rows, skipped


def features_of(
    source: str,
    model: Autoencoder,
    skipped: list[tuple[str, str]],
    *,
    n_workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Rows]:
    """Features of all pictures of a catalogue, or of a folder's, as `feature_files.write` takes.

    Parameters
    ----------
    source : as `embed_source`; the pictures of a catalogue are encoded once, and kept with it
    skipped : receives id and reason of each picture of a folder that cannot be read

    Raises
    ------
    CatalogueError : neither a folder with a readable picture nor a catalogue
    ImageError : a picture of a catalogue is missing or damaged; names the item
    """
    folder = Path(source)
    if not folder.is_dir():
        yield from _features_of_catalogue(open_catalogue(source), model, n_workers, progress)
        return
    names = [path.relative_to(folder).as_posix() for path in picture_files(folder)]

    def describe(name: str) -> tuple[str, Floats, float] | ImageError:
        try:
            data = (folder / name).read_bytes()
            return (
                images.content_fingerprint(data),
                *encode_picture(model, load_enough(model, data)),
            )
        except ImageError as error:
            return error
        except OSError as error:
            return ImageError(f"cannot be read: {error.strerror}")

    n_encoded = 0
    held: list[tuple[str, str, Floats, float]] = []
    for n_done, (name, got) in enumerate(
        zip(names, side_by_side(describe, names, n_workers), strict=True), start=1
    ):
        if isinstance(got, ImageError):
            skipped.append((name, str(got)))
        else:
            held.append((name, *got))
        if len(held) == ROWS_AT_ONCE or (held and n_done == len(names)):
            ids, hashes, features, errors = zip(*held, strict=True)
            yield Rows(
                item_ids=ids,
                numbers=[0] * len(ids),
                hashes=hashes,
                features=np.stack(features),
                errors=np.array(errors, np.float32),
            )
            n_encoded += len(held)
            held = []
        if progress is not None:
            progress(n_done, len(names))
    if not n_encoded:
        raise CatalogueError(f"there is no readable picture in {folder}")


def _features_of_catalogue(
    catalogue: Catalogue, model: Autoencoder, n_workers: int | None, progress: Progress | None
) -> Iterator[Rows]:
    pictures = [
        (item.item_id, number, picture.sha256)
        for item in catalogue.items
        for number, picture in enumerate(item.images)
    ]
    with open_store(catalogue.folder, model) as store:
        encode_missing(
            catalogue.folder, catalogue.items, model, store, n_workers=n_workers, progress=progress
        )
        for start in range(0, len(pictures), ROWS_AT_ONCE):
            ids, numbers, hashes = zip(*pictures[start : start + ROWS_AT_ONCE], strict=True)
            features, errors = store.read(hashes)
            yield Rows(
                item_ids=ids, numbers=numbers, hashes=hashes, features=features, errors=errors
            )
