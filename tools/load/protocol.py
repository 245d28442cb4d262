"""One browser's side of Streamlit's websocket, without a browser."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

STREAM, UPLOAD_COOKIE = "/_stcore/stream", "_streamlit_xsrf"
COOKIE_SOURCE = "/_stcore/health"
MOST_CACHED = 100  # messages that a visitor's browser keeps, as Streamlit's own does for a while
COMPLAINT = 'role="alert"'  # in the HTML of a page that says what went wrong


class LoadError(Exception):
    """The server did not answer as it should."""


@dataclass
class Answer:
    """What came back for one rerun of the page.

    Attributes
    ----------
    elements : by their place on the page
    first_delta_s, finished_s : from sending the request to the first element that was drawn, and
        to the end of the run
    n_bytes : that were received
    errors : one line each; empty if all went well
    """

    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)
    first_delta_s: float | None = None
    finished_s: float = 0.0
    n_bytes: int = 0
    errors: list[str] = field(default_factory=list)

    def of_type(self, kind: str) -> Iterator[Element]:
        """The elements of a type, such as "slider", from the top of the page to its foot."""
        for place in sorted(self.elements):
            element = self.elements[place]
            if element.WhichOneof("type") == kind:
                yield element

    def find_errors(self) -> None:
        """Note exceptions on the page, and the page's own complaints."""
        self.errors += [f"{e.exception.type or 'exception'}" for e in self.of_type("exception")]
        self.errors += ["the page complains" for e in self.of_type("html") if is_complaint(e)]


def is_complaint(element: Element) -> bool:
    """Whether an HTML element tells a visitor that something did not work."""
    return COMPLAINT in element.html.body


