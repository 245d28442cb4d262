"""Networks of `perceptual` in Keras: its encoder, and the hyper-parameters of its training.

The encoder reads a picture once. Its backbone (see `backbone`) is trained elsewhere and frozen
here; its maps become the features that neighbours are found with. How pictures are coded and
decoded: `codec`.

    picture (320, 320, 3)
      |-- backbone -- head (10, 10, 1280) --- GeM pooling ---.
      |       |             `-- attention - window --.       |
      |       `------ spatial (20, 20, 120) - 3 x 3 pooling -+-- kind (3440) --+-- features (3685)
      |                                                                        |
      `-- histogram of colours (245), where the attention is ------------------'

References: Arandjelović & Zisserman, "Three things everyone should know to improve object
retrieval", CVPR 2012 (square roots of histograms). The pooling is in `pooling`.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import KerasTensor, ops

from recommender.config import Settings
from recommender.training.backbone import INPUT_SIZE_PX, backbone, normalise
from recommender.training.pooling import attention, pool

COLOUR_POOL = 8  # the histogram is taken over pictures this much smaller
FAR = 1e9
CHROMA_RANGE = 70.0  # of a* and b*; more colourful pixels count as this colourful


@dataclass(frozen=True, kw_only=True)
class PerceptualConfig(Settings):
    """Hyper-parameters of `perceptual` and of its training.

    Attributes
    ----------
    decoded_size_px : side of the decoded picture
    code_bytes : that a picture's code may have
    n_kind : features that describe the kind of thing; the others describe colours
    grid_weight, window_weight : of the grids over the picture and over the attention's window,
        beside the generalised mean
    colour_bins : of lightness, a* and b*
    crop_side : of the pictures' parts that the code is trained on, in blocks of 8 pixels
    epochs, batch_size, learning_rate : of Adam; the rate falls along a cosine
    epoch_size : pictures an epoch, drawn from all training pictures
    train_fraction, seed : of the split, the same as the article's
    adapts : fine-tune the weights that ship instead of starting from a lapped transform
    """

    decoded_size_px: int = 150
    code_bytes: int = 2888
    n_kind: int = 3440
    grid_weight: float = 0.5
    window_weight: float = 0.5
    colour_bins: tuple[int, int, int] = (5, 7, 7)
    crop_side: int = 12
    epochs: int = 18
    epoch_size: int = 1600
    batch_size: int = 8
    learning_rate: float = 4e-4
    train_fraction: float = 0.7
    seed: int = 0
    adapts: bool = False


def encoder(config: PerceptualConfig) -> keras.Model:
    """The whole encoder as it is exported.

    Input `images` uint8 (1, 320, 320, 3). Outputs: `features` (1, 3685), of which the first 3440
    describe the kind of thing and the others its colours; `spatial` (1, 20, 20, 120), for
    comparing two pictures part by part.
    """
    images = keras.Input(
        (INPUT_SIZE_PX, INPUT_SIZE_PX, 3), batch_size=1, dtype="uint8", name="images"
    )
    pixels = ops.cast(images, "float32")
    maps = backbone()(normalise(pixels))
    weights = attention(maps["head"])
    kind = pool(
        maps["head"],
        maps["spatial"],
        weights,
        grid_weight=config.grid_weight,
        window_weight=config.window_weight,
    )
    colours = colour_histogram(pixels, weights, config.colour_bins)
    features = ops.concatenate([kind, colours], axis=1)
    outputs = {"features": features, "spatial": as_floats(maps["spatial"])}
    return keras.Model(images, outputs, name="encoder")


def colour_histogram(
    pixels: KerasTensor, weights: KerasTensor, bins: tuple[int, int, int]
) -> KerasTensor:
    """Square roots of a histogram of colours in CIELAB, shape (n, product of `bins`).

    Each pixel is shared among the nearest bins, so that a little more light moves a little of it
    and not all. The Euclidean distance of square roots is Hellinger's.

    Parameters
    ----------
    pixels : (n, 320, 320, 3) from 0 to 255
    weights : (n, h, w), how much each part of the picture counts
    bins : of lightness, a* and b*; the bins of the last two are finer near grey

    References: Arandjelović & Zisserman, "Three things everyone should know", CVPR 2012.
    """
    small = ops.average_pool(pixels, COLOUR_POOL) / 255.0  # (n, 40, 40, 3)
    side = small.shape[1]
    weights = _resize(ops.expand_dims(weights, -1), side)
    lightness, *chroma = _to_lab(small)
    places = [lightness / 100.0]
    for part in chroma:
        share = ops.minimum(ops.sqrt(ops.abs(part) / CHROMA_RANGE + 1e-9), 1.0)
        places.append((ops.sign(part) * share + 1) / 2)
    shares = [
        _shares(ops.reshape(place, (-1, side * side)), n_bins)
        for place, n_bins in zip(places, bins, strict=True)
    ]
    # the weighted sum over pixels of the outer product of the three shares
    weighted = shares[0] * ops.reshape(weights, (-1, side * side, 1))  # (n, 1600, 5)
    both = ops.expand_dims(shares[1], 3) * ops.expand_dims(shares[2], 2)  # (n, 1600, 7, 7)
    both = ops.reshape(both, (-1, side * side, bins[1] * bins[2]))
    counts = ops.matmul(ops.transpose(weighted, (0, 2, 1)), both)  # (n, 5, 49)
    counts = ops.reshape(counts, (-1, int(np.prod(bins))))
    return ops.sqrt(counts / ops.maximum(ops.sum(counts, axis=1, keepdims=True), 1e-9) + 1e-12)


def as_floats(x: KerasTensor) -> KerasTensor:
    """The same values, by an operation that stays in single precision where others are quantised.

    An output of the network must not be left in the integers that the backbone computes with.
    """
    return ops.maximum(x, -FAR)


def _to_lab(rgb: KerasTensor) -> tuple[KerasTensor, KerasTensor, KerasTensor]:
    """Lightness from 0 to 100, a* and b* of sRGB pixels (n, h, w, 3) in [0, 1], under D65."""
    linear = ops.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)  # noqa: PLR2004
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
    ) / np.array([[0.9505], [1.0], [1.089]], np.float32)
    xyz = ops.matmul(linear, to_xyz.T)
    bent = ops.where(
        xyz > 0.008856,  # noqa: PLR2004
        ops.maximum(xyz, 1e-6) ** (1 / 3),
        7.787 * xyz + 16 / 116,
    )
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _shares(places: KerasTensor, n_bins: int) -> KerasTensor:
    """Share places (n, m) from 0 to 1 among bins: (n, m, n_bins)."""
    at = ops.expand_dims(places * (n_bins - 1), 2)
    return ops.relu(1 - ops.abs(at - np.arange(n_bins, dtype=np.float32)))


def _resize(x: KerasTensor, size: int) -> KerasTensor:
    return ops.image.resize(x, (size, size), interpolation="bilinear")
