"""Finds the window of a picture that holds the product, takes it out and puts it back, in Keras."""

import numpy as np
from keras import KerasTensor, ops

from recommender.foreground import FRAME_LEAST_SHARE, FRAME_TOLERANCE

N_FRAME = 7  # four edges and a colour
MARGIN_PX = 1.0


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


def sample(images: KerasTensor, frame: KerasTensor, size: int) -> KerasTensor:
    """The window of pictures (n, h, w, c), resized to (n, size, size, c).

    Bilinear, as a product with two matrices, which every runtime can do.

    References: Jaderberg et al., "Spatial transformer networks", NeurIPS 2015.
    """
    _, height, width, channels = images.shape
    rows = bilinear_taps(frame[:, 0:1], frame[:, 2:3], size, height)  # (n, size, h)
    columns = bilinear_taps(frame[:, 1:2], frame[:, 3:4], size, width)
    x = ops.matmul(rows, ops.reshape(images, (-1, height, width * channels)))
    x = ops.transpose(ops.reshape(x, (-1, size, width, channels)), (0, 2, 1, 3))
    x = ops.matmul(columns, ops.reshape(x, (-1, width, size * channels)))
    return ops.transpose(ops.reshape(x, (-1, size, size, channels)), (0, 2, 1, 3))


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


def bilinear_taps(low: KerasTensor, high: KerasTensor, n_out: int, n_in: int) -> KerasTensor:
    """Bilinear weights (n, n_out, n_in) of a stretch from `low` to `high`, shares of the input."""
    # whole and half numbers, because constants are exported in half precision
    centres = np.arange(n_out, dtype=np.float32) + 0.5
    at = (high - low) * centres[None] * n_in / n_out + low * n_in - 0.5  # (n, n_out)
    at = ops.clip(at, 0.0, n_in - 1.0)
    places = np.arange(n_in, dtype=np.float32)
    return ops.relu(1 - ops.abs(ops.expand_dims(at, 2) - places[None, None]))


def _inside(low: KerasTensor, high: KerasTensor, size: int) -> KerasTensor:
    """Mark which of `size` pixels lie in a stretch: (n, size)."""
    centres = np.arange(size, dtype=np.float32)[None] + 0.5
    return ops.cast(low * size < centres, "float32") * ops.cast(high * size > centres, "float32")
