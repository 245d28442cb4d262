import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender import metrics
from recommender.config import MODELS
from recommender.errors import ImageError, ModelError
from recommender.inference.autoencoder import Autoencoder
from tests.conftest import draw

FOLDER = MODELS / "perceptual"


@pytest.fixture(scope="module")
def model() -> Autoencoder:
    return Autoencoder(FOLDER)


def soft(rng: np.random.Generator) -> np.ndarray:
    """A smooth picture with one sharp shape, as a product on its ground."""
    small = rng.integers(90, 220, (6, 6, 3), np.uint8)
    ground = Image.fromarray(small).resize((150, 150), Image.Resampling.BICUBIC)
    ground.paste((160, 40, 30), (40, 50, 110, 120))
    return np.asarray(ground)


def noise(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (150, 150, 3), np.uint8)


@pytest.mark.parametrize("kind", ["soft", "noise", "white", "disc", "wide"])
def test_a_code_keeps_its_bytes(model: Autoencoder, rng: np.random.Generator, kind: str) -> None:
    pictures: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
        "soft": soft,
        "noise": noise,
        "white": lambda _: np.full((150, 150, 3), 255, np.uint8),
        "disc": lambda _: np.asarray(draw("disc", "red", 200)),
        "wide": lambda rng: rng.integers(0, 256, (40, 400, 3), np.uint8),
    }
    picture = pictures[kind](rng)
    data = model.compress(picture)
    assert len(data) <= model.code_bytes == 2888
    decoded, n_numbers = model.decompress(data)
    assert decoded.shape == (150, 150, 3)
    assert decoded.dtype == np.uint8
    assert n_numbers < 150 * 150
    if kind == "noise":
        assert len(data) > 2500  # what there is to spend is spent


def test_decoding_draws_what_was_coded(model: Autoencoder, rng: np.random.Generator) -> None:
    for picture in (soft(rng), np.asarray(draw("bar", "blue", 150))):
        decoded, _ = model.decompress(model.compress(picture))
        both = [metrics.to_unit_range(each) for each in (picture, decoded)]
        assert metrics.psnr(*both) > 34
        assert metrics.ssim(*both) > 0.95


def test_the_quick_way_rebuilds_nearly_what_the_code_does(
    model: Autoencoder, rng: np.random.Generator
) -> None:
    picture = soft(rng)
    target = metrics.to_unit_range(model.prepare_target(picture))
    quick = metrics.psnr(target, model.rebuild([picture])[0])
    coded = metrics.psnr(
        target, metrics.to_unit_range(model.decompress(model.compress(picture))[0])
    )
    assert quick == pytest.approx(coded, abs=2)


def test_pictures_together_are_rebuilt_as_each_alone(
    model: Autoencoder, rng: np.random.Generator
) -> None:
    pictures = [soft(rng) for _ in range(3)]
    together = model.rebuild(pictures, n_threads=2)
    for picture, rebuilt in zip(pictures, together, strict=True):
        assert model.rebuild([picture], n_threads=1)[0] == pytest.approx(rebuilt, abs=1e-4)


@pytest.mark.parametrize("name", ["article", "perceptual"])
def test_what_was_just_coded_need_not_be_read_again(name: str, rng: np.random.Generator) -> None:
    autoencoder, picture = Autoencoder(MODELS / name), soft(rng)
    rebuilt = autoencoder.reconstruct(picture)
    assert rebuilt.data == autoencoder.compress(picture)
    decoded, n_numbers = autoencoder.decompress(rebuilt.data)
    assert np.array_equal(rebuilt.decoded, decoded)
    assert rebuilt.n_numbers == n_numbers


def test_any_bytes_are_a_picture_or_refused(model: Autoencoder, rng: np.random.Generator) -> None:
    data = model.compress(soft(rng))
    for n_kept in (2, 3, 50, len(data) - 1):
        with suppress(ImageError):
            assert model.decompress(data[:n_kept])[0].shape == (150, 150, 3)
    for number in range(12):
        damaged = bytearray(data)
        for at in rng.integers(1, len(data), 5):
            damaged[at] = number * 20
        with suppress(ImageError):
            assert model.decompress(bytes(damaged))[0].shape == (150, 150, 3)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" + bytes(50), b"nothing of the kind"])
def test_bytes_of_another_format_are_refused(model: Autoencoder, data: bytes) -> None:
    with pytest.raises(ImageError, match="no picture's code"):
        model.decompress(data)


def test_a_vector_is_bytes_too(rng: np.random.Generator) -> None:
    article = Autoencoder(MODELS / "article")
    data = article.compress(soft(rng))
    assert len(data) == article.code_bytes == 4 * 2888
    decoded, n_numbers = article.decompress(data)
    assert n_numbers == 2888
    rebuilt = article.rebuild([soft(np.random.default_rng(0))])
    assert decoded.shape == rebuilt[0].shape == (150, 150, 3)
    with pytest.raises(ImageError, match="11552 bytes"):
        article.decompress(data[:-1])


@pytest.mark.parametrize("name", ["analysis.tflite", "code.npz"])
@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_damaged_code_is_one_sentence(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "perceptual"
    folder.mkdir()
    for each in ("config.json", "encoder.tflite", "decoder.tflite", "analysis.tflite", "code.npz"):
        shutil.copy(FOLDER / each, folder / each)
    (folder / name).unlink()
    if damage == "damaged":
        (folder / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError) as caught:
        Autoencoder(folder).compress(np.zeros((9, 9, 3), np.uint8))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_another_decoder_is_another_model(tmp_path: Path) -> None:
    folder = tmp_path / "perceptual"
    folder.mkdir()
    for each in ("config.json", "encoder.tflite", "decoder.tflite", "analysis.tflite", "code.npz"):
        shutil.copy(FOLDER / each, folder / each)
    shutil.copy(FOLDER / "projection.npz", folder)
    assert Autoencoder(folder).fingerprint == Autoencoder(FOLDER).fingerprint
    (folder / "decoder.tflite").write_bytes(b"another")
    assert Autoencoder(folder).fingerprint != Autoencoder(FOLDER).fingerprint


def test_a_folder_of_before_codes_in_bytes_still_loads(tmp_path: Path) -> None:
    folder = tmp_path / "article"
    shutil.copytree(MODELS / "article", folder)
    values = json.loads((folder / "config.json").read_text())
    assert "code" not in values
    assert Autoencoder(folder).config.code == "vector"
