"""Types that all rooms share."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8]  # (height, width, 3), sRGB
Mask: TypeAlias = NDArray[np.bool_]
Keys: TypeAlias = NDArray[np.int64]  # by which an engine knows the rows of an index
Positions: TypeAlias = NDArray[np.intp]  # in an array or a catalogue

# Called with the number of things done and the number of things
Progress: TypeAlias = Callable[[int, int], None]
