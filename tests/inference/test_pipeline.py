"""Many threads look at pictures, each one once."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from recommender import images
from recommender.errors import CatalogueError, ImageError
from recommender.inference import pipeline
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore
from recommender.inference.pipeline import FeatureExtractor, side_by_side
from recommender.models import ARTICLE
from recommender.types import Pixels
from tests.conftest import draw


def test_results_come_in_order_and_only_a_window_is_taken() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(200):
            taken.append(number)
            yield number

    results = side_by_side(lambda number: number * 2, tasks(), 2)
    assert next(results) == 0
    assert len(taken) <= 2 * pipeline.WINDOW + 1
    assert list(results) == list(range(2, 400, 2))


def test_an_error_of_one_task_reaches_whoever_waits() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    with pytest.raises(ValueError, match="three"):
        list(side_by_side(work, range(100), 2))


def test_the_same_picture_in_many_hands_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def encode_picture(_: Autoencoder, pixels: Pixels) -> tuple[Pixels, float]:
        time.sleep(0.02)
        seen.append(threading.get_ident())
        return pixels.astype(np.float32), 0.5

    monkeypatch.setattr(pipeline, "encode_picture", encode_picture)
    monkeypatch.setattr(pipeline, "load_enough", lambda _, __: np.ones(3, np.uint8))
    with closing(FeatureStore(":memory:", np.float16)) as store:
        extractor = FeatureExtractor(cast("Autoencoder", None), store)
        list(side_by_side(lambda _: extractor.extract("a", b"picture"), range(8), 4))
        extractor.flush()
        assert (len(seen), extractor.n_encoded) == (1, 1)
        monkeypatch.setattr(pipeline, "load_enough", None)  # it is known: nothing is decoded
        extractor.extract("a", b"picture")
        features, errors = store.read(["a", "a"])
        assert features.tolist() == [[1, 1, 1], [1, 1, 1]]
        assert errors.tolist() == [0.5, 0.5]


def test_a_picture_that_cannot_be_read_fails_for_all_who_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(_: Autoencoder, __: bytes) -> Pixels:
        time.sleep(0.02)
        raise ImageError("damaged")

    def look(_: int) -> str:
        try:
            extractor.extract("a", b"picture")
        except ImageError as error:
            return str(error)
        return "fine"

    monkeypatch.setattr(pipeline, "load_enough", load)
    with closing(FeatureStore(":memory:", np.float16)) as store:
        extractor = FeatureExtractor(cast("Autoencoder", None), store)
        assert list(side_by_side(look, range(4), 4)) == ["damaged"] * 4


def test_a_store_forgets_what_it_is_told_to(tmp_path: Path) -> None:
    with FeatureStore.open(tmp_path, "f" * 64, np.float16) as store:
        store.add((each, np.full(4, number, np.float32), 0.0) for number, each in enumerate("abc"))
        store.keep_only({"a", "c"})
    with FeatureStore.open(tmp_path, "f" * 64, np.float16) as store:
        assert store.hashes() == {"a", "c"}
        assert store.read(["c"])[0].tolist() == [[2, 2, 2, 2]]
        with pytest.raises(KeyError):
            store.read(["b"])
    with FeatureStore.open(tmp_path, "e" * 64, np.float16) as store:
        assert store.hashes() == set()  # another model saw nothing yet


def test_a_damaged_store_is_one_sentence(tmp_path: Path) -> None:
    with FeatureStore.open(tmp_path, "f" * 64, np.float16):
        pass
    (file,) = (tmp_path / "features").glob("*.db")
    file.write_bytes(b"not a database, but long enough to be read as the head of one" * 20)
    with pytest.raises(CatalogueError, match="delete it"):
        FeatureStore.open(tmp_path, "f" * 64, np.float16).__enter__()


def test_a_large_photo_is_decoded_as_far_as_it_is_needed() -> None:
    model = Autoencoder.open(ARTICLE)
    stream = io.BytesIO()
    draw("disc", "red", 1600).save(stream, "JPEG", quality=95)
    enough = pipeline.load_enough(model, stream.getvalue())
    assert enough.shape == (400, 400, 3)  # the article's network takes 150 x 150
    seen, whole = (
        pipeline.encode_picture(model, pixels)[0]
        for pixels in (enough, images.load(stream.getvalue()))
    )
    assert seen @ whole / np.linalg.norm(seen) / np.linalg.norm(whole) > 0.999
