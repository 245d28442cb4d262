"""Scores a model: its neighbours against labels, and its reconstructions against pictures.

Labels score here; no model ever learns from them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.augmentation import augment
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.evaluation import scores
from recommender.evaluation.baselines import DESCRIPTORS, describe_all
from recommender.evaluation.reconstruction import held_out, measure_reconstruction
from recommender.inference.projection import Projection
from recommender.items import Item
from recommender.recommend import Recommender
from recommender.search.embedding import embed_items
from recommender.types import Floats, Progress

N_ALTERED = 500
ALTERED_PX = 224
SEED = 0


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
    gallery_items, gallery_labels = labelled(gallery.catalogue, label, is_gallery=True)
    query_items, query_labels = labelled(asking, label, is_gallery=queries is None)
    own_rows = np.arange(len(query_items)) if queries is None else None
    descriptors = describe_all(
        [gallery.catalogue] if queries is None else [gallery.catalogue, queries],
        [gallery_items] if queries is None else [gallery_items, query_items],
        progress,
    )

    def score(gallery_rows: Floats, query_rows: Floats) -> dict[str, float]:
        ranked = scores.rank(gallery_rows, query_rows, own_rows)
        return scores.score(gallery_labels[ranked] == query_labels[:, None])

    gallery_rows, embed = _rows(gallery, gallery_items, projection)
    query_rows = (
        gallery_rows
        if queries is None
        else embed_items(queries, query_items, gallery.model, embed, as_photos=True)
    )
    ranked = scores.rank(gallery_rows, query_rows, own_rows)
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
        **scores.score(relevant),
        "intervals": scores.intervals(relevant),
        **scores.by_label(query_labels, gallery_labels[ranked], relevant),
        **measure_reconstruction(gallery.model, asking),
        "baselines": baselines,
    }


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
    items = items or held_out(gallery.model, gallery.catalogue) or list(gallery.catalogue)
    rng = np.random.default_rng(SEED)
    chosen = [items[row] for row in np.sort(rng.permutation(len(items))[:n_queries])]
    positions = {item.item_id: row for row, item in enumerate(gallery.catalogue)}
    targets = np.array([positions[item.item_id] for item in chosen])
    gallery_rows, embed = _rows(gallery, gallery.catalogue.items, projection)
    altered = [
        augment(images.letterbox(images.load(gallery.catalogue.image_path(item)), ALTERED_PX), rng)
        for item in chosen
    ]
    squares = [gallery.model.prepare(picture) for picture in altered]
    model_rows = embed(gallery.model.encode(squares).features)

    relevant = scores.rank(gallery_rows, model_rows, None) == targets[:, None]

    def score(rows: Floats, queries: Floats) -> dict[str, float]:
        return scores.score(scores.rank(rows, queries, None) == targets[:, None])

    return {
        "catalogue": gallery.catalogue.name,
        "queries": "altered pictures",
        "model": gallery.model.name,
        "n_queries": len(chosen),
        "n_gallery": len(gallery.catalogue),
        **scores.score(relevant),
        "intervals": scores.intervals(relevant),
        "baselines": {
            name: score(rows[0], np.stack([DESCRIPTORS[name](picture) for picture in altered]))
            for name, rows in describe_all(
                [gallery.catalogue], [gallery.catalogue.items], progress
            ).items()
        },
    }


def labelled(
    catalogue: Catalogue, label: str, *, is_gallery: bool
) -> tuple[list[Item], NDArray[np.object_]]:
    """Items that have a label, and their labels; see `evaluate` for the label "item_id".

    Raises
    ------
    CatalogueError : no item has the label
    """

    def value(item: Item) -> str:
        if label != "item_id":
            return item.label(label)
        return item.item_id if is_gallery else item.attributes.get("item_id", "")

    items = [item for item in catalogue if value(item)]
    if not items:
        raise CatalogueError(f"no item of {catalogue.name!r} has a value for {label!r}")
    return items, np.array([value(item) for item in items], dtype=object)


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
