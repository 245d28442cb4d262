"""`perceptual`, the product's own convolutional autoencoder, in Keras.

One encoder looks once at a picture. Its backbone (see `backbone`) is pretrained and frozen; from
the backbone's maps come both the features that neighbours are found with and, together with the
picture's own patches, the code that the decoder reads. The decoder reads both halves of the code:
what lies where (15 x 15 x 12), and what kind of thing it is (144 numbers out of the features).

    picture (224, 224, 3)
      |-- backbone -- head (7, 7, 1280) ----- GeM pooling ---.
      |       `------ spatial (14, 14, 112) - 3 x 3 pooling -+-- kind (2288) --+-- features (2480)
      |                   |                                  |                 |
      |                   |                         whole (144)                |
      |-- patches (15, 15, 64) -- where (15, 15, 12)         |                 |
      |                              `------ latent (2844) --'                 |
      `-- histogram of hue, saturation and value (192) ------------------------'

References: Radenović, Tolias & Chum, "Fine-tuning CNN image retrieval with no human annotation"
(GeM pooling), TPAMI 2019; Shi et al., "Real-time single image and video super-resolution using an
efficient sub-pixel convolutional neural network", CVPR 2016.
"""

import keras
import numpy as np
from keras import KerasTensor, layers, ops

from recommender.backbone import (
    INPUT_SIZE_PX,
    SPATIAL_FILTERS,
    SPATIAL_SIZE,
    backbone,
    normalise,
)
from recommender.config import PerceptualConfig

GEM_POWER = 3.0
GEM_FLOOR = 1e-6
GRID, GRID_WINDOW, GRID_STEP = 3, 6, 4  # overlapping windows over the 14 x 14 map


def encoder(config: PerceptualConfig) -> keras.Model:
    """The whole encoder as it is exported.

    Input `images` uint8 (1, 224, 224, 3). Outputs: `latent` (1, 2844), the code; `features`
    (1, 2480), of which the first 2288 say what kind of thing it is and the others its colours;
    `spatial` (1, 14, 14, 112), what is where, for comparing two pictures part by part.
    """
    images = keras.Input(
        (INPUT_SIZE_PX, INPUT_SIZE_PX, 3), batch_size=1, dtype="uint8", name="images"
    )
    pixels = ops.cast(images, "float32")
    maps = backbone()(normalise(pixels))
    kind = pool(maps["head"], maps["spatial"], config.grid_weight)
    latent = code_head(config)([pixels, maps["spatial"], kind])
    features = ops.concatenate([kind, colour_histogram(pixels, config.colour_bins)], axis=1)
    outputs = {"latent": latent, "features": features, "spatial": maps["spatial"]}
    return keras.Model(images, outputs, name="encoder")


def pool(head: KerasTensor, spatial: KerasTensor, grid_weight: float) -> KerasTensor:
    """What kind of thing a picture shows: unit-length descriptors of shape (n, 2288).

    Parameters
    ----------
    head : (n, 7, 7, 1280), pooled by its generalised mean
    spatial : (n, 14, 14, 112), averaged in 3 x 3 overlapping windows, so that a little of where
        things lie is kept
    grid_weight : of the second part beside the first
    """
    raised = ops.mean(ops.maximum(head, GEM_FLOOR) ** GEM_POWER, axis=(1, 2))
    gem = raised ** (1 / GEM_POWER)  # (n, 1280)
    starts = [GRID_STEP * position for position in range(GRID)]
    windows = [
        ops.mean(spatial[:, y : y + GRID_WINDOW, x : x + GRID_WINDOW], axis=(1, 2))
        for y in starts
        for x in starts
    ]
    grid = ops.concatenate(windows, axis=1)  # (n, 9 * 112)
    return _unit(ops.concatenate([_unit(gem), grid_weight * _unit(grid)], axis=1))


def colour_histogram(pixels: KerasTensor, bins: tuple[int, ...]) -> KerasTensor:
    """Square roots of a histogram of hue, saturation and value, shape (n, product of `bins`).

    Taken over 56 x 56 averaged pixels. The Euclidean distance of square roots is Hellinger's.

    References: Arandjelović & Zisserman, "Three things everyone should know", CVPR 2012.
    """
    small = ops.average_pool(pixels, 4) / 255.0
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    value = ops.max(small, axis=-1)
    chroma = value - ops.min(small, axis=-1)
    saturation = chroma / ops.maximum(value, 1e-6)
    safe = ops.maximum(chroma, 1e-6)
    sixth = ops.where(
        value <= red,
        (green - blue) / safe,
        ops.where(value <= green, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    hue = sixth / 6 + ops.cast(sixth < 0, "float32")
    cell = ops.zeros_like(value)
    for part, n_bins in zip((hue, saturation, value), bins, strict=True):
        cell = cell * n_bins + ops.minimum(ops.floor(part * n_bins), n_bins - 1.0)
    n_cells = int(np.prod(bins))
    cells = ops.reshape(ops.cast(cell, "int32"), (-1, small.shape[1] * small.shape[2]))
    return ops.sqrt(ops.mean(ops.one_hot(cells, n_cells), axis=1))


def code_head(config: PerceptualConfig) -> keras.Model:
    """The trained half of the encoder.

    Inputs: `pixels` (n, 224, 224, 3) from 0 to 255, `spatial` (n, 14, 14, 112) and `kind`
    (n, 2288). Output (n, 2844): `where` (15, 15, 12), flattened, and `whole` (144).
    """
    pixels = keras.Input((INPUT_SIZE_PX, INPUT_SIZE_PX, 3), name="pixels")
    spatial = keras.Input((SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS), name="spatial")
    kind = keras.Input((config.n_kind,), name="kind")
    side = config.decoded_size_px // config.grid_size
    small = _resize(pixels / 127.5 - 1, config.decoded_size_px)
    patches = layers.Conv2D(config.patch_filters, side, side, name="patches")(small)
    seen = layers.LayerNormalization(name="spatial_norm")(_resize(spatial, config.grid_size))
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
    whole = layers.Dense(config.n_whole, activation="tanh", name="whole")(kind * 10)
    latent = layers.Concatenate(name="latent")([where, whole])
    return keras.Model([pixels, spatial, kind], latent, name="code_head")


def decoder(config: PerceptualConfig) -> keras.Model:
    """Input `latent` (n, 2844); output (n, 150, 150, 3) float32 in [0, 1]."""
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
    whole = layers.Dense(coarse, name="decoder_whole")(latent[:, n_where:])
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
    picture = skip + _depth_to_space(x, 2)  # (n, 150, 150, 3)
    return keras.Model(latent, ops.clip(picture, 0.0, 1.0), name="decoder")


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


def _unit(x: KerasTensor) -> KerasTensor:
    return x / ops.maximum(ops.sqrt(ops.sum(x * x, axis=1, keepdims=True)), 1e-9)
