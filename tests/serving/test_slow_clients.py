"""Clients that send a byte now and then, or stop in the middle, on a real port."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from recommender.serving.admission import BodyGuard, ByteBudget
from recommender.serving.lines import Lines
from recommender.serving.streams import StreamGuard
from tests.ports import running

HEAD_S, GRACE_S, UNREAD_S, MOST = 0.3, 0.6, 0.5, 5
LONG_S = 20  # what a cut-off never takes
ANSWER = bytes(30_000_000)  # more than the buffers of both ends
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
Dial = Callable[[], socket.socket]


class Lingering(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """A class of its own, so that no other test's server is watched."""


@pytest.fixture(scope="module")
def budget() -> ByteBudget:
    return ByteBudget()


@pytest.fixture(scope="module")
def port(budget: ByteBudget) -> Iterator[int]:
    Lines(head_s=HEAD_S, unread_s=UNREAD_S, most=MOST).watch(Lingering)

    async def answer(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def much(_request: Request) -> Response:
        return Response(ANSWER)

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    app: Any = Starlette(
        routes=[
            Route("/", answer, methods=["GET", "POST"]),
            Route("/much", much),
            WebSocketRoute("/stream", echo),
        ]
    )
    app = StreamGuard(app, most_of_client=1, per_minute=60, burst=3, max_wait_s=2)
    app = BodyGuard(app, budget, grace_s=GRACE_S)
    config = uvicorn.Config(
        app, port=0, http=Lingering, ws="websockets-sansio", ws_ping_interval=0.2,
        ws_ping_timeout=0.2, lifespan="off", log_level="error",
    )  # fmt: skip
    with running(config) as port:
        yield port


@pytest.fixture
def dial(port: int) -> Iterator[Dial]:
    with contextlib.ExitStack() as lines:

        def open_line() -> socket.socket:
            line = socket.create_connection(("127.0.0.1", port), timeout=LONG_S)
            return lines.enter_context(contextlib.closing(line))

        yield open_line


def dribble(line: socket.socket, pause_s: float = 0.05) -> bytes:
    """Send a byte now and then until the server has had enough; returns what it said."""
    line.settimeout(pause_s)
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        try:
            line.sendall(b"x")
            heard = line.recv(1_000)
        except TimeoutError:
            continue
        except OSError:
            return b""
        return heard
    raise AssertionError("nobody hung up")


@pytest.mark.parametrize("begun", [b"", HEAD + b"X-Slow: ", b"GET /" + b"x" * 1_000])
def test_a_head_that_dribbles_is_cut_off(dial: Dial, begun: bytes) -> None:
    line = dial()
    line.sendall(begun)
    assert dribble(line) == b""


def test_so_is_one_that_follows_an_answer(dial: Dial) -> None:
    line = dial()
    line.sendall(HEAD + b"\r\n")
    said = b""
    while not said.endswith(b"\r\n\r\n0"):
        said += line.recv(1_000)
    line.sendall(HEAD + b"X-Slow: ")
    assert dribble(line) == b""


def test_a_line_that_says_nothing_is_cut_off(dial: Dial) -> None:
    with contextlib.suppress(ConnectionError):
        assert dial().recv(1) == b""


def test_few_lines_wait_at_once_and_the_oldest_makes_room(dial: Dial) -> None:
    lines = [dial() for _ in range(MOST + 1)]
    lines[-1].sendall(HEAD + b"\r\n")
    assert lines[-1].recv(1_000).startswith(b"HTTP/1.1 200")
    lines[0].settimeout(HEAD_S / 2)  # before its own time is up
    with contextlib.suppress(ConnectionError):
        assert lines[0].recv(1) == b""


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_body_that_dribbles_or_stops_is_cut_off_and_gives_its_place_back(
    dial: Dial, budget: ByteBudget, goes_on: bool
) -> None:
    line = dial()
    line.sendall(HEAD.replace(b"GET", b"POST") + b"Content-Length: 1000000\r\n\r\nhalf")
    said = dribble(line) if goes_on else line.recv(1_000)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in said.lower()
    while budget.n_held:
        time.sleep(0.01)


def test_a_slow_body_that_keeps_the_pace_arrives(dial: Dial) -> None:
    line = dial()
    line.sendall(HEAD.replace(b"GET", b"POST") + b"Content-Length: 120000\r\n\r\n")
    for _ in range(12):  # longer than a silent one is waited for
        line.sendall(bytes(10_000))
        time.sleep(GRACE_S / 8)
    assert line.recv(1_000).startswith(b"HTTP/1.1 200")


def test_an_answer_that_nobody_reads_is_given_up(dial: Dial) -> None:
    line = dial()
    line.sendall(b"GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(2 * UNREAD_S)
    n_read = 0
    with contextlib.suppress(ConnectionError):
        while chunk := line.recv(1 << 20):
            n_read += len(chunk)
    assert n_read < len(ANSWER)


def test_a_websocket_whose_frame_dribbles_is_cut_off(dial: Dial) -> None:
    line = dial()
    line.sendall(
        b"GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert line.recv(1_000).startswith(b"HTTP/1.1 101")
    line.sendall(b"\x81\xfe\xff\xff" + bytes(4))  # a text of 65,535 bytes begins
    line.settimeout(0.05)
    end = time.monotonic() + LONG_S
    with contextlib.suppress(ConnectionError):
        while time.monotonic() < end:
            line.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if not line.recv(1_000):
                    return
        raise AssertionError("nobody hung up")


def test_pages_of_one_household_are_bounded_and_so_are_their_clicks(port: int) -> None:
    address = f"ws://127.0.0.1:{port}/stream"
    with connect(address) as first:
        with pytest.raises(InvalidStatus), connect(address):
            pass
        for _ in range(3):
            first.send("click")
            first.recv()
        first.send("one more")
        with pytest.raises(TimeoutError):
            first.recv(timeout=0.2)
        assert first.recv(timeout=LONG_S) == "one more"
        with pytest.raises(ConnectionClosed):
            flood(first)


def flood(stream: ClientConnection) -> None:
    """Send many more messages than are taken, and listen to what becomes of them."""
    for _ in range(10_000):
        stream.send("flood" * 1_000)
    for _ in range(3):
        stream.recv(timeout=LONG_S)
