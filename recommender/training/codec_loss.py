"""The picture code in training: what a picture costs in bits and in error.

Rounding is replaced by itself with the gradient of the identity, for the error and for the bits
alike. (Noise in its place would charge a tenth of a bit for each of the many latents that are
surely zero, and nothing would be learned about them.) Only hyper latents are charged with noise.

References: Theis et al., "Lossy image compression with compressive autoencoders", ICLR 2017 (the
gradient through rounding); see also `inference.entropy`.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from recommender.inference.codec import BLOCK, MARGIN
from recommender.inference.entropy import (
    LOG_GAIN_HIGH,
    LOG_GAIN_LOW,
    LOG_SIGMA_LOW,
    N_TABLES,
    TABLES_AN_OCTAVE,
)
from recommender.training import codec
from recommender.training.codec_sizes import N_KNOTS

WIDE_SHARE, WIDE_FLOOR = 0.02, 0.2  # of the logistic that catches what the Gaussian does not expect
BITS_FOR_ERROR = 3400.0  # bits a pixel that a mean squared error of one is worth, at a gain of one
SSIM_WEIGHT = 1.3e-3  # of lost structure beside the squared error
COST_FLOOR = 0.03  # no picture is worth improving beyond that
SSIM_WINDOW, SSIM_STEP = 7, 2
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2
TINY = 1e-9
LOG_2 = float(np.log(2))
TRUNK = ("analysis_lapped", "analysis_out", "synthesis_lapped", "synthesis_up")


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Costs of each picture of a batch, all of shape (n,).

    Attributes
    ----------
    loss : log of bits a pixel and of the error in bits, together
    bits : of the code
    error : mean squared error, values in [0, 1]
    """

    loss: Any
    bits: Any
    error: Any


class CodecTrainer:
    """The networks of the picture code, and what is trained at a few levels of fineness."""

    def __init__(self) -> None:
        self.analysis = codec.analysis(None)
        self.synthesis = codec.synthesis(None)
        self.hyper_synthesis = codec.hyper_synthesis()
        self.steps = [codec.step(k) for k in range(4)]
        self.knots = {
            name: keras.Variable(np.zeros(shape, np.float32), name=name)
            for name, shape in codec.KNOTS.items()
        }
        self.knots["hyper_log_scale"].assign(-np.ones(codec.KNOTS["hyper_log_scale"], np.float32))

    @property
    def networks(self) -> list[keras.Model]:
        """All networks."""
        return [self.analysis, self.synthesis, self.hyper_synthesis, *self.steps]

    @property
    def variables(self) -> list[keras.Variable]:
        """All that is trained, in a fixed order."""
        weights = [each for network in self.networks for each in network.trainable_variables]
        return [*weights, *self.knots.values()]

    @property
    def is_trunk(self) -> list[bool]:
        """Which of the variables make up the transform that training starts from."""
        named = [
            layer.name.startswith(TRUNK)
            for network in self.networks
            for layer in network.layers
            for _ in layer.trainable_variables
        ]
        return [*named, *(name == "gains" for name in self.knots)]

    def weights(self) -> dict[str, NDArray[Any]]:
        """All weights by name, as `models/perceptual/weights.npz` holds them."""
        arrays: dict[str, NDArray[Any]] = {}
        for network in self.networks:
            arrays |= codec.get_weights(network)
        return arrays | {name: np.asarray(knots) for name, knots in self.knots.items()}

    def set_weights(self, weights: dict[str, NDArray[Any]]) -> None:
        """Set weights by name; those that are not named stay as they are."""
        for network in self.networks:
            codec.set_weights(network, codec.get_weights(network) | weights)
        for name, knots in self.knots.items():
            if name in weights:
                knots.assign(weights[name])

    def cost(self, pictures: Any, log_gains: Any, noise: Any) -> Costs:
        """Code pictures at given gains, and measure what they cost.

        Parameters
        ----------
        pictures : (n, 8 * side + 8, 8 * side + 8, 3), uint8; the error counts without the margin
        log_gains : (n,), log2 of how finely latents are rounded
        noise : (n, side / 4, side / 4, 32), from -0.5 to 0.5, in the place of rounding
        """
        signal = tf.cast(pictures, tf.float32) * (2 / 255) - 2.0
        encoded = self.analysis(signal)
        latent, hyper = encoded["latent"], encoded["hyper"]
        hyper_bits = tf.reduce_sum(self._hyper_bits(hyper + noise), axis=(1, 2, 3))
        decoded, latent_bits = self._code(latent, _rounded(hyper), log_gains)
        shown = self.synthesis([decoded, _hats(log_gains) @ self.knots["synthesis_levels"]])
        wanted = signal[:, MARGIN:-MARGIN, MARGIN:-MARGIN] / 2 + 1
        shown = _bounded(shown["images"], 0.0, 1.0)
        error = tf.reduce_mean(tf.square(shown - wanted), axis=(1, 2, 3))
        lost = error + SSIM_WEIGHT * (1 - similarity_of_structure(wanted, shown))
        bits = latent_bits + hyper_bits
        n_pixels = tf.cast(BLOCK * BLOCK * tf.shape(latent)[1] * tf.shape(latent)[2], tf.float32)
        worth = BITS_FOR_ERROR * tf.pow(2.0, 2 * log_gains) * lost
        loss = tf.math.log(bits / n_pixels + worth + COST_FLOOR)
        return Costs(loss=loss, bits=bits, error=error)

    def _code(self, latent: Any, hyper: Any, log_gains: Any) -> tuple[Any, Any]:
        """Round latents in four steps; also the bits they take."""
        context, hats = self.hyper_synthesis(hyper), _hats(log_gains)
        masks = tf.constant(codec.phase_masks(2))  # two by two, over and over
        halves = tf.shape(latent)[1] // 2, tf.shape(latent)[2] // 2
        masks = tf.tile(masks, (1, halves[0], halves[1], 1))
        octaves = log_gains[:, None] + hats @ self.knots["gains"]
        octaves = octaves[:, None, None]
        gains = tf.pow(2.0, octaves)
        decoded, residuals, log_sigmas = (tf.zeros_like(latent) for _ in range(3))
        for k, step in enumerate(self.steps):
            inputs = {"context": context, "level": hats @ self.knots["context_levels"][k]}
            if k:
                inputs["decoded"] = decoded
            told = step(inputs)
            residual = _rounded((latent - told["mean"]) * gains)
            residuals += residual * masks[k]
            log_sigmas += told["log_sigma"] * masks[k]
            decoded += (told["mean"] + residual / gains) * masks[k]
        highest = LOG_SIGMA_LOW + (N_TABLES - 1) / TABLES_AN_OCTAVE
        sigmas = tf.pow(2.0, _bounded(log_sigmas + octaves, LOG_SIGMA_LOW, highest))
        return decoded, tf.reduce_sum(_residual_bits(residuals, sigmas), axis=(1, 2, 3))

    def _hyper_bits(self, hyper: Any) -> Any:
        sizes = tf.abs(hyper - self.knots["hyper_loc"])
        slopes = tf.exp(-tf.convert_to_tensor(self.knots["hyper_log_scale"]))
        share = tf.sigmoid((0.5 - sizes) * slopes) - tf.sigmoid((-0.5 - sizes) * slopes)
        return _bits(share) + tf.nn.relu(sizes * slopes - 20.0) / LOG_2


