"""Flipped bytes in what was written: noticed, and never an answer that is wrong."""

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from recommender import damage
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.errors import RecommenderError
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import DamagedFeatures, FeatureStore
from recommender.models import ARTICLE
from recommender.recommend import Recommender

N_FLIPS = 40


def flip(file: Path, chance: np.random.Generator) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 1, 8))):
        data[chance.integers(len(data))] ^= 1 << int(chance.integers(8))
    file.write_bytes(data)


def test_a_sealed_folder_notices_every_flip(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.arange(100.0))
    damage.seal(tmp_path)
    damage.verify(tmp_path)
    whole = (tmp_path / "rows.npy").read_bytes()
    for number in range(N_FLIPS):
        flip(tmp_path / "rows.npy", np.random.default_rng(number))
        if (tmp_path / "rows.npy").read_bytes() != whole:
            with pytest.raises(ValueError, match="damaged"):
                damage.verify(tmp_path)
        (tmp_path / "rows.npy").write_bytes(whole)
    (tmp_path / "rows.npy").unlink()
    with pytest.raises(ValueError, match="damaged"):
        damage.verify(tmp_path)


def test_damaged_arrays_are_one_kind_of_error(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    written = {"a": np.arange(50), "b": np.ones(3)}
    np.savez(file, a=written["a"], b=written["b"])
    whole = file.read_bytes()
    for number in range(300):
        flip(file, np.random.default_rng(number))
        try:
            arrays = damage.read_arrays(file)
        except (OSError, ValueError):
            pass
        else:  # the flip hit what says nothing of the content
            for name in arrays.keys() & written.keys():
                assert np.array_equal(arrays[name], written[name])
        file.write_bytes(whole)


def test_an_index_with_flipped_bytes_is_built_again_with_the_same_answers(shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    first = Recommender.open("shop", ARTICLE)
    asked = first.index.ids[0]
    expected = [match.item.item_id for match in first.similar(asked, n_neighbors=9).matches]
    del first
    folder = catalogues_folder() / "shop"
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    files = [
        file.relative_to(folder)
        for part in ("indexes", "features")
        for file in (folder / part).rglob("*")
        if file.is_file() and file.stat().st_size
    ]
    assert {file.name for file in files} >= {"embeddings.npy", "calibration.npz", "text.npy"}
    chance = np.random.default_rng(7)
    for number in range(N_FLIPS):
        file = files[number % len(files)]
        flip(folder / file, chance)
        again = Recommender.open("shop", ARTICLE)
        found = [match.item.item_id for match in again.similar(asked, n_neighbors=9).matches]
        assert found == expected, file
        del again
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


def test_a_flipped_catalogue_is_whole_or_said_to_be_broken(shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    file = catalogues_folder() / "shop" / "catalogue.db"
    whole = file.read_bytes()
    chance = np.random.default_rng(3)
    for _ in range(N_FLIPS):
        flip(file, chance)
        with contextlib.suppress(RecommenderError):  # anything else is a bug
            list(open_catalogue("shop"))
        file.write_bytes(whole)


def test_damaged_features_are_found_and_made_again(shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"}, model=Autoencoder.open(ARTICLE))
    folder = catalogues_folder() / "shop"
    (store_file,) = (folder / "features").glob("*.db")
    model = Autoencoder.open(ARTICLE)
    hashes = [item.image_sha256 for item in open_catalogue("shop")]
    with FeatureStore.open(folder, model.fingerprint, np.float32) as store:
        features, _ = store.read(hashes)
    data = store_file.read_bytes()
    at = data.index(features[0].tobytes()[:16])
    store_file.write_bytes(data[:at] + b"\x01\x02\x03\x04" + data[at + 4 :])
    with (
        FeatureStore.open(folder, model.fingerprint, np.float32) as store,
        pytest.raises(DamagedFeatures),
    ):
        store.read(hashes)  # all: several pictures' features may begin alike
    shutil.rmtree(folder / "indexes")
    assert len(Recommender.open("shop", ARTICLE).index) == 18
