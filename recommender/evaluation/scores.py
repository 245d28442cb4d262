"""Ranks a gallery for queries, and scores the ranks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import metrics
from recommender.search.engines import ExactEngine
from recommender.types import Floats, Keys, Mask, Positions

N_RANKED = 10
N_CONFUSED = 5  # neighbours that the confusion is counted over
MAX_LABELS = 60  # more are no table that anybody reads

MEASURES: dict[str, Callable[[Mask], float]] = {
    "precision_at_4": partial(metrics.precision_at, k=4),
    "precision_at_5": partial(metrics.precision_at, k=5),
    "map_at_10": partial(metrics.mean_average_precision_at, k=N_RANKED),
    "recall_at_1": partial(metrics.recall_at, k=1),
    "recall_at_5": partial(metrics.recall_at, k=5),
}
PER_LABEL = ("precision_at_4", "map_at_10")


def rank(gallery: Floats, queries: Floats, own_rows: Positions | None) -> Keys:
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


def score(relevant: Mask) -> dict[str, float]:
    """Every measure of `MEASURES`; `relevant` is of shape (n_queries, n_neighbors)."""
    return {name: round(measure(relevant), 4) for name, measure in MEASURES.items()}


def intervals(relevant: Mask) -> dict[str, list[float]]:
    """95 % intervals of the same measures."""
    return {
        name: [round(bound, 4) for bound in metrics.bootstrap_interval(relevant, measure)]
        for name, measure in MEASURES.items()
    }


def by_label(
    asked: NDArray[np.object_], found: NDArray[np.object_], relevant: Mask
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
                **{name: score(relevant[asked == label])[name] for name in PER_LABEL},
            }
            for label in labels
        },
        "confusion": {
            "rows": labels,
            "columns": columns,
            "shares": [[round(share, 4) for share in row] for row in shares],
        },
    }
