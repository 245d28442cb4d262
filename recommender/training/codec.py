"""The learned picture code of `perceptual`, in Keras: analysis, entropy model and synthesis.

    picture, edges repeated (168, 168, 3)
      `-- analysis ------- latent (20, 20, 128) -- hyper_analysis -- hyper latent (5, 5, 32)
                               |                                        |
                           rounded at a level <-- mean, deviation <-- steps 1..4 and what is decoded
                               |
          synthesis (160, 160, 3), of which the middle 150 x 150 are the picture

Both halves are a lapped transform with residual blocks beside it, and start as that transform
alone (see `lapped`). The entropy model is trained in single precision here, and served in integers
(see `inference.entropy`).

References: see `inference.entropy` and `inference.codec`; Shi et al., "Real-time single image and
video super-resolution using an efficient sub-pixel convolutional neural network", CVPR 2016.
"""

from typing import Any

import keras
import numpy as np
from keras import KerasTensor, layers, ops
from numpy.typing import NDArray

from recommender.inference.codec import BLOCK, MARGIN
from recommender.inference.entropy import PHASES, Y_SCALE
from recommender.training.codec_sizes import (
    HYPER_SCALE,
    N_CONTEXT,
    N_FINE,
    N_HYPER,
    N_HYPER_LATENTS,
    N_KNOTS,
    N_LATENTS,
    N_MIDDLE,
    N_NEAR,
    N_WIDE,
    SIDE,
)

KNOTS = {  # what is trained at a few levels of fineness, and spread over all
    "gains": (N_KNOTS, N_LATENTS),
    "synthesis_levels": (N_KNOTS, N_WIDE),
    "context_levels": (4, N_KNOTS, N_CONTEXT),
    "hyper_loc": (N_HYPER_LATENTS,),
    "hyper_log_scale": (N_HYPER_LATENTS,),
}


