"""Bodies that are answered before they have come, on a real port."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from recommender.serving.remainder import Remainder
from tests.ports import running

REST_S = 0.5
MUCH = bytes(20_000_000)  # more than the buffers of both ends
CLOSE = {"Connection": "close"}  # as nginx asks


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/read":
            size = len(await Request(scope, receive).body())
            await PlainTextResponse(str(size))(scope, receive, send)
        else:
            await PlainTextResponse("Too large.", 413)(scope, receive, send)

    config = uvicorn.Config(
        Remainder(answer, REST_S), port=0, lifespan="off", log_level="error"
    )  # fmt: skip
    with running(config) as port:
        yield port


@pytest.mark.parametrize(
    ("path", "status", "text"), [("/", 413, b"Too large."), ("/read", 200, b"20000000")]
)
def test_an_answer_reaches_a_client_that_is_still_writing(
    port: int, path: str, status: int, text: bytes
) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("PUT", path, MUCH, CLOSE)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (status, text)
    connection.close()


def test_a_rest_that_never_comes_is_not_waited_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\n")
        answered = b""
        while received := line.recv(1 << 16):  # until the server hangs up
            answered += received
    assert b"413" in answered
    assert b"Too large." in answered
