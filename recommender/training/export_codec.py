"""Writes the trained picture code as it is served: two LiteRT files, and integer tables."""

from collections.abc import Mapping, Sequence
from math import erfc, sqrt
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from recommender.inference.codec import PictureCodec, plain_gain
from recommender.inference.entropy import (
    ACTIVATION_BITS,
    HYPER_REACH,
    LATENT_BITS,
    LIMIT,
    LOG_SIGMA_LOW,
    N_CERTAIN,
    N_LEVELS,
    N_TABLES,
    OCTAVE,
    TABLES_AN_OCTAVE,
    TOTAL,
    WEIGHT_BITS,
    Y_SCALE,
)
from recommender.inference.network import Network
from recommender.models import ModelConfig
from recommender.training import codec
from recommender.training.codec_sizes import HYPER_SCALE
from recommender.training.export import export_litert
from recommender.types import Pixels

ANALYSIS_FILE, DECODER_FILE, TABLES_FILE = "analysis.tflite", "decoder.tflite", "code.npz"
WIDE_SHARE, WIDE_FLOOR = 0.02, 0.2  # of the logistic that catches what the Gaussian does not expect
REACH_SIGMAS = 6.5
TYPICAL_BITS, DEAD_ZONE = 6.0, 0.1
PRIOR_WEIGHT, HYPER_PRIOR_WEIGHT = 300.0, 60.0  # of the formula's tables beside what was counted

CALIBRATION_PICTURES = 300
SEED = 0

Weights = Mapping[str, NDArray[Any]]


def write_codec(folder: Path, weights: Weights) -> None:
    """Write `analysis.tflite`, `decoder.tflite` and `code.npz`; tables are the formula's.

    Parameters
    ----------
    weights : of all networks, by name, as half precision holds them
    """
    named = dict(weights)
    for network, file in (
        (codec.analysis(batch_size=1), ANALYSIS_FILE),
        (_clipped(codec.synthesis(batch_size=1)), DECODER_FILE),
    ):
        codec.set_weights(network, named)
        export_litert(network, folder / file, half_weights=True)
    tables: dict[str, Any] = integers(weights)
    np.savez_compressed(folder / TABLES_FILE, **tables)


def in_half(weights: Weights) -> dict[str, NDArray[np.float32]]:
    """Round weights to half precision, as their files keep them."""
    return {name: array.astype(np.float16).astype(np.float32) for name, array in weights.items()}


