"""Refuses requests that a browser was tricked into sending.

A site can point a name of its own at 127.0.0.1 and then talk to a server on the visitor's computer
as if it were the same origin (DNS rebinding). Such a request carries the attacker's name in its
`Host`, so the server answers only to names that cannot be the attacker's: loopback names, the
address that the request arrived at, and names that the owner lists in `$LOOKALIKE_HOSTS`.

References: Jackson et al., "Protecting browsers from DNS rebinding attacks", ACM CCS 2007.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender.errors import RecommenderError

HOSTS = "LOOKALIKE_HOSTS"
HOST_NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:]+")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LOCAL = "x-lookalike-local"
FORWARDING = (  # a proxy adds at least one of them, unless it was told not to
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
)
PRIVATE = ("/_stcore/metrics",)  # says how busy the server is, and with what
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MISDIRECTED, FORBIDDEN, NOT_FOUND, POLICY_VIOLATION = 421, 403, 404, 1008


@dataclass(frozen=True, kw_only=True)
class AllowedHosts:
    """Names that the server answers to.

    Attributes
    ----------
    names : host names in lower case, without ports; `*.shop.example` stands for all names below
    origins : web origins whose pages may send requests that change something or open a websocket,
        beside the server's own, such as "https://shop.example"
    """

    names: frozenset[str] = LOOPBACK_NAMES
    origins: frozenset[str] = frozenset()

    @classmethod
    def from_environment(cls, origins: Iterable[str] = ()) -> Self:
        """Read the owner's names from `$LOOKALIKE_HOSTS`, separated by commas.

        Raises
        ------
        RecommenderError : an entry is not a host name
        """
        listed = [name.strip().lower() for name in os.environ.get(HOSTS, "").split(",")]
        names = {name for name in listed if name}
        for name in names:
            if not HOST_NAME.fullmatch(name):
                raise RecommenderError(
                    f"{HOSTS} must list host names without ports, like shop.example; got {name!r}"
                )
        return cls(names=LOOPBACK_NAMES | names, origins=frozenset(origins))

    def accept_host(self, host: str | None, arrived_at: str | None) -> bool:
        """Return whether a request's `Host` names this server.

        Parameters
        ----------
        host : the header, with or without a port
        arrived_at : address of the socket that took the request. Beyond the loopback the server
            answers to it and to the machine's own name, which nobody else can own
        """
        name = _split_host(host or "")
        if name is None:
            return False
        if name in self.names:
            return True
        if not is_loopback(arrived_at) and name in {arrived_at, *_machine_names()}:
            return True
        return any(name.endswith(each[1:]) for each in self.names if each.startswith("*."))

    def accept_origin(self, origin: str | None, host: str | None) -> bool:
        """Return whether a page of `origin` may change something here, or open a websocket.

        Programs send no `Origin`; browsers always do, and cannot be made to lie by a page.
        """
        if origin is None or origin in self.origins:
            return True
        return urlsplit(origin).netloc.lower() == (host or "").lower()


class HostGuard:
    """ASGI middleware that refuses foreign hosts and origins before anything else runs.

    It also notes in the header `LOCAL` whether a request came from this computer, straight and to
    a loopback name, because a page that Streamlit runs later sees headers and nothing else of the
    connection. A client cannot set that header: the guard takes out what came in.
    """

    def __init__(self, app: ASGIApp, allowed: AllowedHosts) -> None:
        self._app, self._allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an acceptable request on; answer any other with one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(_with_note(scope), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            status, sentence = refusal
            await PlainTextResponse(sentence, status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        server = scope.get("server")
        if not self._allowed.accept_host(host, server[0] if server else None):
            return (
                MISDIRECTED,
                f"This server does not answer to that name; its owner can allow it in {HOSTS}.",
            )
        if scope["path"].endswith(PRIVATE) and not _is_local(scope):
            return NOT_FOUND, "There is nothing here."
        is_changing = scope["type"] == "websocket" or scope["method"] in CHANGING
        if is_changing and not self._allowed.accept_origin(origin, host):
            return FORBIDDEN, "Pages of other sites may not do that here."
        return None


def _with_note(scope: Scope) -> Scope:
    name = LOCAL.encode()
    headers = [(key, value) for key, value in scope["headers"] if key != name]
    return {**scope, "headers": [*headers, (name, b"1" if _is_local(scope) else b"0")]}


def _is_local(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    ends = (scope.get("client"), scope.get("server"))
    return (
        all(end is not None and is_loopback(end[0]) for end in ends)
        and is_loopback(_split_host(headers.get("host", "")))
        and not any(name in headers for name in FORWARDING)
    )


def is_loopback(address: str | None) -> bool:
    """Return whether an address, or the name "localhost", stands for this computer alone."""
    if not address:
        return False
    name = address.strip("[]").lower()
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _split_host(host: str) -> str | None:
    """The name in a `Host` header, in lower case; None if it is malformed."""
    try:
        parsed = urlsplit(f"//{host}")
        _ = parsed.port  # raises for a port that is none
    except ValueError:
        return None
    is_bare = not (parsed.path or parsed.query or parsed.fragment or "@" in parsed.netloc)
    name = (parsed.hostname or "").rstrip(".")
    return name if is_bare and name else None


@cache
def _machine_names() -> frozenset[str]:
    machine = socket.gethostname().lower()
    return frozenset({machine, f"{machine}.local"})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
