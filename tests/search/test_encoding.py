"""Processes encode what threads do, and say what went wrong."""

import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue, catalogues_folder
from recommender.errors import ImageError, RecommenderError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore
from recommender.models import ARTICLE
from recommender.search.encoding import encode_missing


@pytest.fixture
def catalogue(brought_in: Path) -> Catalogue:
    shutil.copytree(brought_in / "catalogues", catalogues_folder(), dirs_exist_ok=True)
    return open_catalogue("shop")


@pytest.fixture
def store() -> Iterator[FeatureStore]:
    with closing(FeatureStore(":memory:", np.float32)) as opened:
        yield opened


def test_two_processes_encode_as_one_does(catalogue: Catalogue, store: FeatureStore) -> None:
    model = Autoencoder.open(ARTICLE)
    told: list[tuple[int, int]] = []
    encode_missing(
        catalogue.folder, catalogue.items, model, store,
        n_workers=2, progress=lambda *done: told.append(done),
    )  # fmt: skip
    hashes = [item.image_sha256 for item in catalogue.items]
    assert told[-1] == (len(hashes), len(hashes))
    with closing(FeatureStore(":memory:", np.float32)) as single:
        encode_missing(catalogue.folder, catalogue.items, model, single, n_workers=1)
        for found, expected in zip(store.read(hashes), single.read(hashes), strict=True):
            assert np.array_equal(found, expected)


def test_a_picture_that_a_process_cannot_read_is_named(
    catalogue: Catalogue, store: FeatureStore
) -> None:
    catalogue.image_path(catalogue.items[5]).write_bytes(b"broken")
    with pytest.raises(ImageError, match=f"item '{catalogue.items[5].item_id}' of 'shop'"):
        encode_missing(
            catalogue.folder, catalogue.items, Autoencoder.open(ARTICLE), store, n_workers=2
        )
    assert len(store.hashes()) == 5  # those before it are kept


def test_a_process_that_is_ended_leaves_what_was_done(
    catalogue: Catalogue, store: FeatureStore
) -> None:
    def end_all(_: int, __: int) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(RecommenderError, match="fewer --workers"):
        encode_missing(
            catalogue.folder, catalogue.items, Autoencoder.open(ARTICLE), store,
            n_workers=2, progress=end_all,
        )  # fmt: skip
    assert store.hashes()
