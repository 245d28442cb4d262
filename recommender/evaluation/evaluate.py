"""Measured quality, with the baselines that any model has to beat.

Labels score here; no model ever learns from them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender import images, metrics
from recommender.augmentation import alter
from recommender.catalogue.store import Catalogue
from recommender.config import read_json
from recommender.errors import CatalogueError, ModelError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.projection import Projection
from recommender.items import Item
from recommender.recommend import Recommender, reconstruct
from recommender.search.build import embed_items
from recommender.search.engines import ExactEngine

N_RANKED = 10
PIXELS_SIDE_PX = 50
HISTOGRAM_SIDE_PX = 75
HISTOGRAM_BINS = (12, 4, 4)  # hue, saturation, value
MAX_RECONSTRUCTED = 1_000
N_ALTERED = 500
N_CONFUSED = 5  # neighbours that the confusion is counted over
MAX_LABELS = 60  # more are no table that anybody reads
ALTERED_PX = 224
SEED = 0

Floats = NDArray[np.float32]
Descriptor = Callable[[NDArray[np.uint8]], Floats]
Progress = Callable[[int, int], None]


def evaluate(
    gallery: Recommender,
    queries: Catalogue | None = None,
    *,
    label: str = "category",
    projection: Projection | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score a model on a catalogue's labels, and on its pictures.

    Parameters
    ----------
    gallery : whose items are found
    queries : whose items ask; without it every item of the gallery asks for the others
    label : the column whose equal values make a neighbour right; items without it do not count.
        With "item_id", a query names in its attribute `item_id` the one item that is right.
    projection : used instead of the one that was fitted on the gallery, to see what carries over
    progress : called with the number of pictures read for the baselines, and their number

    Returns
    -------
    figures : the scores of the model and of the baselines; for the model also 95 % intervals,
        the scores of each label, and how often neighbours of one label have another

    Raises
    ------
    CatalogueError : no item has the label
    """
    asking = queries or gallery.catalogue
    gallery_items, gallery_labels = _labelled(gallery.catalogue, label, is_gallery=True)
    query_items, query_labels = _labelled(asking, label, is_gallery=queries is None)
    own_rows = np.arange(len(query_items)) if queries is None else None
    descriptors = _describe_all(
        [gallery.catalogue] if queries is None else [gallery.catalogue, queries],
        [gallery_items] if queries is None else [gallery_items, query_items],
        progress,
    )

    def score(gallery_rows: Floats, query_rows: Floats) -> dict[str, float]:
        ranked = _rank(gallery_rows, query_rows, own_rows)
        return _score(gallery_labels[ranked] == query_labels[:, None])

    gallery_rows, embed = _rows(gallery, gallery_items, projection)
    query_rows = (
        gallery_rows if queries is None else embed_items(queries, query_items, gallery.model, embed)
    )
    ranked = _rank(gallery_rows, query_rows, own_rows)
    relevant = gallery_labels[ranked] == query_labels[:, None]
    random_rows = np.random.default_rng(SEED).random(
        (len(gallery_items) + len(query_items), 8), np.float32
    )
    baselines = {
        "random": score(
            random_rows[: len(gallery_items)],
            random_rows[: len(gallery_items)]
            if queries is None
            else random_rows[len(gallery_items) :],
        ),
        **{name: score(arrays[0], arrays[-1]) for name, arrays in descriptors.items()},
    }
    return {
        "catalogue": gallery.catalogue.name,
        "queries": asking.name,
        "model": gallery.model.name,
        "label": label,
        "n_queries": len(query_items),
        "n_gallery": len(gallery_items),
        **_score(relevant),
        "intervals": _intervals(relevant),
        **_by_label(query_labels, gallery_labels[ranked], relevant),
        **measure_reconstruction(gallery.model, asking),
        "baselines": baselines,
    }


def draw_confusion(figures: dict[str, Any], file: Path) -> None:
    """Save a picture of which labels the neighbours of each label have.

    Raises
    ------
    ModelError : matplotlib is missing, or there are too many labels for a picture
    """
    table = figures.get("confusion")
    if table is None:
        raise ModelError(f"more than {MAX_LABELS} labels do not fit into a picture")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ModelError("matplotlib is missing: pip install -r requirements-train.txt") from error
    side = 2.5 + 0.28 * len(table["columns"])
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(table["shares"], cmap="Greens", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(table["columns"])), table["columns"], rotation=90, fontsize=8)
    axes.set_yticks(range(len(table["rows"])), table["rows"], fontsize=8)
    axes.set_xlabel("label of the five nearest")
    axes.set_ylabel("label of the query")
    for row, shares in enumerate(table["shares"]):
        for column, share in enumerate(shares):
            if share >= 0.05:  # noqa: PLR2004  smaller ones would only be noise
                colour = "white" if share > 0.5 else "black"  # noqa: PLR2004
                axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=6,
                          color=colour)  # fmt: skip
    figure.savefig(file, dpi=120)