def analysis(side: int | None = SIDE, *, batch_size: int | None = None) -> keras.Model:
    """Build the network that turns pixels into latents, of any size if `side` is None.

    Input `pixels` (n, 8 * side + 8, 8 * side + 8, 3), from -2, black, to 0, white. (Scaling is not
    the network's: its file holds constants in half precision.) Outputs: `latent`
    (n, side, side, 128), `hyper` (n, side / 4, side / 4, 32).
    """
    size = side and side * BLOCK + 2 * MARGIN
    pixels = keras.Input((size, size, 3), batch_size=batch_size, name="pixels")
    x = layers.Conv2D(N_WIDE, 2 * BLOCK, strides=BLOCK, name="analysis_lapped")(pixels)
    for number in range(2):
        x = _block(x, f"analysis_block{number}", N_WIDE // 2)
    latent = layers.Conv2D(N_LATENTS, 1, name="analysis_out")(x)
    z = _down(latent / Y_SCALE, N_HYPER, "hyper_down1")
    z = _down(ops.relu(z), N_HYPER_LATENTS, "hyper_down2") * HYPER_SCALE
    return keras.Model(pixels, {"latent": latent, "hyper": z}, name="analysis")


def synthesis(side: int | None = SIDE, *, batch_size: int | None = None) -> keras.Model:
    """Build the network that turns latents into pixels, of any size if `side` is None.

    Inputs: `latent` (n, side, side, 128) and `level` (n, 192), which says how finely they were
    rounded. Output `images` (n, 8 * side, 8 * side, 3), around 0 to 1.
    """
    latent = keras.Input((side, side, N_LATENTS), batch_size=batch_size, name="latent")
    level = keras.Input((N_WIDE,), batch_size=batch_size, name="level")
    x = layers.Conv2D(N_WIDE, 3, padding="same", name="synthesis_lapped")(latent)
    x = x + ops.reshape(level, (-1, 1, 1, N_WIDE))
    for number in range(2):
        x = _block(x, f"synthesis_block8_{number}", N_WIDE // 2)
    x = _up(x, N_MIDDLE, "synthesis_up4")
    for number in range(2):
        x = _block(x, f"synthesis_block4_{number}", N_MIDDLE // 2)
    x = _up(x, N_FINE, "synthesis_up2")
    x = _block(x, "synthesis_block2_0", N_FINE)
    x = _up(x, 3, "synthesis_up1", kernel_size=3) * 0.5 + 1.0
    return keras.Model([latent, level], {"images": x}, name="synthesis")


def hyper_synthesis() -> keras.Model:
    """Build the network from hyper latents (n, h, w, 32) to what steps read, (n, 4 h, 4 w, 64)."""
    z = keras.Input((None, None, N_HYPER_LATENTS), name="hyper")
    x = ops.relu(_up(z / HYPER_SCALE, N_HYPER, "hyper_up1"))
    x = ops.relu(layers.Conv2D(N_HYPER, 3, padding="same", name="hyper_middle")(x))
    return keras.Model(z, _up(x, N_CONTEXT, "hyper_up2"), name="hyper_synthesis")


def step(k: int) -> keras.Model:
    """Build the network that predicts latents in one of the four steps.

    Inputs: `context` (n, h, w, 64), `level` (n, 64) and, but for the first step, `decoded`
    (n, h, w, 128). Outputs: `mean` and `log_sigma`, both (n, h, w, 128).
    """
    context = keras.Input((None, None, N_CONTEXT), name="context")
    level = keras.Input((N_CONTEXT,), name="level")
    inputs = {"context": context, "level": level}
    x = context
    if k:
        inputs["decoded"] = keras.Input((None, None, N_LATENTS), name="decoded")
        near = layers.Conv2D(N_NEAR, 1, name=f"near{k}")(inputs["decoded"] / Y_SCALE)
        x = x + layers.Conv2D(N_CONTEXT, 3, padding="same", name=f"around{k}")(near)
    x = ops.relu(x + ops.reshape(level, (-1, 1, 1, N_CONTEXT)))
    x = ops.relu(layers.Conv2D(N_CONTEXT, 1, name=f"middle{k}")(x)) + x
    x = layers.Conv2D(2 * N_LATENTS, 1, name=f"out{k}")(x)
    outputs = {"mean": x[..., :N_LATENTS] * Y_SCALE, "log_sigma": x[..., N_LATENTS:] * 4.0}
    return keras.Model(inputs, outputs, name=f"step{k}")


def phase_masks(side: int) -> NDArray[np.float32]:
    """Mark what each of the four steps codes: (4, side, side, 128), zeros and ones."""
    masks = np.zeros((4, side, side, N_LATENTS), np.float32)
    group = N_LATENTS // 4
    for k in range(4):
        for j in range(4):
            dy, dx = PHASES[j ^ k]
            masks[k, dy::2, dx::2, j * group : (j + 1) * group] = 1
    return masks


def set_weights(model: keras.Model, weights: dict[str, NDArray[Any]]) -> None:
    """Set a network's weights from arrays that are named `layer/kernel` and `layer/bias`."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}/{part}"] for part in ("kernel", "bias")])


def get_weights(model: keras.Model) -> dict[str, NDArray[Any]]:
    """Weights of a network by name; see `set_weights`."""
    return {
        f"{layer.name}/{part}": array
        for layer in model.layers
        if layer.weights
        for part, array in zip(("kernel", "bias"), layer.get_weights(), strict=True)
    }


def _block(x: KerasTensor, name: str, middle: int) -> KerasTensor:
    """Three convolutions beside an identity; the last starts as nothing."""
    inside = layers.Conv2D(middle, 1, activation="relu", name=f"{name}_a")(x)
    inside = layers.Conv2D(middle, 3, padding="same", activation="relu", name=f"{name}_b")(inside)
    return x + layers.Conv2D(x.shape[-1], 1, kernel_initializer="zeros", name=f"{name}_c")(inside)


def _down(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    return layers.Conv2D(filters, 3, strides=2, padding="same", name=name)(x)


def _up(x: KerasTensor, filters: int, name: str, *, kernel_size: int = 1) -> KerasTensor:
    """Sub-pixel convolution: (n, h, w, c) -> (n, 2 h, 2 w, filters)."""
    x = layers.Conv2D(4 * filters, kernel_size, padding="same", name=name)(x)
    return DepthToSpace(name=f"{name}_unfolded")(x)


class DepthToSpace(layers.Layer):  # type: ignore[misc]
    """(n, h, w, 4 * c) -> (n, 2 * h, 2 * w, c), by the one operation that LiteRT has for it."""

    def call(self, x: KerasTensor) -> KerasTensor:
        """Unfold channels."""
        import tensorflow as tf

        return tf.nn.depth_to_space(x, 2)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of what `call` returns."""
        n, height, width, channels = shape
        return (n, height and 2 * height, width and 2 * width, channels and channels // 4)
