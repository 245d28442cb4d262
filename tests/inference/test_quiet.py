"""The terminal stays quiet: no library's greetings, no warnings of odd pictures."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.conftest import draw

COMMAND = (sys.executable, "-m", "recommender", "import")
ROOT = Path(__file__).parents[2]


def test_an_import_says_nothing_but_its_own_words(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 1
    draw("disc", "red").save(tmp_path / "a.jpg", exif=exif)
    data = (tmp_path / "a.jpg").read_bytes()
    at = data.index(b"Exif") + 18
    (tmp_path / "a.jpg").write_bytes(data[:at] + b"\xff\xff" + data[at + 2 :])
    palette = draw("box", "blue").quantize()
    palette.save(tmp_path / "b.png", transparency=bytes(range(16)))
    done = subprocess.run(
        [*COMMAND, tmp_path, "--name", "quiet", "--model", "article"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "LOOKALIKE_HOME": str(tmp_path / "home")},
    )
    assert "2 items" in done.stdout
    messages = [line for line in done.stderr.splitlines() if not line.startswith(("note: ", "  "))]
    assert messages == []
