"""Measures what a model's code keeps of pictures, beside JPEG and WebP of no more bytes."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender import images, metrics
from recommender.catalogue.store import Catalogue
from recommender.config import read_json
from recommender.inference.autoencoder import Autoencoder
from recommender.items import Item
from recommender.search.query import reconstruct
from recommender.types import Pixels

MAX_RECONSTRUCTED = 1_000
FORMATS: dict[str, dict[str, Any]] = {
    "JPEG": {"optimize": True},
    "WebP": {"method": 6},
}
HIGHEST_QUALITY = 100
MOST_DB = 60.0  # a flat picture that is kept exactly would make every mean infinite
MAP_DIMENSIONS = 3  # of a latent that has places


def measure_reconstruction(
    model: Autoencoder,
    catalogue: Catalogue,
    items: Sequence[Item] = (),
    *,
    with_formats: bool = True,
) -> dict[str, Any]:
    """Code pictures that the model was not trained on, and compare what comes back.

    These are the held-out items where the catalogue is the one that the model was trained on,
    and otherwise all items, or an even selection of a thousand of them.

    Parameters
    ----------
    items : to measure on, instead
    with_formats : also measure JPEG and WebP

    Returns
    -------
    figures : means of `psnr`, `ssim`, `n_bytes`, `n_numbers` and, where a latent has places,
        `blockiness`; `n_reconstructed`; and in `formats` the first three for JPEG and WebP, which
        choose for each picture the best quality whose file has no more bytes than a code may have
    """
    everything = list(catalogue)
    some = everything[:: -(-len(everything) // MAX_RECONSTRUCTED)]
    rows: list[list[float]] = []
    blocks: list[float] = []
    others: dict[str, list[list[float]]] = {name: [] for name in FORMATS}
    items = items or held_out(model, catalogue) or some
    for item in items:
        result = reconstruct(model, images.load(catalogue.image_path(item)))
        rows.append([min(result.psnr, MOST_DB), result.ssim, result.n_bytes, result.n_numbers])
        grid = grid_of(model)
        if grid is not None:
            blocks.append(blockiness(result.original, result.decoded, *grid))
        for name in FORMATS if with_formats else ():
            coded = code_as(name, result.original, model.code_bytes)
            if coded is not None:
                others[name].append(_compare(result.original, *coded))
    psnr, ssim, n_bytes, n_numbers = np.mean(rows, axis=0)
    formats = {
        name: _figures(*np.mean(found, axis=0)) | {"n_fitting": len(found)}
        for name, found in others.items()
        if found
    }
    return {
        **_figures(psnr, ssim, n_bytes),
        "n_numbers": round(float(n_numbers), 1),
        "n_reconstructed": len(items),
        **({"blockiness": round(float(np.mean(blocks)), 4)} if blocks else {}),
        **({"formats": formats} if formats else {}),
    }


def describe(figures: dict[str, Any]) -> list[str]:
    """Lines that show what `measure_reconstruction` found."""
    lines = [
        f"reconstruction of {figures['n_reconstructed']} pictures: "
        f"{figures['psnr']:.1f} dB, SSIM {figures['ssim']:.3f}, "
        f"{figures['n_bytes']:,.0f} bytes, {figures['n_numbers']:,.0f} numbers"
        + (f", blockiness {figures['blockiness']:+.3f}" if "blockiness" in figures else "")
    ]
    lines += [
        f"  {name} in no more bytes: {found['psnr']:.1f} dB, SSIM {found['ssim']:.3f}, "
        f"{found['n_bytes']:,.0f} bytes"
        for name, found in figures.get("formats", {}).items()
    ]
    return lines


def held_out(model: Autoencoder, catalogue: Catalogue) -> list[Item]:
    """Items that the model was not trained on; none if it was trained on another catalogue."""
    names = set(read_json(model.folder / "held_out.json", default=[]))
    items = [item for item in catalogue if item.item_id in names]
    return items if len(items) == len(names) else []


def code_as(name: str, pixels: Pixels, max_bytes: int) -> tuple[Pixels, int] | None:
    """Compress a picture by a format of `FORMATS`, as well as some bytes allow.

    Returns
    -------
    decoded, n_bytes : or None if even the lowest quality takes more
    """
    picture, best = Image.fromarray(pixels), b""
    low, high = 1, HIGHEST_QUALITY
    while low <= high:
        quality = (low + high) // 2
        buffer = io.BytesIO()
        picture.save(buffer, name.upper(), quality=quality, **FORMATS[name])
        if buffer.tell() <= max_bytes:
            best, low = buffer.getvalue(), quality + 1
        else:
            high = quality - 1
    return (images.load(best), len(best)) if best else None


def grid_of(model: Autoencoder) -> tuple[int, int] | None:
    """Side of the blocks that the places of a model's latent stand for, and where they begin.

    Returns
    -------
    period_px, offset_px : the grid's lines are before the pixels x with
        (x + offset_px) % period_px == 0; None for a latent without places
    """
    shape = model.config.latent_shape
    if len(shape) != MAP_DIMENSIONS:
        return None
    size = model.config.decoded_size_px or model.config.image_size_px
    period = -(-size // shape[0])
    return period, (period * shape[0] - size) // 2


def blockiness(original: Pixels, decoded: Pixels, period_px: int, offset_px: int) -> float:
    """Measure how much steeper a picture is across a grid's lines, beyond its original.

    Returns
    -------
    blockiness : 0 where no line shows; the mean difference of neighbouring pixels across the
        lines, over the mean elsewhere, minus the same of the original
    """
    first, second = (_steepness(each, period_px, offset_px) for each in (decoded, original))
    return first - second


def _steepness(pixels: Pixels, period_px: int, offset_px: int) -> float:
    grey = pixels.astype(np.float64).mean(axis=2)
    ratios = []
    for axis in (0, 1):
        differences: NDArray[np.float64] = np.abs(np.diff(grey, axis=axis)).mean(axis=1 - axis)
        is_line = (np.arange(1, grey.shape[axis]) + offset_px) % period_px == 0
        elsewhere = max(float(differences[~is_line].mean()), 1e-9)
        ratios.append(float(differences[is_line].mean()) / elsewhere)
    return float(np.mean(ratios))


def _compare(original: Pixels, decoded: Pixels, n_bytes: int) -> list[float]:
    first, second = metrics.to_unit_range(original), metrics.to_unit_range(decoded)
    return [min(metrics.psnr(first, second), MOST_DB), metrics.ssim(first, second), n_bytes]


def _figures(psnr: float, ssim: float, n_bytes: float) -> dict[str, float]:
    return {
        "psnr": round(float(psnr), 3),
        "ssim": round(float(ssim), 4),
        "n_bytes": round(float(n_bytes), 1),
    }
