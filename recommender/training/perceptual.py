"""`perceptual`, the product's own convolutional autoencoder, in Keras, and its hyper-parameters.

One encoder reads a picture once. Its backbone (see `backbone`) is trained elsewhere and frozen
here. From the backbone's maps come the features that neighbours are found with and, together with
the picture's own patches, the code that the decoder reads. The code has three parts: what lies
where (15 x 15 x 12), the kind of thing (144 numbers out of the features), and the frame (7): the
window that holds everything but plain background, and that background's colour. The grid is laid
over the window, so that no number is spent on empty paper.

    picture (320, 320, 3)
      |-- backbone -- head (10, 10, 1280) --- GeM pooling ---.
      |       |             `-- attention - window --.       |
      |       `------ spatial (20, 20, 120) - 3 x 3 pooling -+-- kind (3440) --+-- features (3685)
      |                   |                          |       |                 |
      |                   |                          |  whole (144)            |
      |-- window - patches (15, 15, 64) - where (15, 15, 12) |                 |
      |       `-- frame (7)                   `- latent (2851) --'             |
      `-- histogram of colours (245), where the attention is ------------------'

References: Arandjelović & Zisserman, "Three things everyone should know to improve object
retrieval", CVPR 2012 (square roots of histograms); Shi et al., "Real-time single image and video
super-resolution using an efficient sub-pixel convolutional neural network", CVPR 2016. The pooling
is in `pooling`.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import KerasTensor, layers, ops

from recommender.config import Settings
from recommender.foreground import FRAME_LEAST_SHARE, FRAME_TOLERANCE
from recommender.training.backbone import (
    HEAD_FILTERS,
    INPUT_SIZE_PX,
    SPATIAL_FILTERS,
    SPATIAL_SIZE,
    backbone,
    normalise,
)
from recommender.training.pooling import GRID, attention, pool, sample, without_window

N_FRAME = 7  # four edges and a colour
MARGIN_PX = 1.0
COLOUR_POOL = 8  # the histogram is taken over pictures this much smaller
FAR = 1e9
CHROMA_RANGE = 70.0  # of a* and b*; more colourful pixels count as this colourful


@dataclass(frozen=True, kw_only=True)
class PerceptualConfig(Settings):
    """Hyper-parameters of `perceptual` and of its training.

    Attributes
    ----------
    decoded_size_px : side of the decoded picture
    grid_size, where_filters, n_whole, n_frame : of the code, which has
        grid_size^2 * where_filters + n_whole + n_frame numbers
    n_kind : features that describe the kind of thing
    grid_weight, window_weight : of the grids over the picture and over the attention's window,
        beside the generalised mean
    code_grid_weight : of the grid over the picture, where the code is made
    colour_bins : of lightness, a* and b*
    patch_filters, encoder_filters, encoder_blocks : of the trained half of the encoder
    decoder_filters : of its maps at 15, 30 and 60 pixels
    decoder_blocks : residual blocks at 15 pixels; the finer maps have one less
    epochs, batch_size, learning_rate : of Adam; the rate falls along a cosine
    epoch_size : pictures an epoch, drawn from all training pictures
    train_fraction, seed : of the split, the same as the article's
    adapts : fine-tune the weights that ship instead of starting from a linear code
    """

    decoded_size_px: int = 150
    grid_size: int = 15
    where_filters: int = 12
    n_whole: int = 144
    n_frame: int = 7
    n_kind: int = 3440
    grid_weight: float = 0.5
    window_weight: float = 0.5
    code_grid_weight: float = 0.7
    colour_bins: tuple[int, int, int] = (5, 7, 7)
    patch_filters: int = 64
    encoder_filters: int = 96
    encoder_blocks: int = 1
    decoder_filters: tuple[int, ...] = (128, 96, 48)
    decoder_blocks: int = 3
    epochs: int = 18
    epoch_size: int = 1600
    batch_size: int = 16
    learning_rate: float = 1e-3
    train_fraction: float = 0.7
    seed: int = 0
    adapts: bool = False

    @property
    def n_latent(self) -> int:
        """Numbers in the code."""
        return self.grid_size**2 * self.where_filters + self.n_whole + self.n_frame


def encoder(config: PerceptualConfig) -> keras.Model:
    """The whole encoder as it is exported.

    Input `images` uint8 (1, 320, 320, 3). Outputs: `latent` (1, 2851), the code; `features`
    (1, 3685), of which the first 3440 describe the kind of thing and the others its colours;
    `spatial` (1, 20, 20, 120), for comparing two pictures part by part.
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
    latent = code_head(config)([pixels, maps["spatial"], kind])
    colours = colour_histogram(pixels, weights, config.colour_bins)
    features = ops.concatenate([kind, colours], axis=1)
    outputs = {"latent": latent, "features": features, "spatial": as_floats(maps["spatial"])}
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
    """How places (n, m) from 0 to 1 are shared among bins, (n, m, n_bins)."""
    at = ops.expand_dims(places * (n_bins - 1), 2)
    return ops.relu(1 - ops.abs(at - np.arange(n_bins, dtype=np.float32)))


