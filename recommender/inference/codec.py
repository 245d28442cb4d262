"""Codes a picture in a given number of bytes, and decodes it.

The analysis network turns pixels into latents; the entropy model codes them after they were rounded
at one of 256 levels of fineness; the synthesis network draws the picture from what was rounded.
Bytes go where a picture has something to keep, so each picture takes the finest level that fits.

A code has a byte for the format, one for the level, and the 32-bit words of the range coder,
the lowest byte first, without the zero bytes at their end.

References: Cui et al., "Asymmetric gained deep image compression with continuous rate adaptation",
CVPR 2021 (levels).
"""

import io
import itertools
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ImageError, ModelError
from recommender.inference.blas import one_blas_thread
from recommender.inference.entropy import (
    LATENT_BITS,
    LOG_GAIN_HIGH,
    LOG_GAIN_LOW,
    N_LEVELS,
    EntropyModel,
    Exact,
    Step,
)
from recommender.models import ModelConfig
from recommender.types import Floats, Pixels

FORMAT = 1
N_HEADER = 2
CODER_SLACK_BITS = 24  # the range coder ends within its last word
LEVELS_AN_OCTAVE = (N_LEVELS - 1) / (LOG_GAIN_HIGH - LOG_GAIN_LOW)
OCTAVES_A_DOUBLING = 1.2  # finer steps that twice the bits buy, about
N_SECANTS = 5
ENOUGH = 0.98  # of the bits that are allowed: one level more takes about two hundredths of them
BLOCK = 8  # pixels that a latent's place covers
MARGIN = 4  # pixels around its canvas that the analysis reads, for its blocks overlap

Offsets = NDArray[np.int64]
Run = Callable[[dict[str, Any]], dict[str, Floats]]


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A picture's code.

    Attributes
    ----------
    data : its bytes
    latents : as they are decoded, in the entropy model's whole numbers
    level : how finely they were rounded, from 0 to 255
    n_numbers : numbers in the code that are not zero
    """

    data: bytes
    latents: Exact
    level: int
    n_numbers: int


class PictureCodec:
    """Codes pictures of one size; safe to share between threads.

    Parameters
    ----------
    tables_file : `code.npz` of a model's folder
    config : of the model
    """

    def __init__(self, tables_file: Path, config: ModelConfig) -> None:
        self._tables_file = tables_file
        self._size_px = config.decoded_size_px
        self._side = config.latent_shape[0]
        self._max_bytes = config.code_bytes
        self._inset = (self._side * BLOCK - self._size_px) // 2

    @cached_property
    def content(self) -> bytes:
        """The tables' bytes, read once."""
        try:
            return self._tables_file.read_bytes()
        except OSError as error:
            raise ModelError(f"the model's file {self._tables_file} is missing") from error

    @cached_property
    def entropy(self) -> EntropyModel:
        """The entropy model; raises `ModelError` if its file is damaged."""
        try:
            with np.load(io.BytesIO(self.content), allow_pickle=False) as arrays:
                return EntropyModel({name: arrays[name] for name in arrays.files})
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ModelError(f"{self._tables_file} holds no code: {error}") from error

    def begin(self, analyse: Run, square: Pixels) -> "Coding":
        """Analyse a picture, which may then be estimated and coded.

        Parameters
        ----------
        analyse : the analysis network
        square : ndarray of shape (size_px, size_px, 3), uint8
        """
        return Coding(self.entropy, *self.analyse(analyse, square), self._max_bytes)

    def encode(self, analyse: Run, square: Pixels) -> Coded:
        """Code a picture as finely as the bytes allow; takes what `begin` takes."""
        return self.begin(analyse, square).finish()

    def analyse(self, analyse: Run, square: Pixels) -> tuple[Floats, Offsets]:
        """Latents of a picture, and its rounded hyper latents."""
        border = self._inset + MARGIN
        after = self._side * BLOCK + 2 * MARGIN - self._size_px - border
        canvas = np.pad(square, ((border, after), (border, after), (0, 0)), "edge")
        outputs = analyse({"pixels": to_signal(canvas[None])})
        return outputs["latent"][0], self.entropy.round_hyper(outputs["hyper"][0])

    def read(self, data: bytes) -> Coded:
        """Decode a code's latents.

        Raises
        ------
        ImageError : the bytes are no code
        """
        if len(data) < N_HEADER or data[0] != FORMAT:
            raise ImageError("these bytes are no picture's code")
        with one_blas_thread():
            latents, n_numbers = self.entropy.read(data[N_HEADER:], data[1], self._side)
        return Coded(data=data, latents=latents, level=data[1], n_numbers=n_numbers)

    def draw(self, synthesise: Run, latents: Exact, level: int) -> Floats:
        """Draw a picture, ndarray of shape (size_px, size_px, 3), float32 in [0, 1]."""
        values = (latents * 2.0**-LATENT_BITS).astype(np.float32)
        level_vector = self.entropy.synthesis_levels[level]
        canvas = synthesise({"latent": values[None], "level": level_vector[None]})["images"][0]
        end = self._inset + self._size_px
        return np.asarray(canvas[self._inset : end, self._inset : end])


