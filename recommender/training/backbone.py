"""EfficientNet-Lite2, the backbone of `perceptual`, in Keras.

Batch normalisation is folded into the convolutions: the backbone is frozen here, and at rest a
normalisation is one more scale and shift. Layers carry the names of the weights' file, which keeps
eight bits a weight and a scale for each filter: what the exported encoder computes with (see
`quantise`). assets/backbone ports these weights and trains the last stages on.

The network was trained at 260 pixels and reads 320 here: it sees objects a little larger than it
learned them, which finds more neighbours of a kind on real photos (Touvron et al.).

References: Tan & Le, "EfficientNet: rethinking model scaling for convolutional neural networks",
ICML 2019; Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018;
Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS 2019; the Lite variants (no
squeeze-and-excitation, ReLU6) are Google's.
"""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import KerasTensor, layers

INPUT_SIZE_PX = 320
STEM_FILTERS = 32
HEAD_FILTERS = 1280
PIXEL_SHIFT, PIXEL_SCALE = 127.0, 128.0  # the pixels it was trained on: (value - 127) / 128
RELU_MAX = 6.0


@dataclass(frozen=True)
class Stage:
    """A run of inverted residual blocks; only the first of them changes stride and width."""

    n_blocks: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES = (
    Stage(n_blocks=1, kernel=3, stride=1, expansion=1, filters=16),
    Stage(n_blocks=3, kernel=3, stride=2, expansion=6, filters=24),
    Stage(n_blocks=3, kernel=5, stride=2, expansion=6, filters=48),
    Stage(n_blocks=4, kernel=3, stride=2, expansion=6, filters=88),
    Stage(n_blocks=4, kernel=5, stride=1, expansion=6, filters=120),
    Stage(n_blocks=5, kernel=5, stride=2, expansion=6, filters=208),
    Stage(n_blocks=1, kernel=3, stride=1, expansion=6, filters=352),
)
SPATIAL_STAGE = 4  # the last at a sixteenth of the input's side
SPATIAL_SIZE, SPATIAL_FILTERS = INPUT_SIZE_PX // 16, STAGES[SPATIAL_STAGE].filters


def backbone(size_px: int = INPUT_SIZE_PX) -> keras.Model:
    """The network without its classifier.

    Input (n, 320, 320, 3) float32, as `normalise` makes it. Outputs: `spatial` (n, 20, 20, 120),
    the map after the fifth stage, and `head` (n, 10, 10, 1280), the last map.
    """
    images = keras.Input((size_px, size_px, 3), name="images")
    x = layers.Conv2D(STEM_FILTERS, 3, 2, "same", name="stem")(images)  # (n, 160, 160, 32)
    x = _relu6(x)
    spatial = None
    number = 0
    for position, stage in enumerate(STAGES):
        for block in range(stage.n_blocks):
            stride = stage.stride if block == 0 else 1
            x = _inverted_residual(x, stage, stride, f"block{number}")
            number += 1
        if position == SPATIAL_STAGE:
            spatial = x
    head = _relu6(layers.Conv2D(HEAD_FILTERS, 1, name="head")(x))
    return keras.Model(images, {"spatial": spatial, "head": head}, name="backbone")


def normalise(pixels: KerasTensor) -> KerasTensor:
    """Pixel values from 0 to 255 as the backbone's weights expect them."""
    return (pixels - PIXEL_SHIFT) / PIXEL_SCALE


def load_weights(model: keras.Model, file: Path) -> None:
    """Set the weights of `backbone` from a file that assets/backbone wrote."""
    with np.load(file, allow_pickle=False) as arrays:
        for layer in model.layers:
            if layer.weights:
                kernel, scale, bias = (
                    arrays[f"{layer.name}_{part}"] for part in ("kernel", "scale", "bias")
                )
                layer.set_weights([kernel.astype(np.float32) * scale, bias])


def _inverted_residual(x: KerasTensor, stage: Stage, stride: int, name: str) -> KerasTensor:
    """Widen, filter each channel by itself, narrow; add the input where the shapes agree."""
    n_inputs = x.shape[-1]
    inside = x
    if stage.expansion != 1:
        inside = layers.Conv2D(n_inputs * stage.expansion, 1, name=f"{name}_expand")(inside)
        inside = _relu6(inside)
    inside = layers.DepthwiseConv2D(stage.kernel, stride, "same", name=f"{name}_depthwise")(inside)
    inside = layers.Conv2D(stage.filters, 1, name=f"{name}_project")(_relu6(inside))
    return layers.Add()([x, inside]) if stride == 1 and n_inputs == stage.filters else inside


def _relu6(x: KerasTensor) -> KerasTensor:
    return layers.ReLU(RELU_MAX)(x)