def evaluate_altered(
    gallery: Recommender,
    *,
    n_queries: int = N_ALTERED,
    items: Sequence[Item] = (),
    projection: Projection | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Whether an item is found again from its own picture, cropped, turned, lit and set elsewhere.

    The queries are items that the model was not trained on, where that is known. Scores as
    `evaluate` does; only the recall says something here.

    Parameters
    ----------
    items : to draw the queries from, instead
    """
    items = items or _held_out(gallery.model, gallery.catalogue) or list(gallery.catalogue)
    rng = np.random.default_rng(SEED)
    chosen = [items[row] for row in np.sort(rng.permutation(len(items))[:n_queries])]
    positions = {item.item_id: row for row, item in enumerate(gallery.catalogue)}
    targets = np.array([positions[item.item_id] for item in chosen])
    gallery_rows, embed = _rows(gallery, gallery.catalogue.items, projection)
    altered = [
        alter(images.letterbox(images.load(gallery.catalogue.image_path(item)), ALTERED_PX), rng)
        for item in chosen
    ]
    squares = [gallery.model.prepare(picture) for picture in altered]
    model_rows = embed(gallery.model.encode(squares).features)

    relevant = _rank(gallery_rows, model_rows, None) == targets[:, None]

    def score(rows: Floats, queries: Floats) -> dict[str, float]:
        return _score(_rank(rows, queries, None) == targets[:, None])

    return {
        "catalogue": gallery.catalogue.name,
        "queries": "altered pictures",
        "model": gallery.model.name,
        "n_queries": len(chosen),
        "n_gallery": len(gallery.catalogue),
        **_score(relevant),
        "intervals": _intervals(relevant),
        "baselines": {
            name: score(rows[0], np.stack([DESCRIPTORS[name](picture) for picture in altered]))
            for name, rows in _describe_all(
                [gallery.catalogue], [gallery.catalogue.items], progress
            ).items()
        },
    }


def measure_reconstruction(
    model: Autoencoder, catalogue: Catalogue, items: Sequence[Item] = ()
) -> dict[str, float]:
    """Mean PSNR and SSIM over pictures that the model was not trained on.

    These are the held-out items where the catalogue is the one that the model was trained on,
    and otherwise all items, or an even selection of a thousand of them.

    Parameters
    ----------
    items : to measure on, instead
    """
    everything = list(catalogue)
    some = everything[:: -(-len(everything) // MAX_RECONSTRUCTED)]
    items = items or _held_out(model, catalogue) or some
    results = [reconstruct(model, images.load(catalogue.image_path(item))) for item in items]
    return {
        "psnr": round(float(np.mean([result.psnr for result in results])), 3),
        "ssim": round(float(np.mean([result.ssim for result in results])), 4),
        "n_reconstructed": len(results),
    }


def pixels_descriptor(pixels: NDArray[np.uint8]) -> Floats:
    """The picture itself, 50 x 50, compared by Euclidean distance."""
    small = images.letterbox(pixels, PIXELS_SIDE_PX)
    return np.asarray(small.reshape(-1), np.float32) / np.float32(255)


def colour_descriptor(pixels: NDArray[np.uint8]) -> Floats:
    """Square root of an HSV histogram, so that Euclidean distance is Hellinger's.

    References: Arandjelović & Zisserman, "Three things everyone should know", CVPR 2012.
    """
    small = Image.fromarray(images.letterbox(pixels, HISTOGRAM_SIDE_PX)).convert("HSV")
    bins = np.asarray(small).astype(np.intp) * np.array(HISTOGRAM_BINS) // 256
    cells = np.ravel_multi_index(tuple(bins.reshape(-1, 3).T), HISTOGRAM_BINS)
    counts = np.bincount(cells, minlength=int(np.prod(HISTOGRAM_BINS)))
    return np.asarray(np.sqrt(counts / counts.sum()), np.float32)


MEASURES: dict[str, Callable[[NDArray[np.bool_]], float]] = {
    "precision_at_4": partial(metrics.precision_at, k=4),
    "precision_at_5": partial(metrics.precision_at, k=5),
    "map_at_10": partial(metrics.mean_average_precision_at, k=N_RANKED),
    "recall_at_1": partial(metrics.recall_at, k=1),
    "recall_at_5": partial(metrics.recall_at, k=5),
}
PER_LABEL = ("precision_at_4", "map_at_10")
DESCRIPTORS: dict[str, Descriptor] = {"pixels": pixels_descriptor, "colour": colour_descriptor}


def _labelled(
    catalogue: Catalogue, label: str, *, is_gallery: bool
) -> tuple[list[Item], NDArray[np.object_]]:
    def value(item: Item) -> str:
        if label != "item_id":
            return item.label(label)
        return item.item_id if is_gallery else item.attributes.get("item_id", "")

    items = [item for item in catalogue if value(item)]
    if not items:
        raise CatalogueError(f"no item of {catalogue.name!r} has a value for {label!r}")
    return items, np.array([value(item) for item in items], dtype=object)


def _held_out(model: Autoencoder, catalogue: Catalogue) -> list[Item]:
    """The items that the model was not trained on; none if it was trained on another catalogue."""
    held_out = set(read_json(model.folder / "held_out.json", default=[]))
    items = [item for item in catalogue if item.item_id in held_out]
    return items if len(items) == len(held_out) else []


def _rows(
    recommender: Recommender, items: Sequence[Item], projection: Projection | None
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Embeddings of items, and what makes such embeddings of features."""
    index = recommender.index
    if projection is not None:
        embed = projection.apply
        return embed_items(recommender.catalogue, items, recommender.model, embed), embed
    rows = [index.row(item.item_id) for item in items]
    return np.asarray(index.embeddings[rows]), index.embed


def _describe_all(
    catalogues: Sequence[Catalogue],
    items: Sequence[Sequence[Item]],
    progress: Progress | None,
) -> dict[str, list[Floats]]:
    """Each baseline's descriptors, one array for each catalogue; pictures are read once."""
    n_pictures, n_done = sum(map(len, items)), 0
    described: dict[str, list[Floats]] = {name: [] for name in DESCRIPTORS}
    for catalogue, wanted in zip(catalogues, items, strict=True):
        rows: dict[str, list[Floats]] = {name: [] for name in DESCRIPTORS}
        for item in wanted:
            pixels = images.load(catalogue.image_path(item))
            for name, describe in DESCRIPTORS.items():
                rows[name].append(describe(pixels))
            n_done += 1
            if progress is not None:
                progress(n_done, n_pictures)
        for name in DESCRIPTORS:
            described[name].append(np.stack(rows[name]))
    return described


def _rank(gallery: Floats, queries: Floats, own_rows: NDArray[np.intp] | None) -> NDArray[np.int64]:
    """Rows of the nearest ten gallery items of each query, its own row left out."""
    engine = ExactEngine().fit(gallery, np.arange(len(gallery)))
    n_wanted = min(N_RANKED, len(gallery) - (own_rows is not None))
    _, ranked = engine.kneighbors(queries, n_wanted + (own_rows is not None))
    if own_rows is None:
        return ranked
    # an exact duplicate may come before the query itself, so leave it out by identity
    is_own = ranked == own_rows[:, None]
    is_own[~is_own.any(axis=1), -1] = True
    return np.asarray(ranked[~is_own].reshape(len(ranked), n_wanted))


def _score(relevant: NDArray[np.bool_]) -> dict[str, float]:
    return {name: round(measure(relevant), 4) for name, measure in MEASURES.items()}


def _intervals(relevant: NDArray[np.bool_]) -> dict[str, list[float]]:
    return {
        name: [round(bound, 4) for bound in metrics.bootstrap_interval(relevant, measure)]
        for name, measure in MEASURES.items()
    }


def _by_label(
    asked: NDArray[np.object_], found: NDArray[np.object_], relevant: NDArray[np.bool_]
) -> dict[str, Any]:
    """Scores of each label, and how the first neighbours of its items are labelled."""
    labels = sorted(set(asked))
    if len(labels) > MAX_LABELS:
        return {}
    columns = sorted({*labels, *found[:, :N_CONFUSED].ravel()})
    shares = [
        [float((found[asked == label, :N_CONFUSED] == other).mean()) for other in columns]
        for label in labels
    ]
    return {
        "per_label": {
            label: {
                "n_queries": int((asked == label).sum()),
                **{name: _score(relevant[asked == label])[name] for name in PER_LABEL},
            }
            for label in labels
        },
        "confusion": {
            "rows": labels,
            "columns": columns,
            "shares": [[round(share, 4) for share in row] for row in shares],
        },
    }
