"""Kills an import by SIGKILL again and again, and checks that nothing is lost or doubled.

python -m tools.kill SOURCE [--times 10] [--map image=file] [--model perceptual]
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from recommender.catalogue.store import Catalogue, catalogues_folder
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_store import FeatureStore
from recommender.items import Item
from recommender.recommend import Recommender

NAME = "killed"
POLL_S = 0.005
PATIENCE_S = 600


class Damaged(Exception):
    """A kill left less or more than was committed."""


def import_with_kills(
    arguments: list[str], model: str, *, n_times: int, seed: int, say: Callable[[str], None]
) -> None:
    """Import once undisturbed, then with a kill at a random moment, as often as asked.

    Raises
    ------
    Damaged : a kill lost or doubled something
    """
    chance = random.Random(seed)  # noqa: S311  of no secret
    expected = _import_undisturbed(arguments)
    n_pictures = len({item.image_sha256 for item in expected})
    folder = catalogues_folder() / NAME
    autoencoder = Autoencoder.open(model)
    shutil.rmtree(folder)
    n_before = 0
    for number in range(n_times):
        # a share of the pictures that are left, so that every kill finds work to interrupt
        wanted = n_before + int(chance.uniform(0, 1.1) * (n_pictures - n_before) / 3)
        n_written = _kill_at(arguments, folder, wanted)
        n_kept = _count_features(folder, autoencoder)
        say(f"kill {number + 1}: {n_written} pictures written, {n_kept} of {n_pictures} encoded")
        _require(n_kept >= n_before, "a kill lost what was committed")
        n_before = n_kept
    done = _run(arguments)
    say(done.strip())
    _check(folder, expected, autoencoder)
    # and once more into the catalogue that is there: it answers whatever happens to the import
    for number in range(n_times):
        process = _start(arguments)
        time.sleep(chance.uniform(0.2, 3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _check(folder, expected, autoencoder, is_clean=False)
        say(f"kill {number + 1} of an import into what is there: it answers")
    _run(arguments)
    _check(folder, expected, autoencoder)


def _import_undisturbed(arguments: list[str]) -> tuple[Item, ...]:
    _run(arguments)
    return Catalogue(catalogues_folder() / NAME).items


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "recommender", "import", *arguments, "--name", NAME]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )


def _run(arguments: list[str]) -> str:
    process = _start(arguments)
    out, messages = process.communicate(timeout=PATIENCE_S * 10)
    _require(process.returncode == 0, messages)
    return out


def _kill_at(arguments: list[str], folder: Path, n_wanted: int) -> int:
    """Kill an import once it has written `n_wanted` pictures; returns how many there are then."""
    process = _start(arguments)
    end = time.monotonic() + PATIENCE_S
    while _count_pictures(folder) < n_wanted and process.poll() is None:
        _require(time.monotonic() < end, "the import does not come on")
        time.sleep(POLL_S)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return _count_pictures(folder)


def _count_pictures(folder: Path) -> int:
    return sum(not file.name.endswith(".part") for file in (folder / "images").glob("*/*"))


def _count_features(folder: Path, model: Autoencoder) -> int:
    with FeatureStore.open(folder, model.fingerprint, np.float16) as store:
        return len(store.hashes())


def _check(
    folder: Path, expected: tuple[Item, ...], model: Autoencoder, *, is_clean: bool = True
) -> None:
    catalogue = Catalogue(folder)
    _require(catalogue.items == expected, "items are lost, doubled or changed")
    hashes = {item.image_sha256 for item in catalogue}
    recommender = Recommender.open(NAME, model.name, progress=_refuse)
    ids = sorted(item.item_id for item in catalogue)
    _require(sorted(recommender.index.ids) == ids, "the index holds other items")
    pictures = [catalogue.image_path(item) for item in catalogue]
    _require(all(file.exists() for file in pictures), "pictures are lost")
    if is_clean:
        files = {file.stem for file in (folder / "images").glob("*/*")}
        _require(files == hashes, "pictures are lost or doubled")
        _require(_count_features(folder, model) == len(hashes), "features are lost or doubled")
        n_generations = len(list((folder / "indexes").glob("*/generation-*")))
        _require(n_generations == 1, f"{n_generations} generations of the index are left")


def _refuse(_: int, __: int) -> None:
    raise Damaged("the index of the catalogue in force is not there")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise Damaged(message)


def main() -> None:
    """Kill as the command line asks, in a home of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--map", default="")
    parser.add_argument("--model", default="perceptual")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    arguments = [options.source, "--model", options.model]
    arguments += ["--map", options.map] if options.map else []
    with tempfile.TemporaryDirectory() as home:
        os.environ["LOOKALIKE_HOME"] = home
        import_with_kills(
            arguments, options.model, n_times=options.times, seed=options.seed, say=print
        )
    print(f"{options.times} kills of a first import, {options.times} of a later one: all is there")


if __name__ == "__main__":
    main()
