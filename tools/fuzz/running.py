"""Runs one reader on mutated input for a time, and counts what became of it."""

import hashlib
import os
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.errors import RecommenderError
from tools.fuzz.mutate import mutate
from tools.fuzz.targets import Reader


@dataclass(kw_only=True)
class Tally:
    """Attempts and their outcomes.

    Attributes
    ----------
    n_taken, n_refused : inputs that were read, and those that got one sentence
    n_unhandled : inputs that broke the reader
    slowest_s : longest time for one input
    """

    n_attempts: int = 0
    n_taken: int = 0
    n_refused: int = 0
    n_unhandled: int = 0
    slowest_s: float = 0.0


def run(reader: Reader, *, seconds: float, attempts: int, seed: int, keep_in: Path) -> Tally:
    """Mutate a reader's seeds until the time or the attempts are used up.

    Parameters
    ----------
    keep_in : folder for inputs that broke the reader, with the trace of each
    """
    chance = np.random.default_rng(seed)
    seeds = reader.seeds()
    tally = Tally()
    end = time.monotonic() + seconds
    with _own_home(), warnings.catch_warnings(), contextmanager(reader.opened)() as target:
        warnings.simplefilter("ignore")
        while tally.n_attempts < attempts and time.monotonic() < end:
            first, other = (seeds[int(chance.integers(len(seeds)))] for _ in range(2))
            data = first if tally.n_attempts < len(seeds) else mutate(first, other, chance)
            started = time.monotonic()
            try:
                is_taken = target(data)
            except RecommenderError:
                tally.n_refused += 1
            except Exception:  # noqa: BLE001  any other one is what is looked for
                tally.n_unhandled += 1
                _keep(keep_in / reader.name, data, traceback.format_exc())
            else:
                tally.n_taken += is_taken
                tally.n_refused += not is_taken
            tally.n_attempts += 1
            tally.slowest_s = max(tally.slowest_s, time.monotonic() - started)
    return tally


def _keep(folder: Path, data: bytes, trace: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:16]
    (folder / name).write_bytes(data)
    (folder / f"{name}.txt").write_text(trace)


@contextmanager
def _own_home() -> Iterator[None]:
    before = os.environ.get("LOOKALIKE_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LOOKALIKE_HOME"] = home
        try:
            yield
        finally:
            if before is None:
                del os.environ["LOOKALIKE_HOME"]
            else:
                os.environ["LOOKALIKE_HOME"] = before
