"""Foreign names and foreign pages, as a browser that was tricked would send them."""

import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from recommender.errors import RecommenderError
from recommender.serving.hosts import HOSTS, LOCAL, AllowedHosts, HostGuard, is_loopback

LOOPBACK, LAN = "127.0.0.1", "192.168.1.5"
STREAM = "ws://127.0.0.1:8501/stream"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.headers.get(LOCAL, "none"))


async def _stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def visit(
    allowed: AllowedHosts, base: str = "http://127.0.0.1:8501", client: str = LOOPBACK
) -> TestClient:
    app = Starlette(
        routes=[
            Route("/", _echo, methods=["GET", "POST"]),
            Route("/_stcore/metrics", _echo),
            WebSocketRoute("/stream", _stream),
        ]
    )
    guard = HostGuard(app, allowed)

    async def arriving(scope: Scope, receive: Receive, send: Send) -> None:
        await guard({**scope, "server": (LOOPBACK, 8501)}, receive, send)

    return TestClient(arriving, base_url=base, client=(client, 50_000))


@pytest.mark.parametrize(
    ("host", "arrived_at", "expected"),
    [
        ("localhost:8501", LOOPBACK, True),
        ("127.0.0.1", LOOPBACK, True),
        ("[::1]:8501", "::1", True),
        ("LOCALHOST.", LOOPBACK, True),
        ("evil.example:8501", LOOPBACK, False),
        ("127.0.0.1.evil.example", LOOPBACK, False),
        (LAN, LOOPBACK, False),  # nobody on the loopback calls it by another address
        (LAN, LAN, True),
        ("192.168.1.6", LAN, False),
        (socket.gethostname(), LAN, True),
        (socket.gethostname(), LOOPBACK, socket.gethostname() == "localhost"),
        ("shop.example", LAN, True),
        ("shop.example:443", LOOPBACK, True),
        ("a.b.example", LOOPBACK, True),
        ("b.example", LOOPBACK, False),
        ("user@localhost", LOOPBACK, False),
        ("localhost/..", LOOPBACK, False),
        ("localhost:http", LOOPBACK, False),
        ("", LOOPBACK, False),
        (None, LOOPBACK, False),
    ],
)
def test_hosts(host: str | None, arrived_at: str, expected: bool) -> None:
    allowed = AllowedHosts(names=AllowedHosts().names | {"shop.example", "*.b.example"})
    assert allowed.accept_host(host, arrived_at) is expected


def test_a_rebound_name_is_refused() -> None:
    client = visit(AllowedHosts(), base="http://evil.example:8501")
    assert client.get("/").status_code == 421
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(
            "ws://evil.example:8501/stream", headers={"origin": "http://evil.example:8501"}
        ),
    ):
        pass


def test_a_foreign_page_opens_no_websocket_and_changes_nothing() -> None:
    client = visit(AllowedHosts(origins=frozenset({"https://shop.example"})))
    for origin, is_allowed in (
        ("http://127.0.0.1:8501", True),
        ("https://shop.example", True),
        ("http://evil.example", False),
        ("null", False),
        ("http://127.0.0.1:8502", False),
    ):
        headers = {"origin": origin}
        assert client.post("/", headers=headers).status_code == (200 if is_allowed else 403)
        assert client.get("/", headers=headers).status_code == 200
        if is_allowed:
            with client.websocket_connect(STREAM, headers=headers) as stream:
                assert stream.receive_text() == "hello"
        else:
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect(STREAM, headers=headers),
            ):
                pass
    assert client.post("/").status_code == 200  # a program, which sends no origin


def test_only_this_computer_is_local_and_nobody_can_claim_it() -> None:
    allowed = AllowedHosts(names=AllowedHosts().names | {"shop.example"})
    assert visit(allowed).get("/").text == "1"
    assert visit(allowed, client=LAN).get("/", headers={LOCAL: "1"}).text == "0"
    assert visit(allowed, base="http://shop.example").get("/").text == "0"
    for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto"):
        headers = {name: "10.0.0.1", LOCAL: "1"}
        assert visit(allowed).get("/", headers=headers).text == "0", name


def test_how_busy_the_server_is_stays_on_this_computer() -> None:
    allowed = AllowedHosts()
    assert visit(allowed).get("/_stcore/metrics").status_code == 200
    assert visit(allowed, client=LAN).get("/_stcore/metrics").status_code == 404
    proxied = visit(allowed).get("/_stcore/metrics", headers={"X-Forwarded-For": LAN})
    assert proxied.status_code == 404


def test_names_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS, " Shop.example, *.b.example ,")
    assert AllowedHosts.from_environment().names >= {"shop.example", "*.b.example", "localhost"}
    for wrong in ("http://shop.example", "shop.example:80", "a b", "*", "*.", "shop.*"):
        monkeypatch.setenv(HOSTS, wrong)
        with pytest.raises(RecommenderError, match=HOSTS):
            AllowedHosts.from_environment()


@pytest.mark.parametrize("name", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback(name: str) -> None:
    assert is_loopback(name)
    assert not is_loopback(f"{name}.evil.example")


@pytest.mark.parametrize("name", [None, "", "8.8.8.8", "192.168.1.5", "localhost.evil.example"])
def test_what_others_can_own_is_no_loopback(name: str | None) -> None:
    assert not is_loopback(name)