def similarity_of_structure(originals: Any, decoded: Any) -> Any:
    """SSIM of pictures (n, h, w, 3) in [0, 1], shape (n,); over square windows, which is faster.

    References: Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on Image Processing 13 (2004).
    """

    def average(x: Any) -> Any:
        return tf.nn.avg_pool2d(x, SSIM_WINDOW, SSIM_STEP, "VALID")

    mean_x, mean_y = average(originals), average(decoded)
    variance_x = average(originals * originals) - mean_x * mean_x
    variance_y = average(decoded * decoded) - mean_y * mean_y
    covariance = average(originals * decoded) - mean_x * mean_y
    values = ((2 * mean_x * mean_y + SSIM_C1) * (2 * covariance + SSIM_C2)) / (
        (mean_x**2 + mean_y**2 + SSIM_C1) * (variance_x + variance_y + SSIM_C2)
    )
    return tf.reduce_mean(values, axis=(1, 2, 3))


def _residual_bits(residuals: Any, sigmas: Any) -> Any:
    """Bits of residuals under a Gaussian with a little of a wider logistic."""
    sizes, edges = tf.abs(residuals), sigmas * np.float32(np.sqrt(2))
    normal = tf.math.erfc((sizes - 0.5) / edges) - tf.math.erfc((sizes + 0.5) / edges)
    slopes = 1 / tf.maximum(sigmas, WIDE_FLOOR)
    wide = tf.sigmoid((0.5 - sizes) * slopes) - tf.sigmoid((-0.5 - sizes) * slopes)
    share = (1 - WIDE_SHARE) * 0.5 * normal + WIDE_SHARE * wide
    # far out the formula underflows; the logistic's own slope goes on, so that gradients do
    return _bits(share) + tf.nn.relu(sizes * slopes - 16.8) / LOG_2


def _bits(share: Any) -> Any:
    return -tf.math.log(tf.maximum(share, TINY)) / LOG_2


def _hats(log_gains: Any) -> Any:
    """Share gains (n,) among the knots, (n, N_KNOTS)."""
    places = (log_gains - LOG_GAIN_LOW) / (LOG_GAIN_HIGH - LOG_GAIN_LOW) * (N_KNOTS - 1)
    return tf.nn.relu(1 - tf.abs(places[:, None] - tf.range(N_KNOTS, dtype=tf.float32)))


def _rounded(x: Any) -> Any:
    return x + tf.stop_gradient(tf.round(x) - x)


def _bounded(x: Any, low: float, high: float) -> Any:
    """Clip; the gradient passes outside only where it leads back inside."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def clip(values: Any) -> tuple[Any, Any]:
        def gradient(upstream: Any) -> Any:
            leaves = ((values < low) & (upstream > 0)) | ((values > high) & (upstream < 0))
            return tf.where(leaves, tf.zeros_like(upstream), upstream)

        return tf.clip_by_value(values, low, high), gradient

    return clip(x)
