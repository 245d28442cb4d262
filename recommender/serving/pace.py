"""Gives up on bodies that come too slowly, whoever reads them."""

import asyncio

from starlette.types import Message, Receive

GRACE_S = 40.0  # longer than the API's own limit, which says so in its own words
LEAST_PER_S = 32 << 10  # bytes of a body, on average, after that


class Pace:
    """Receives a body for as long as it keeps to a pace; for one request.

    Every moment a body must have brought `least_per_s` bytes for each second past the first
    `grace_s`, so that neither silence nor a byte a second holds anything for long.

    Parameters
    ----------
    receive : of the request
    """

    def __init__(
        self, receive: Receive, grace_s: float = GRACE_S, least_per_s: float = LEAST_PER_S
    ) -> None:
        self._receive, self._grace_s, self._least_per_s = receive, grace_s, least_per_s
        self._started: float | None = None
        self._n_read, self._is_whole = 0, False

    async def receive(self) -> Message:
        """Return the next message; raises `TimeoutError` if the body is late.

        What comes after the body, such as word that the client has gone, is waited for without end.
        """
        if self._is_whole:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        if self._started is None:
            self._started = now
        due = self._started + self._grace_s + self._n_read / self._least_per_s
        async with asyncio.timeout_at(due):
            message = await self._receive()
        self._n_read += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message
