"""Fixtures: a page without a browser, a running server, and a browser to visit it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from recommender.serving.hosts import LOCAL
from recommender.ui.shared import standing

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "recommender" / "ui" / "shell" / "main.py"
OUTPUT = ROOT / "test-output"  # screenshots, and traces of what failed
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_ONE = "no browser found: apt-get install chromium, or set LOOKALIKE_BROWSER to one"
START_S = 60
PATIENCE_MS = 20_000  # for whatever a page has to show; a busy machine takes its time
DESKTOP, PHONE = (1440, 900), (390, 844)

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are drawn without a server have no request that could say where it came from."""
    monkeypatch.setattr(standing, "current", lambda: standing.access().standing({LOCAL: "1"}, {}))


@pytest.fixture
def open_page() -> OpenPage:
    """Run a page as a visit to its address does, without a browser."""

    def call(name: str = "", **address: str) -> AppTest:
        app = AppTest.from_file(
            str(ROOT / "recommender" / "ui" / "shell" / "main.py"), default_timeout=60
        )
        # AppTest.switch_page knows pages by their files; these are functions
        app._page_hash = calc_hash(name)
        for key, value in address.items():
            app.query_params[key] = value
        return app.run()

    return call


@dataclass(frozen=True)
class Server:
    """A running demo."""

    address: str
    process: subprocess.Popen[bytes]


def start_server(home: Path, log: Path, script: Path = ROOT / "app.py") -> Server:
    """Start the demo as `make demo` does, or another script, and return at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.headless", "true"]
    environment = {**os.environ, "LOOKALIKE_HOME": str(home)}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    return Server(f"http://127.0.0.1:{port}", process)


def wait_until_healthy(server: Server) -> None:
    """Return when the server answers."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            with urlopen(f"{server.address}/_stcore/health", timeout=1):  # noqa: S310
                return
        except (URLError, OSError):
            if server.process.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("the demo did not start")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, on a home of its own."""
    home = tmp_path_factory.mktemp("served")
    running = start_server(home, home / "server.log")
    try:
        wait_until_healthy(running)
        yield running
    finally:
        running.process.terminate()
        running.process.wait(10)


def find_browser() -> str | None:
    """Path of an installed Chromium."""
    named = os.environ.get("LOOKALIKE_BROWSER")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip(HOW_TO_GET_ONE)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # the sandbox needs rights that a container's root does not have
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(
    server: Server, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open an address of the demo in a fresh browser profile; its last look is kept as a file."""
    contexts: list[BrowserContext] = []

    def call(path: str = "/", size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(server.address + path)
        return page

    yield call
    OUTPUT.mkdir(exist_ok=True)
    for number, context in enumerate(contexts):
        name = request.node.name.replace("/", "-")
        for page in context.pages:
            page.screenshot(path=OUTPUT / f"{name}-{number}.png")
        context.close()
