"""What an import says is kept, and has a bound."""

import contextlib
import io
import sys
import time
from pathlib import Path

from recommender.importing import log

MAX_WAIT_S = 60


def test_an_import_that_never_stops_talking_fills_no_disk(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    said = b"".join(b"line %06d\n" % number for number in range(100_000))
    log.keep(io.BufferedReader(io.BytesIO(said)), file, max_bytes=200_000)
    kept = log.earlier(file).read_bytes() + file.read_bytes()
    assert len(kept) <= 400_000
    assert said.endswith(kept)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log.1.txt", "log.txt"]


def test_a_disk_that_takes_nothing_holds_nobody_up(tmp_path: Path) -> None:
    stream = io.BytesIO(bytes(1_000_000))
    log.keep(stream, tmp_path / "gone" / "log.txt")
    assert not stream.read()


def test_a_process_is_heard_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    file.write_text("of the import before")
    talk = "import sys; print('x' * 4_000_000, flush=True); sys.exit('the last word')"
    log.spawn([sys.executable, "-c", talk], file)
    end = time.monotonic() + MAX_WAIT_S
    said = ""
    while not said.endswith("the last word\n"):
        assert time.monotonic() < end
        time.sleep(0.02)
        with contextlib.suppress(FileNotFoundError):  # it is just being put aside
            said = file.read_text()
    assert file.stat().st_size <= log.MAX_BYTES
    assert log.earlier(file).stat().st_size <= log.MAX_BYTES