class Browser:
    """One visitor's browser: a websocket, what it shows, and its address.

    The state of a widget is sent once a visitor has touched it; a real browser sends the others'
    defaults too, which the server takes for the same.

    Parameters
    ----------
    address : of the server, such as "http://127.0.0.1:8501"
    http : for what does not travel over the websocket; visitors may share one
    timeout_s : after which a run counts as not answered
    """

    def __init__(self, address: str, http: httpx2.AsyncClient, timeout_s: float = 30.0) -> None:
        self.address = address.rstrip("/")
        self.timeout_s = timeout_s
        self.shown = Answer()
        self._http = http
        self._socket: ClientConnection | None = None
        self._pages: dict[str, str] = {}  # hash by path
        self._page, self._query = "", ""
        self._states: dict[str, WidgetState] = {}
        self._cache: dict[str, ForwardMsg] = {}
        self._session_id = ""

    async def __aenter__(self) -> Self:
        host = urlsplit(self.address).netloc
        self._socket = await connect(
            f"ws://{host}{STREAM}", max_size=None, origin=None, subprotocols=None, compression=None
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def visit(self, href: str) -> Answer:
        """Go to an address on the page, such as "lookalikes?item=1", as a link does."""
        path, _, self._query = href.partition("?")
        self._page = path.strip("./")
        self._states.clear()
        return await self._rerun(is_history_navigation=bool(self._pages))

    async def touch(self, state: WidgetState, *, parameter: str = "", value: str = "") -> Answer:
        """Change a widget's state.

        Parameters
        ----------
        parameter, value : what the address then holds, for a widget that is bound to it
        """
        self._states[state.id] = state
        if parameter:
            kept = [(key, text) for key, text in parse_qsl(self._query) if key != parameter]
            self._query = urlencode([*kept, (parameter, value)])
        return await self._rerun()

    async def upload(self, widget_id: str, file: Path, media_type: str = "image/jpeg") -> Answer:
        """Choose a file in an uploader; the time counts from the choice to the drawn answer."""
        started = time.perf_counter()
        data = await asyncio.to_thread(file.read_bytes)
        urls = await self._upload_urls(file.name)
        token = await self._upload_token()
        sent = await self._http.put(
            f"{self.address}{urls.upload_url}",
            files={file.name: (file.name, data, media_type)},
            headers={"X-Xsrftoken": token, "Cookie": f"{UPLOAD_COOKIE}={token}"},
        )
        if not sent.is_success:
            raise LoadError(f"the upload was answered with {sent.status_code}")
        state = WidgetState(id=widget_id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, file.name, len(data)
        info.file_urls.CopyFrom(urls)
        self._states[widget_id] = state
        before_run = time.perf_counter() - started
        answer = await self._rerun()
        answer.finished_s += before_run
        if answer.first_delta_s is not None:
            answer.first_delta_s += before_run
        return answer

    async def _upload_urls(self, name: str) -> FileURLs:
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session_id
        await self._send(request)
        while True:
            message, _ = await self._receive()
            if message.WhichOneof("type") == "file_urls_response":
                urls: FileURLs = message.file_urls_response.file_urls[0]
                return urls

    async def _upload_token(self) -> str:
        answer = await self._http.get(f"{self.address}{COOKIE_SOURCE}")
        return answer.cookies.get(UPLOAD_COOKIE) or ""

    async def _rerun(self, *, is_history_navigation: bool = False) -> Answer:
        request = BackMsg()
        state = request.rerun_script
        state.query_string = self._query
        state.page_script_hash = self._pages.get(self._page, "")
        if not state.page_script_hash:
            state.page_name = self._page
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(self._cache)
        state.is_history_navigation = is_history_navigation
        state.context_info.url = f"{self.address}/{self._page}"
        state.context_info.locale = "en-GB"
        started = time.perf_counter()
        await self._send(request)
        answer = Answer()
        is_ours = False  # a message of an earlier run may still be on its way
        while True:
            message, n_bytes = await self._receive()
            answer.n_bytes += n_bytes
            kind = message.WhichOneof("type")
            if kind == "new_session":
                is_ours = True
                answer.elements.clear()
                self._session_id = message.new_session.initialize.session_id or self._session_id
            elif kind == "script_finished" and is_ours:
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                break
            elif is_ours:
                self._take(message, answer, started)
        answer.finished_s = time.perf_counter() - started
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            answer.errors.append("the script cannot be compiled")
        answer.find_errors()
        while len(self._cache) > MOST_CACHED:  # not before: the run may refer to any of them
            del self._cache[next(iter(self._cache))]
        self.shown = answer
        return answer

    def _take(self, message: ForwardMsg, answer: Answer, started: float) -> None:
        """Note what one message of a run says."""
        kind = message.WhichOneof("type")
        place = tuple(message.metadata.delta_path)
        if kind == "ref_hash":
            known = self._cache.get(message.ref_hash)
            if known is None:
                answer.errors.append("the server refers to a message that it never sent")
                return
            message, kind = known, known.WhichOneof("type")
        elif kind == "delta" and message.metadata.cacheable and message.hash:
            self._cache[message.hash] = message
        if kind == "delta":
            if answer.first_delta_s is None:
                answer.first_delta_s = time.perf_counter() - started
            if message.delta.WhichOneof("type") == "new_element":
                answer.elements[place] = message.delta.new_element
        elif kind == "navigation":
            self._pages = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in message.navigation.app_pages
            }
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            answer.errors.append(f"there is no page {self._page!r}")

    async def _send(self, message: BackMsg) -> None:
        if self._socket is None:
            raise LoadError("the browser is not open")
        try:
            await self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise LoadError("the server closed the connection") from error

    async def _receive(self) -> tuple[ForwardMsg, int]:
        if self._socket is None:
            raise LoadError("the browser is not open")
        try:
            data = await asyncio.wait_for(self._socket.recv(decode=False), self.timeout_s)
        except TimeoutError as error:
            raise LoadError(f"nothing came for {self.timeout_s:g} s") from error
        except ConnectionClosed as error:
            raise LoadError("the server closed the connection") from error
        message = ForwardMsg()
        message.ParseFromString(data)
        return message, len(data)
