"""A server that others can reach: what strangers, tricked browsers and the owner may do."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from recommender.serving.access import COOKIE, PASSWORD
from recommender.serving.hosts import HOSTS
from recommender.serving.lines import MAX_WAITING
from tools.serving import Server, serving
from tools.visiting import find_browser

NAME, PHRASE = "shop.test", "correct horse"
LOOPBACK = "127.0.0.1"
SITE_OF_ANOTHER = "http://evil.example"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo as a proxy would show it under a name of its own."""
    home = tmp_path_factory.mktemp("public")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOSTS, NAME)
        patch.setenv(PASSWORD, PHRASE)
        with serving(home, home / "server.log") as running:
            yield running


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Browser]:
    """A browser to which the server's name leads, as the internet's name service would."""
    running = browser.browser_type.launch(
        executable_path=find_browser(),
        args=["--no-sandbox", f"--host-resolver-rules=MAP {NAME} {LOOPBACK}"],
    )
    yield running
    running.close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message


def ask(
    server: Server, path: str, host: str | None = None, method: str = "GET", **headers: str
) -> Answer:
    address = urlsplit(server.address)
    body = headers.pop("body", None)
    connection = http.client.HTTPConnection(LOOPBACK, address.port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Host": host or address.netloc} | headers)
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status, answer.headers)


def streams(server: Server, host: str, origin: str) -> bool:
    """Whether a page of this origin can open the page's websocket."""
    port = urlsplit(server.address).port
    with (
        contextlib.suppress(InvalidStatus),
        contextlib.closing(socket.create_connection((LOOPBACK, port or 0))) as line,
        connect(
            f"ws://{host}:{port}/_stcore/stream",
            sock=line,
            origin=Origin(origin),
            subprotocols=[Subprotocol("streamlit")],
        ),
    ):
        return True
    return False


def test_a_rebound_name_reaches_nothing(public: Server) -> None:
    for path in ("/", "/_stcore/health", "/api/catalogues", "/sign-in", "/pictures/demo/x/card"):
        assert ask(public, path, host="evil.example").status == 421, path
    port = urlsplit(public.address).port
    assert not streams(public, "evil.example", f"http://evil.example:{port}")


def test_pages_of_other_sites_open_no_stream(public: Server) -> None:
    own = public.address
    assert streams(public, LOOPBACK, own)
    assert streams(public, NAME, own.replace(LOOPBACK, NAME))
    for origin in (SITE_OF_ANOTHER, "null", own.replace("http", "https") + "0"):
        assert not streams(public, LOOPBACK, origin)
    refused = ask(public, "/sign-in", method="POST", Origin=SITE_OF_ANOTHER, body="password=x")
    assert refused.status == 403


def test_every_answer_is_guarded(public: Server) -> None:
    for path in ("/", "/_stcore/health", "/api", "/api/catalogues", "/sign-in", "/nothing"):
        headers = ask(public, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "img-src 'self' data: blob:" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "SAMEORIGIN", path


def test_how_busy_it_is_stays_private(public: Server) -> None:
    assert ask(public, "/_stcore/metrics").status == 200
    assert ask(public, "/_stcore/metrics", host=NAME).status == 404


def test_lines_that_wait_for_ever_make_room_for_others(public: Server) -> None:
    """The server as it is started watches its lines; see tests/serving/test_slow_clients.py."""
    end = (LOOPBACK, urlsplit(public.address).port or 0)
    with contextlib.ExitStack() as lines:
        first, *_ = [
            lines.enter_context(contextlib.closing(socket.create_connection(end, timeout=9)))
            for _ in range(MAX_WAITING + 1)
        ]
        assert ask(public, "/_stcore/health").status == 200
        with contextlib.suppress(ConnectionError):
            assert first.recv(1) == b""


def test_wrong_passwords_are_refused_and_counted(public: Server) -> None:
    statuses = [
        ask(public, "/sign-in", method="POST", body=urlencode({"password": "wrong horse"})).status
        for _ in range(7)
    ]
    assert statuses == [403] * 5 + [429] * 2


def open_catalogues(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(20_000)
    page.goto(f"{address}/catalogues")
    expect(page.get_by_role("heading", name="Your catalogues.")).to_be_visible(timeout=20_000)
    return page


def test_the_owner_signs_in_on_the_page(
    tmp_path: Path, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server of its own: wrong attempts elsewhere must not use up the owner's."""
    monkeypatch.setenv(HOSTS, NAME)
    monkeypatch.setenv(PASSWORD, PHRASE)
    with serving(tmp_path, tmp_path / "server.log") as running:
        page = open_catalogues(stranger, running.address.replace(LOOPBACK, NAME))
        expect(
            page.get_by_text("Only the shop’s owner can change catalogues here.")
        ).to_be_visible()
        expect(page.get_by_text("Add a catalogue")).to_have_count(0)
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("Password").fill(PHRASE)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("You are signed in as the owner.")).to_be_visible()
        expect(page.get_by_text("Add a catalogue")).to_be_visible()
        expect(page.get_by_text("A folder on this computer")).to_have_count(0)
        (cookie,) = [each for each in page.context.cookies() if each["name"] == COOKIE]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        page.get_by_role("button", name="Sign out").click()
        expect(
            page.get_by_text("Only the shop’s owner can change catalogues here.")
        ).to_be_visible()


def test_on_this_computer_nothing_is_asked(server: Server, browser: Browser) -> None:
    page = open_catalogues(browser, server.address)
    expect(page.get_by_text("Only you, on this computer, can change catalogues.")).to_be_visible()
    expect(page.get_by_text("A folder on this computer")).to_be_visible()
