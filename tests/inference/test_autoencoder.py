import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.config import MODELS
from recommender.errors import ModelError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.network import Network
from recommender.models import ModelConfig
from tests.conftest import draw


@pytest.fixture(scope="module")
def article() -> Autoencoder:
    return Autoencoder(MODELS / "article")


@pytest.fixture
def squares(article: Autoencoder) -> list[np.ndarray]:
    pictures = [draw(shape, colour) for shape in ("disc", "bar") for colour in ("red", "blue")]
    return [article.prepare(np.asarray(picture)) for picture in pictures]


def latents_of(model: Autoencoder, squares: list[np.ndarray]) -> np.ndarray:
    latents = model.encode(squares).latents
    assert latents is not None
    return latents


def test_the_article_has_its_shapes(article: Autoencoder, squares: list[np.ndarray]) -> None:
    encoded = article.encode(squares)
    assert encoded.latents is not None
    assert encoded.latents.shape == (4, 19, 19, 8)
    assert encoded.features.shape == (4, 2888)
    assert np.array_equal(encoded.features, encoded.latents.reshape(4, -1))
    decoded = article.decode(encoded.latents)
    assert decoded.shape == (4, 150, 150, 3)
    assert decoded.dtype == np.float32
    assert 0 <= decoded.min() <= decoded.max() <= 1


def test_the_trained_article_reconstructs(article: Autoencoder, squares: list[np.ndarray]) -> None:
    decoded = article.decode(latents_of(article, squares))
    errors = np.square(decoded - np.stack(squares) / 255).mean(axis=(1, 2, 3))
    assert errors.max() < 0.02  # 17 dB; a grey picture has 0.1 and more


def test_a_picture_alone_and_in_a_batch_are_equal(
    article: Autoencoder, squares: list[np.ndarray]
) -> None:
    together = latents_of(article, squares)
    alone = np.concatenate([latents_of(article, [square]) for square in squares])
    assert together == pytest.approx(alone, abs=1e-6)


def test_threads_share_a_model(article: Autoencoder, squares: list[np.ndarray]) -> None:
    expected = latents_of(article, squares[:1])
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: latents_of(article, squares[:1]), range(64)))
    assert all(np.array_equal(result, expected) for result in results)


def test_many_visitors_share_few_interpreters(
    squares: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = Network._make

    def counted(network: Network) -> Any:
        made.append(1)
        return make(network)

    monkeypatch.setattr(Network, "_make", counted)
    network = Network(MODELS / "article" / "encoder.tflite", n_interpreters=2)
    values = {"images": squares[0][None]}
    for _ in range(3):
        network.run(values)
    assert len(made) == 1  # one visitor at a time needs one
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: network.run(values), range(64)))
    assert len(made) == 2


def test_a_call_that_fails_gives_its_turn_back(squares: list[np.ndarray]) -> None:
    network = Network(MODELS / "article" / "encoder.tflite", n_interpreters=1)
    for _ in range(2):
        with pytest.raises(ValueError, match="name"):
            network.run({"sounds": squares[0][None]})
    assert network.run({"images": squares[0][None]})["latent"].shape == (1, 19, 19, 8)


def test_an_empty_batch_is_a_mistake(article: Autoencoder) -> None:
    with pytest.raises(ValueError, match="empty"):
        article.encode([])


def test_a_missing_model_names_the_ones_that_are_there() -> None:
    with pytest.raises(ModelError, match="article"):
        Autoencoder.open("nothing")


@pytest.mark.parametrize("damage", ["config", "format", "encoder", "missing"])
def test_a_damaged_model_is_one_sentence(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "article"
    shutil.copytree(MODELS / "article", folder)
    if damage == "config":
        (folder / "config.json").write_text("{")
    elif damage == "format":
        values = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(values | {"format_version": 99}))
    elif damage == "encoder":
        (folder / "encoder.tflite").write_bytes(b"nothing of the kind")
    else:
        (folder / "encoder.tflite").unlink()
    with pytest.raises(ModelError) as caught:
        Autoencoder(folder).encode([np.zeros((150, 150, 3), np.uint8)])
    assert "\n" not in str(caught.value).strip()


def test_config_round_trip() -> None:
    config = ModelConfig(name="a", image_size_px=9, latent_shape=(3, 3, 2), metric="cosine")
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(ValueError, match="no setting"):
        ModelConfig.from_dict({"colour": 1})
    with pytest.raises(ValueError, match="metric"):
        ModelConfig(name="a", image_size_px=9, latent_shape=(3, 3, 2), metric="taxi")
