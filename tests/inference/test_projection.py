from pathlib import Path

import numpy as np
import pytest

from recommender.errors import ModelError
from recommender.inference import projection
from recommender.inference.projection import Moments, Projection, ProjectionPrior, fit, fit_prior

N_KIND, N_COLOUR = 320, 64


def unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, np.float32)


@pytest.fixture
def features(rng: np.random.Generator) -> np.ndarray:
    """Ten kinds of things, thirty of each, and colours that have nothing to do with them."""
    kinds = np.repeat(rng.normal(size=(10, N_KIND)), 30, axis=0)
    kinds = unit(kinds + rng.normal(scale=0.7, size=kinds.shape))
    return np.hstack([kinds, unit(rng.random((300, N_COLOUR)))])


@pytest.fixture
def prior(features: np.ndarray, rng: np.random.Generator) -> ProjectionPrior:
    differences = rng.normal(scale=0.02, size=(200, N_KIND)).astype(np.float32)
    return fit_prior(features, [differences], N_KIND)


def test_embeddings_have_unit_length_and_few_numbers(
    features: np.ndarray, prior: ProjectionPrior
) -> None:
    fitted = fit(features, prior)
    rows = fitted.apply(features)
    assert rows.shape == (300, fitted.n_dims)
    assert fitted.n_dims <= 256
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_neighbours_stay_neighbours(features: np.ndarray, prior: ProjectionPrior) -> None:
    rows = fit(features, prior).apply(features)
    similarity = rows @ rows.T
    np.fill_diagonal(similarity, -1)
    assert (similarity.argmax(axis=1) // 30 == np.arange(300) // 30).mean() > 0.99


def test_what_alterations_change_is_turned_down(
    features: np.ndarray, rng: np.random.Generator
) -> None:
    light = unit(rng.normal(size=(1, N_KIND)))  # the way a picture moves when it is lit otherwise
    differences = rng.normal(scale=0.3, size=(200, 1)).astype(np.float32) * light
    moved = features.copy()
    moved[:, :N_KIND] += 0.3 * light

    def shift(nuisances: np.ndarray) -> float:
        lit = np.vstack([features, moved])  # both happen, so the axis is among the components
        fitted = fit(lit, fit_prior(lit, [nuisances], N_KIND))
        return float(np.linalg.norm(fitted.apply(moved) - fitted.apply(features), axis=1).mean())

    other = rng.normal(scale=0.02, size=(200, N_KIND)).astype(np.float32)
    assert shift(differences) < 0.5 * shift(other)


def test_small_catalogues_lean_on_the_defaults(
    features: np.ndarray, prior: ProjectionPrior
) -> None:
    few, many = fit(features[:3], prior), fit(features, prior)
    default_mean = np.linalg.norm(prior.kind_mean)
    assert np.linalg.norm(few.kind_mean - prior.kind_mean) < 0.1 * default_mean
    assert many.kind_mean == pytest.approx(features[:, :N_KIND].mean(axis=0), abs=1e-4)
    assert np.isfinite(few.apply(features)).all()


def test_the_same_catalogue_gives_the_same_embeddings(
    features: np.ndarray, prior: ProjectionPrior
) -> None:
    first, second = (fit(features, prior).apply(features[:5]) for _ in range(2))
    assert np.array_equal(first, second)


def test_only_so_many_items_are_fitted_on(
    features: np.ndarray, prior: ProjectionPrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "MAX_FITTED", 100)
    thinned = fit(features, prior)
    assert np.array_equal(thinned.kind_mean, fit(features[::3], prior).kind_mean)


def test_files_come_back_equal(
    features: np.ndarray, prior: ProjectionPrior, tmp_path: Path
) -> None:
    fitted = fit(features, prior)
    fitted.save(tmp_path / "projection.npz")
    again = Projection.load(tmp_path / "projection.npz")
    assert np.array_equal(again.apply(features), fitted.apply(features))


@pytest.mark.parametrize("content", [None, b"", b"PK nothing"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "projection.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match=r"projection\.npz"):
        Projection.load(file)


def test_a_query_may_weigh_colours(features: np.ndarray, prior: ProjectionPrior) -> None:
    fitted = fit(features, prior)
    rows = fitted.apply(features)
    kinds, colours = (unit(part) for part in np.split(rows, [fitted.kind_weights.shape[1]], axis=1))
    for share in (0.0, 0.3, 1.0):
        query, scale = fitted.rebalance(rows[0], share)
        expected = (1 - share) * kinds @ kinds[0] + share * colours @ colours[0]
        assert scale * (rows @ query) == pytest.approx(expected, abs=1e-4)
    own = projection.COLOUR_WEIGHT**2 / (1 + projection.COLOUR_WEIGHT**2)
    assert fitted.rebalance(rows[0], own)[0] == pytest.approx(rows[0], abs=1e-4)


def test_features_in_parts_give_the_same_projection(rng: np.random.Generator) -> None:
    rows = rng.normal(3, 2, (500, 7)).astype(np.float32)
    moments = Moments(7)
    for part in np.array_split(rows, [10, 11, 300]):
        moments.add(part)
    assert moments.n == 500
    assert np.allclose(moments.mean, rows.mean(axis=0), atol=1e-5)
    assert np.allclose(moments.covariance, np.cov(rows.T, bias=True), atol=1e-4)


def test_colours_are_whitened_halfway(rng: np.random.Generator) -> None:
    deviations = np.array([4.0, 1.0, 0.25, 1e-6])
    axes = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    colours = (rng.normal(size=(20_000, 4)) * deviations) @ axes.T + 0.5
    rows = np.hstack([rng.normal(size=(20_000, N_KIND)), colours]).astype(np.float32)
    prior = fit_prior(rows, [0.1 * rows[:100, :N_KIND]], N_KIND)
    fitted = fit(rows, prior)
    projected = (colours - fitted.colour_mean) @ fitted.colour_weights.astype(np.float32)
    spread = projected.std(axis=0)
    # a deviation that is 16 times smaller stays 4 times smaller
    assert spread[:3] / spread[0] == pytest.approx([1, 1 / 2, 1 / 4], rel=0.05)
    assert spread[3] < 1e-3  # noise is not blown up


def test_pictures_of_one_colour_have_embeddings(rng: np.random.Generator) -> None:
    kinds = unit(rng.normal(size=(50, N_KIND)))
    rows = np.hstack([kinds, np.full((50, N_COLOUR), 0.125, np.float32)])
    fitted = fit(rows, fit_prior(rows, [(0.1 * kinds).astype(np.float32)], N_KIND))
    assert np.isfinite(fitted.apply(rows)).all()