class Coding:
    """A picture on its way to its code; each level is tried once, whoever asks.

    Parameters
    ----------
    latents, offsets : as `PictureCodec.analyse` gives them
    max_bytes : of the code
    """

    def __init__(
        self, entropy: EntropyModel, latents: Floats, offsets: Offsets, max_bytes: int
    ) -> None:
        self._entropy, self._latents, self._offsets = entropy, latents, offsets
        self._max_bytes = max_bytes
        self._tried: dict[int, tuple[Exact, list[Step], float]] = {}

    def estimate(self) -> tuple[Exact, int]:
        """Round the latents about as finely as the code will, without coding them.

        Returns
        -------
        latents, level : as in `Coded`
        """
        with one_blas_thread():
            return self._quantised(self._guess)[0], self._guess

    def finish(self) -> Coded:
        """Code the picture as finely as the bytes allow."""
        with one_blas_thread():
            return self._finish()

    def _finish(self) -> Coded:
        hyper_bits = self._entropy.hyper_cost(self._offsets)
        allowed = 8 * (self._max_bytes - N_HEADER) - hyper_bits - CODER_SLACK_BITS
        level = _finest(lambda each: self._quantised(each)[2], allowed, self._guess)
        while True:  # the estimate is nearly always right
            decoded, steps, _ = self._quantised(level)
            data = bytes([FORMAT, level]) + self._entropy.write(self._offsets, steps)
            if len(data) <= self._max_bytes or level == 0:
                break
            level -= 1
        n_numbers = np.count_nonzero(self._offsets)
        n_numbers += sum(np.count_nonzero(step.residuals) for step in steps)
        return Coded(data=data, latents=decoded, level=level, n_numbers=int(n_numbers))

    def _quantised(self, level: int) -> tuple[Exact, list[Step], float]:
        if level not in self._tried:
            self._tried[level] = self._entropy.quantise(self._latents, level, self._context)
        return self._tried[level]

    @cached_property
    def _context(self) -> Exact:
        return self._entropy.context(self._offsets)

    @cached_property
    def _guess(self) -> int:
        """Level at which about as many latents are not zero as the bytes can hold."""
        n_wanted = int(8 * self._max_bytes / self._entropy.typical_bits)
        sizes = np.abs(self._latents).ravel()
        n_wanted = min(max(n_wanted, 1), sizes.size - 1)
        smallest = max(float(np.partition(sizes, -n_wanted)[-n_wanted]), 1e-6)
        octaves = np.log2(0.5 / smallest) - LOG_GAIN_LOW
        return int(np.clip(round(octaves * LEVELS_AN_OCTAVE), 0, N_LEVELS - 1))


def to_signal(pixels: Pixels) -> Floats:
    """Scale pixels as the analysis takes them: white is zero, so that paper costs nothing."""
    return np.asarray(pixels.astype(np.float32) * np.float32(2 / 255) - 2, np.float32)


def plain_gain(level: int) -> float:
    """Factor of latents at a level, but for what each channel adds to it."""
    return float(2.0 ** (LOG_GAIN_LOW + level / LEVELS_AN_OCTAVE))


def _finest(bits: Callable[[int], float], allowed: float, level: int) -> int:
    """Find the finest level whose bits are allowed.

    A secant in the logarithm of the bits, which nearly always ends in four tries; and halves of
    what is left for pictures that are unlike others.

    Parameters
    ----------
    level : to begin with
    """
    low, high = 0, N_LEVELS - 1
    for n_tried in itertools.count(1):
        used = bits(level)
        if used <= allowed:
            low = level
        else:
            high = level - 1
        if low >= high or ENOUGH * allowed <= used <= allowed:
            break
        if n_tried < N_SECANTS:
            octaves = OCTAVES_A_DOUBLING * np.log2(max(allowed, 1.0) / max(used, 1.0))
            step = round(octaves * LEVELS_AN_OCTAVE) or (1 if used <= allowed else -1)
            level = int(np.clip(level + step, low + 1, high))
        else:
            level = (low + high + 1) // 2
    return low