def calibrate(folder: Path, described: ModelConfig, pictures: Pixels) -> None:
    """Replace the formula's tables in `code.npz` by what pictures have.

    Parameters
    ----------
    pictures : (n, size, size, 3), uint8, of which some hundred are taken
    """
    network = Network(folder / ANALYSIS_FILE)
    coder = PictureCodec(folder / TABLES_FILE, described)
    entropy = coder.entropy
    with np.load(folder / TABLES_FILE, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    seen = [np.zeros(2 * reach + 1) for reach in arrays["reach"]]
    hyper_seen = np.zeros(arrays["hyper_counts"].shape)
    channels = np.arange(len(hyper_seen))
    rng = np.random.default_rng(SEED)
    typical = []

    def analyse(values: dict[str, Any]) -> dict[str, Any]:
        return network.run(values)

    for row in rng.permutation(len(pictures))[:CALIBRATION_PICTURES]:
        coded = coder.encode(analyse, pictures[row])
        latents, offsets = coder.analyse(analyse, pictures[row])
        n_large = np.count_nonzero(np.abs(latents) * plain_gain(coded.level) > 0.5)  # noqa: PLR2004
        typical.append(8 * len(coded.data) / max(int(n_large), 1))
        np.add.at(hyper_seen, (channels, offsets + HYPER_REACH), 1)
        level = int(np.clip(coded.level + rng.integers(-8, 9), 0, N_LEVELS - 1))
        for step in entropy.quantise(latents, level, entropy.context(offsets))[1]:
            for table in range(N_CERTAIN, N_TABLES):
                found = step.residuals[step.tables == table]
                np.add.at(seen[table], found + arrays["reach"][table], 1)
    tables: dict[str, Any] = calibrated(arrays, seen, hyper_seen)
    tables["typical_bits"] = np.float32(np.median(typical))
    np.savez_compressed(folder / TABLES_FILE, **tables)


def integers(weights: Weights) -> dict[str, NDArray[Any]]:
    """Integer networks and tables of `inference.entropy` out of trained weights.

    Raises
    ------
    ValueError : a layer's sums might exceed what double precision holds exactly
    """
    arrays: dict[str, NDArray[Any]] = {}
    scales = {"hyper_up1": 1 / HYPER_SCALE, **{f"near{k}": 1 / Y_SCALE for k in (1, 2, 3)}}
    names = ["hyper_up1", "hyper_middle", "hyper_up2"]
    names += [f"{part}{k}" for k in range(4) for part in ("near", "around", "middle", "out")]
    for name in names:
        if f"{name}/kernel" not in weights:
            continue  # the first step has nothing near that is decoded
        bits_in = LATENT_BITS if name.startswith("near") else ACTIVATION_BITS
        kernel = weights[f"{name}/kernel"].astype(np.float64) * scales.get(name, 1.0)
        kernel = np.round(kernel.reshape(-1, kernel.shape[-1]) * 2**WEIGHT_BITS)
        bias = np.round(weights[f"{name}/bias"].astype(np.float64) * 2 ** (WEIGHT_BITS + bits_in))
        if (np.abs(kernel).sum(0) * LIMIT + np.abs(bias)).max() >= 2**53:
            raise ValueError(f"the sums of {name} may exceed 2^53")
        arrays[f"{name}_kernel"] = kernel.astype(np.int32)
        arrays[f"{name}_bias"] = bias.astype(np.int64)
    levels = weights["context_levels"].astype(np.float64)
    arrays["context_levels"] = np.round(levels * 2**ACTIVATION_BITS).astype(np.int32)
    arrays["gains"] = np.round(weights["gains"].astype(np.float64) * OCTAVE).astype(np.int32)
    arrays["synthesis_levels"] = weights["synthesis_levels"].astype(np.float32)
    arrays["typical_bits"] = np.array(TYPICAL_BITS, np.float32)
    arrays["dead_zone"] = np.array(DEAD_ZONE, np.float32)
    arrays["powers"] = np.round(2 ** (np.arange(OCTAVE) / OCTAVE) * 2**16).astype(np.int32)
    arrays["hyper_centres"] = np.round(weights["hyper_loc"]).astype(np.int32)
    arrays["hyper_counts"] = _hyper_counts(weights, arrays["hyper_centres"])
    tables = [_residual_table(table) for table in range(N_TABLES)]
    arrays["reach"] = np.array([(len(table) - 1) // 2 for table in tables], np.int32)
    arrays["counts"] = np.concatenate([_counts(table) for table in tables])
    return arrays


def calibrated(
    arrays: Mapping[str, NDArray[Any]],
    seen: Sequence[NDArray[np.float64]],
    hyper_seen: NDArray[np.float64],
) -> dict[str, NDArray[Any]]:
    """Tables out of what residuals were, blended with the formula's.

    Parameters
    ----------
    seen : of each table, how often each residual came
    hyper_seen : (n_hyper, 127), how often each hyper latent came
    """
    ends = np.cumsum(2 * arrays["reach"] + 1)[:-1]
    blended = [
        _counts(old / old.sum() * PRIOR_WEIGHT + new + new[::-1])
        for old, new in zip(np.split(arrays["counts"], ends), seen, strict=True)
    ]
    hyper = [
        _counts(old / old.sum() * HYPER_PRIOR_WEIGHT + new)
        for old, new in zip(arrays["hyper_counts"], hyper_seen, strict=True)
    ]
    return {**arrays, "counts": np.concatenate(blended), "hyper_counts": np.stack(hyper)}


def _residual_table(table: int) -> NDArray[np.float64]:
    """Probabilities of residuals: a Gaussian with a little of a wider logistic."""
    sigma = 2.0 ** (LOG_SIGMA_LOW + table / TABLES_AN_OCTAVE)
    reach = int(np.ceil(REACH_SIGMAS * sigma)) + 2
    sizes = np.abs(np.arange(-reach, reach + 1)).astype(float)
    edge = sigma * sqrt(2)
    normal = [0.5 * (erfc((v - 0.5) / edge) - erfc((v + 0.5) / edge)) for v in sizes]
    slope = 1 / max(sigma, WIDE_FLOOR)
    wide = _logistic((0.5 - sizes) * slope) - _logistic((-0.5 - sizes) * slope)
    return (1 - WIDE_SHARE) * np.array(normal) + WIDE_SHARE * wide


def _hyper_counts(weights: Weights, centres: NDArray[np.int32]) -> NDArray[np.uint32]:
    away = centres - weights["hyper_loc"].astype(np.float64)
    values = np.arange(-HYPER_REACH, HYPER_REACH + 1)[None] + away[:, None]
    slope = np.exp(-weights["hyper_log_scale"].astype(np.float64))[:, None]
    shares = _logistic((values + 0.5) * slope) - _logistic((values - 0.5) * slope) + 1e-9
    return np.stack([_counts(row) for row in shares])


def _counts(shares: NDArray[np.floating]) -> NDArray[np.uint32]:
    """Whole numbers that add up to `TOTAL`, none of them zero."""
    counts = np.maximum(np.round(shares / shares.sum() * TOTAL), 1)
    counts[np.argmax(counts)] += TOTAL - counts.sum()
    return np.asarray(counts, np.uint32)


def _logistic(x: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))))


def _clipped(synthesis: keras.Model) -> keras.Model:
    images = keras.ops.clip(synthesis.output["images"], 0.0, 1.0)
    return keras.Model(synthesis.inputs, {"images": images}, name="decoder")
