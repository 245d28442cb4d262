import numpy as np
import pytest

pytest.importorskip(
    "tensorflow", reason="TensorFlow is missing: pip install -r requirements-dev.txt"
)

from pathlib import Path

import keras
import tensorflow as tf

from recommender.config import MODELS
from recommender.inference.codec import to_signal
from recommender.inference.entropy import LATENT_BITS, EntropyModel
from recommender.inference.network import Network
from recommender.training import codec, codec_loss, codec_sizes, export_codec
from recommender.training.codec_loss import CodecTrainer
from recommender.training.lapped import basis, lapped_weights


@pytest.fixture(scope="module")
def trained() -> dict[str, np.ndarray]:
    with np.load(MODELS / "perceptual" / "weights.npz", allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def picture(rng: np.random.Generator, size: int = 168) -> np.ndarray:
    small = rng.integers(0, 256, (1, 12, 12, 3), np.uint8)
    return np.asarray(tf.image.resize(small, (size, size), "bicubic")).clip(0, 255).astype(np.uint8)


def test_the_transform_is_orthonormal_and_its_blocks_overlap() -> None:
    functions = basis()
    assert np.allclose(functions @ functions.T, np.eye(8))
    assert np.allclose(functions[:, 8:] @ functions[:, :8].T, 0)  # neighbours are independent
    assert np.allclose(functions.sum(axis=1)[1:], 0)  # flat areas have one coefficient
    assert np.abs(functions[:, [0, -1]]).max() < 0.2  # it fades out: no edge of a block


def test_training_starts_from_a_transform_and_its_inverse(rng: np.random.Generator) -> None:
    keras.utils.set_random_seed(0)
    trainer = CodecTrainer()
    trainer.set_weights(lapped_weights())
    shown = picture(rng)
    latent = trainer.analysis(to_signal(shown))["latent"]
    rebuilt = np.asarray(trainer.synthesis([latent, tf.zeros((1, 192))])["images"])
    inner = slice(8, -8)
    errors = rebuilt[:, inner, inner] - shown[:, 4:-4, 4:-4][:, inner, inner] / 255
    assert np.square(errors).mean() < 1e-4


def test_litert_gives_what_keras_gives(
    trained: dict[str, np.ndarray], rng: np.random.Generator, tmp_path: Path
) -> None:
    export_codec.write_codec(tmp_path, trained)
    trainer = CodecTrainer()
    trainer.set_weights(trained)
    shown = picture(rng)
    expected = trainer.analysis(to_signal(shown))
    found = Network(tmp_path / "analysis.tflite").run({"pixels": to_signal(shown)})
    for name in ("latent", "hyper"):
        wanted = np.asarray(expected[name])
        assert np.abs(found[name] - wanted).max() < 1e-4 * np.abs(wanted).max()
    level = rng.normal(0, 0.1, (1, 192)).astype(np.float32)
    drawn = Network(tmp_path / "decoder.tflite").run({"latent": found["latent"], "level": level})
    wanted = np.asarray(trainer.synthesis([found["latent"], level])["images"])
    assert drawn["images"] == pytest.approx(wanted.clip(0, 1), abs=1e-4)


def test_integers_predict_what_keras_predicts(
    trained: dict[str, np.ndarray], rng: np.random.Generator
) -> None:
    trainer = CodecTrainer()
    trainer.set_weights(trained)
    entropy = EntropyModel(export_codec.integers(trained))
    shown = picture(rng)
    encoded = {name: np.asarray(each) for name, each in trainer.analysis(to_signal(shown)).items()}
    offsets = entropy.round_hyper(encoded["hyper"][0])
    context = entropy.context(offsets)
    wanted = np.asarray(trainer.hyper_synthesis(np.round(encoded["hyper"])))[0]
    assert context / 2**10 == pytest.approx(wanted, abs=0.02)
    level = 150
    decoded, _, bits = entropy.quantise(encoded["latent"][0], level, context)
    log_gain = np.array([-3.5 + level * 7 / 255], np.float32)
    cost = trainer.cost(shown, log_gain, np.zeros_like(encoded["hyper"]))
    whole = bits + entropy.hyper_cost(offsets)
    assert whole == pytest.approx(float(cost.bits[0]), rel=0.06)  # the dead zone saves a little
    latent, error = encoded["latent"][0], decoded / 2**LATENT_BITS - encoded["latent"][0]
    assert np.square(error).mean() < 0.05 * np.square(latent).mean()


def test_more_noise_takes_more_bits_and_a_finer_gain_makes_less_error(
    trained: dict[str, np.ndarray], rng: np.random.Generator
) -> None:
    trainer = CodecTrainer()
    trainer.set_weights(trained)
    smooth = picture(rng, 72)
    rough = np.clip(smooth + rng.normal(0, 30, smooth.shape), 0, 255).astype(np.uint8)
    zeros = np.zeros((2, 2, 2, codec_sizes.N_HYPER_LATENTS), np.float32)
    both = np.concatenate([smooth, rough])
    coarse, fine = (trainer.cost(both, np.full(2, gain, np.float32), zeros) for gain in (-2, 1))
    assert float(coarse.bits[0]) < float(coarse.bits[1])
    assert (np.asarray(coarse.error) > np.asarray(fine.error)).all()
    assert (np.asarray(coarse.bits) < np.asarray(fine.bits)).all()


def test_the_four_steps_code_each_latent_once() -> None:
    masks = codec.phase_masks(6)
    assert (masks.sum(axis=0) == 1).all()
    assert (masks.mean(axis=(1, 2, 3)) == 0.25).all()


def test_gradients_lead_back_inside_a_bound_and_never_further_out() -> None:
    x = tf.Variable([-2.0, 0.5, 2.0])
    for slope, expected in ((1.0, [0, 1, 1]), (-1.0, [-1, -1, 0])):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(slope * codec_loss._bounded(x, 0.0, 1.0))
        assert np.allclose(tape.gradient(y, x), expected)


def test_structure_is_similar_to_itself_and_less_to_a_blur(rng: np.random.Generator) -> None:
    sharp = rng.random((1, 60, 60, 3)).astype(np.float32)
    blurred = np.full_like(sharp, sharp.mean())
    same, less = (
        float(codec_loss.similarity_of_structure(sharp, other)[0]) for other in (sharp, blurred)
    )
    assert same == pytest.approx(1, abs=1e-5)
    assert less < 0.2
