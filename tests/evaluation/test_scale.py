import json
from collections.abc import Callable

import numpy as np
import pytest

from recommender.config import MODELS
from recommender.evaluation import scale
from recommender.evaluation.synthetic import embeddings_like
from recommender.models import PERCEPTUAL
from recommender.search.parts import Part


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    (folder,) = (MODELS / PERCEPTUAL / "index").glob("part-*")
    return np.asarray(Part.load(folder).embeddings, np.float32)


def spread(rows: np.ndarray) -> tuple[np.ndarray, float]:
    """Usual distances to the nearest and the twelfth row, and the local intrinsic dimension.

    Levina & Bickel, "Maximum likelihood estimation of intrinsic dimension", NIPS 2004.
    """
    distances = np.sqrt(np.maximum(2 - 2 * rows @ rows.T, 0))
    np.fill_diagonal(distances, np.inf)
    near = np.maximum(np.sort(distances, axis=1)[:, :12], 1e-6)
    dimension = -1 / np.mean(np.log(near[:, 1:11] / near[:, 11:]), axis=1)
    return np.median(near[:, [0, 11]], axis=0), float(np.median(dimension))


def test_synthetic_embeddings_are_spread_as_real_ones(sample: np.ndarray) -> None:
    rows, sources = embeddings_like(sample, len(sample), np.random.default_rng(0))
    assert rows.dtype == np.float16
    assert np.linalg.norm(rows.astype(np.float32), axis=1) == pytest.approx(1, abs=2e-3)
    (real, real_dimension), (made, made_dimension) = spread(sample), spread(rows.astype(np.float32))
    assert made == pytest.approx(real, rel=0.12)
    assert made_dimension == pytest.approx(real_dimension, rel=0.12)
    cosines = np.einsum("ij,ij->i", rows.astype(np.float32), sample[sources])
    assert np.median(cosines) > 0.7


def test_true_neighbours_are_those_of_brute_force(
    sample: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "BLOCK", 100)
    queries, rows = sample[:5], sample[5:905]
    mask = np.arange(900) % 3 == 0
    for allowed, candidates in ((None, np.arange(900)), ([mask] * 5, np.flatnonzero(mask))):
        found = scale._true_neighbours(rows, queries, allowed)
        for query, near in zip(queries, found, strict=True):
            order = candidates[np.argsort(np.linalg.norm(rows[candidates] - query, axis=1))]
            assert set(near) == set(order[:12])


def test_the_benchmark_writes_one_document(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("benchmark", "--items", 3_000, "--engine", "exact", "--json")
    assert status == 0
    figures = json.loads(out)
    assert figures["n_items"] == 3_000
    assert figures["engine"] == "exact"
    assert figures["recall_at_12"] == figures["filtered_recall_at_12"] == 1
    assert figures["build_s"] >= 0  # so few rows are built in less than the digits that are kept
    for name in ("index_bytes", "resident_mb", "query_p50_ms", "query_p95_ms",
                 "filtered_p95_ms", "add_1000_s", "remove_1000_s"):  # fmt: skip
        assert figures[name] > 0, name
