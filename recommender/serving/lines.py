"""Hangs up on clients that hold a connection and ask for nothing.

uvicorn waits for a request's head for as long as a client likes, and Streamlit, which makes the
server, has no setting for it. A few hundred clients that send a byte a second would use up the
process's files. So the class that uvicorn has for connections gets a watch: a head has to be
complete within a time, an answer has to be read, and the lines that wait are few.

Websockets are none of its business: uvicorn asks them for signs of life itself.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

HEAD_S = 10.0  # from the first byte, or from the connection, to the end of the headers
UNREAD_S = 60.0  # in which a client takes nothing of its answer
MAX_WAITING = 256  # connections without a whole request; one more, and the oldest is cut off


class Lines:
    """Connections that somebody has to get on with; of one event loop.

    Parameters
    ----------
    head_s, unread_s : seconds until a connection is cut off
    most : connections that may wait for the rest of a request at once
    """

    def __init__(
        self, head_s: float = HEAD_S, unread_s: float = UNREAD_S, most: int = MAX_WAITING
    ) -> None:
        self._head_s, self._unread_s, self._most = head_s, unread_s, most
        self._waiting: dict[asyncio.Transport, asyncio.TimerHandle] = {}
        self._unread: dict[asyncio.Transport, asyncio.TimerHandle] = {}

    def watch(self, protocol: type[Any]) -> None:
        """Watch all connections that a class of uvicorn's HTTP protocols will serve."""
        _after(protocol, "connection_made", self._look)
        _after(protocol, "data_received", self._look)
        _after(protocol, "connection_lost", self._forget)
        _after(protocol, "pause_writing", self._begin_to_read)
        _after(protocol, "resume_writing", self._go_on_reading)

    def _look(self, connection: Any) -> None:
        transport: asyncio.Transport = connection.transport
        if not _is_waiting(connection):
            _cancel(self._waiting, transport)
        elif transport not in self._waiting:
            if len(self._waiting) >= self._most:
                self._cut_off(next(iter(self._waiting)))
            self._waiting[transport] = connection.loop.call_later(
                self._head_s, self._cut_off, transport
            )

    def _begin_to_read(self, connection: Any) -> None:
        transport: asyncio.Transport = connection.transport
        _cancel(self._unread, transport)
        self._unread[transport] = connection.loop.call_later(
            self._unread_s, self._cut_off, transport
        )

    def _go_on_reading(self, connection: Any) -> None:
        _cancel(self._unread, connection.transport)

    def _forget(self, connection: Any) -> None:
        _cancel(self._waiting, connection.transport)
        _cancel(self._unread, connection.transport)

    def _cut_off(self, transport: asyncio.Transport) -> None:
        _cancel(self._waiting, transport)
        _cancel(self._unread, transport)
        transport.abort()  # to close in peace would wait for the client once more


@cache  # once is enough
def watch_connections() -> None:
    """Watch the connections of the server that runs in this process."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    Lines().watch(AutoHTTPProtocol)


def _is_waiting(connection: Any) -> bool:
    """Whether the server waits for the rest of a request's head, or of a body nobody reads."""
    transport: asyncio.Transport = connection.transport
    is_http = transport.get_protocol() is connection  # else it has become a websocket
    is_asked = connection.cycle is not None and not connection.cycle.response_complete
    return is_http and not is_asked and not transport.is_closing()


def _after(protocol: type[Any], name: str, look: Callable[[Any], None]) -> None:
    inherited = getattr(protocol, name)

    def method(connection: Any, *arguments: Any) -> None:
        inherited(connection, *arguments)
        look(connection)

    setattr(protocol, name, method)


def _cancel(
    timers: dict[asyncio.Transport, asyncio.TimerHandle], transport: asyncio.Transport
) -> None:
    timer = timers.pop(transport, None)
    if timer is not None:
        timer.cancel()
