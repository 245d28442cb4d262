"""A picture out of a request's body; it stays in memory and is gone with the request."""

from collections.abc import AsyncGenerator

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
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM and not kind.startswith("image/") and kind != "application/octet-stream":
        raise Refused(415, f"a picture must come as {ACCEPTED}")
    body = await _read(request, limits)
    return await _from_form(request, body) if kind == FORM else body


async def _read(request: Request, limits: Limits) -> bytes:
    too_large = Refused(
        413, f"the body may have at most {limits.max_body_bytes // BYTES_PER_MB} MB"
    )
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limits.max_body_bytes:
        raise too_large
    parts = bytearray()
    try:
        with anyio.fail_after(limits.max_upload_s):
            async for part in request.stream():
                parts += part
                if len(parts) > limits.max_body_bytes:  # what was declared may be a lie
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
