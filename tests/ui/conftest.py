"""Fixtures: a page without a browser, a running server, and a browser to visit it with."""

import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from recommender.serving.hosts import LOCAL
from recommender.ui.shared import standing
from tools.serving import ROOT, Server, serving
from tools.visiting import DESKTOP, HOW_TO_GET_ONE, Scheme, find_browser, visiting

MAIN = ROOT / "recommender" / "ui" / "shell" / "main.py"
OUTPUT = ROOT / "test-output"  # screenshots, and traces of what failed
PATIENCE_MS = 20_000  # for whatever a page has to show; a busy machine takes its time

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are drawn without a server have no request that could say where it came from."""
    monkeypatch.setattr(standing, "current", lambda: standing.access().standing({LOCAL: "1"}, {}))


@pytest.fixture(autouse=True)
def _main_module_comes_back() -> Iterator[None]:
    """AppTest puts the page in the place of `__main__`, which new processes would run then."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def open_page() -> OpenPage:
    """Run a page as a visit to its address does, without a browser."""

    def call(name: str = "", **address: str) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        # AppTest.switch_page knows pages by their files; these are functions
        app._page_hash = calc_hash(name)
        for key, value in address.items():
            app.query_params[key] = value
        return app.run()

    return call


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, on a home of its own."""
    home = tmp_path_factory.mktemp("served")
    with serving(home, home / "server.log") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if find_browser() is None:
        pytest.skip(HOW_TO_GET_ONE)
    expect.set_options(timeout=PATIENCE_MS)
    with visiting() as running:
        yield running


@pytest.fixture
def visit(
    server: Server, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open an address of the demo in a fresh browser profile; its last look is kept as a file."""
    contexts: list[BrowserContext] = []

    def call(path: str = "/", size: tuple[int, int] = DESKTOP, scheme: Scheme = "light") -> Page:
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
