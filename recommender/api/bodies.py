"""Reads a request's body, a picture or JSON; it stays in memory and is gone with the request."""

import json
import typing
from collections.abc import AsyncGenerator
from typing import Any

import anyio
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.images import BYTES_PER_MB

FIELD = "picture"
MAX_NAME = 40  # characters of a field's name in a message
FORM = "multipart/form-data"
JSON_TYPES = ("application/json", "text/plain")
MAX_JSON_KB = 16
RAW = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
ACCEPTED = f"{FORM} with a file named {FIELD!r}, or the picture itself as image/*"


class _InMemory(MultiPartParser):
    """Starlette's parser, which would put files of more than a megabyte on the disk."""

    spool_max_size = 0  # of `tempfile.SpooledTemporaryFile`: never


async def read_picture(request: Request, limits: Limits) -> bytes:
    """Bytes of the picture in a request, however it was sent.

    Raises
    ------
    Refused : the body is too large, too slow, or of another type
    """
    kind = _content_type(request)
    if kind != FORM and not kind.startswith("image/") and kind != "application/octet-stream":
        raise Refused(415, f"a picture must come as {ACCEPTED}")
    too_large = f"the body may have at most {limits.max_body_bytes // BYTES_PER_MB} MB"
    body = await _read(request, limits, limits.max_body_bytes, too_large)
    return await _from_form(request, body) if kind == FORM else body


async def read_json(request: Request, kind: type, limits: Limits) -> Any:
    """Return a request's JSON as an instance of a dataclass of texts and tuples of texts.

    Raises
    ------
    Refused : the body is too large, too slow, of another type, or holds something else
    """
    if _content_type(request) not in JSON_TYPES:
        raise Refused(415, f"the body must come as {JSON_TYPES[0]}")
    too_large = f"the body may have at most {MAX_JSON_KB} kB"
    body = await _read(request, limits, MAX_JSON_KB << 10, too_large)
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is no JSON") from None
    hints = typing.get_type_hints(kind)
    if not isinstance(values, dict) or set(values) != set(hints):
        raise Refused(400, f"the body must be an object with {', '.join(hints)}")
    return kind(**{name: _text_or_texts(name, values[name], hints[name]) for name in hints})


def _text_or_texts(name: str, value: object, annotation: object) -> str | tuple[str, ...]:
    if annotation is str:
        if not isinstance(value, str):
            raise Refused(400, f"{name} must be a text")
        return value
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Refused(400, f"{name} must be a list of texts")
    return tuple(value)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _read(request: Request, limits: Limits, most_bytes: int, sentence: str) -> bytes:
    too_large = Refused(413, sentence)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most_bytes:
        raise too_large
    parts = bytearray()
    try:
        with anyio.fail_after(limits.max_upload_s):
            async for part in request.stream():
                parts += part
                if len(parts) > most_bytes:  # what was declared may be a lie
                    raise too_large
    except TimeoutError:
        sentence = f"the body did not arrive within {limits.max_upload_s:.0f} seconds"
        raise Refused(408, sentence) from None
    except ClientDisconnect:
        raise Refused(400, "the body did not arrive") from None
    return bytes(parts)


async def _from_form(request: Request, body: bytes) -> bytes:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await _InMemory(request.headers, stream(), max_files=1, max_fields=20).parse()
    except (MultiPartException, KeyError, ValueError, UnicodeError) as error:
        raise Refused(400, "the form is damaged, or holds more than one file") from error
    try:
        others = sorted({name for name in form if name != FIELD})
        if others:
            raise Refused(
                400,
                f"there is no form field {others[0][:MAX_NAME]!r}; there is: {FIELD}; "
                "parameters stand in the address",
            )
        picture = form.get(FIELD)
        if not isinstance(picture, UploadFile):
            raise Refused(400, f"the form must hold a file named {FIELD!r}")
        return await picture.read()
    finally:
        await form.close()
