"""Sends the page's scripts and styles compressed, each compressed once.

Streamlit sends them as they are: three megabytes before the first picture. Their addresses hold a
hash of their content, so what was compressed stays right for as long as the server runs.
"""

import gzip
from collections.abc import Mapping, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recommender.memo import Memo

FOLDER = "/static/"
ENDINGS = (".js", ".css", ".json", ".svg", ".map")
LEVEL = 9
KEPT_FILES = 512  # all of Streamlit's are about 320, 2 MB compressed
SUCCESS = 200


class Compressed:
    """ASGI middleware; pictures and fonts, which are compressed already, pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files: Memo[str, bytes] = Memo(KEPT_FILES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compress what the application answers, where the client takes it."""
        if not _is_wanted(scope):
            await self._app(scope, receive, send)
            return
        # a part of a file, or one that has not changed, is answered as a whole one
        plain = {**scope, "headers": [each for each in scope["headers"] if not _is_partial(each)]}
        start: MutableMapping[str, Any] = {}
        body = bytearray()

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            headers = MutableHeaders(raw=list(start["headers"]))
            content = bytes(body)
            if start["status"] == SUCCESS and "content-encoding" not in headers:
                content = self._files.get(scope["path"], lambda: gzip.compress(content, LEVEL))
                headers["Content-Encoding"] = "gzip"
                headers["Content-Length"] = str(len(content))
                headers["Vary"] = "Accept-Encoding"
                for name in ("accept-ranges", "etag"):  # these are of the file as it lies there
                    if name in headers:
                        del headers[name]
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": content})

        await self._app(plain, receive, take)


def _is_wanted(scope: Mapping[str, Any]) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith(FOLDER)
        and scope["path"].endswith(ENDINGS)
        and "gzip" in Headers(scope=dict(scope)).get("accept-encoding", "")
    )


def _is_partial(header: tuple[bytes, bytes]) -> bool:
    return header[0].lower() in {b"range", b"if-none-match", b"if-modified-since", b"if-range"}
