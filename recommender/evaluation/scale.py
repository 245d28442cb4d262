"""Measures an engine at the size of a large shop: build, memory, time, recall and updates.

Embeddings are synthetic, with the clustering of the demo catalogue's own. The index is built and
saved here, and then opened in a process of its own, so that its memory is what serving takes.
"""

import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.config import MODELS
from recommender.errors import IndexNotBuilt, ModelError
from recommender.evaluation.synthetic import embeddings_like
from recommender.models import PERCEPTUAL
from recommender.search import growth
from recommender.search import index as indexes
from recommender.search.calibration import QUANTILES
from recommender.search.engines import choose_engine
from recommender.search.growth import Change
from recommender.search.index import Index
from recommender.search.names import NameColumn
from recommender.search.parts import PREFIX, Part
from recommender.types import Floats, Mask, Progress

N_NEIGHBOURS = 12
N_QUERIES = 400
N_TIMES = 3  # that each query is asked
N_CHANGED = 1_000  # products that are added, and then removed
N_KINDS = 20  # that filters ask for; a kind is a region of the embeddings
IN_STOCK, IN_PRICE_RANGE, OF_BRAND = 0.9, 0.3, 0.01  # shares of the products, drawn at random
BLOCK = 20_000
MADE_FROM = "synthetic"
SEED = 0


@dataclass(frozen=True, kw_only=True)
class _Task:
    """Questions for the serving process.

    Attributes
    ----------
    folder : of the index
    queries : (n_queries, n_dims)
    nearest : (n_queries, 12), the true neighbours
    kinds : (n_items,), the kind of each product
    fresh : embeddings of products that are added
    """

    folder: Path
    queries: Floats
    nearest: NDArray[np.int64]
    kinds: NDArray[np.int64]
    fresh: NDArray[np.float16]


