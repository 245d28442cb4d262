"""EfficientNet-Lite2 in PyTorch, with weights that can be trained on their eight-bit grid.

The network has the layers of `recommender.training.backbone` and reads the same file. A layer that
is opened for training learns a change of its weights, relative to their own size, and computes with
the weights as they are kept: rounded to eight bits. So what is learned survives the rounding.

References: Bengio, Léonard & Courville, "Estimating or propagating gradients through stochastic
neurons", 2013 (gradients that pass a rounding as if it were not there).
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Arrays = dict[str, NDArray]
LARGEST_INTEGER = 127
PIXEL_SHIFT, PIXEL_SCALE = 127.0, 128.0
# blocks, kernel, stride, expansion and filters of each stage
STAGES = (
    (1, 3, 1, 1, 16),
    (3, 3, 2, 6, 24),
    (3, 5, 2, 6, 48),
    (4, 3, 2, 6, 88),
    (4, 5, 1, 6, 120),
    (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)
STEM_FILTERS = 32
SPATIAL_STAGE = 4
LEAST_SIZE = 0.2  # a filter's size counts as this share of the median at least


def rounded(name: str, kernel: NDArray, original: NDArray, scale: NDArray) -> NDArray[np.int8]:
    """Integers of a changed kernel on the original's grid, in the file's layout.

    The original weights are on that grid, so plain rounding would undo every change of less than
    half a step. With offsets that are drawn once, a change of a tenth of a step moves a tenth of
    the weights. Each filter's largest weights stay, so that the exporter, which measures the scales
    anew, finds the same grid.
    """
    integers = np.floor(kernel / scale + _offsets(name, kernel.shape) + 0.5)
    integers = np.clip(integers, -LARGEST_INTEGER, LARGEST_INTEGER)
    return np.where(_fixed(name, original), original, integers).astype(np.int8)


def _offsets(name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    seed = int.from_bytes(name.encode()[-8:], "little") + len(name)
    offsets = np.random.default_rng(seed).uniform(-0.499, 0.499, shape)
    return offsets.astype(np.float32)


def _fixed(name: str, original: NDArray) -> NDArray[np.bool_]:
    filters = 2 if "depthwise" in name else 3
    others = tuple(axis for axis in range(4) if axis != filters)
    largest = np.abs(original.astype(np.int16)) >= LARGEST_INTEGER
    return np.asarray(largest | ~original.any(axis=others, keepdims=True))


class Convolution(nn.Module):
    """A convolution with TensorFlow's padding, of frozen weights until `open_weights`."""

    def __init__(self, name: str, arrays: Arrays, stride: int) -> None:
        super().__init__()
        self.name, self.stride = name, stride
        self.integers = arrays[f"{name}_kernel"]
        self.scale = arrays[f"{name}_scale"].astype(np.float32)
        is_depthwise = "depthwise" in name
        self.order = (2, 3, 0, 1) if is_depthwise else (3, 2, 0, 1)
        self.register_buffer("kernel", self._to_torch(self.integers * self.scale))
        bias = arrays[f"{name}_bias"].astype(np.float32)
        self.register_buffer("bias", torch.from_numpy(bias))
        self.size_px = self.kernel.shape[-1]
        self.groups = len(self.kernel) if is_depthwise else 1
        self.change: nn.Parameter | None = None

    def open_weights(self) -> None:
        """Let the weights be trained.

        What is learned is a change in units of each filter's own size, so that one learning rate
        suits all layers and weight decay pulls back to the original.
        """
        sizes = self.kernel.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        self.register_buffer("unit", torch.maximum(sizes, LEAST_SIZE * sizes.median()))
        size = float(self.bias.square().mean().sqrt().clamp_min(1e-3))
        self.register_buffer("bias_unit", torch.full_like(self.bias, size))
        steps = np.broadcast_to(self.scale, self.integers.shape)
        self.register_buffer("step", self._to_torch(steps).clamp_min(1e-12))
        self.register_buffer("offsets", self._to_torch(_offsets(self.name, self.integers.shape)))
        fixed = _fixed(self.name, self.integers)
        self.register_buffer("fixed", self._to_torch(fixed) > 0.5)  # noqa: PLR2004
        self.change = nn.Parameter(torch.zeros_like(self.kernel))
        self.bias_change = nn.Parameter(torch.zeros_like(self.bias))

    def weights(self, *, is_rounded: bool = True) -> tuple[Tensor, Tensor]:
        """Kernel and bias; gradients pass the rounding as if it were not there."""
        if self.change is None:
            return self.kernel, self.bias
        kernel = self.kernel + self.change * self.unit
        if is_rounded:
            with torch.no_grad():
                integers = (kernel / self.step + self.offsets + 0.5).floor()
                integers = integers.clamp(-LARGEST_INTEGER, LARGEST_INTEGER)
                kept = torch.where(self.fixed, self.kernel, integers * self.step)
                moved = kept - kernel
            kernel = kernel + moved
        return kernel, self.bias + self.bias_change * self.bias_unit

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, filters, h / stride, w / stride)."""
        kernel, bias = self.weights()
        if not torch.is_autocast_enabled(x.device.type):
            kernel, bias = kernel.to(x.dtype), bias.to(x.dtype)
        if self.size_px == 1:
            return functional.conv2d(x, kernel, bias)
        side = x.shape[-1]
        total = max((-(-side // self.stride) - 1) * self.stride + self.size_px - side, 0)
        before, after = total // 2, total - total // 2
        if before != after:  # TensorFlow pads more after than before
            x = functional.pad(x, (before, after, before, after))
            before = 0
        return functional.conv2d(x, kernel, bias, self.stride, before, groups=self.groups)

    def arrays(self) -> Arrays:
        """Trained weights as the file keeps them."""
        kernel, bias = (
            each.detach().float().cpu().numpy() for each in self.weights(is_rounded=False)
        )
        back = (2, 3, 0, 1) if "depthwise" in self.name else (2, 3, 1, 0)
        kernel = np.ascontiguousarray(kernel.transpose(back))
        return {
            f"{self.name}_kernel": rounded(self.name, kernel, self.integers, self.scale),
            f"{self.name}_bias": bias,
        }

    def _to_torch(self, array: NDArray) -> Tensor:
        turned = np.ascontiguousarray(np.asarray(array, np.float32).transpose(self.order))
        return torch.from_numpy(turned)


class Block(nn.Module):
    """An inverted residual block."""

    def __init__(
        self, arrays: Arrays, name: str, n_inputs: int, stage: tuple[int, ...], stride: int
    ):
        super().__init__()
        expansion, filters = stage[3:]
        self.expand = Convolution(f"{name}_expand", arrays, 1) if expansion > 1 else None
        self.depthwise = Convolution(f"{name}_depthwise", arrays, stride)
        self.project = Convolution(f"{name}_project", arrays, 1)
        self.adds = stride == 1 and n_inputs == filters

    def forward(self, x: Tensor) -> Tensor:
        """Widen, filter each channel by itself, narrow; add the input where the shapes agree."""
        inside = x if self.expand is None else functional.relu6(self.expand(x))
        inside = self.project(functional.relu6(self.depthwise(inside)))
        return x + inside if self.adds else inside


class Backbone(nn.Module):
    """The network without its classifier.

    Parameters
    ----------
    file : backbone.npz, as port.py writes it
    open_from : stage, from 0, from which on weights are trained; none by default
    """

    def __init__(self, file: Path, open_from: int | None = None) -> None:
        super().__init__()
        with np.load(file, allow_pickle=False) as arrays:
            self.source = {name: arrays[name] for name in arrays.files}
        self.stem = Convolution("stem", self.source, 2)
        self.stages = nn.ModuleList()
        n_inputs, number = STEM_FILTERS, 0
        for stage in STAGES:
            blocks = nn.ModuleList()
            for position in range(stage[0]):
                stride = stage[2] if position == 0 else 1
                blocks.append(Block(self.source, f"block{number}", n_inputs, stage, stride))
                n_inputs, number = stage[4], number + 1
            self.stages.append(blocks)
        self.head = Convolution("head", self.source, 1)
        if open_from is not None:
            for part in (*self.stages[open_from:], self.head):
                for module in part.modules():
                    if isinstance(module, Convolution):
                        module.open_weights()

    def before(self, pixels: Tensor, stage: int) -> Tensor:
        """Map that a stage reads, of pixels (n, 3, 320, 320) from 0 to 255."""
        x = functional.relu6(self.stem((pixels - PIXEL_SHIFT) / PIXEL_SCALE))
        for blocks in self.stages[:stage]:
            for block in blocks:
                x = block(x)
        return x

    def after(self, x: Tensor, stage: int) -> tuple[Tensor, Tensor]:
        """Maps `head` (n, 1280, 10, 10) and `spatial` (n, 120, 20, 20) of what a stage reads."""
        spatial = x
        for position in range(stage, len(STAGES)):
            for block in self.stages[position]:
                x = block(x)
            if position == SPATIAL_STAGE:
                spatial = x
        return functional.relu6(self.head(x)), spatial

    def save(self, file: Path) -> None:
        """Write all weights in the layout of the file they came from."""
        arrays = dict(self.source)
        for module in self.modules():
            if isinstance(module, Convolution) and module.change is not None:
                arrays |= module.arrays()
        with file.open("wb") as stream:
            np.savez_compressed(stream, **arrays)
