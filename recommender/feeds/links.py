"""Pictures as feeds name them: paths, links, data in the feed itself, and lists of these."""

import base64
import binascii
import re
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from recommender.errors import ImageError
from recommender.images import SUFFIXES

LINK = re.compile(r"(?:https?:)?//|data:|www\.", re.IGNORECASE)
SEPARATORS = re.compile(r"\s*[,;|\n\r\t]\s*|\s+(?=(?:https?:)?//)", re.IGNORECASE)
LONGEST_NAME = 80  # characters of a picture's name in a message


def is_link(picture: str) -> bool:
    """Whether a feed's picture has to be fetched."""
    return "://" in picture or picture.startswith("//")


def is_data(picture: str) -> bool:
    """Whether a feed holds the picture itself, as a `data:` link."""
    return picture[:5].lower() == "data:"


def split_pictures(text: str) -> list[str]:
    """Pictures of a list.

    Links and names may hold the signs that separate them: a list of links is split only where
    another link begins, a list of names where both sides end as a picture's name does.
    """
    text = text.strip()
    if not text or is_data(text):
        return [text] if text else []
    found: list[str] = []
    current, position = "", 0
    for separator in SEPARATORS.finditer(text):
        following = text[separator.end() :]
        current += text[position : separator.start()]
        if _ends_before(current, separator.group(), following):
            found.append(current)
            current = ""
        else:
            current += separator.group()
        position = separator.end()
    found.append(current + text[position:])
    return [each for each in map(_tidy, found) if each]


def read_data(picture: str) -> bytes:
    """Bytes of a `data:` link; raises `ImageError` if it holds none."""
    kind, comma, data = picture[5:].partition(",")
    if not comma:
        raise ImageError("its picture is a data: link that holds nothing")
    raw = unquote_to_bytes(data)
    if not kind.lower().endswith(";base64"):
        return raw
    try:
        packed = re.sub(rb"\s+", b"", raw)
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error as error:
        raise ImageError("its picture is a data: link that is cut or damaged") from error


def shortened(picture: str) -> str:
    """A picture's name as a message can hold it."""
    if is_data(picture):
        return "data: link"
    if len(picture) <= LONGEST_NAME:
        return picture
    half = LONGEST_NAME // 2
    return f"{picture[:half]}…{picture[-half:]}"


def _ends_before(current: str, separator: str, following: str) -> bool:
    """Whether a picture ends where a separator stands."""
    if not current.strip() or not following.strip() or LINK.match(following):
        return True
    if "\n" in separator or "\r" in separator:
        return True
    if LINK.match(current.strip()):
        return False
    next_name = SEPARATORS.split(following, maxsplit=1)[0]
    return _is_picture_name(current) and any(
        _is_picture_name(each) for each in (next_name, following)
    )


def _is_picture_name(text: str) -> bool:
    return PurePosixPath(text.strip().replace("\\", "/")).suffix.lower() in SUFFIXES


def _tidy(picture: str) -> str:
    """A link made whole: `//host` and `www.` are https."""
    picture = picture.strip().strip(",;|").strip()
    if not LINK.match(picture) or is_data(picture):
        return picture
    if picture.startswith("//"):
        picture = "https:" + picture
    elif picture[:4].lower() == "www.":
        picture = "https://" + picture
    return picture.replace("&amp;", "&")  # other entities are parameters: "&copy=1"
