"""Bytes to text: encodings, characters that no text holds, HTML in cells.

References: charset-normalizer (Ousret and others) for encodings that no mark tells; WHATWG,
"Named character references", through the standard library's `html`.
"""

import html
import re
from html.parser import HTMLParser

from recommender.errors import CatalogueError

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
WINDOWS, MACINTOSH = "cp1252", "mac_roman"
KNOWN_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "cp932", "gb18030", "cp949", "big5", "cp1253", "cp1254"),
    *("cp1255", "cp1256", "cp1257"),
)
SPOKEN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    WINDOWS: "Windows-1252",
    MACINTOSH: "Macintosh Roman",
    "cp932": "Shift-JIS",
    "gb18030": "GB 18030",
}
LONGEST_RUN = 2  # letters beyond ASCII side by side in a Western word
FEW = 0.1
SAMPLE_BYTES = 200_000  # enough to tell an encoding by
# Letters and signs that Western European texts hold beyond ASCII
ASCII = frozenset(map(chr, range(128)))
LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜàáâãäåæçèéêëìíîïñòóôõöøùúûüÿßŒœŠšŽžŸ")
SIGNS = frozenset("€£¥¢©®™°±²³¹¼½¾«»‹›‘’‚“”„–—…•·×´¨ªº§¡¿\xa0\xad")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
UNREADABLE = re.compile(CONTROLS.pattern.replace("]", "\ufffd]"))
PAIRS = re.compile("[\ud800-\udbff][\udc00-\udfff]")
TAGS = (
    "a abbr article b big blockquote br button center code dd del div dl dt em font footer form "
    "h1 h2 h3 h4 h5 h6 header hr i iframe img input ins label li link main mark meta nav object "
    "ol p pre q s script section small span strike strong style sub sup svg table tbody td tfoot "
    "th thead tr tt u ul video wbr"
)
TAG = re.compile(rf"</?(?:{'|'.join(TAGS.split())})(?:\s[^<>]*)?/?>", re.IGNORECASE)
UNSHOWN = frozenset({"script", "style"})
BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "hr"})
BINARY_SIGNS = (
    (b"PK\x03\x04", "an Excel workbook or a zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"SQLite format 3\x00", "a database"),
)
HOW_TO_SAVE = "save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8)"
MOST_CONTROLS = 0.02  # share of characters; a text has next to none


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Decode a file's bytes.

    The file's mark decides, then UTF-8, then UTF-16 by its zero bytes. Everything else is guessed
    from its letters.

    Returns
    -------
    text : without the mark, and without characters that no text holds
    encoding : as a person calls it

    Raises
    ------
    CatalogueError : it is not text
    """
    kind = next((kind for sign, kind in BINARY_SIGNS if data.startswith(sign)), "")
    if kind:
        raise CatalogueError(f"{name} cannot be read, it is {kind}: {HOW_TO_SAVE}")
    encoding = _encoding_of(data)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    n_controls = len(UNREADABLE.findall(text[:SAMPLE_BYTES]))
    if n_controls > min(len(text) / 2, max(8, MOST_CONTROLS * min(len(text), SAMPLE_BYTES))):
        raise CatalogueError(f"{name} cannot be read as text: {HOW_TO_SAVE}")
    return clean(text), SPOKEN.get(encoding, encoding)


def clean(text: str) -> str:
    """Text without zero bytes, control characters and halves of characters."""
    if not CONTROLS.search(text):
        return text
    joined = PAIRS.sub(_join_pair, text)
    return CONTROLS.sub("", joined)


def plain_text(text: str) -> str:
    """Text of a cell that may hold HTML: entities are resolved, tags are left out."""
    if "&" in text:
        text = clean(html.unescape(html.unescape(text)))  # exports escape twice now and then
    if "<" not in text or not TAG.search(text):
        return text.strip()
    reader = _Reader()
    # a sign of less that opens no tag is a sign of less
    reader.feed(re.sub(r"<(?!/?[a-zA-Z!])", "&lt;", text))
    reader.close()
    return re.sub(r"\s+", " ", "".join(reader.parts)).strip() or _without_brackets(text)


def _join_pair(found: re.Match[str]) -> str:
    return found.group().encode("utf-16", "surrogatepass").decode("utf-16")


def _without_brackets(text: str) -> str:
    """Remove what is in angle brackets, from a text whose tags hide all of it."""
    return re.sub(r"<[^<>]*>", "", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._depth += tag in UNSHOWN
        if tag in BREAKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in UNSHOWN and self._depth > 0
        if tag in BREAKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.parts.append(data)


def _encoding_of(data: bytes) -> str:
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    if marked:
        return marked
    sample = data[:SAMPLE_BYTES]
    if b"\0" in sample:
        wide = _wide_encoding(sample)
        if wide:
            return wide
    if _is_utf8(data):
        return "utf-8"
    return guess_encoding(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without its mark: every other byte of its ASCII characters is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if max(even, odd) < half * 0.2 or min(even, odd) > max(even, odd) * 0.2:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def guess_encoding(data: bytes) -> str:
    """Name of the codec of text that is neither marked nor UTF-8."""
    if b"\r" in data and b"\n" not in data and _is_western(data, MACINTOSH):
        return MACINTOSH
    lines = [line for line in data.splitlines() if not line.isascii()]
    if _is_western(data, WINDOWS) and _stands_among_ascii(lines):
        return WINDOWS
    from charset_normalizer import from_bytes

    sample = b"\n".join(lines)[:SAMPLE_BYTES]
    best = from_bytes(sample, cp_isolation=list(KNOWN_ENCODINGS)).best()
    guessed = WINDOWS if best is None else best.encoding
    return guessed if guessed in KNOWN_ENCODINGS else WINDOWS


def _is_western(data: bytes, encoding: str) -> bool:
    """Whether every character beyond ASCII is one that Western European texts hold."""
    text = data.decode(encoding, errors="replace")
    if set(text) - LETTERS - SIGNS - ASCII:
        return False
    # a sign between two letters is a letter of another encoding: "krzes³o"
    return not re.search(r"[^\W\d_][²³¹¼½¾¢¥¡¿ªº][^\W\d_]", text)


def _stands_among_ascii(lines: list[bytes]) -> bool:
    """Whether letters beyond ASCII come alone, as in Western words, and not word by word."""
    runs = [run for line in lines for run in re.findall(rb"[\x80-\xff]+", line)]
    return sum(len(run) > LONGEST_RUN for run in runs) <= len(runs) * FEW