def code_head(config: PerceptualConfig) -> keras.Model:
    """The trained half of the encoder.

    Inputs: `pixels` (n, 320, 320, 3) from 0 to 255, `spatial` (n, 20, 20, 120) and `kind`
    (n, 3440), whose window the code does without. Output (n, 2851): `where` (15, 15, 12),
    flattened, `whole` (144) and `frame` (7).
    """
    pixels = keras.Input((INPUT_SIZE_PX, INPUT_SIZE_PX, 3), name="pixels")
    spatial = keras.Input((SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS), name="spatial")
    kind = keras.Input((config.n_kind,), name="kind")
    side = config.decoded_size_px // config.grid_size
    small = _resize(pixels / 255.0, config.decoded_size_px)
    frame = find_frame(small)
    window = sample(small, frame, config.decoded_size_px) * 2 - 1
    patches = layers.Conv2D(config.patch_filters, side, side, name="patches")(window)
    seen = sample(spatial, frame, config.grid_size)
    seen = layers.LayerNormalization(name="spatial_norm")(seen)
    x = layers.Concatenate()([patches, seen])
    x = layers.Conv2D(config.encoder_filters, 1, activation="relu", name="code_in")(x)
    for number in range(config.encoder_blocks):
        x = _residual(x, f"code_block{number}")
    # The linear path starts as a principal component analysis; the rest starts as nothing
    where = layers.Conv2D(config.where_filters, 1, name="where_linear")(patches)
    learned = layers.Conv2D(
        config.where_filters, 1, kernel_initializer="zeros", name="where_learned"
    )(x)
    where = layers.Reshape((-1,))(where + learned)
    n_grid = GRID**2 * SPATIAL_FILTERS
    plain = without_window(kind, HEAD_FILTERS, n_grid, config.code_grid_weight)  # (n, 2360)
    whole = layers.Dense(config.n_whole, activation="tanh", name="whole")(plain * 10)
    latent = layers.Concatenate(name="latent")([where, whole, frame])
    return keras.Model([pixels, spatial, kind], latent, name="code_head")


