"""Large uploads: streamed to disk for those who may manage, and nothing is left of a failed one."""

import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from recommender.config import home
from recommender.errors import CatalogueError
from recommender.serving.hosts import LOCAL
from recommender.ui.shared import shelf
from recommender.ui.shared.shelf import MARK, Shelf
from recommender.ui.shell.reception import MAX_KEPT, Reception
from tests.conftest import run_alone

OWNER = {LOCAL: "1"}
PATH = "/_stcore/upload_file/one/{}"
HEAD = (
    b'--border\r\nContent-Disposition: form-data; name="file"; filename="shop.zip"\r\n'
    b"Content-Type: application/zip\r\n\r\n"
)
FOOT = b"\r\n--border--\r\n"
LEAST, MOST, FRAMING = 1_000, 200_000, 500
GRACE_S = 0.3


class Streamlit:
    """Keeps uploads by their ids, as Streamlit does."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[str, bytes]] = {}
        self.shelf = Shelf()
        self.status = 204
        routes = [Route("/_stcore/upload_file/{session}/{file}", self.put, methods=["PUT"])]
        self.app = Starlette(
            routes=routes,
            lifespan=self.closing,
            middleware=[
                Middleware(
                    Reception,
                    shelf=self.shelf,
                    most=MOST,
                    least=LEAST,
                    framing=FRAMING,
                    is_shown=lambda session: session == "one",
                    is_held=lambda _session, file_id: file_id in self.held,
                    look_every_s=0.01,
                    grace_s=GRACE_S,
                )
            ],
        )

    @asynccontextmanager
    async def closing(self, _app: Starlette) -> AsyncIterator[None]:
        """Close the shelf where it was opened, as the page's server does."""
        yield
        self.shelf.close()

    async def put(self, request: Request) -> Response:
        """Keep one upload."""
        async with request.form() as form:
            (file,) = form.values()
            assert isinstance(file, UploadFile)
            found = (file.filename or "", await file.read())
        if self.status == 204:
            self.held[request.path_params["file"]] = found
        return Response(status_code=self.status)


@pytest.fixture
def streamlit() -> Streamlit:
    return Streamlit()


@pytest.fixture
def client(streamlit: Streamlit) -> Iterator[TestClient]:
    with TestClient(streamlit.app) as running:
        yield running


