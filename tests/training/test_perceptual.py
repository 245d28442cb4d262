import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip(
    "tensorflow", reason="TensorFlow is missing: pip install -r requirements-dev.txt"
)

import keras

from recommender.catalogue.registry import open_catalogue
from recommender.config import MODELS
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.recommend import Recommender
from recommender.training import perceptual, train_perceptual
from recommender.training.backbone import INPUT_SIZE_PX, backbone, load_weights
from recommender.training.export import export_litert, one_at_a_time
from recommender.training.export_perceptual import BACKBONE_FILE, export_encoder
from recommender.training.perceptual import PerceptualConfig
from recommender.training.pooling import attention, pool
from tests.conftest import draw

CONFIG = PerceptualConfig()
SMALL = PerceptualConfig(
    epochs=2, epoch_size=16, batch_size=8, decoder_filters=(16, 16, 16), decoder_blocks=1
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, object, Path]:
    """An encoder and a decoder in Keras, and both as LiteRT files."""
    keras.utils.set_random_seed(0)
    encoder, decoder = perceptual.encoder(CONFIG), perceptual.decoder(CONFIG)
    load_weights(encoder.get_layer("backbone"), BACKBONE_FILE)
    rng = np.random.default_rng(0)
    for model in (encoder.get_layer("code_head"), decoder):
        weights = [w + rng.normal(0, 0.01, w.shape) for w in model.get_weights()]
        # the decoder's file keeps half precision, so the comparison starts from it
        model.set_weights([w.astype(np.float16).astype(np.float32) for w in weights])
    folder = tmp_path_factory.mktemp("exported")
    export_litert(encoder, folder / "encoder.tflite")
    export_litert(one_at_a_time(decoder), folder / "decoder.tflite", half_weights=True)
    (folder / "config.json").write_text(
        json.dumps(
            {
                "name": "perceptual",
                "image_size_px": INPUT_SIZE_PX,
                "decoded_size_px": 150,
                "latent_shape": [CONFIG.n_latent],
                "metric": "cosine",
                "format_version": 1,
            }
        )
    )
    return encoder, decoder, folder


def test_the_code_and_the_embedding_are_small() -> None:
    assert CONFIG.n_latent <= 2888
    assert perceptual.code_head(CONFIG).output_shape == (None, CONFIG.n_latent)
    assert perceptual.decoder(CONFIG).output_shape == (None, 150, 150, 3)


def test_litert_says_what_keras_says(exported: tuple[object, object, Path]) -> None:
    encoder, decoder, folder = exported
    model = Autoencoder(folder)
    square = model.prepare(np.asarray(draw("disc", "red", 180)))
    expected = encoder(square[None])  # type: ignore[operator]
    found = model.encode([square])
    assert found.features.shape == (1, CONFIG.n_kind + np.prod(CONFIG.colour_bins))
    assert found.features == pytest.approx(expected["features"].numpy(), abs=1e-4)
    assert found.latents == pytest.approx(expected["latent"].numpy(), abs=1e-2)
    decoded = decoder(found.latents).numpy()  # type: ignore[operator]
    assert np.abs(model.decode(found.latents) - decoded).mean() < 1e-3


def test_the_encoder_in_integers_says_nearly_the_same(
    exported: tuple[object, object, Path], tmp_path: Path
) -> None:
    encoder, _, folder = exported
    squares = np.stack(
        [
            Autoencoder(folder).prepare(np.asarray(draw(shape, colour)))
            for shape in ("disc", "box", "bar")
            for colour in ("red", "green", "blue")
        ]
    )
    for name in ("config.json", "decoder.tflite"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    file = tmp_path / "encoder.tflite"
    head = encoder.get_layer("code_head")  # type: ignore[attr-defined]
    export_encoder(head, CONFIG, squares, file)
    assert file.stat().st_size < 0.4 * (folder / "encoder.tflite").stat().st_size
    exact, quantised = (Autoencoder(each).encode(squares) for each in (folder, tmp_path))
    for name in ("features", "spatial", "latents"):
        rows = [getattr(each, name).reshape(len(squares), -1) for each in (exact, quantised)]
        cosines = np.sum(rows[0] * rows[1], axis=1) / np.prod(
            [np.linalg.norm(each, axis=1) for each in rows], axis=0
        )
        assert cosines.min() > 0.97, name
    export_encoder(head, CONFIG, squares, file)
    assert np.array_equal(Autoencoder(tmp_path).encode(squares).features, quantised.features)


def histogram(pixels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    found = perceptual.colour_histogram(
        pixels[None].astype(np.float32), weights[None].astype(np.float32), CONFIG.colour_bins
    )
    return np.asarray(found)[0]


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


def test_structure_is_similar_to_itself_and_less_to_a_blur(rng: np.random.Generator) -> None:
    picture = rng.random((1, 60, 60, 3)).astype(np.float32)
    blurred = np.full_like(picture, picture.mean())
    same, less = (
        float(train_perceptual.similarity_of_structure(picture, other)[0])
        for other in (picture, blurred)
    )
    assert same == pytest.approx(1, abs=1e-5)
    assert less < 0.2


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
    assert figures["psnr"] > 15  # the linear start alone does better than grey
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path))
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    recommender = Recommender.open("shop", "perceptual")
    assert recommender.index.embeddings.shape == (18, 256)
    result = recommender.similar("disc-red-0", n_neighbors=1)
    assert result.matches[0].item.item_id == "disc-red-1"
    uploaded = recommender.similar_to_image(shop / "bar-blue-1.png", n_neighbors=1)
    assert uploaded.matches[0].item.item_id == "bar-blue-1"
    assert uploaded.matches[0].similarity == pytest.approx(1, abs=1e-3)


def test_the_model_that_ships_can_be_adapted(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    catalogue = open_catalogue("shop")
    settings = {"epochs": 1, "epoch_size": 16, "batch_size": 8, "learning_rate": 1e-5}
    scores = {}
    for adapts in (False, True):
        config = PerceptualConfig(adapts=adapts, **settings)
        folder = tmp_path / str(adapts) / "perceptual"
        scores[adapts] = train_perceptual.train_perceptual(catalogue, [], folder, config)["psnr"]
    # two tiny steps change little: what differs is where they start
    assert scores[True] > scores[False] + 1


@pytest.mark.skipif(
    not (MODELS / "perceptual" / "encoder.tflite").exists(), reason="the model is not trained yet"
)
def test_the_model_that_ships_is_small_and_whole() -> None:
    folder = MODELS / "perceptual"
    model = Autoencoder(folder)
    assert model.n_numbers <= 2888
    assert model.prior is not None
    files = [file for file in MODELS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 25e6
    squares = [model.prepare(np.asarray(draw(shape, "red"))) for shape in ("disc", "bar")]
    decoded = model.decode(model.encode(squares).latents)
    targets = [model.prepare_target(np.asarray(draw(shape, "red"))) for shape in ("disc", "bar")]
    assert np.square(decoded - np.stack(targets) / 255).mean() < 0.01
