"""Ends a fetch whose time is over."""

import contextlib
import socket
import threading
import time
from typing import Self

WATCH_S = 0.1  # between two looks at whether a fetch has taken too long


class Watch:
    """Cuts the connections of a fetch when its time is over, whatever the server is doing.

    Time limits of sockets count silence only: a server that sends header after header, or says
    "100 Continue" for ever, would meet none of them.

    Parameters
    ----------
    total_s : for the fetch as a whole
    stopped : set by whoever gives all fetches up

    Attributes
    ----------
    has_ended : whether the connections were cut
    """

    def __init__(self, total_s: float, stopped: threading.Event) -> None:
        self._end = time.monotonic() + total_s
        self._stopped = stopped
        self._done = threading.Event()
        self._sockets: list[socket.socket] = []
        self.has_ended = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def watched(self, kind: type) -> type:
        """A class of connections whose sockets are known here."""
        sockets = self._sockets

        class Watched(kind):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                made: socket.socket = super()._new_conn()
                sockets.append(made.dup())  # TLS takes the socket itself over
                return made

        return Watched

    def _run(self) -> None:
        while not self._done.wait(WATCH_S):
            if self._stopped.is_set() or time.monotonic() > self._end:
                self.has_ended = True
                for each in list(self._sockets):
                    with contextlib.suppress(OSError):  # the server may have hung up
                        each.shutdown(socket.SHUT_RDWR)
        for each in self._sockets:
            each.close()
