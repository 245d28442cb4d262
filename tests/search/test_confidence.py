import numpy as np
import pytest

from recommender import images
from recommender.config import ASSETS, DEMO, PERCEPTUAL, available_models
from recommender.recommend import Recommender
from recommender.search import confidence
from recommender.search.confidence import PhotoScale
from recommender.search.index import QUANTILES
from tests.trust import files_of, measure, shares

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
