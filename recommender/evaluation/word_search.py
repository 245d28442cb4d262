"""Measures the search by words at the size of a large shop."""

import time
from dataclasses import replace
from itertools import count, islice
from typing import Any

import numpy as np

from recommender.catalogue.lexicon import lexicon
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.text_search import TextIndex
from recommender.config import DEMO
from recommender.errors import CatalogueError

QUERIES = (
    "mugs", "red mugs", "rde mug", "teapott", "gray sofa", "couch", "chair under 100", "rote Tasse",
    "armchiar", "tea pot", "blue", "zebra", "lámpara de pie azul", "braune Ledertasche",
    "light blue mug", "vase 20-40", "cheap plate", "Casa Lumera shelf", "ceram", "mug-01",
)  # fmt: skip
N_TIMES = 3


def measure(n_items: int) -> dict[str, Any]:
    """Search the demo's products, repeated under other ids, with what shoppers write.

    Returns
    -------
    figures : n_items, build_s of the full-text index, and words_p50_ms, words_p95_ms and
        words_most_ms over the queries, the best of three times each; answers are not remembered
    """
    demo = open_catalogue(DEMO)
    if not len(demo):
        raise CatalogueError("the demo catalogue has no products: its pictures are missing")
    items = islice(
        (replace(item, item_id=f"{item.item_id}-{turn}") for turn in count() for item in demo),
        n_items,
    )
    started = time.perf_counter()
    index = TextIndex(items, lexicon(demo.folder))
    built_s = time.perf_counter() - started
    times = np.full((N_TIMES, len(QUERIES)), np.inf)
    for turn in range(N_TIMES):
        for number, text in enumerate(QUERIES):
            started = time.perf_counter()
            index.find(text)
            times[turn, number] = time.perf_counter() - started
    best = times.min(axis=0) * 1e3
    return {
        "n_items": n_items,
        "build_s": round(built_s, 2),
        "words_p50_ms": round(float(np.percentile(best, 50)), 2),
        "words_p95_ms": round(float(np.percentile(best, 95)), 2),
        "words_most_ms": round(float(best.max()), 2),
    }
