"""Speed on this machine, as ratios: each way of doing the same work in turn, in one run."""

import importlib.util
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from recommender.config import ARTICLE, ArticleConfig, default_model
from recommender.evaluation.throughput import measure_import
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.projection import N_DIMS
from recommender.search.engines import ExactEngine

N_RUNS = 30
N_TRAINING_STEPS = 8
N_NEIGHBOURS = 12
SEED = 0

Progress = Callable[[int, int], None]
Way = Callable[[], object]


def benchmark(
    n_items: int, *, n_pictures: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """Time encoding, search and training against the article's way of doing the same.

    What needs TensorFlow is left out, and said to be, where it is not installed.

    Parameters
    ----------
    n_items : size of the catalogue that is searched, of random embeddings
    n_pictures : how many generated pictures are imported; 0 leaves that out

    Returns
    -------
    figures : `timings` has for each way the median, least and most milliseconds of its runs, and
        `times_faster`, the median of the ratios to the first way of its group, run by run;
        `import` is what `throughput.measure_import` gives
    """
    has_tensorflow = importlib.util.find_spec("tensorflow") is not None
    parts: list[Callable[[], dict[str, dict[str, float]]]] = [
        lambda: _time_encoding(with_keras=has_tensorflow),
        lambda: _time_search(n_items),
    ]
    if has_tensorflow:
        parts.append(_time_training)
    timings: dict[str, dict[str, float]] = {}
    for number, part in enumerate(parts, start=1):
        timings |= part()
        if progress is not None:
            progress(number, len(parts))
    return {
        "import": measure_import(n_pictures, default_model()) if n_pictures else None,
        "n_items": n_items,
        "left_out": [] if has_tensorflow else ["what needs TensorFlow, which is not installed"],
        "timings": timings,
    }


def _time_encoding(*, with_keras: bool) -> dict[str, dict[str, float]]:
    ways: dict[str, Way] = {}
    generator = np.random.default_rng(SEED)
    if with_keras:
        from recommender.training.article import article_encoder

        encoder = article_encoder(ArticleConfig())
        side = ArticleConfig().image_size_px
        picture = generator.random((1, side, side, 3), np.float32)
        ways["encode: article, Keras predict"] = lambda: encoder.predict(picture, verbose=0)
        ways["encode: article, Keras call"] = lambda: encoder(picture)
    for name in dict.fromkeys((ARTICLE, default_model())):
        model = Autoencoder.open(name)
        side = model.config.image_size_px
        square = generator.integers(0, 256, (side, side, 3), np.uint8)
        ways[f"encode: {name}, LiteRT"] = partial(model.encode, [square])
    return _compare(ways, N_RUNS)


def _time_search(n_items: int) -> dict[str, dict[str, float]]:
    ways: dict[str, Way] = {}
    generator = np.random.default_rng(SEED)
    for name in dict.fromkeys((ARTICLE, default_model())):
        n_dims = _embedding_size(Autoencoder.open(name))
        rows = generator.random((n_items, n_dims), np.float32)
        engine = ExactEngine().fit(rows, np.arange(n_items))
        ways[f"search: {name}, {n_dims} numbers, exact"] = partial(
            engine.kneighbors, rows[:1], N_NEIGHBOURS
        )
    return _compare(ways, N_RUNS)


def _embedding_size(model: Autoencoder) -> int:
    return model.n_numbers if model.defaults is None else N_DIMS


def _time_training() -> dict[str, dict[str, float]]:
    from recommender.training.train_article import compare_step_times

    plain, ours = compare_step_times(N_TRAINING_STEPS, ArticleConfig())
    return _summarise(
        {"training step of 32: plain Keras": plain, "training step of 32: ours": ours}
    )


def _compare(ways: Mapping[str, Way], n_runs: int) -> dict[str, dict[str, float]]:
    """Run the ways in turn, so that a slow moment of the machine meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(n_runs):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - started)
    return _summarise(times)


def _summarise(times: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
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
