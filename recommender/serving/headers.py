"""Tells browsers how little a page may do, whatever text a catalogue brought into it.

References: W3C, "Content Security Policy Level 3"; OWASP, "HTTP Security Response Headers".
"""

import os
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EMBEDDERS = "LOOKALIKE_EMBED_ORIGINS"
# Streamlit's page draws with inline styles, starts workers from blobs and compiles charts with
# eval; scripts, pictures and connections come from this server alone.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # addresses of this page name products and searches
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}


def embedders() -> tuple[str, ...]:
    """Origins whose pages may show this one in a frame, from `$LOOKALIKE_EMBED_ORIGINS`."""
    listed = os.environ.get(EMBEDDERS, "").split(",")
    return tuple(origin.strip() for origin in listed if origin.strip())


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer that does not set them itself.

    Parameters
    ----------
    framed_by : origins whose pages may show this server's pages in a frame
    """

    def __init__(self, app: ASGIApp, framed_by: Iterable[str] = ()) -> None:
        self._app = app
        ancestors = tuple(framed_by)
        policy = POLICY | {"frame-ancestors": " ".join(("'self'", *ancestors))}
        self._headers = ALWAYS | {
            "Content-Security-Policy": "; ".join(f"{key} {value}" for key, value in policy.items())
        }
        if not ancestors:  # older browsers know this one only, and it names no origins
            self._headers["X-Frame-Options"] = "SAMEORIGIN"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers on the way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add)
