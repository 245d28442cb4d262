"""Streams large uploads to disk, in front of Streamlit, which would hold them in memory.

Only who may manage brings anything larger than a photo. Such a body is written to the shelf as it
arrives; Streamlit is handed a mark in its place and goes on as with any other upload. What is cut
off, stalls or is refused leaves no file, and a file goes when its page lets go of it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio.to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from recommender import storage
from recommender.errors import StorageError
from recommender.serving.pace import GRACE_S, Pace
from recommender.ui.shared import standing
from recommender.ui.shared.shelf import MARK, Shelf
from recommender.ui.shared.sizes import MAX_PHOTO_MB, MAX_UPLOAD_MB
from recommender.ui.shell.uploads import (
    FRAMING_BYTES,
    MB,
    RETRY_AFTER_S,
    UPLOAD,
    running_manager,
    too_large,
)

MAX_KEPT = 4  # files on the shelf or on their way to it
SPARE_BYTES = 256 * MB  # of the disk stay free
CHUNK_BYTES = MB
LOOK_EVERY_S, AWAY_S = 5.0, 300.0  # Streamlit lets a page that was cut off come back for a while


def is_shown(session: str) -> bool:
    """Whether a page is open in this session."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def is_held(session: str, file_id: str) -> bool:
    """Whether Streamlit still has this upload for a page."""
    manager = running_manager()
    return manager is not None and file_id in manager.file_storage.get(session, {})


