"""Answers that a client may keep, and asks about by their ETag."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

N_DIGITS = 32


def kept(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """Return an answer that may be kept, or word that the one that is kept still holds."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:N_DIGITS]}"'  # weak: it may be sent zipped
    known = [each.strip() for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers={**headers, "ETag": tag})
    return Response(body, media_type=media_type, headers={**headers, "ETag": tag})
