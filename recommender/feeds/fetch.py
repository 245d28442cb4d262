"""Pictures from the network, fetched only when asked, and never from inside a private network.

A name is resolved once, every address that it has is checked, and the connection goes to exactly a
checked address: a second answer of the name server cannot lead elsewhere.
"""

import ipaddress
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urljoin, urlsplit

from recommender.errors import ImageError, RecommenderError
from recommender.feeds.addresses import Address, is_own, is_public
from recommender.feeds.links import shortened
from recommender.feeds.text import clean
from recommender.feeds.watch import Watch
from recommender.images import BYTES_PER_MB, DEFAULT_LIMITS

if TYPE_CHECKING:
    import urllib3

PORTS = {"http": 80, "https": 443}
MORE_PORTS = "LOOKALIKE_FETCH_PORTS"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
OK = 200
CHUNK_BYTES = 64 * 1024
USER_AGENT = "lookalike-import"
PATH_SIGNS = "/%:@!$&'()*+,;=~-._[]|"  # of links, beside letters and digits


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """Limits of a fetch, in time and size.

    Attributes
    ----------
    connect_s, read_s : the longest silence
    total_s : of one attempt, redirects included
    max_bytes : of the answer
    n_retries : after answers and failures that may pass; each waits twice as long as the last
    ports : that may be asked; None allows all
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    max_bytes: int = DEFAULT_LIMITS.max_bytes
    max_redirects: int = 5
    n_retries: int = 2
    first_wait_s: float = 0.5
    ports: frozenset[int] | None = frozenset(PORTS.values())

    @classmethod
    def chosen(cls) -> Self:
        """The usual limits, with the ports that the owner of this machine allows beside them."""
        text = os.environ.get(MORE_PORTS, "")
        try:
            more = frozenset(int(port) for port in text.replace(",", " ").split())
        except ValueError as error:
            raise RecommenderError(f"{MORE_PORTS} must list ports, got {text!r}") from error
        return cls(ports=frozenset(PORTS.values()) | more)


class _Transient(Exception):
    """A failure that the next attempt may not meet."""


@dataclass(frozen=True, kw_only=True)
class _Target:
    """A link in parts; its path in the characters that the network knows."""

    scheme: str
    host: str
    port: int
    is_usual: bool
    path: str


class Fetcher:
    """Fetches links, within limits; many threads may share one.

    Parameters
    ----------
    is_allowed : which addresses may be connected to
    """

    def __init__(
        self,
        limits: FetchLimits | None = None,
        is_allowed: Callable[[Address], bool] = is_public,
    ) -> None:
        self._limits = limits or FetchLimits.chosen()
        self._is_allowed = is_allowed
        self._stopped = threading.Event()

    def __call__(self, link: str) -> bytes:
        """A file's bytes.

        Raises
        ------
        ImageError : it is not an http or https link, leads where it may not, is too large, too
            slow, or does not answer
        """
        reason = "it was given up"
        for attempt in range(self._limits.n_retries + 1):
            if attempt and self._stopped.wait(self._limits.first_wait_s * 2 ** (attempt - 1)):
                break
            if self._stopped.is_set():
                break
            try:
                return self._follow(link)
            except _Transient as error:
                reason = str(error)
        raise ImageError(f"{shortened(link)} could not be fetched: {reason}")

    def stop(self) -> None:
        """Give up what is being fetched, at once."""
        self._stopped.set()

    def _follow(self, link: str) -> bytes:
        """The answer, redirects followed and checked one by one, all of them in one time limit."""
        here = link
        with Watch(self._limits.total_s, self._stopped) as watch:
            try:
                for _ in range(self._limits.max_redirects + 1):
                    answer = self._ask(here, watch)
                    try:
                        if answer.status in REDIRECTS:
                            here = _redirected(here, answer.headers.get("Location", ""))
                            continue
                        if answer.status in TRANSIENT:
                            raise _Transient(f"the server answered {answer.status}")
                        if answer.status != OK:
                            raise ImageError(
                                f"{shortened(link)} could not be fetched: "
                                f"the server said {answer.status}"
                            )
                        return self._read(answer, link, watch)
                    finally:
                        answer.release_conn()
                        answer.close()
            except _Transient as error:
                if watch.has_ended:
                    limit = f"it took longer than {self._limits.total_s:.0f} s"
                    raise _Transient(limit) from error
                raise
        raise ImageError(
            f"{shortened(link)} could not be fetched: it is redirected again and again"
        )

    def _ask(self, link: str, watch: Watch) -> "urllib3.BaseHTTPResponse":
        import urllib3  # a tenth of a second; most imports fetch nothing

        target = _parse(link)
        address = self._resolve(target)
        limits = self._limits
        timeout = urllib3.Timeout(connect=limits.connect_s, read=limits.read_s)
        pool: urllib3.HTTPConnectionPool
        if target.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address,
                target.port,
                timeout=timeout,
                server_hostname=target.host,
                assert_hostname=target.host,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, target.port, timeout=timeout)
        pool.ConnectionCls = watch.watched(pool.ConnectionCls)
        written = f"[{target.host}]" if ":" in target.host else target.host
        headers = {
            "Host": written if target.is_usual else f"{written}:{target.port}",
            "User-Agent": USER_AGENT,
            "Accept": "image/*",
            "Accept-Encoding": "identity",  # a packed answer could unpack to anything
        }
        try:
            return pool.urlopen(
                "GET",
                target.path,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except urllib3.exceptions.SSLError as error:
            if watch.has_ended:
                raise _Transient(_reason(error)) from error
            raise ImageError(
                f"{shortened(link)} could not be fetched: its certificate is not valid"
            ) from error
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _Transient(_reason(error)) from error

    def _resolve(self, target: _Target) -> str:
        """The address to connect to, all of the name's addresses having been checked."""
        try:
            answers = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise _Transient(f"there is no computer of the name {target.host!r}") from error
        addresses = [str(answer[4][0]) for answer in answers]
        for text in addresses:
            # an address with a zone, such as fe80::1%eth0, is of the local link
            if "%" in text or not self._is_allowed(ipaddress.ip_address(text)):
                raise ImageError(
                    f"{target.host} lies in a private or reserved network: it is not fetched"
                )
            if self._is_allowed is is_public and is_own(text):
                raise ImageError(f"{target.host} is this machine itself: it is not fetched")
        if self._limits.ports is not None and target.port not in self._limits.ports:
            raise ImageError(
                f"{target.host}:{target.port} is not fetched: of ports, only "
                f"{', '.join(map(str, sorted(self._limits.ports)))} are ({MORE_PORTS} allows more)"
            )
        return addresses[0]

    def _read(self, answer: "urllib3.BaseHTTPResponse", link: str, watch: Watch) -> bytes:
        import urllib3

        data = bytearray()
        max_bytes = self._limits.max_bytes
        try:
            # read1 returns what is there: a server that sends byte after byte meets the time limit
            while chunk := answer.read1(CHUNK_BYTES, decode_content=False):
                data += chunk
                if len(data) > max_bytes:
                    raise ImageError(
                        f"{shortened(link)} has more than the "
                        f"{max_bytes / BYTES_PER_MB:.0f} MB allowed"
                    )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _Transient(_reason(error)) from error
        if watch.has_ended:  # what was cut reads like an answer without a length
            raise _Transient("it was given up")
        return bytes(data)


