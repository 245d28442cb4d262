"""Encoded pictures: encoded and decoded once, and small enough to keep for each visitor."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from recommender.inference.network import Network
from recommender.recommend import Recommender
from recommender.search.query import KEPT_PX


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each network ran, by its file's name."""
    counts: Counter[str] = Counter()
    run = Network.run

    def counted(network: Network, values: Any) -> Any:
        counts[network.file.stem] += 1
        return run(network, values)

    monkeypatch.setattr(Network, "run", counted)
    return counts


def test_a_photo_is_encoded_and_decoded_once_however_often_it_is_asked_with(
    shop_recommender: Recommender, runs: Counter[str], rng: np.random.Generator
) -> None:
    shop_recommender.photo_scale()
    runs.clear()
    photo = shop_recommender.encode_pixels(rng.integers(0, 256, (90, 120, 3), np.uint8))
    assert runs == {"encoder": 1}  # nobody has looked at the reconstruction yet
    for diversity in (0.0, 0.3, 0.6):
        shop_recommender.search(photo, diversity=diversity)
    assert photo.reconstruction.decoded.shape == (150, 150, 3)
    assert runs == {"encoder": 1, "decoder": 1}


def test_a_large_photo_leaves_a_small_one_behind(
    shop_recommender: Recommender, rng: np.random.Generator
) -> None:
    large = np.repeat(np.repeat(rng.integers(0, 256, (16, 12, 3), np.uint8), 128, 0), 128, 1)
    photo = shop_recommender.encode_pixels(large)
    assert photo.pixels.shape == (KEPT_PX, KEPT_PX * 3 // 4, 3)
    model, index = shop_recommender.model, shop_recommender.index
    whole = index.embed(model.encode([model.prepare(large)]).features)[0]
    assert np.array_equal(photo.embedding, whole)
    part = shop_recommender.encode_pixels(large[:200, :300])
    assert not np.shares_memory(part.pixels, large)
