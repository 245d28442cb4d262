"""Pictures a second through import, encoding and index, and the memory that it takes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender import images
from recommender.errors import RecommenderError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.network import N_THREADS
from recommender.inference.pipeline import reconstruction_errors

WIDTH_PX, HEIGHT_PX = 400, 500
JPEG_QUALITY = 88
N_BASES = 50  # pictures that are drawn; the others are these in another light
N_STAGED = 40  # pictures whose stages are timed one by one
SEED = 0
KB_PER_MB = 1024


def measure_import(n_pictures: int, model: str) -> dict[str, Any]:
    """Import generated pictures of 400 x 500 pixels, half as many first and then all.

    Each import is the command of its own, its start included. The shares come from the same work
    done stage by stage in one thread.

    Returns
    -------
    figures : `per_second` for the larger import, `per_second_without_start` from the difference of
        both; `shares` of a picture's time in %; `peak_mb` of memory for both sizes, where the
        system tells
    """
    with tempfile.TemporaryDirectory() as folder:
        files = draw_pictures(Path(folder) / "pictures", n_pictures)
        half = Path(folder) / "half"
        half.mkdir()
        for file in files[: n_pictures // 2]:
            (half / file.name).hardlink_to(file)
        first_s, first_mb = _run_import(half, model, Path(folder) / "first-home")
        all_s, all_mb = _run_import(files[0].parent, model, Path(folder) / "second-home")
        stages = _time_stages(files[:N_STAGED], Autoencoder.open(model))
    n_more = n_pictures - n_pictures // 2
    per_picture_s = sum(stages.values())
    spent_s = (all_s - first_s) * N_THREADS / n_more
    rest = max(0.0, 1 - per_picture_s / spent_s)
    return {
        "model": model,
        "n_pictures": n_pictures,
        "per_second": round(n_pictures / all_s, 1),
        "per_second_without_start": round(n_more / (all_s - first_s), 1),
        "stages_ms": {name: round(taken * 1e3, 2) for name, taken in stages.items()},
        "shares": {
            name: round(100 * (1 - rest) * taken / per_picture_s, 1)
            for name, taken in stages.items()
        }
        | {"the rest": round(100 * rest, 1)},
        "peak_mb": {n_pictures // 2: first_mb, n_pictures: all_mb},
    }


def draw_pictures(folder: Path, n_pictures: int) -> list[Path]:
    """Write JPEG files of soft shapes with a little noise, no two alike."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(SEED)
    bases = [_draw(generator) for _ in range(min(N_BASES, n_pictures))]
    files = []
    for number in range(n_pictures):
        lit = np.clip(bases[number % N_BASES] + (number // N_BASES), 0, 255).astype(np.uint8)
        file = folder / f"{number:06}.jpg"
        Image.fromarray(lit).save(file, "JPEG", quality=JPEG_QUALITY)
        files.append(file)
    return files


def _draw(generator: np.random.Generator) -> NDArray[np.int16]:
    coarse = Image.fromarray(generator.integers(0, 256, (12, 10, 3), np.uint8))
    soft = np.asarray(coarse.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC))
    return np.asarray(soft + generator.integers(-6, 7, soft.shape), np.int16)


def _run_import(source: Path, model: str, home: Path) -> tuple[float, float | None]:
    """Seconds, and the most memory in megabytes."""
    command = [sys.executable, "-m", "recommender", "import", str(source), "--name", "generated"]
    environment = {**os.environ, "LOOKALIKE_HOME": str(home)}
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  our own command
        [*command, "--model", model, "--json"],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        out = process.stdout.read() if process.stdout else b""
        peak_mb = None
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak_mb = round(usage.ru_maxrss / KB_PER_MB, 1)
    taken = time.perf_counter() - started
    if process.returncode or json.loads(out)["n_items"] != len(list(source.iterdir())):
        raise RecommenderError(f"the import of generated pictures failed: {out.decode()[:200]}")
    return taken, peak_mb


def _time_stages(files: list[Path], model: Autoencoder) -> dict[str, float]:
    """Seconds a picture of each stage, in one thread."""
    data = [file.read_bytes() for file in files]
    pixels = [images.load(each) for each in data]
    squares = [model.prepare(each) for each in pixels]
    targets = [model.prepare_target(each) for each in pixels]
    decoded = model.rebuild(pixels, n_threads=1)

    def per_picture(work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) / len(files)

    return {
        "decoding the file": per_picture(lambda: [images.load(each) for each in data]),
        "scaling": per_picture(
            lambda: [(model.prepare(each), model.prepare_target(each)) for each in pixels]
        ),
        "encoding": per_picture(lambda: model.encode(squares, n_threads=1)),
        "rebuilding": per_picture(lambda: model.rebuild(pixels, n_threads=1)),
        "comparing": per_picture(lambda: reconstruction_errors(np.stack(targets), decoded)),
    }
