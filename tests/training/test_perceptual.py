import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from recommender import images
from recommender.catalogue.registry import open_catalogue
from recommender.config import MODELS
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.network import Network
from recommender.recommend import Recommender
from recommender.training import perceptual, train_perceptual
from recommender.training.backbone import INPUT_SIZE_PX, backbone, load_weights
from recommender.training.export import export_litert
from recommender.training.export_perceptual import BACKBONE_FILE, export_encoder
from recommender.training.perceptual import PerceptualConfig
from recommender.training.pooling import attention, pool
from tests.conftest import draw

CONFIG = PerceptualConfig()
SMALL = PerceptualConfig(epochs=2, epoch_size=8, batch_size=4, crop_side=4)


@pytest.fixture(scope="module")
def encoder() -> keras.Model:
    """The encoder in Keras."""
    whole = perceptual.encoder(CONFIG)
    load_weights(whole.get_layer("backbone"), BACKBONE_FILE)
    return whole


def test_litert_gives_what_keras_gives(encoder: keras.Model, tmp_path: Path) -> None:
    export_litert(encoder, tmp_path / "encoder.tflite")
    square = images.letterbox(np.asarray(draw("disc", "red", 180)), INPUT_SIZE_PX)
    found = Network(tmp_path / "encoder.tflite").run({"images": square[None]})
    expected = encoder(square[None])
    assert set(found) == set(expected) == {"features", "spatial"}
    assert found["features"] == pytest.approx(expected["features"].numpy(), abs=1e-4)


@pytest.mark.slow
def test_the_encoder_in_integers_gives_nearly_the_same(
    encoder: keras.Model, tmp_path: Path
) -> None:
    squares = np.stack(
        [
            images.letterbox(np.asarray(draw(shape, colour)), INPUT_SIZE_PX)
            for shape in ("disc", "box", "bar")
            for colour in ("red", "green", "blue")
        ]
    )
    exact, integers, again = (tmp_path / name for name in ("exact", "integers", "again"))
    export_litert(encoder, exact)
    export_encoder(CONFIG, squares, integers)
    assert integers.stat().st_size < 0.4 * exact.stat().st_size
    outputs = [
        [Network(file).run({"images": square[None]}) for square in squares]
        for file in (exact, integers)
    ]
    for name in ("features", "spatial"):
        rows = [np.stack([each[name].ravel() for each in found]) for found in outputs]
        cosines = np.sum(rows[0] * rows[1], axis=1) / np.prod(
            [np.linalg.norm(each, axis=1) for each in rows], axis=0
        )
        assert cosines.min() > 0.97, name
    export_encoder(CONFIG, squares, again)
    repeated = Network(again).run({"images": squares[:1]})
    assert np.array_equal(repeated["features"], outputs[1][0]["features"])


def histogram(pixels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    found = perceptual.colour_histogram(
        pixels[None].astype(np.float32), weights[None].astype(np.float32), CONFIG.colour_bins
    )
    first: np.ndarray = np.asarray(found)[0]
    return first


def test_the_histogram_knows_colours_and_looks_where_the_attention_is() -> None:
    side = INPUT_SIZE_PX
    left, everywhere = np.zeros((10, 10)), np.ones((10, 10))
    left[:, :5] = 1
    red, halves = np.zeros((2, side, side, 3), np.uint8)
    red[:] = halves[:, : side // 2] = (200, 30, 40)
    halves[:, side // 2 :] = (90, 160, 220)
    whole, both = histogram(red, everywhere), histogram(halves, everywhere)
    assert np.square(whole).sum() == pytest.approx(1, abs=1e-4)
    assert whole @ both == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert whole @ histogram(halves, left) > 0.97


def test_a_little_more_light_moves_a_little_of_the_histogram() -> None:
    picture = np.full((INPUT_SIZE_PX, INPUT_SIZE_PX, 3), (120, 60, 40), np.uint8)
    everywhere = np.ones((10, 10))
    lit = histogram((picture * 1.1).astype(np.uint8), everywhere)
    blue = histogram(picture[..., ::-1], everywhere)
    assert histogram(picture, everywhere) @ lit > 0.9
    assert lit @ blue < 0.2


def test_kind_has_unit_length_and_ignores_mirrors_mostly() -> None:
    network = backbone()
    load_weights(network, BACKBONE_FILE)
    picture = np.asarray(draw("box", "green", INPUT_SIZE_PX), np.float32)[None]
    kinds = []
    for turned in (picture, picture[:, :, ::-1]):
        maps = network((turned - 127) / 128)
        weights = attention(maps["head"])
        kind = pool(maps["head"], maps["spatial"], weights, grid_weight=0.5, window_weight=0.5)
        kinds.append(np.asarray(kind)[0])
    assert [np.linalg.norm(kind) for kind in kinds] == pytest.approx([1, 1], abs=1e-5)
    assert kinds[0] @ kinds[1] > 0.9


@pytest.mark.slow
def test_training_goes_on_after_an_interruption_and_its_model_recommends(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    catalogue = open_catalogue("shop")
    folder = tmp_path / "models" / "perceptual"

    def interrupt(n_done: int, n_all: int, _: float) -> None:
        if n_done > n_all // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_perceptual.train_perceptual(catalogue, [], folder, SMALL, report=interrupt)
    assert not folder.exists()
    steps: list[int] = []
    figures = train_perceptual.train_perceptual(
        catalogue, [], folder, SMALL, report=lambda n_done, *_: steps.append(n_done)
    )
    assert steps[0] == 3  # the first epoch's two steps are not taken again
    assert figures["psnr"] > 20.5  # the lapped transform alone gives 20.0
    assert figures["n_bytes"] <= 2888
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path))
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    recommender = Recommender.open("shop", "perceptual")
    assert recommender.index.embeddings.shape == (18, 256)
    result = recommender.similar("disc-red-0", n_neighbors=1)
    assert result.matches[0].item.item_id == "disc-red-1"
    uploaded = recommender.similar_to_image(shop / "bar-blue-1.png", n_neighbors=1)
    assert uploaded.matches[0].item.item_id == "bar-blue-1"
    assert uploaded.matches[0].similarity == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
def test_the_model_that_ships_can_be_adapted(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    catalogue = open_catalogue("shop")
    losses = {}
    for adapts in (False, True):
        config = dataclasses.replace(SMALL, adapts=adapts, epochs=1, learning_rate=1e-5)
        folder = tmp_path / str(adapts) / "perceptual"
        figures = train_perceptual.train_perceptual(catalogue, [], folder, config)
        losses[adapts] = figures["held_out_loss"][0]
    # two tiny steps change little: what differs is where they start
    assert losses[True] < losses[False] - 0.2


@pytest.mark.skipif(
    not (MODELS / "perceptual" / "encoder.tflite").exists(), reason="the model is not trained yet"
)
def test_the_model_that_ships_is_small_and_whole() -> None:
    model = Autoencoder(MODELS / "perceptual")
    assert model.code_bytes <= 2888
    assert model.prior is not None
    files = [file for file in MODELS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 25e6
    pictures = [np.asarray(draw(shape, "red")) for shape in ("disc", "bar")]
    targets = np.stack([model.prepare_target(picture) for picture in pictures])
    assert np.square(model.rebuild(pictures) - targets / 255).mean() < 0.001