class Reception:
    """ASGI middleware that takes uploads larger than a photo from those who may manage.

    Parameters
    ----------
    most, least : bytes of a file; a smaller one passes to Streamlit
    grace_s : see `serving.pace.Pace`
    """

    def __init__(
        self,
        app: ASGIApp,
        shelf: Shelf,
        *,
        most: int = MAX_UPLOAD_MB * MB,
        least: int = MAX_PHOTO_MB * MB,
        framing: int = FRAMING_BYTES,
        is_shown: Callable[[str], bool] = is_shown,
        is_held: Callable[[str, str], bool] = is_held,
        look_every_s: float = LOOK_EVERY_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self._app, self._shelf = app, shelf
        self._most, self._least, self._framing = most, least, framing
        self._is_shown, self._is_held = is_shown, is_held
        self._look_every_s, self._grace_s = look_every_s, grace_s
        self._n_arriving = 0
        self._watches: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take or refuse a large upload; pass on what is none."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        n_bytes = int(declared) if declared.isascii() and declared.isdigit() else 0
        if n_bytes <= self._least + self._framing:
            await self._app(scope, receive, send)
            return
        may_manage = _may_manage(headers)
        refusal = self._refusal(n_bytes, found[1]) if may_manage else too_large(self._least // MB)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        self._n_arriving += 1
        try:
            await self._take(scope, Pace(receive, self._grace_s).receive, send, n_bytes)
        finally:
            self._n_arriving -= 1

    def _refusal(self, n_bytes: int, session: str) -> PlainTextResponse | None:
        if n_bytes > self._most + self._framing:
            return too_large(self._most // MB)
        if not self._is_shown(session):
            return PlainTextResponse("The page of this upload is not open any more.", 409)
        if len(self._shelf) + self._n_arriving >= MAX_KEPT:
            return PlainTextResponse(
                "Other large uploads are waiting for their import; try again later.",
                503,
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        return None

    async def _take(self, scope: Scope, receive: Receive, send: Send, n_bytes: int) -> None:
        session, file_id = scope["path"].rsplit("/", 2)[1:]
        file: Path | None = None
        is_kept = False
        try:
            body = _Body(Headers(scope=scope), self._most)
            try:
                file = self._shelf.place()
                _check_space(file.parent, n_bytes)
                with storage.explained():
                    await body.write(file, receive)
            except StorageError as error:
                # the page can say why only once Streamlit has the upload, so the rest is read too
                self._shelf.refuse(file_id, str(error))
                await body.drain(receive)
                if file is not None:
                    file.unlink(missing_ok=True)
            else:
                self._shelf.keep(file_id, file)
            is_kept = await self._hand_on(scope, receive, send, body.as_mark())
        except _TooLarge:
            await too_large(self._most // MB)(scope, receive, send)
        except (FormParserError, ValueError):
            await PlainTextResponse("The upload is damaged.", 400)(scope, receive, send)
        except TimeoutError:
            await PlainTextResponse("The upload stalled.", 408)(scope, receive, send)
        except ClientDisconnect:
            return  # nobody is left to answer
        finally:
            if is_kept:
                self._watch(session, file_id)
            else:
                self._shelf.drop(file_id)
                if file is not None:
                    file.unlink(missing_ok=True)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> bool:
        """Give Streamlit the mark; returns whether it took the upload."""
        is_given = is_taken = False

        async def give() -> Message:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message: Message) -> None:
            nonlocal is_taken
            if message["type"] == "http.response.start":
                is_taken = message["status"] == 204  # noqa: PLR2004  as Streamlit answers
            await send(message)

        size = (b"content-length", str(len(body)).encode())
        others = [each for each in scope["headers"] if each[0].lower() != size[0]]
        await self._app({**scope, "headers": [*others, size]}, give, answer)
        return is_taken

    def _watch(self, session: str, file_id: str) -> None:
        async def watch() -> None:
            away_s = 0.0
            while self._is_held(session, file_id) and away_s < AWAY_S:
                await asyncio.sleep(self._look_every_s)
                away_s = 0.0 if self._is_shown(session) else away_s + self._look_every_s
            self._shelf.drop(file_id)

        task = asyncio.create_task(watch())
        self._watches.add(task)  # the loop itself holds tasks only weakly
        task.add_done_callback(self._watches.discard)


class _TooLarge(Exception):
    """More bytes came than may."""


class _Body:
    """A form with one file, read as it arrives."""

    def __init__(self, headers: Headers, most: int) -> None:
        _, options = parse_options_header(headers.get("content-type", ""))
        self._boundary = options.get(b"boundary", b"")
        if not self._boundary:
            raise ValueError("no form")
        self._most, self._n_written, self._n_files = most, 0, 0
        self._head, self._pending = bytearray(), bytearray()
        self._is_complete = self._is_in_value = False

    async def write(self, file: Path, receive: Receive) -> None:
        """Write the file's bytes to disk; raises `ValueError` if the form has not one file."""
        parser = MultipartParser(
            self._boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_head,
                "on_header_value": self._add_value,
                "on_header_end": self._end_header,
                "on_part_data": self._add,
                "on_end": self._end,
            },
        )
        with file.open("wb") as stream:
            async for chunk in _chunks(receive):
                parser.write(chunk)
                if len(self._pending) >= CHUNK_BYTES:
                    await self._flush(stream.write)
            await self._flush(stream.write)
        if not self._is_complete or self._n_files != 1:
            raise ValueError("not one whole file")

    async def drain(self, receive: Receive) -> None:
        """Read what is still to come, and keep none of it."""
        async for _ in _chunks(receive):
            pass
        if not self._head:  # nothing was read before
            self._head += b'Content-Disposition: form-data; name="file"; filename="file.zip"\r\n'

    def as_mark(self) -> bytes:
        """The same form, with the mark for its file."""
        border = b"--" + self._boundary
        return b"\r\n".join((border, bytes(self._head), MARK, border + b"--", b""))

    async def _flush(self, write: Callable[[bytes], int]) -> None:
        data = bytes(self._pending)
        self._pending.clear()
        await anyio.to_thread.run_sync(write, data)

    def _begin(self) -> None:
        self._n_files += 1

    def _add_to_head(self, data: bytes, start: int, end: int) -> None:
        self._head += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._head += (b"" if self._is_in_value else b": ") + data[start:end]
        self._is_in_value = True  # a value may come in several pieces

    def _end_header(self) -> None:
        self._head += b"\r\n"
        self._is_in_value = False

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._n_written += end - start
        if self._n_written > self._most:
            raise _TooLarge
        self._pending += data[start:end]

    def _end(self) -> None:
        self._is_complete = True


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        is_more = message.get("more_body", False)
        yield message.get("body", b"")


def _may_manage(headers: Headers) -> bool:
    cookies = cookie_parser(headers.get("cookie", ""))
    return standing.access().standing(headers, cookies).may_manage


def _check_space(folder: Path, n_bytes: int) -> None:
    if shutil.disk_usage(folder).free < n_bytes + SPARE_BYTES:
        raise StorageError(storage.NO_SPACE)
