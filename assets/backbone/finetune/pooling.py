"""The pooling of `recommender.training.pooling` in PyTorch: gradients reach the backbone."""

import torch
from torch import Tensor
from torch.nn import functional

GRID_STARTS, GRID_WINDOW = (0, 6, 12), 8
GRID_WEIGHT = WINDOW_WEIGHT = 0.5
WINDOW_SPREAD, LEAST_WINDOW = 1.6, 0.3
GEM_FLOOR, FAINT, LEAST_VARIANCE = 1e-6, 1e-4, 1e-6


def pool(head: Tensor, spatial: Tensor) -> Tensor:
    """Descriptors of the kind of thing, (n, 3440), of unit length, in single precision.

    Parameters
    ----------
    head : (n, 1280, 10, 10)
    spatial : (n, 120, 20, 20)
    """
    with torch.autocast(head.device.type, enabled=False):
        head, spatial = head.float(), spatial.float()
        frame = attention_window(attention(head).detach())  # where to pool is not learned
        floored = head.clamp_min(GEM_FLOOR)
        gem = (floored * floored * floored).mean((2, 3)) ** (1 / 3)
        window = sample(spatial, frame, spatial.shape[-1])
        parts = [
            functional.normalize(gem),
            GRID_WEIGHT * grid(spatial),
            WINDOW_WEIGHT * grid(window),
        ]
        return functional.normalize(torch.cat(parts, 1))


def grid(spatial: Tensor) -> Tensor:
    """Means over 3 x 3 overlapping windows, (n, 9 * 120), of unit length."""
    windows = [
        spatial[:, :, y : y + GRID_WINDOW, x : x + GRID_WINDOW].mean((2, 3))
        for y in GRID_STARTS
        for x in GRID_STARTS
    ]
    return functional.normalize(torch.cat(windows, 1))


def attention(head: Tensor) -> Tensor:
    """Weights from 0 to 1 of the parts of a picture, (n, 10, 10)."""
    energy = head.sum(1)
    low, high = energy.amin((1, 2), keepdim=True), energy.amax((1, 2), keepdim=True)
    return ((energy - low) / (high - low).clamp_min(1e-6)) ** 2


def attention_window(weights: Tensor) -> Tensor:
    """Rectangles around most of the attention: top, left, bottom, right, (n, 4)."""
    side = weights.shape[1]
    weights = weights + FAINT
    places = (torch.arange(side, device=weights.device, dtype=weights.dtype) + 0.5) / side
    total = weights.sum((1, 2))
    edges = []
    for axis in (2, 1):  # rows, then columns
        share = weights.sum(axis) / total[:, None]
        middle = (share * places).sum(1)
        spread = ((share * (places - middle[:, None]) ** 2).sum(1) + LEAST_VARIANCE).sqrt()
        half = (WINDOW_SPREAD * spread).clamp_min(LEAST_WINDOW / 2)
        edges.append(((middle - half).clamp_min(0.0), (middle + half).clamp_max(1.0)))
    (top, bottom), (left, right) = edges
    return torch.stack([top, left, bottom, right], 1)


def sample(maps: Tensor, frame: Tensor, size: int) -> Tensor:
    """Windows of maps (n, c, h, w), resized to (n, c, size, size), bilinear."""
    rows = _taps(frame[:, 0:1], frame[:, 2:3], size, maps.shape[2])
    columns = _taps(frame[:, 1:2], frame[:, 3:4], size, maps.shape[3])
    return torch.einsum("nyh,nchw,nxw->ncyx", rows, maps, columns)


def _taps(low: Tensor, high: Tensor, n_out: int, n_in: int) -> Tensor:
    centres = torch.arange(n_out, device=low.device, dtype=low.dtype) + 0.5
    at = (high - low) * centres[None] * n_in / n_out + low * n_in - 0.5
    at = at.clamp(0.0, n_in - 1.0)
    places = torch.arange(n_in, device=low.device, dtype=low.dtype)
    return (1 - (at[:, :, None] - places[None, None]).abs()).clamp_min(0)
