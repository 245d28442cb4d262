"""Predicts the latents of a picture in exact integers, and codes what is left with a range coder.

The decoder must repeat the encoder's predictions to the last bit, on another machine too. So every
number that they depend on is a whole number below 2^53, held in double precision: sums of products
are then exact in whatever order a BLAS adds them up, and powers of two only shift.

A small network reads the hyper latents, which are coded first, and says of each latent what it will
be about (its mean) and how sure that is (its deviation). Latents are decoded in four steps; each
step also reads what the steps before it decoded nearby.

References: Ballé et al., "Variational image compression with a scale hyperprior", ICLR 2018;
Minnen, Ballé & Toderici, "Joint autoregressive and hierarchical priors for learned image
compression", NeurIPS 2018; Ballé, Johnston & Minnen, "Integer networks for data compression with
latent-variable models", ICLR 2019; Li, Li & Lu, "Neural video compression with diverse contexts",
CVPR 2023 (the four steps); Bamler, "Understanding entropy coding with asymmetric numeral systems",
2022 (`constriction`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ImageError

ACTIVATION_BITS, WEIGHT_BITS, LATENT_BITS = 10, 14, 12  # after the binary point
LIMIT = 2.0**22  # of activations
OCTAVE = 64  # steps of a gain in one factor of two
LOG_GAIN_LOW, LOG_GAIN_HIGH, N_LEVELS = -3.5, 3.5, 256
Y_SCALE = 16  # the networks read latents divided by this
PHASES = ((0, 0), (1, 1), (0, 1), (1, 0))  # group j is coded in step k at phase j ^ k
LOG_SIGMA_LOW, TABLES_AN_OCTAVE, N_TABLES = -3.5, 6, 64
N_CERTAIN = 3  # the first tables hold nothing but zeros, which need no bits
HYPER_REACH = 63
TOTAL = 1 << 22  # sum of a table's counts

Exact = NDArray[np.floating]  # whole numbers, in double precision
Residuals = Callable[[int, NDArray[np.int64], Exact], NDArray[np.int64]]


@dataclass(frozen=True)
class Step:
    """Residuals of one of the four steps, and the table that each is coded with."""

    residuals: NDArray[np.int64]
    tables: NDArray[np.int64]


class EntropyModel:
    """Integer networks and tables of one trained code; safe to share between threads.

    Parameters
    ----------
    arrays : of `code.npz`, as `recommender.training.export_codec` makes them

    Attributes
    ----------
    typical_bits : that a latent which is not zero takes, everything else included
    dead_zone : by how much a residual must be over one half to count as one, and over three halves
        to count as two
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._exact = {
            name: array.astype(np.float64)
            for name, array in arrays.items()
            if array.dtype.kind in "iu"
        }
        self.n_latents = arrays["gains"].shape[1]
        self.n_hyper = len(arrays["hyper_centres"])
        self._group = self.n_latents // 4
        self._centres = arrays["hyper_centres"].astype(np.int64)
        self._hyper_counts = arrays["hyper_counts"]
        self._hyper_channels = np.arange(self.n_hyper)
        self._counts = arrays["counts"]
        self._reach = arrays["reach"].astype(np.int64)
        sizes = 2 * self._reach + 1
        self._splits = np.cumsum(sizes)[:-1]
        self._middles = np.cumsum(sizes) - sizes + self._reach
        self._bits = np.log2(TOTAL) - np.log2(self._counts.astype(np.float64))
        self._hyper_bits = np.log2(TOTAL) - np.log2(self._hyper_counts.astype(np.float64))
        self.typical_bits = float(arrays["typical_bits"])
        self.dead_zone = float(arrays["dead_zone"])
        self._set_levels(arrays["synthesis_levels"])

    def _set_levels(self, synthesis: NDArray[np.float32]) -> None:
        """Spread what is trained at a few knots over all levels."""
        n_knots, last = len(synthesis), N_LEVELS - 1
        at = np.arange(N_LEVELS)[:, None] * (n_knots - 1)
        low = np.minimum(at // last, n_knots - 2)
        above = at - low * last  # of `last` parts

        def spread(knots: Exact) -> Exact:
            both = knots[low[:, 0]] * (last - above) + knots[low[:, 0] + 1] * above
            return np.asarray(np.floor(both / last))  # a floor of this quotient is exact

        self._context_levels = [spread(knots) for knots in self._exact["context_levels"]]
        own = (LOG_GAIN_HIGH - LOG_GAIN_LOW) * OCTAVE * np.arange(N_LEVELS)
        own = np.floor((own + last // 2) / last) + LOG_GAIN_LOW * OCTAVE
        self._log_gains = (own[:, None] + spread(self._exact["gains"])).astype(np.int64)
        share = (above / last).astype(np.float32)
        self.synthesis_levels = np.asarray(
            synthesis[low[:, 0]] * (1 - share) + synthesis[low[:, 0] + 1] * share, np.float32
        )

    @cached_property
    def _models(self) -> list[Any]:
        return [_categorical(counts) for counts in np.split(self._counts, self._splits)]

    @cached_property
    def _hyper_models(self) -> list[Any]:
        return [_categorical(counts) for counts in self._hyper_counts]

    def gains(self, level: int) -> Exact:
        """Factor of each latent channel before it is rounded, at a level, shape (n_latents,)."""
        return np.asarray(2.0 ** (self._log_gains[level] / OCTAVE))

    def round_hyper(self, hyper: NDArray[np.floating]) -> NDArray[np.int64]:
        """Round hyper latents (h, w, n_hyper), as distances from their centres."""
        offsets = np.round(hyper).astype(np.int64) - self._centres
        return np.asarray(np.clip(offsets, -HYPER_REACH, HYPER_REACH))

    def hyper_cost(self, offsets: NDArray[np.int64]) -> float:
        """Bits of hyper latents."""
        return float(self._hyper_bits[self._hyper_channels, offsets + HYPER_REACH].sum())

    def context(self, offsets: NDArray[np.int64]) -> Exact:
        """Expand hyper latents (h, w, n_hyper) to what the steps read, (4 h, 4 w, c)."""
        height, width, _ = offsets.shape
        x = ((offsets + self._centres) * 2.0**ACTIVATION_BITS).reshape(height * width, -1)
        x = _depth_to_space(_rectified(self._layer("hyper_up1", x)), height, width)
        x = _rectified(self._layer("hyper_middle", _neighbourhoods(x)))
        return _depth_to_space(self._layer("hyper_up2", x), 2 * height, 2 * width)

    def quantise(
        self, latents: NDArray[np.floating], level: int, context: Exact
    ) -> tuple[Exact, list[Step], float]:
        """Round latents (h, w, n_latents) as the decoder will get them.

        Returns
        -------
        decoded, steps, bits : latents in `LATENT_BITS`; what is coded; and about how many bits
        """
        scaled = latents * self.gains(level)
        steps: list[Step] = []
        bits = 0.0

        def residuals(k: int, tables: NDArray[np.int64], means: Exact) -> NDArray[np.int64]:
            nonlocal bits
            distances = self._part(scaled, k) - means * 2.0**-LATENT_BITS
            sizes = np.abs(distances)
            rounded = np.sign(distances) * np.floor(sizes + 0.5 - self.dead_zone * (sizes < 1.5))  # noqa: PLR2004
            reach = self._reach[tables]
            coded = tables >= N_CERTAIN
            found = np.where(coded, np.clip(rounded, -reach, reach), 0).astype(np.int64)
            bits += float(self._bits[self._middles[tables] + found][coded].sum())
            steps.append(Step(found, tables))
            return found

        return self._walk(context, level, residuals), steps, bits

    def write(self, offsets: NDArray[np.int64], steps: list[Step]) -> bytes:
        """Code hyper latents and residuals."""
        from constriction import stream  # start-up stays short

        coder = stream.queue.RangeEncoder()
        for channel, model in enumerate(self._hyper_models):
            symbols = (offsets[..., channel].ravel() + HYPER_REACH).astype(np.int32)
            coder.encode(symbols, model)
        for step in steps:
            flat = step.residuals.ravel()
            for table, at in _runs(step.tables):
                coder.encode((flat[at] + self._reach[table]).astype(np.int32), self._models[table])
        return bytes(coder.get_compressed().astype("<u4").tobytes().rstrip(b"\0"))

    def read(self, data: bytes, level: int, side: int) -> tuple[Exact, int]:
        """Decode latents (side, side, n_latents), in `LATENT_BITS`.

        Returns
        -------
        latents, n_numbers : and how many numbers of the code are not zero

        Raises
        ------
        ImageError : the bytes are no code
        """
        from constriction import stream  # start-up stays short

        padded = data + b"\0" * (-len(data) % 4)
        coder = stream.queue.RangeDecoder(np.frombuffer(padded, "<u4").astype(np.uint32))
        n_numbers = 0

        def decode(model: Any, n_symbols: int) -> NDArray[np.int64]:
            try:
                return np.asarray(coder.decode(model, n_symbols), np.int64)
            except AssertionError as error:  # how constriction says that no encoder wrote this
                raise ImageError("these bytes are no picture's code") from error

        def residuals(k: int, tables: NDArray[np.int64], means: Exact) -> NDArray[np.int64]:
            nonlocal n_numbers
            found = np.zeros(tables.size, np.int64)
            for table, at in _runs(tables):
                found[at] = decode(self._models[table], len(at)) - self._reach[table]
            n_numbers += int(np.count_nonzero(found))
            return found.reshape(tables.shape)

        small = side // 4
        symbols = [decode(model, small * small) for model in self._hyper_models]
        offsets = np.stack(symbols, axis=-1).reshape(small, small, -1) - HYPER_REACH
        n_numbers += int(np.count_nonzero(offsets))
        return self._walk(self.context(offsets), level, residuals), n_numbers

    def _layer(self, name: str, x: Exact, shift: int = WEIGHT_BITS) -> Exact:
        sums = x @ self._exact[f"{name}_kernel"] + self._exact[f"{name}_bias"]
        return _limited(sums * 2.0**-shift)

    def _walk(self, context: Exact, level: int, residuals: Residuals) -> Exact:
        """Decode in four steps; `residuals` gives those of a step, (4, n, n_latents / 4)."""
        height, width, n_context = context.shape
        decoded = np.zeros((height, width, self.n_latents))
        log_gains = self._log_gains[level]
        gains, inverses = self._powers(log_gains), self._powers(-log_gains)
        for k in range(4):
            x = context.reshape(height * width, n_context)
            if k:
                flat = decoded.reshape(height * width, -1)
                near = self._layer(f"near{k}", flat, WEIGHT_BITS + LATENT_BITS - ACTIVATION_BITS)
                near = _neighbourhoods(near.reshape(height, width, -1))
                x = x + self._layer(f"around{k}", near)
            x = np.clip(x + self._context_levels[k][level], 0, LIMIT)
            x = np.clip(_rectified(self._layer(f"middle{k}", x)) + x, 0, LIMIT)
            x = x.reshape(height, width, n_context)
            tables, means = self._predict(x, k, log_gains, gains)
            found = residuals(k, tables, means)
            for phase, (dy, dx) in enumerate(PHASES):
                part = self._channels(phase, k)
                values = (found[phase] * 2.0**LATENT_BITS + means[phase]) * inverses[0][part]
                values = _limited(values * inverses[1][part])
                decoded[dy::2, dx::2, part] = values.reshape(height // 2, width // 2, -1)
        return decoded

    def _predict(
        self, x: Exact, k: int, log_gains: NDArray[np.int64], gains: tuple[Exact, Exact]
    ) -> tuple[NDArray[np.int64], Exact]:
        """Tables and scaled means of a step, both (4, n, n_latents / 4)."""
        kernel, bias = self._exact[f"out{k}_kernel"], self._exact[f"out{k}_bias"]
        product_bits = ACTIVATION_BITS + WEIGHT_BITS
        tables, means = [], []
        for phase, (dy, dx) in enumerate(PHASES):
            part = self._channels(phase, k)
            also = slice(self.n_latents + part.start, self.n_latents + part.stop)
            at = x[dy::2, dx::2].reshape(-1, x.shape[-1])
            # times Y_SCALE = 2^4; and log2 of the deviation times 4 in steps of 1 / OCTAVE
            mean: Exact = (at @ kernel[:, part] + bias[part]) * 2.0 ** (
                LATENT_BITS + 4 - product_bits
            )
            mean = _limited(mean)
            sigma: Exact = (at @ kernel[:, also] + bias[also]) * 2.0 ** (8 - product_bits)
            sigma = np.floor(sigma + 0.5) + log_gains[part] - LOG_SIGMA_LOW * OCTAVE
            table = np.floor((sigma * TABLES_AN_OCTAVE + OCTAVE // 2) / OCTAVE)
            tables.append(np.clip(table, 0, N_TABLES - 1))
            means.append(np.asarray(np.floor(mean * gains[0][part] * gains[1][part] + 0.5)))
        return np.stack(tables).astype(np.int64), np.stack(means)

    def _powers(self, log_gains: NDArray[np.int64]) -> tuple[Exact, Exact]:
        """Two to these powers, as whole numbers and powers of two to multiply them with."""
        return self._exact["powers"][log_gains % OCTAVE], 2.0 ** (log_gains // OCTAVE - 16)

    def _channels(self, phase: int, k: int) -> slice:
        first = (phase ^ k) * self._group
        return slice(first, first + self._group)

    def _part(self, latents: NDArray[np.floating], k: int) -> NDArray[np.floating]:
        """Latents that step k codes, (4, n, n_latents / 4)."""
        parts = [
            latents[dy::2, dx::2, self._channels(phase, k)].reshape(-1, self._group)
            for phase, (dy, dx) in enumerate(PHASES)
        ]
        return np.stack(parts)


def _categorical(counts: NDArray[np.uint32]) -> Any:
    from constriction import stream  # start-up stays short

    return stream.model.Categorical(counts.astype(np.float64) / TOTAL, perfect=False)


def _runs(tables: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Tables that code something, ascending, and the places of what they code."""
    flat = tables.ravel().astype(np.uint8)
    order = np.argsort(flat, kind="stable")
    ends = np.cumsum(np.bincount(flat, minlength=N_TABLES))
    for table in range(N_CERTAIN, N_TABLES):
        if ends[table] > ends[table - 1]:
            yield table, order[ends[table - 1] : ends[table]]


def _limited(x: Exact) -> Exact:
    """Round to whole numbers, half up, and clip."""
    return np.asarray(np.clip(np.floor(x + 0.5), -LIMIT, LIMIT))


def _rectified(x: Exact) -> Exact:
    return np.asarray(np.maximum(x, 0), np.float64)


def _neighbourhoods(x: Exact) -> Exact:
    """Windows of 3 x 3 around each place of (h, w, c), (h * w, 9 * c), zeros beyond the edges."""
    height, width, channels = x.shape
    padded = np.zeros((height + 2, width + 2, channels))
    padded[1:-1, 1:-1] = x
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
    return windows.transpose(0, 1, 3, 4, 2).reshape(height * width, 9 * channels)


def _depth_to_space(x: Exact, height: int, width: int) -> Exact:
    """(h * w, 4 * c) -> (2 * h, 2 * w, c)."""
    channels = x.shape[1] // 4
    x = x.reshape(height, width, 2, 2, channels).transpose(0, 2, 1, 3, 4)
    return x.reshape(2 * height, 2 * width, channels)