def measure_at_scale(
    n_items: int, engine: str, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Build an index of synthetic products, and measure what it costs and how well it answers.

    Returns
    -------
    figures : n_items, engine, build_s, index_bytes, open_ms, resident_mb, query_p50_ms,
        query_p95_ms, recall_at_12, filtered_p50_ms, filtered_p95_ms, filtered_recall_at_12,
        add_1000_s, remove_1000_s. The filters are in stock (90 %), a price range (30 %), a kind
        (about 5 %, seldom that of the query) and a brand (1 %), in turn. Adding and removing end
        when the changed index is on disk; encoding is not part of it.

    Raises
    ------
    EngineUnavailable : there is no such engine, or it does not answer
    """
    steps = iter(range(1, 5))

    def advance() -> None:
        if progress is not None:
            progress(next(steps), 4)

    sample = _sample()
    rng = np.random.default_rng(SEED)
    n_all = n_items + N_QUERIES + N_CHANGED
    embeddings, sources = embeddings_like(sample, n_all, rng)
    anchors = sample[rng.choice(len(sample), N_KINDS, replace=False)]
    kinds = (sample @ anchors.T).argmax(axis=1)[sources[:n_items]]
    queries = embeddings[n_items : n_items + N_QUERIES].astype(np.float32)
    advance()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "index"
        started = time.perf_counter()
        name = choose_engine(engine, n_items)
        _build(embeddings[:n_items], name, folder)
        built_s = time.perf_counter() - started
        advance()
        task = _Task(
            folder=folder,
            queries=queries,
            nearest=_true_neighbours(embeddings[:n_items], queries),
            kinds=kinds,
            fresh=embeddings[n_items + N_QUERIES :],
        )
        advance()
        # spawn: a forked process would begin with the memory of this one
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            served = pool.apply(_serve, (task,))
        n_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        advance()
    return {
        "n_items": n_items,
        "engine": name,
        "build_s": round(built_s, 1),
        "index_bytes": n_bytes,
        **served,
    }


def _sample() -> Floats:
    """Return the embeddings of the demo catalogue, as they come with the model."""
    try:
        (folder,) = (MODELS / PERCEPTUAL / "index").glob(f"{PREFIX}*")
        return np.asarray(Part.load(folder).embeddings, np.float32)
    except (OSError, ValueError) as error:
        raise IndexNotBuilt(
            f"the demo catalogue's index is missing or damaged in {MODELS / PERCEPTUAL}: "
            "run python -m recommender index --catalogue demo"
        ) from error


def _build(embeddings: NDArray[np.float16], engine: str, folder: Path) -> None:
    index = indexes.of_parts(
        [_part(embeddings, "item")],
        np.empty(0, np.int64),
        nearest_quantiles=np.zeros(len(QUANTILES), np.float32),
        metric="cosine",
        model=MADE_FROM,
        catalogue=MADE_FROM,
        engine_name=engine,
        engine_choice=engine,
        n_fitted=len(embeddings),
    )
    indexes.save(growth.calibrated(index), folder)


def _part(embeddings: NDArray[np.float16], prefix: str) -> Part:
    names = [f"{prefix}-{number}" for number in range(len(embeddings))]
    return Part(
        embeddings=embeddings,
        errors=np.full(len(embeddings), 1e-3, np.float32),
        names=NameColumn.of(names),
        contents=growth.contents_of([(name, "") for name in names]),
    )


def _true_neighbours(
    embeddings: NDArray[np.float16], queries: Floats, allowed: list[Mask] | None = None
) -> NDArray[np.int64]:
    """Return the nearest rows of each query by brute force, a block of rows at a time."""
    n_queries = len(queries)
    best = np.full((n_queries, N_NEIGHBOURS), -np.inf, np.float32)
    rows = np.full((n_queries, N_NEIGHBOURS), -1, np.int64)
    for start in range(0, len(embeddings), BLOCK):
        block = np.asarray(embeddings[start : start + BLOCK], np.float32)
        # the order of the distances; half precision leaves lengths that are not quite one
        close = queries @ block.T - np.square(block).sum(axis=1) / 2
        if allowed is not None:
            for number, mask in enumerate(allowed):
                close[number, ~mask[start : start + BLOCK]] = -np.inf
        both = np.concatenate([best, close], axis=1)
        numbers = np.arange(start, start + len(block))
        known = np.concatenate([rows, np.broadcast_to(numbers, close.shape)], axis=1)
        kept = np.argpartition(-both, N_NEIGHBOURS - 1, axis=1)[:, :N_NEIGHBOURS]
        best = np.take_along_axis(both, kept, axis=1)
        rows = np.take_along_axis(known, kept, axis=1)
    return rows


def _serve(task: _Task) -> dict[str, Any]:
    """Open the index, answer and update, as a server does; runs in a process of its own."""
    before = _resident_mb()
    started = time.perf_counter()
    index = indexes.load(task.folder, model=MADE_FROM, catalogue=MADE_FROM)
    index.query(task.queries[0], N_NEIGHBOURS)
    opened_s = time.perf_counter() - started
    figures = {"open_ms": round(opened_s * 1e3, 1)}
    found, times = _ask(index, task.queries, [None] * len(task.queries))
    figures |= _percentiles("query", times)
    figures["recall_at_12"] = _recall(found, task.nearest)
    filters = _filters(task)
    found, times = _ask(index, task.queries, filters)
    figures |= _percentiles("filtered", times)
    figures["resident_mb"] = round(_resident_mb() - before, 1)
    embeddings = index.parts[0].embeddings
    figures["filtered_recall_at_12"] = _recall(
        found, _true_neighbours(embeddings, task.queries, filters)
    )
    return figures | _update(index, task)


def _ask(
    index: Index, queries: Floats, filters: list[Mask] | list[None]
) -> tuple[list[list[int]], list[float]]:
    """Return the rows found by each query, and the seconds it took; each is one visitor's.

    Each is asked a few times, all in turn, and the best counts: other work on the machine is no
    property of the engine.
    """
    found: list[list[int]] = [[] for _ in queries]
    times = np.full((N_TIMES, len(queries)), np.inf)
    for turn in range(N_TIMES):
        for number, (query, allowed) in enumerate(zip(queries, filters, strict=True)):
            started = time.perf_counter()
            neighbours = index.query(query, N_NEIGHBOURS, allowed=allowed)
            times[turn, number] = time.perf_counter() - started
            found[number] = [each.row for each in neighbours]
    return found, times.min(axis=0).tolist()


def _filters(task: _Task) -> list[Mask]:
    """Return which rows each query may find."""
    rng = np.random.default_rng(SEED)
    drawn = rng.random(len(task.kinds), np.float32)
    kinds = [task.kinds == kind for kind in range(N_KINDS)]
    kinds = [mask for mask in kinds if mask.any()]
    others = [drawn < IN_STOCK, drawn < IN_PRICE_RANGE, drawn < OF_BRAND]
    choices: list[Mask | list[Mask]] = [others[0], others[1], kinds, others[2]]
    return [
        choice[rng.integers(len(choice))] if isinstance(choice, list) else choice
        for choice in (choices[number % len(choices)] for number in range(len(task.queries)))
    ]


def _update(index: Index, task: _Task) -> dict[str, float]:
    """Return the seconds that adding and removing products take, until they are on disk."""
    n_before = len(index)
    started = time.perf_counter()
    part = _part(task.fresh, "fresh")
    change = Change(fresh=np.arange(len(part)), gone=np.empty(0, np.int64))
    larger = growth.grown(index, change, part, catalogue=MADE_FROM, engine=index.engine_name)
    indexes.save(larger, task.folder)
    added_s = time.perf_counter() - started
    larger = indexes.load(task.folder, model=MADE_FROM, catalogue=MADE_FROM)
    newest = larger.query(np.asarray(task.fresh[0], np.float32), 1)[0]
    if newest.row != n_before:
        raise ModelError(f"a product that was added is not found: {newest}")
    started = time.perf_counter()
    change = Change(fresh=np.empty(0, np.int64), gone=np.arange(n_before, len(larger)))
    smaller = growth.grown(larger, change, None, catalogue=MADE_FROM, engine=index.engine_name)
    indexes.save(smaller, task.folder)
    removed_s = time.perf_counter() - started
    indexes.load(task.folder, model=MADE_FROM, catalogue=MADE_FROM).engine.discard()
    return {"add_1000_s": round(added_s, 2), "remove_1000_s": round(removed_s, 2)}


def _recall(found: list[list[int]], nearest: NDArray[np.int64]) -> float:
    """Return the share of true neighbours that were found."""
    hits, n_true = 0, 0
    for rows, true in zip(found, nearest, strict=True):
        expected = {int(row) for row in true if row >= 0}
        hits += len(expected & set(rows))
        n_true += len(expected)
    return round(hits / max(1, n_true), 4)


def _percentiles(what: str, times: list[float]) -> dict[str, float]:
    return {
        f"{what}_p{share}_ms": round(float(np.percentile(times, share)) * 1e3, 3)
        for share in (50, 95)
    }


def _resident_mb() -> float:
    """Return the memory of this process, mapped files that were read among it."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (each for each in status.read_text().splitlines() if each.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource  # the most it ever had, where the system tells no more

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
