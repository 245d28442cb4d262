"""Measures what further pictures of a product are worth to whoever asks with a photo."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.evaluation import scores
from recommender.evaluation.evaluate import labelled
from recommender.recommend import Recommender
from recommender.search.embedding import embed_items
from recommender.types import Floats


def evaluate_views(gallery: Recommender, queries: Catalogue) -> dict[str, Any]:
    """Recall of the right product by covers alone, and by all pictures of each product.

    Parameters
    ----------
    queries : whose items name in their attribute `item_id` the one product that is right

    Returns
    -------
    figures : recall by covers ("one") and by all pictures ("all"), for all queries and for those
        whose product has several pictures

    Raises
    ------
    CatalogueError : no query has a product with several pictures
    """
    items, wanted = labelled(queries, "item_id", is_gallery=False)
    asked = embed_items(queries, items, gallery.model, gallery.index.embed, as_photos=True)
    owners, is_cover = _owners(gallery)
    distances = _distances(asked, np.asarray(gallery.index.embeddings, np.float32))
    ids = np.array([item.item_id for item in gallery.catalogue], dtype=object)
    has_several = np.array(
        [len(gallery.catalogue.get(each).images) > 1 for each in wanted], dtype=bool
    )
    if not has_several.any():
        raise CatalogueError("no query has a product with several pictures")
    figures: dict[str, Any] = {
        "catalogue": gallery.catalogue.name,
        "queries": queries.name,
        "model": gallery.model.name,
        "label": "item_id, by views",
        "n_gallery": len(ids),
        "n_pictures": len(owners),
    }
    for which, chosen in (("all", np.ones(len(items), bool)), ("several", has_several)):
        part: dict[str, Any] = {"n_queries": int(chosen.sum())}
        for name, pictures in (("one", is_cover), ("all", np.ones(len(owners), bool))):
            nearest = _nearest(distances[chosen][:, pictures], owners[pictures], len(ids))
            ranked = np.argsort(nearest, axis=1, kind="stable")[:, : scores.N_RANKED]
            relevant = ids[ranked] == wanted[chosen][:, None]
            part[name] = {
                **{each: scores.score(relevant)[each] for each in ("recall_at_1", "recall_at_5")},
                "intervals": scores.intervals(relevant)["recall_at_1"],
            }
        figures[f"of_{which}"] = part
    return figures


def describe(figures: dict[str, Any]) -> list[str]:
    """Return the figures as lines of a table."""
    lines = [f"{'recall':34}{'at 1':>8}{'at 5':>8}"]
    for which, text in (("all", "all photos"), ("several", "of products with two pictures")):
        part = figures[f"of_{which}"]
        for name in ("one", "all"):
            row = part[name]
            label = f"{text} ({part['n_queries']}), {'covers' if name == 'one' else 'all pictures'}"
            lines.append(f"{label:46}{row['recall_at_1']:8.3f}{row['recall_at_5']:8.3f}")
    return lines


def _owners(gallery: Recommender) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The place of each row's product in the catalogue, and whether the row is its cover."""
    owners = np.zeros(len(gallery.index), np.intp)
    is_cover = np.zeros(len(gallery.index), bool)
    for place, item in enumerate(gallery.catalogue):
        rows = gallery.index.rows(item.item_id)
        owners[rows] = place
        is_cover[rows[0]] = True
    return owners, is_cover


def _distances(asked: Floats, pictures: Floats) -> Floats:
    squares = np.square(asked).sum(axis=1)[:, None] + np.square(pictures).sum(axis=1)
    return np.asarray(squares - 2 * asked @ pictures.T, np.float32)


def _nearest(distances: Floats, owners: NDArray[np.intp], n_items: int) -> Floats:
    """Distance of each query to the nearest picture of each product."""
    nearest = np.full((n_items, len(distances)), np.inf, np.float32)
    np.minimum.at(nearest, owners, distances.T)
    return nearest.T
