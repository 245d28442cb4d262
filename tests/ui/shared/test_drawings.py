"""Reconstructions as they are sent: drawn once for both pictures and all visitors."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from PIL import Image

from recommender.items import Item
from recommender.recommend import Recommender
from recommender.search.results import Reconstruction
from recommender.ui.shared import pictures

N_VISITORS = 16


@dataclass
class Rebuilding:
    """What stands in for a recommender, and how often it was asked."""

    fingerprint: str
    asked: list[str] = field(default_factory=list)

    @property
    def model(self) -> Any:
        return SimpleNamespace(fingerprint=self.fingerprint)

    def reconstruct_item(self, item_id: str) -> Reconstruction:
        self.asked.append(item_id)
        grey = np.full((20, 20, 3), 128, np.uint8)
        return Reconstruction(original=grey, decoded=grey // 2, n_numbers=1, n_bytes=4)


def test_a_reconstruction_is_drawn_once_for_each_model() -> None:
    item = Item(item_id="a", image="a.png", image_sha256="drawn-once")
    first, other = Rebuilding("first model"), Rebuilding("other model")

    def draw(_: int) -> pictures.Drawing:
        return pictures.drawing(cast("Recommender", first), item)

    with ThreadPoolExecutor(N_VISITORS) as pool:
        drawn = set(pool.map(draw, range(N_VISITORS)))
    assert len(drawn) == 1
    assert first.asked == ["a"]
    assert pictures.drawing(cast("Recommender", other), item) == drawn.pop()
    assert other.asked == ["a"]


def test_what_was_kept_and_lost_are_two_pictures() -> None:
    item = Item(item_id="b", image="b.png", image_sha256="two-pictures")
    drawing = pictures.drawing(cast("Recommender", Rebuilding("a model")), item)
    assert drawing.kept != drawing.lost
    for data in (drawing.kept, drawing.lost):
        assert Image.open(io.BytesIO(data)).size == (pictures.REBUILT_PX, pictures.REBUILT_PX)


def test_a_reconstruction_has_its_pictures_shape_and_is_enlarged_smoothly() -> None:
    edge = np.full((20, 20, 3), 255, np.uint8)
    edge[5:15, :10] = 0  # a picture twice as wide as high, between white margins
    rebuilt = Reconstruction(original=edge, decoded=edge, n_numbers=1, n_bytes=4, ratio=2.0)
    assert pictures.kept(rebuilt).shape == pictures.lost(rebuilt).shape == (10, 20, 3)
    assert (pictures.kept(rebuilt)[:, :10] == 0).all()
    shown = np.asarray(
        Image.open(io.BytesIO(pictures.to_webp(pictures.kept(rebuilt), least_px=200)))
    )
    assert shown.shape == (100, 200, 3)
    steps = np.abs(np.diff(shown[50, :, 0].astype(int)))
    assert steps.max() < 64  # no staircase: the edge is spread over several pixels
