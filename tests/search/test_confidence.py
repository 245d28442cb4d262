import dataclasses
from pathlib import Path

import numpy as np
import pytest

from recommender import images
from recommender.config import ASSETS, DEMO
from recommender.importing.importer import import_source
from recommender.models import ARTICLE, PERCEPTUAL, available_models
from recommender.recommend import Recommender
from recommender.search import confidence
from recommender.search.calibration import QUANTILES
from recommender.search.confidence import PhotoScale
from tests.conftest import draw
from tools.confidence import files_of, measure, shares

SCALE = PhotoScale(held_out_quantiles=np.linspace(0.2, 1, len(QUANTILES)), close=0.9, unlike=1.2)


@pytest.mark.parametrize(
    ("nearest", "level", "percentile"),
    [(0.1, "close", 0), (0.6, "close", 50), (1.0, "loose", 100), (1.3, "unlike", 100)],
)
def test_the_level_of_a_photo(
    shop_recommender: Recommender, nearest: float, level: str, percentile: float
) -> None:
    found = confidence.of_photo(shop_recommender.index, SCALE, nearest, 0.0)
    assert found.level == level
    assert found.of_photo
    assert found.nearest_percentile == pytest.approx(percentile)


def test_what_cannot_be_rebuilt_is_unlike_anything(shop_recommender: Recommender) -> None:
    worst = float(shop_recommender.index.error_quantiles[-1])
    assert confidence.of_photo(shop_recommender.index, SCALE, 0.1, 2 * worst).level == "unlike"


def test_the_scale_is_measured_once_and_in_order(shop_recommender: Recommender) -> None:
    scale = shop_recommender.photo_scale()
    assert 0 < scale.close <= scale.unlike
    assert shop_recommender.photo_scale() is scale


def test_a_sample_tells_what_is_usual_in_a_large_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = Recommender.open(DEMO, PERCEPTUAL)
    whole = demo.photo_scale()
    assert len(demo.index.covers) > 1_000
    monkeypatch.setattr(confidence, "MOST_ASKED", 1_000)
    sampled = confidence.measure(demo.catalogue, demo.model, demo.index)
    assert sampled.close == whole.close
    assert sampled.unlike == pytest.approx(whole.unlike, rel=0.05)
    assert not np.array_equal(sampled.unlike, whole.unlike)  # it was measured another way


def test_products_with_one_picture_are_close_to_each_other(tmp_path: Path) -> None:
    for number in range(5):
        draw("disc", "red").save(tmp_path / f"{number}.png")
    import_source(tmp_path, "equal")
    recommender = Recommender.open("equal", ARTICLE)
    result = recommender.similar("0.png")
    assert [round(match.similarity, 2) for match in result.matches] == [1.0] * 4
    assert result.confidence.level == "close"
    assert result.confidence.nearest_percentile == 0
    assert recommender.similar_to_image(tmp_path / "0.png").confidence.level == "close"
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    unlike = recommender.search(recommender.encode_pixels(noise))
    assert unlike.confidence.level == "unlike"


def test_a_pair_of_copies_is_close_in_a_catalogue_of_others(
    shop_recommender: Recommender,
) -> None:
    index = dataclasses.replace(
        shop_recommender.index,
        nearest_quantiles=np.array([0] * 90 + [1.0] * 11, np.float32),
        reconstruction_errors=np.linspace(
            0.01, 0.02, len(shop_recommender.index), dtype=np.float32
        ),
    )
    assert confidence.of_item(index, 0.0, 0.01).level == "close"
    assert confidence.of_item(index, 0.0, 0.01).nearest_percentile == 0
    assert confidence.of_item(index, 2.0, 0.01).level == "unlike"


def test_error_quantiles_are_computed_once_for_an_index(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_recommender.similar("disc-red-0")

    def refuse(*_: object) -> None:
        raise AssertionError("quantiles were computed again")

    monkeypatch.setattr(np, "quantile", refuse)
    assert shop_recommender.similar("disc-red-0", n_neighbors=2).matches


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_the_badge_tells_customer_photos_from_nonsense() -> None:
    recommender = Recommender.open(DEMO, PERCEPTUAL)
    photos = files_of(ASSETS / "catalogue" / "photos")[::5]
    found = shares(recommender, map(images.load, photos))
    assert found["close"] >= 0.7
    assert found["unlike"] <= 0.05
    for name, levels in measure(recommender).items():
        assert levels["close"] == 0, name
        assert name == "text" or levels["unlike"] >= 0.75, name
