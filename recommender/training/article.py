"""The article's autoencoder in Keras, and its hyper-parameters."""

from dataclasses import dataclass

import keras
from keras import KerasTensor, layers, ops

from recommender.config import Settings

PIXEL_MAX = 255.0


@dataclass(frozen=True, kw_only=True)
class ArticleConfig(Settings):
    """Hyper-parameters of the article's network and of its training.

    Attributes
    ----------
    image_size_px : side of the square input
    filters : of the encoder's convolutions; the decoder mirrors them
    epochs, batch_size, learning_rate : of Adam, with Keras's defaults otherwise
    train_fraction : the rest is held out and measures the model
    seed : of the split, the initial weights and the order of the batches
    """

    image_size_px: int = 150
    filters: tuple[int, ...] = (16, 8, 8)
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 1e-3
    train_fraction: float = 0.7
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.train_fraction < 1:
            raise ValueError(f"train_fraction must lie between 0 and 1, got {self.train_fraction}")
        if min(self.image_size_px, self.epochs, self.batch_size, *self.filters) < 1:
            raise ValueError(f"sizes and counts must be positive, got {self}")


@keras.saving.register_keras_serializable("lookalike")
class UpsampleConv2D(layers.Layer):
    """`UpSampling2D(2)` followed by `Conv2D(filters, 3, padding="same")`, as one convolution.

    A nearest-neighbour enlargement repeats every value, so the 3 x 3 kernel meets the same value
    more than once. Adding up the kernel's taps first gives four small kernels, one for each
    position in the 2 x 2 block, that read the picture before its enlargement: the same function
    of the same weights, with less memory moved and no enlarged copy.

    References: Shi et al., "Is the deconvolution layer the same as a convolutional layer?" (2016)
    """

    def __init__(self, filters: int, activation: str | None = None, **options: object) -> None:
        super().__init__(**options)
        self.filters = filters
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights of the 3 x 3 convolution that this stands for."""
        self.kernel = self.add_weight(shape=(3, 3, input_shape[-1], self.filters), name="kernel")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, images: KerasTensor) -> KerasTensor:
        """Enlarge and convolve: (n, h, w, c) -> (n, 2h, 2w, filters)."""
        height, width = images.shape[1:3]
        kernel = ops.concatenate(
            [
                _merge_taps(_merge_taps(self.kernel, 0, row), 1, column)
                for row in (0, 1)
                for column in (0, 1)
            ],
            axis=-1,
        )  # (3, 3, c, 4 * filters)
        blocks = ops.conv(images, kernel, padding="same") + ops.tile(self.bias, 4)
        blocks = ops.reshape(blocks, (-1, height, width, 2, 2, self.filters))
        enlarged = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))  # (n, h, 2, w, 2, filters)
        return self.activation(ops.reshape(enlarged, (-1, 2 * height, 2 * width, self.filters)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of what `call` returns."""
        n, height, width, _ = input_shape
        return n, 2 * height, 2 * width, self.filters  # type: ignore[operator]


def article_encoder(config: ArticleConfig) -> keras.Model:
    """The article's encoder.

    Input (n, 150, 150, 3) float32 in [0, 1]; output `latent` (n, 19, 19, 8), not negative.
    """
    images = keras.Input((config.image_size_px, config.image_size_px, 3), name="images")
    x = layers.ZeroPadding2D(1)(images)  # (n, 152, 152, 3)
    for number, filters in enumerate(config.filters, start=1):
        x = layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=f"encoder_conv{number}"
        )(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    # (n, 76, 76, 16) -> (n, 38, 38, 8) -> (n, 19, 19, 8)
    return keras.Model(images, x, name="encoder")


def article_decoder(config: ArticleConfig) -> keras.Model:
    """The article's decoder.

    Input (n, 19, 19, 8); output `images` (n, 150, 150, 3) float32 in [0, 1].
    """
    latent = keras.Input(_article_latent_shape(config), name="latent")
    x = latent
    for number, filters in enumerate(reversed(config.filters), start=1):
        x = layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=f"decoder_conv{number}"
        )(x)
        x = layers.UpSampling2D(2)(x)
    # (n, 38, 38, 8) -> (n, 76, 76, 8) -> (n, 152, 152, 16)
    x = layers.Conv2D(3, 3, padding="same", activation="sigmoid", name="decoder_output")(x)
    return keras.Model(latent, layers.Cropping2D(1)(x), name="decoder")


def article_trainer(config: ArticleConfig) -> keras.Model:
    """The same network arranged for training: same weights, same function, less work.

    The output has shape (n, 152, 152, 3): the border of one pixel that the article crops is
    still there, and the sigmoid is left to the loss, which is faster and more accurate on logits.
    Layers carry the names of the plain network's, so weights go over by name.
    """
    images = keras.Input((config.image_size_px, config.image_size_px, 3), name="images")
    x = article_encoder(config)(images)
    first, *rest = reversed(config.filters)
    x = layers.Conv2D(first, 3, padding="same", activation="relu", name="decoder_conv1")(x)
    for number, filters in enumerate(rest, start=2):
        x = UpsampleConv2D(filters, activation="relu", name=f"decoder_conv{number}")(x)
    return keras.Model(images, UpsampleConv2D(3, name="decoder_output")(x), name="trainer")


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Copy the weights of all layers whose names occur in both models."""
    weights = {layer.name: layer.get_weights() for layer in _flat_layers(source)}
    for layer in _flat_layers(target):
        if layer.weights:
            layer.set_weights(weights[layer.name])


def with_pixels(encoder: keras.Model) -> keras.Model:
    """The encoder with its preprocessing: input `images` uint8 (1, size, size, 3)."""
    _, height, width, channels = encoder.input_shape
    pixels = keras.Input((height, width, channels), batch_size=1, dtype="uint8", name="images")
    scaled = layers.Rescaling(1 / PIXEL_MAX)(ops.cast(pixels, "float32"))
    return keras.Model(pixels, {"latent": encoder(scaled)}, name="encoder_with_pixels")


def _article_latent_shape(config: ArticleConfig) -> tuple[int, int, int]:
    side = config.image_size_px + 2
    for _ in config.filters:
        side = -(-side // 2)  # pooling with padding "same" rounds up
    return side, side, config.filters[-1]


def _merge_taps(kernel: KerasTensor, axis: int, position: int) -> KerasTensor:
    """Taps of a 3-tap kernel after a doubling, as seen before it, for one of the two positions.

    Position 0 reads (previous, own, own), position 1 reads (own, own, next).
    """
    before, middle, after = ops.split(kernel, 3, axis=axis)
    nothing = ops.zeros_like(before)
    taps = (before, middle + after, nothing) if position == 0 else (nothing, before + middle, after)
    return ops.concatenate(taps, axis=axis)


def _flat_layers(model: keras.Model) -> list[keras.Layer]:
    return list(model._flatten_layers(include_self=False))
