"""Which parts of two pictures look alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_COSINE = 0.35  # between parts, after what all parts share is taken away

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class MatchingRegions:
    """How well each part of a picture is matched in the other one.

    Attributes
    ----------
    first, second : ndarray of shape (height, width), in [0, 1]; 0 where nothing matches
    """

    first: Floats
    second: Floats


def matching_regions(first: Floats, second: Floats) -> MatchingRegions:
    """Parts of two pictures that are each other's best match.

    Parts match that choose each other among all parts of the other picture; what nearly all parts
    say, such as that they are background, is taken away first.

    Parameters
    ----------
    first, second : ndarray of shape (height, width, channels), the spatial features of two
        pictures

    References
    ----------
    Aberman et al., "Neural best-buddies: sparse cross-domain correspondence", SIGGRAPH 2018.
    """
    shapes = first.shape[:2], second.shape[:2]
    cells = [each.reshape(-1, each.shape[-1]).astype(np.float32) for each in (first, second)]
    common = np.median(np.concatenate(cells), axis=0)
    units = [_unit(each - common) for each in cells]
    cosines = units[0] @ units[1].T
    best_of_first, best_of_second = cosines.argmax(axis=1), cosines.argmax(axis=0)
    rows = np.arange(len(cosines))
    is_mutual = best_of_second[best_of_first] == rows
    strengths = np.where(is_mutual, cosines[rows, best_of_first], 0.0)
    strengths = np.clip((strengths - LEAST_COSINE) / (1 - LEAST_COSINE), 0, 1)
    maps = [np.zeros(len(each), np.float32) for each in units]
    maps[0][:] = strengths
    np.maximum.at(maps[1], best_of_first, strengths.astype(np.float32))
    return MatchingRegions(first=maps[0].reshape(shapes[0]), second=maps[1].reshape(shapes[1]))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)
