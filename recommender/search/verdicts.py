"""Verdicts of pixels on pairs of pictures, kept beside the catalogue.

Whether two pictures show the same thing depends on nothing but their pixels, so a verdict holds
for ever, whatever model proposes the pair. A line of the file is a pair of hashes and its verdict;
lines are appended, so several processes may write, and a torn one is a verdict that is found again.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from recommender.memo import Memo

KEPT_VERDICTS = 65_536
VERDICT_FORMAT = 1  # of the file, and of the rule: another rule gives other verdicts
SHORT = 16  # digits of a hash that tell a catalogue's pictures apart
SAME, OTHER = "1", "0"
N_WORDS = 3

Pair = tuple[str, str]


class Verdicts:
    """The verdicts on a catalogue's pairs; safe to share between threads.

    Parameters
    ----------
    folder : of the catalogue
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"verdicts-{VERDICT_FORMAT}.txt"
        self._writing = threading.Lock()
        self._known: Memo[Pair, bool] = Memo(KEPT_VERDICTS)
        for pair, is_same in _read(self._file):
            self._known.get(pair, lambda verdict=is_same: verdict)  # type: ignore[misc]

    def get(self, first_sha256: str, second_sha256: str, compare: Callable[[], bool]) -> bool:
        """Return the verdict on two pictures, by their hashes; they are compared if it is new."""
        pair = (first_sha256[:SHORT], second_sha256[:SHORT])

        def find() -> bool:
            is_same = compare()
            self._keep(pair, is_same)
            return is_same

        return self._known.get(pair, find)

    def _keep(self, pair: Pair, is_same: bool) -> None:
        line = f"{pair[0]} {pair[1]} {SAME if is_same else OTHER}\n"
        # where nothing can be written, the next start compares again
        with self._writing, contextlib.suppress(OSError), self._file.open("a") as stream:
            stream.write(line)


def _read(file: Path) -> list[tuple[Pair, bool]]:
    try:
        with file.open(encoding="ascii", errors="replace") as stream:
            lines = deque(stream, KEPT_VERDICTS)
    except OSError:
        return []
    words = [line.split() for line in lines if line.endswith("\n")]
    return [
        ((first, second), verdict == SAME)
        for first, second, verdict in (each for each in words if len(each) == N_WORDS)
        if len(first) == len(second) == SHORT and verdict in (SAME, OTHER)
    ]
