"""Times the parts on this machine, as ratios: several ways of one work in turn, in one run."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from recommender.inference.autoencoder import Autoencoder
from recommender.inference.projection import N_DIMS
from recommender.models import BASELINE, default_model
from recommender.search.engines import ExactEngine
from recommender.types import Progress

N_RUNS = 30
N_NEIGHBOURS = 12
SEED = 0

Way = Callable[[], object]
Part = Callable[[], dict[str, dict[str, float]]]


def run_all(
    parts: Sequence[Part], *, progress: Progress | None = None
) -> dict[str, dict[str, float]]:
    """Run the parts of a benchmark one after the other.

    Parameters
    ----------
    progress : called with the number of parts done and the number of parts

    Returns
    -------
    timings : for each way the median, least and most milliseconds of its runs, and
        `times_faster`, the median of the ratios to the first way of its part, run by run
    """
    timings: dict[str, dict[str, float]] = {}
    for number, part in enumerate(parts, start=1):
        timings |= part()
        if progress is not None:
            progress(number, len(parts))
    return timings


def time_encoding(first: Mapping[str, Way] | None = None) -> dict[str, dict[str, float]]:
    """Time encoding one picture by the baseline and by the best model.

    Parameters
    ----------
    first : other ways to encode a picture, which the models are compared with
    """
    ways = dict(first or {})
    generator = np.random.default_rng(SEED)
    for name in dict.fromkeys((BASELINE, default_model())):
        model = Autoencoder.open(name)
        side = model.config.image_size_px
        square = generator.integers(0, 256, (side, side, 3), np.uint8)
        ways[f"encode: {name}, LiteRT"] = partial(model.encode, [square])
    return compare(ways, N_RUNS)


def time_search(n_items: int) -> dict[str, dict[str, float]]:
    """Time the search of a catalogue of random embeddings."""
    ways: dict[str, Way] = {}
    generator = np.random.default_rng(SEED)
    for name in dict.fromkeys((BASELINE, default_model())):
        n_dims = _embedding_size(Autoencoder.open(name))
        rows = generator.random((n_items, n_dims), np.float32)
        engine = ExactEngine().fit(rows, np.arange(n_items))
        ways[f"search: {name}, {n_dims} numbers, exact"] = partial(
            engine.kneighbors, rows[:1], N_NEIGHBOURS
        )
    return compare(ways, N_RUNS)


def _embedding_size(model: Autoencoder) -> int:
    return model.n_numbers if model.prior is None else N_DIMS


def compare(ways: Mapping[str, Way], n_runs: int) -> dict[str, dict[str, float]]:
    """Time several ways of one work in turn; a slow moment of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(n_runs):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - started)
    return summarise(times)


def summarise(times: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    """Median, least and most milliseconds of each way, and its speed relative to the first."""
    first = next(iter(times.values()))
    rows = {}
    for name, taken in times.items():
        rows[name] = {
            "median_ms": round(statistics.median(taken) * 1e3, 3),
            "min_ms": round(min(taken) * 1e3, 3),
            "max_ms": round(max(taken) * 1e3, 3),
        }
        if taken is not first:
            ratios = [slow / fast for slow, fast in zip(first, taken, strict=True)]
            rows[name]["times_faster"] = round(statistics.median(ratios), 2)
    return rows