def fetch(
    link: str,
    *,
    limits: FetchLimits | None = None,
    is_allowed: Callable[[Address], bool] = is_public,
) -> bytes:
    """One link's bytes; see `Fetcher`."""
    return Fetcher(limits, is_allowed)(link)


def _parse(link: str) -> _Target:
    try:
        parts = urlsplit(clean(link))
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:
        raise ImageError(f"{shortened(link)!r} is not a link: {error}") from error
    if scheme not in PORTS or not host:
        raise ImageError(f"{shortened(link)!r} is not a link that starts with http:// or https://")
    # a path may begin with two slashes: it stays as it is but for signs that no request may hold
    path = quote(parts.path or "/", safe=PATH_SIGNS)
    query = f"?{quote(parts.query, safe=PATH_SIGNS + '?')}" if parts.query else ""
    return _Target(
        scheme=scheme,
        host=host,
        port=port or PORTS[scheme],
        is_usual=port in (None, PORTS[scheme]),
        path=path + query,
    )


def _redirected(here: str, location: str) -> str:
    try:
        return urljoin(here, clean(location))
    except ValueError as error:
        raise ImageError(
            f"{shortened(here)} could not be fetched: it is redirected to {shortened(location)!r}"
        ) from error


def _reason(error: Exception) -> str:
    import urllib3

    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "the server is too slow"
    return "the connection failed"
