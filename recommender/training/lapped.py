"""Starts the picture code as a lapped transform of three decorrelated colours, and back.

Its blocks of 16 x 16 pixels overlap by half, so no edge of a block shows, and it is orthonormal:
the trained code begins at what a good fixed transform can do. Everything beyond the transform
starts as nothing.

References: Malvar & Staelin, "The LOT: transform coding without blocking effects", IEEE
Transactions on Acoustics, Speech, and Signal Processing 37 (1989).
"""

from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.inference.codec import BLOCK
from recommender.training.codec_sizes import N_FINE, N_LATENTS, N_MIDDLE, N_WIDE

LATENT_SCALE = 5.7  # against pixels from -2 to 0
CORRELATION = 0.95  # of neighbouring pixels, which the transform is best for
CHROMA_LAST = (3.0, 0.7)  # chroma is kept up to lower frequencies than lightness
N_PIXELS = BLOCK * BLOCK * 3


def basis() -> NDArray[np.float64]:
    """Functions of the transform in one dimension, (8, 16), in order of frequency."""
    places = np.arange(BLOCK)
    cosines = np.cos((2 * places[None] + 1) * places[:, None] * pi / (2 * BLOCK)) / 2
    cosines[0] /= sqrt(2)
    difference = cosines[0::2].T - cosines[1::2].T
    mirrored = difference[::-1]
    start = 0.5 * np.block([[difference, difference], [mirrored, -mirrored]])
    covariance = CORRELATION ** np.abs(np.subtract.outer(np.arange(16), np.arange(16)))
    within = start.T @ covariance @ start
    turned = np.eye(BLOCK)
    for part in (slice(1, 4), slice(4, 8)):  # the mean stays alone: flat areas have one coefficient
        turned[part, part] = np.linalg.eigh(within[part, part])[1][:, ::-1]
    functions = (start @ turned).T
    crossings = (np.diff(np.sign(functions + 1e-9), axis=1) != 0).sum(axis=1)
    return np.asarray(functions[np.argsort(crossings, kind="stable")])


def lapped_weights(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights by name of the layers that make up the transform.

    Parameters
    ----------
    seed : of the maps beyond the transform, which start as random mixtures that nothing reads yet
    """
    functions = _functions()
    rng = np.random.default_rng(seed)
    kept = functions[:N_LATENTS]
    analysis_out = np.zeros((1, 1, N_WIDE, N_LATENTS))
    analysis_out[0, 0, :N_LATENTS] = np.eye(N_LATENTS) * LATENT_SCALE
    kernels: dict[str, NDArray[np.float64]] = {
        "analysis_lapped": functions.transpose(1, 2, 3, 0),
        "analysis_out": analysis_out,
        "synthesis_lapped": _inverse(kept / LATENT_SCALE),
        "synthesis_up4": _unfolding(rng, N_WIDE, N_MIDDLE, N_PIXELS // 4),
        "synthesis_up2": _unfolding(rng, N_MIDDLE, N_FINE, N_PIXELS // 16),
        "synthesis_up1": _unfolding(rng, N_FINE, 3, 3, size=3),
    }
    weights: dict[str, NDArray[Any]] = {}
    for name, kernel in kernels.items():
        weights[f"{name}/kernel"] = kernel.astype(np.float32)
        weights[f"{name}/bias"] = np.zeros(kernel.shape[-1], np.float32)
    return weights


def _functions() -> NDArray[np.float64]:
    """Functions in two dimensions and three colours, (192, 16, 16, 3); the first 128 are kept."""
    colours = np.array([[1, 1, 1], [1, 0, -1], [-1, 2, -1]], float)
    colours /= np.linalg.norm(colours, axis=1, keepdims=True)
    base, slope = CHROMA_LAST
    order = sorted(
        (u + v + (base + slope * (u + v) if colour else 0) + 0.01 * max(u, v), colour, u, v)
        for colour in range(3)
        for u in range(BLOCK)
        for v in range(BLOCK)
    )
    lines = basis()
    functions = np.empty((N_PIXELS, 2 * BLOCK, 2 * BLOCK, 3))
    for number, (_, colour, u, v) in enumerate(order):
        # neighbours in frequency are coded in different steps
        place = (number % 4) * (N_LATENTS // 4) + number // 4 if number < N_LATENTS else number
        functions[place] = np.einsum("y,x,c->yxc", lines[u], lines[v], colours[colour])
    return functions


def _inverse(functions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kernel (3, 3, 128, 192): the pixels of a block, folded, from the latents around it."""
    kernel = np.zeros((3, 3, N_LATENTS, N_PIXELS))
    for dy, dx, y, x in np.ndindex(3, 3, BLOCK, BLOCK):
        row, column = y - BLOCK * (dy - 1) + BLOCK // 2, x - BLOCK * (dx - 1) + BLOCK // 2
        if 0 <= row < 2 * BLOCK and 0 <= column < 2 * BLOCK:
            place = 0  # from the halves of a block to its pixels
            for bit in (2, 1, 0):
                place = place * 4 + (y >> bit & 1) * 2 + (x >> bit & 1)
            kernel[dy, dx, :, place * 3 : place * 3 + 3] = functions[:, row, column]
    return kernel


def _unfolding(
    rng: np.random.Generator, n_in: int, n_out: int, n_used: int, *, size: int = 1
) -> NDArray[np.float64]:
    """Kernel of a sub-pixel step that only moves values: four times `n_used` to `n_used` maps."""
    kernel = np.zeros((size, size, n_in, 4, n_out))
    others = rng.normal(0, 1 / sqrt(n_in), (n_in, 1, n_out - n_used))
    kernel[size // 2, size // 2, :, :, n_used:] = others  # the same for all four: no checks
    for quarter in range(4):
        for number in range(n_used):
            kernel[size // 2, size // 2, quarter * n_used + number, quarter, number] = 1
    return kernel.reshape(size, size, n_in, 4 * n_out)
