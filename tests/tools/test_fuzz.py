"""A short run of every fuzzing target; `make fuzz` takes as long as it is told."""

from pathlib import Path

import pytest

from tools.fuzz.running import run
from tools.fuzz.targets import READERS, Reader

ATTEMPTS = {"api": 15}
SECONDS = 60


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_input_breaks_a_reader(reader: Reader, tmp_path: Path) -> None:
    tally = run(
        reader, seconds=SECONDS, attempts=ATTEMPTS.get(reader.name, 250), seed=0, keep_in=tmp_path
    )
    traces = [file.read_text() for file in tmp_path.rglob("*.txt")]
    assert not traces, traces[0]
    assert tally.n_taken, "the seeds themselves are read"
    assert tally.n_attempts > 1