def decoder(config: PerceptualConfig) -> keras.Model:
    """Input `latent` (n, 2851); output (n, 150, 150, 3) float32 in [0, 1]."""
    latent = keras.Input((config.n_latent,), name="latent")
    n_where = config.grid_size**2 * config.where_filters
    where = layers.Reshape((config.grid_size, config.grid_size, config.where_filters))(
        latent[:, :n_where]
    )
    block = config.decoded_size_px // config.grid_size
    skip = layers.Conv2D(block**2 * 3, 1, name="skip_linear")(where)
    skip = _depth_to_space(skip, block)  # (n, 150, 150, 3)

    coarse, *finer = config.decoder_filters
    x = layers.Conv2D(coarse, 3, padding="same", name="decoder_in")(where)
    whole = layers.Dense(coarse, name="decoder_whole")(latent[:, n_where:-N_FRAME])
    x = layers.Activation("relu")(x + layers.Reshape((1, 1, coarse))(whole))
    for number in range(config.decoder_blocks):
        x = _residual(x, f"decoder_block{x.shape[1]}_{number}")
    for filters in finer:
        x = layers.Conv2D(filters * 4, 1, name=f"enlarge{x.shape[1] * 2}")(x)
        x = layers.Activation("relu")(_depth_to_space(x, 2))
        for number in range(config.decoder_blocks - 1):
            x = _residual(x, f"decoder_block{x.shape[1]}_{number}")
    x = _resize(x, config.decoded_size_px // 2)  # 60 -> 75
    x = layers.Conv2D(12, 3, padding="same", kernel_initializer="zeros", name="decoder_out")(x)
    picture = unsample(skip + _depth_to_space(x, 2), latent[:, -N_FRAME:])  # (n, 150, 150, 3)
    return keras.Model(latent, ops.clip(picture, 0.0, 1.0), name="decoder")


def find_frame(images: KerasTensor) -> KerasTensor:
    """Find the window and the background's colour of pictures (n, h, w, 3): shape (n, 7).

    The background is that of `foreground_mask`, with the mean of the border for its median. The
    window is the smallest rectangle with every row and column in which more than one pixel in 128
    differs from the background: top, left, bottom and right, as shares of the sides. A picture
    without such rows is all window.
    """
    side = images.shape[1]
    border = ops.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1
    )
    colour = ops.mean(border, axis=1)  # (n, 3)
    difference = ops.max(ops.abs(images - ops.reshape(colour, (-1, 1, 1, 3))), axis=-1)
    differs = ops.cast(difference > FRAME_TOLERANCE / 255, "float32")
    edges = []
    for axis in (2, 1):  # rows, then columns
        used = ops.cast(ops.mean(differs, axis=axis) > FRAME_LEAST_SHARE, "float32")
        places = np.arange(side, dtype=np.float32)
        first = ops.min(used * places + (1 - used) * side, axis=1)
        last = ops.max(used * (places + 1), axis=1)
        empty = ops.cast(last <= first, "float32")
        low = (1 - empty) * ops.maximum(first - MARGIN_PX, 0.0)
        high = (1 - empty) * ops.minimum(last + MARGIN_PX, float(side)) + empty * side
        edges.append((low / side, high / side))
    (top, bottom), (left, right) = edges
    return ops.concatenate([ops.stack([top, left, bottom, right], axis=1), colour], axis=1)


def unsample(windows: KerasTensor, frame: KerasTensor) -> KerasTensor:
    """Put windows (n, size, size, 3) back to where `sample` took them from, on the background."""
    size = windows.shape[1]
    top, left, bottom, right = (frame[:, i : i + 1] for i in range(4))
    tall, wide = ops.maximum(bottom - top, 1e-3), ops.maximum(right - left, 1e-3)
    inverse = ops.concatenate(
        [-top / tall, -left / wide, (1 - top) / tall, (1 - left) / wide], axis=1
    )
    inside = ops.reshape(_inside(top, bottom, size), (-1, size, 1, 1))
    inside = inside * ops.reshape(_inside(left, right, size), (-1, 1, size, 1))
    colour = ops.reshape(frame[:, 4:7], (-1, 1, 1, 3))
    return inside * sample(windows, inverse, size) + (1 - inside) * colour


def _inside(low: KerasTensor, high: KerasTensor, size: int) -> KerasTensor:
    """Which of `size` pixels lie in a stretch, (n, size)."""
    centres = np.arange(size, dtype=np.float32)[None] + 0.5
    return ops.cast(low * size < centres, "float32") * ops.cast(high * size > centres, "float32")


def _residual(x: KerasTensor, name: str) -> KerasTensor:
    """Two convolutions beside an identity; the second starts as nothing."""
    filters = x.shape[-1]
    inside = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_a")(x)
    inside = layers.Conv2D(
        filters, 3, padding="same", kernel_initializer="zeros", name=f"{name}_b"
    )(inside)
    return layers.Activation("relu")(x + inside)


def _depth_to_space(x: KerasTensor, block: int) -> KerasTensor:
    """(n, h, w, block * block * c) -> (n, h * block, w * block, c)."""
    _, height, width, channels = x.shape
    filters = channels // block**2
    x = ops.reshape(x, (-1, height, width, block, block, filters))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (-1, height * block, width * block, filters))


def _resize(x: KerasTensor, size: int) -> KerasTensor:
    return ops.image.resize(x, (size, size), interpolation="bilinear")