def send(client: TestClient, n_bytes: int, name: str = "a", **headers: str) -> Any:
    body = HEAD + bytes(n_bytes) + FOOT
    kind = {"Content-Type": "multipart/form-data; boundary=border"}
    return client.put(PATH.format(name), content=body, headers={**kind, **OWNER, **headers})


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for what the server does in its own time."""

    def wait(is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.01)

    return wait


def n_files() -> int:
    return sum(
        file.is_file() and not file.name.startswith(shelf.LOCK) for file in home().rglob("*")
    )


def test_a_large_upload_lies_on_disk_and_streamlit_holds_a_mark(
    client: TestClient, streamlit: Streamlit
) -> None:
    assert send(client, MOST).status_code == 204
    assert streamlit.held == {"a": ("shop.zip", MARK)}
    file = streamlit.shelf.find("a")
    assert file.is_relative_to(home())
    assert file.read_bytes() == bytes(MOST)


def test_a_small_one_passes_as_it_is(client: TestClient, streamlit: Streamlit) -> None:
    assert send(client, LEAST).status_code == 204
    assert streamlit.held == {"a": ("shop.zip", bytes(LEAST))}
    assert not n_files()


def test_one_above_the_limit_is_refused_with_the_sentence_and_leaves_nothing(
    client: TestClient, streamlit: Streamlit
) -> None:
    declared = send(client, MOST + 10 * FRAMING)
    assert (declared.status_code, declared.text) == (413, "At most 0 MB can be uploaded here.")
    grown = send(client, MOST + 1)  # within the framing, so that only counting tells
    assert grown.status_code == 413
    assert not streamlit.held
    assert not n_files()


def test_a_visitor_who_may_not_manage_puts_nothing_on_disk(
    client: TestClient, streamlit: Streamlit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(client, MOST, **{LOCAL: "0"}).status_code == 413
    monkeypatch.setenv("LOOKALIKE_READ_ONLY", "1")
    assert send(client, MOST).status_code == 413
    assert not streamlit.held
    assert not n_files()


def test_what_streamlit_refuses_leaves_nothing(client: TestClient, streamlit: Streamlit) -> None:
    streamlit.status = 403
    assert send(client, MOST).status_code == 403
    assert not n_files()


def test_a_page_that_is_gone_and_a_form_that_is_none_leave_nothing(client: TestClient) -> None:
    body = {"content": HEAD + bytes(MOST), "headers": OWNER}
    assert client.put("/_stcore/upload_file/two/a", **body).status_code == 409  # type: ignore[arg-type]
    assert client.put(PATH.format("a"), **body).status_code == 400  # type: ignore[arg-type]
    kind = {"Content-Type": "multipart/form-data; boundary=border"}
    cut = client.put(PATH.format("a"), content=HEAD + bytes(MOST), headers=OWNER | kind)
    assert cut.status_code == 400
    assert not n_files()


def receive_cut_off(streamlit: Streamlit, *, is_silent: bool) -> tuple[list[int], list[Message]]:
    """Begin an upload that never ends; returns the numbers of files then, and what was said."""
    beginning = {"type": "http.request", "body": HEAD + bytes(50_000), "more_body": True}
    messages: list[Message] = [beginning]
    seen: list[int] = []
    said: list[Message] = []

    async def receive() -> Message:
        seen.append(n_files())
        if messages:
            return messages.pop(0)
        if is_silent:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def answer(message: Message) -> None:
        said.append(message)

    headers = OWNER | {
        "content-length": str(MOST),
        "content-type": "multipart/form-data; boundary=border",
    }
    scope = {
        "type": "http",
        "method": "PUT",
        "path": PATH.format("a"),
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }

    async def be_cut_off() -> None:
        await streamlit.app.build_middleware_stack()(scope, receive, answer)
        streamlit.shelf.close()

    run_alone(be_cut_off)
    return seen, said


def test_an_upload_that_is_cut_off_leaves_nothing(streamlit: Streamlit) -> None:
    seen, said = receive_cut_off(streamlit, is_silent=False)
    assert seen[-1] == 1
    assert not said  # nobody is left to answer
    assert not n_files()


def test_an_upload_that_stops_in_the_middle_is_given_up_and_leaves_nothing(
    streamlit: Streamlit,
) -> None:
    seen, said = receive_cut_off(streamlit, is_silent=True)
    assert seen[-1] == 1
    assert (said[0]["status"], said[1]["body"]) == (408, b"The upload stalled.")
    assert not n_files()


def test_a_full_disk_is_a_sentence_on_the_page(
    client: TestClient, streamlit: Streamlit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=MOST))
    assert send(client, MOST).status_code == 204
    with pytest.raises(CatalogueError, match="no space is left"):
        streamlit.shelf.find("a")
    assert not n_files()


def test_the_shelf_is_bounded_and_a_file_goes_when_its_page_lets_go(
    client: TestClient, streamlit: Streamlit, until: Callable[[Callable[[], bool]], None]
) -> None:
    for number in range(MAX_KEPT):
        assert send(client, MOST, str(number)).status_code == 204
    refused = send(client, MOST, "more")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    streamlit.held.clear()
    until(lambda: not n_files())
    assert send(client, MOST, "more").status_code == 204


def test_the_next_start_removes_what_a_kill_left_and_nothing_of_a_running_server() -> None:
    running = Shelf()
    running.place().write_bytes(b"whole")
    left = home() / "uploads" / "killed"
    left.mkdir()
    (left / "half").write_bytes(b"half")
    shelf.sweep()
    assert not left.exists()
    assert n_files() == 1
    running.close()
    assert not n_files()
