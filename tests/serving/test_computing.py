"""What child processes compute is what this process would, and their death costs one answer."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from recommender import images
from recommender.errors import ImageError, RecommenderError
from recommender.insights.explain import Asked, Explainer, Explanation, Pictured
from recommender.recommend import Recommender
from recommender.search import query
from recommender.search.build import index_folders
from recommender.serving.computing import Computer
from recommender.types import Pixels
from tests.shelves import first_of, shelf


@pytest.fixture(scope="module")
def demo() -> Recommender:
    return Recommender.open()


@pytest.fixture(scope="module")
def computer(demo: Recommender) -> Iterator[Computer]:
    with Computer(n_workers=1) as computer:
        computer.prepare(demo)
        yield computer


@pytest.fixture(scope="module")
def photo(demo: Recommender) -> Pixels:
    return shelf(demo.catalogue, [first_of(demo.catalogue, each) for each in ("sofa", "mug")])


def test_a_photo_is_encoded_as_here(computer: Computer, demo: Recommender, photo: Pixels) -> None:
    light = demo.light(photo)
    there, parts = computer.encode(demo, photo, light, finds_regions=True)
    here = demo.encode_pixels(photo)
    assert there.embedding == pytest.approx(here.embedding, abs=1e-5)
    assert there.known_error == pytest.approx(here.reconstruction_error, rel=1e-4)
    assert there.model is demo.model
    wanted = demo.regions(here)
    assert [part.item_id for part in parts] == [region.item_id for region in wanted]
    assert len(parts) > 1
    found = [match.item.item_id for match in demo.search(there).matches]
    assert found == [match.item.item_id for match in demo.search(here).matches]
    alone, none = computer.encode(demo, photo, light, finds_regions=False)
    assert none == []
    assert np.array_equal(alone.embedding, there.embedding)


def test_a_photo_is_rebuilt_as_here(computer: Computer, demo: Recommender, photo: Pixels) -> None:
    there = computer.reconstruct(demo, photo)
    here = query.reconstruct(demo.model, photo)
    assert np.array_equal(there.decoded, here.decoded)
    assert there.n_bytes == here.n_bytes


def test_pictures_are_compared_as_here(computer: Computer, demo: Recommender) -> None:
    here = Explainer(demo.catalogue, demo.model, demo.index)

    def compare(first: Asked, second: Asked) -> Explanation:
        return computer.compare(demo, first, second)

    there = Explainer(demo.catalogue, demo.model, demo.index, compare)
    mug, other = (first_of(demo.catalogue, each) for each in ("mug", "teapot"))
    assert_same(there.of_items(mug, other), here.of_items(mug, other))
    pixels = images.load(demo.catalogue.image_path(demo.catalogue.get(mug)))
    encoded = demo.encode_pixels(pixels)
    assert_same(there.of_photo(encoded, other), here.of_photo(encoded, other))


def assert_same(one: Explanation, other: Explanation) -> None:
    assert (one.kind, one.colours) == pytest.approx((other.kind, other.colours), abs=1e-5)
    assert one.shared == other.shared
    places = [[(part.first, part.second) for part in each.parts] for each in (one, other)]
    assert places[0] == places[1]
    assert places[0]


def test_a_refusal_keeps_its_kind_and_words(
    computer: Computer, demo: Recommender, tmp_path: Path
) -> None:
    missing = Pictured(sha256="0" * 64, file=tmp_path / "missing.webp")
    with pytest.raises(ImageError, match=r"missing\.webp"):
        computer.compare(demo, missing, missing)


def test_an_index_that_is_nowhere_on_disk_is_computed_with_here(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert index_folders(shop_recommender.catalogue, shop_recommender.model)
    monkeypatch.setattr(
        "recommender.serving.computing.index_folders", lambda *_names: [tmp_path / "nothing"]
    )
    pixels = np.full((80, 60, 3), 200, np.uint8)
    with Computer(n_workers=1) as computer:
        encoded, parts = computer.encode(shop_recommender, pixels, None, finds_regions=True)
    assert parts == []  # this model sees one thing in a photo
    here = query.encode(shop_recommender.model, shop_recommender.index, pixels)
    assert np.array_equal(encoded.embedding, here.embedding)


def test_a_child_that_dies_costs_one_answer(demo: Recommender, photo: Pixels) -> None:
    with Computer(n_workers=1) as computer:
        computer.prepare(demo)
        with computer.borrowed() as worker:
            os.kill(worker.pid, signal.SIGSTOP)  # so that it dies with the question in hand
        threading.Timer(0.2, os.kill, (worker.pid, signal.SIGKILL)).start()
        with pytest.raises(RecommenderError, match="try again"):
            computer.reconstruct(demo, photo)
        assert computer.reconstruct(demo, photo).n_bytes
