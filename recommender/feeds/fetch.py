"""Pictures from the network, fetched only when asked, and never from inside a private network.

A name is resolved once, every address that it has is checked, and the connection goes to exactly a
checked address: a second answer of the name server cannot lead elsewhere.
"""

import contextlib
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias
from urllib.parse import urljoin, urlsplit

from recommender.errors import ImageError
from recommender.images import BYTES_PER_MB, DEFAULT_LIMITS

if TYPE_CHECKING:
    import urllib3

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
OK = 200
JOURNAL = "fetched.jsonl"  # beside a catalogue, while it is imported
CHUNK_BYTES = 64 * 1024
FETCHES_AT_ONCE = 8
USER_AGENT = "lookalike-import"
# Addresses of IPv6 that hold one of IPv4: NAT64, and its local variant
TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48")))


Fetch: TypeAlias = Callable[[str], bytes]


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """How long and how much a fetch may take.

    Attributes
    ----------
    connect_s, read_s : the longest silence
    total_s : of one attempt, redirects included
    max_bytes : of the answer
    n_retries : after answers and failures that may pass; each waits twice as long as the last
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    max_bytes: int = DEFAULT_LIMITS.max_bytes
    max_redirects: int = 5
    n_retries: int = 2
    first_wait_s: float = 0.5


class Journal:
    """What an import has fetched already, so that one that was killed asks for nothing twice.

    Parameters
    ----------
    folder : of the catalogue, whose `images/` hold what was fetched
    get : fetches a link
    """

    def __init__(self, folder: Path, get: Fetch) -> None:
        self._folder = folder
        self._file = folder / JOURNAL
        self._get = get
        self._images: dict[str, str] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # a kill may have left half a line
                    link, image = json.loads(line)
                    self._images[link] = image
        self._stream = self._file.open("a", encoding="utf-8")
        self._stream.write("\n")  # after half a line
        self._pool = ThreadPoolExecutor(FETCHES_AT_ONCE)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._stream.close()
        if kind is None:  # the next import is to see what has changed
            self._file.unlink(missing_ok=True)

    def ask(self, link: str) -> "Future[bytes]":
        """The bytes of a link, once they are there."""
        return self._pool.submit(self._read, link)

    def note(self, link: str, image: str) -> None:
        """Remember that a link's picture is kept as `image`, a path relative to the folder."""
        with self._lock:
            self._stream.write(json.dumps([link, image]) + "\n")
            self._stream.flush()

    def _read(self, link: str) -> bytes:
        try:
            return (self._folder / self._images[link]).read_bytes()
        except (KeyError, OSError):
            return self._get(link)


class _Transient(Exception):
    """What may work at the next attempt."""


def is_link(picture: str) -> bool:
    """Whether a feed's picture has to be fetched."""
    return "://" in picture or picture.startswith("//")


def is_public(address: Address) -> bool:
    """Whether an address lies outside of all private, local and reserved networks."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if hidden is not None:
            return is_public(hidden)
        if any(address in network for network in TRANSLATED) or address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def fetch(
    link: str,
    *,
    limits: FetchLimits | None = None,
    is_allowed: Callable[[Address], bool] = is_public,
) -> bytes:
    """A file's bytes.

    Parameters
    ----------
    is_allowed : which addresses may be connected to

    Raises
    ------
    ImageError : it is no http or https link, leads where it may not, is too large, too slow, or
        does not answer
    """
    limits = limits or FetchLimits()
    for attempt in range(limits.n_retries + 1):
        if attempt:
            time.sleep(limits.first_wait_s * 2 ** (attempt - 1))
        try:
            return _follow(link, limits, is_allowed)
        except _Transient as error:
            reason = str(error)
    raise ImageError(f"{link} could not be fetched: {reason}")


def _follow(link: str, limits: FetchLimits, is_allowed: Callable[[Address], bool]) -> bytes:
    """The answer, redirects followed and checked one by one."""
    end = time.monotonic() + limits.total_s
    here = link
    for _ in range(limits.max_redirects + 1):
        answer = _ask(here, limits, is_allowed)
        try:
            if answer.status in REDIRECTS:
                here = urljoin(here, answer.headers.get("Location", ""))
                continue
            if answer.status in TRANSIENT:
                raise _Transient(f"the server answered {answer.status}")
            if answer.status != OK:
                raise ImageError(f"{link} could not be fetched: the server said {answer.status}")
            return _read(answer, link, limits, end)
        finally:
            answer.release_conn()
            answer.close()
    raise ImageError(f"{link} could not be fetched: it is redirected again and again")


def _ask(
    link: str, limits: FetchLimits, is_allowed: Callable[[Address], bool]
) -> "urllib3.BaseHTTPResponse":
    import urllib3  # a tenth of a second; most imports fetch nothing

    try:
        parts = urlsplit(link)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise ImageError(f"{link!r} is not a link: {error}") from error
    if scheme not in PORTS or not host:
        raise ImageError(f"{link!r} is not a link that starts with http:// or https://")
    address = _resolve(host, port or PORTS[scheme], is_allowed)
    timeout = urllib3.Timeout(connect=limits.connect_s, read=limits.read_s)
    pool: urllib3.HTTPConnectionPool
    if scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    written = f"[{host}]" if ":" in host else host
    headers = {
        "Host": f"{written}:{port}" if port else written,
        "User-Agent": USER_AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",  # a packed answer could unpack to anything
    }
    try:
        return pool.urlopen(
            "GET",
            urllib3.util.parse_url(target).request_uri,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
    except urllib3.exceptions.SSLError as error:
        raise ImageError(f"{link} could not be fetched: its certificate is not valid") from error
    except urllib3.exceptions.HTTPError as error:
        raise _Transient(_reason(error)) from error


def _resolve(host: str, port: int, is_allowed: Callable[[Address], bool]) -> str:
    """The address to connect to, all of the name's addresses having been checked."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Transient(f"there is no computer of the name {host!r}") from error
    addresses = [str(answer[4][0]) for answer in answers]
    for text in addresses:
        # an address with a zone, such as fe80::1%eth0, is of the local link
        if "%" in text or not is_allowed(ipaddress.ip_address(text)):
            raise ImageError(f"{host} lies in a private or reserved network: it is not fetched")
    return addresses[0]


def _read(answer: "urllib3.BaseHTTPResponse", link: str, limits: FetchLimits, end: float) -> bytes:
    import urllib3

    data = bytearray()
    try:
        # read1 returns what is there: a server that sends byte after byte meets the time limit
        while chunk := answer.read1(CHUNK_BYTES, decode_content=False):
            data += chunk
            if len(data) > limits.max_bytes:
                raise ImageError(
                    f"{link} has more than the {limits.max_bytes / BYTES_PER_MB:.0f} MB allowed"
                )
            if time.monotonic() > end:
                raise _Transient(f"it took longer than {limits.total_s:.0f} s")
    except urllib3.exceptions.HTTPError as error:
        raise _Transient(_reason(error)) from error
    return bytes(data)


def _reason(error: Exception) -> str:
    import urllib3

    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "the server is too slow"
    return "the connection failed"
