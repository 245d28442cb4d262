"""The start of the server, its reach, and the rights of visitors."""

import io
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlparse
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from recommender.catalogue.registry import open_catalogue
from recommender.config import READ_ONLY
from tools.serving import ROOT, Server, serving

ONLY_THIS_MACHINE = "127.0.0.1"
# Where a server might write, beside its home and the folder for temporary files
OURS = ("assets", "data", "models", "recommender")
ANOTHER_OF_ITS_ADDRESSES = "127.0.0.2"


@pytest.mark.skipif(sys.platform != "linux", reason="others have one loopback address only")
def test_only_this_machine_can_reach_it(server: Server) -> None:
    port = urlparse(server.address).port
    assert port
    socket.create_connection((ONLY_THIS_MACHINE, port), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ANOTHER_OF_ITS_ADDRESSES, port), timeout=5)


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (["--readonly"], {}, "unrecognized arguments: --readonly"),
        ([], {READ_ONLY: "ture"}, "LOOKALIKE_READ_ONLY must be 1 or 0, got 'ture'"),
    ],
)
def test_a_slip_of_the_pen_stops_the_start(
    options: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = start(options, environment)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_read_only_is_an_option_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READ_ONLY, raising=False)
    for options, expected in (([], "False"), (["--read-only"], "True")):
        done = start(options, {}, then="from recommender import config; print(config.read_only())")
        assert done.stdout.strip() == expected, done.stderr


@pytest.fixture
def watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Server, Callable[[], set[Path]], Path]]:
    """A server, a list of all files that it may have written, and its log."""
    home, log = tmp_path / "home", tmp_path / "server.log"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(temporary))

    def files() -> set[Path]:
        ours = (path for path in ROOT.iterdir() if path.name in OURS)
        return {path for folder in (tmp_path, *ours) for path in folder.rglob("*")}

    with serving(home, log) as running:
        yield running, files, log


def test_an_uploaded_photo_leaves_no_trace(
    watched: tuple[Server, Callable[[], set[Path]], Path], browser: Browser, tmp_path: Path
) -> None:
    server, files, log = watched
    photo = Image.effect_noise((1200, 1200), 90).convert("RGB")
    stream = io.BytesIO()
    photo.save(stream, "PNG")
    ask(server, stream.getvalue())  # once, so that what the first photo loads is there
    before = files()
    document = ask(server, stream.getvalue())
    assert b'"item_id":null' in document
    page: Page = browser.new_page()
    page.goto(f"{server.address}/photo")
    page.locator("input[type=file]").set_input_files(
        FilePayload(name="my-secret.png", mimeType="image/png", buffer=stream.getvalue())
    )
    expect(page.get_by_role("img", name="Your photo").first).to_be_visible(timeout=20_000)
    page.close()
    assert {path for path in files() - before if "__pycache__" not in path.parts} == set()
    assert "my-secret" not in log.read_text()
    assert "POST" not in log.read_text()


def test_photos_of_any_size_stay_in_memory() -> None:
    script = (
        "import sys; sys.argv = ['app.py']; import app, tempfile; "
        "from starlette.formparsers import MultiPartParser as parser; "
        "file = tempfile.SpooledTemporaryFile(parser.spool_max_size); "
        "file.write(bytes(5_000_000)); print(file._rolled)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"


def test_many_clients_at_once_are_all_answered(server: Server) -> None:
    items = open_catalogue("demo").items[:40]
    photo = open_catalogue("demo").image_path(items[0]).read_bytes()

    def click(number: int) -> int:
        if number % 8 == 0:
            return len(ask(server, photo))
        path = f"/api/items/{items[number].item_id}/similar?k=12"
        with urlopen(server.address + path, timeout=30) as answer:  # noqa: S310
            return len(answer.read())

    with ThreadPoolExecutor(8) as clients:
        sizes = list(clients.map(click, range(len(items))))
    assert min(sizes) > 1_000


def test_the_api_answers_in_front_of_the_pages_own_checks(server: Server) -> None:
    # the page's server refuses such paths in words that are no JSON
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{server.address}/api/items/..%2F..%2Fetc%2Fpasswd", timeout=10)  # noqa: S310
    assert caught.value.code == 404
    assert caught.value.headers["Content-Type"] == "application/json"
    caught.value.close()


def ask(server: Server, photo: bytes) -> bytes:
    """Ask the API for products that look like a photo."""
    request = Request(  # noqa: S310
        f"{server.address}/api/similar?k=3",
        data=photo,
        headers={"Content-Type": "image/png"},
    )
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def start(
    options: list[str], environment: dict[str, str], then: str = ""
) -> subprocess.CompletedProcess[str]:
    """Read `app.py` as `streamlit run app.py -- OPTIONS` does, without serving it."""
    script = f"import sys; sys.argv = ['app.py', *{options!r}]; import app; {then}"
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
