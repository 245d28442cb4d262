"""Bounds the uploads that Streamlit keeps in memory for its sessions.

Streamlit holds every uploaded file until its session ends, and asks only how large each one is. So
what a session held longest is dropped once it brings more than a page ever needs at a time, and
all sessions together have a bound as well. What is larger than a photo never comes here from those
who may bring it: `reception` streams it to disk.
"""

import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from recommender.ui.shared.sizes import MAX_PHOTO_MB

MB = 1 << 20
MAX_SESSION_BYTES = 2 * MAX_PHOTO_MB * MB  # one, and the one that replaces it
MAX_HELD_BYTES = 512 * MB
FRAMING_BYTES = MB  # a body's headers and borders
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
RETRY_AFTER_S = 60

Manager = Callable[[], MemoryUploadedFileManager | None]


def running_manager() -> MemoryUploadedFileManager | None:
    """The running server's manager of uploads; None before it has started."""
    if not runtime.exists():
        return None
    manager = runtime.get_instance().uploaded_file_mgr
    return manager if isinstance(manager, MemoryUploadedFileManager) else None


class UploadGuard:
    """ASGI middleware in front of Streamlit's uploads.

    Parameters
    ----------
    manager : gives what holds the uploads
    most_of_session, most : bytes that a session, and all sessions together, may hold
    """

    def __init__(
        self,
        app: ASGIApp,
        manager: Manager = running_manager,
        most_of_session: int = MAX_SESSION_BYTES,
        most: int = MAX_HELD_BYTES,
    ) -> None:
        self._app, self._manager = app, manager
        self._most_of_session, self._most = most_of_session, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make room for an upload, or say why there is none."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope), found[1])
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers, session: str) -> PlainTextResponse | None:
        declared = headers.get("content-length", "")
        if not (declared.isascii() and declared.isdigit()):
            return PlainTextResponse("An upload must say how large it is.", 411)
        n_bytes = int(declared)
        if n_bytes > MAX_PHOTO_MB * MB + FRAMING_BYTES:
            return too_large(MAX_PHOTO_MB)
        manager = self._manager()
        if manager is None:
            return None
        drop_oldest(manager, session, self._most_of_session - n_bytes)
        if n_held(manager) + n_bytes > self._most:
            return PlainTextResponse(
                "The server holds as many uploads as it can; try again later.",
                503,
                {"Retry-After": str(RETRY_AFTER_S)},
            )
        return None


def too_large(most_mb: int) -> PlainTextResponse:
    """The answer to a body above a limit."""
    return PlainTextResponse(f"At most {most_mb} MB can be uploaded here.", 413)


def n_held(manager: MemoryUploadedFileManager) -> int:
    """Bytes of all uploads that are held."""
    sessions = list(manager.file_storage.values())
    return sum(len(file.data) for files in sessions for file in list(files.values()))


def drop_oldest(manager: MemoryUploadedFileManager, session: str, most: int) -> None:
    """Drop a session's uploads, the oldest first, until at most so many bytes are left."""
    files = list(manager.file_storage.get(session, {}).values())
    n_left = sum(len(file.data) for file in files)
    for file in files:
        if n_left <= most:
            return
        manager.remove_file(session, file.file_id)
        n_left -= len(file.data)
