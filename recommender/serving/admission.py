"""Bounds the work that strangers start: bytes on their way in, and expensive answers.

Cheap answers (health, kept pictures, neighbours of a product) must not wait behind expensive ones,
so each kind of expensive work has a lane of its own with few workers and a short queue. A request
that finds the queue full hears so at once and is told when to come back.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recommender.errors import RecommenderError
from recommender.serving.clients import household
from recommender.serving.pace import GRACE_S, LEAST_PER_S, Pace

T = TypeVar("T")

MB = 1 << 20
MAX_BYTES_IN_FLIGHT, MAX_CLIENT_BYTES_IN_FLIGHT = 192 * MB, 64 * MB
LEAST_BOOKED = MB // 4  # for any body: so 256 of a client, and 768 in all, can be under way
RETRY_AFTER_S = 2
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Busy(RecommenderError):
    """A lane's queue is full."""

    def __init__(self, retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__("the server is busy; try again in a moment")
        self.retry_after_s = retry_after_s


class Lane:
    """Runs blocking work of one kind on a few threads, with a bounded queue.

    Parameters
    ----------
    n_workers : calls that run at once
    max_waiting : calls that may wait for a worker; one more is refused
    """

    def __init__(self, n_workers: int, max_waiting: int) -> None:
        self._n_workers, self._most = n_workers, n_workers + max_waiting
        self._n_admitted = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; raises `Busy` at once if the queue is full."""
        if self._n_admitted >= self._most:
            raise Busy
        if self._limiter is None:  # it belongs to the running event loop
            self._limiter = anyio.CapacityLimiter(self._n_workers)
        self._n_admitted += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._n_admitted -= 1


class ByteBudget:
    """Counts bytes that are held for requests, over all clients and for each."""

    def __init__(
        self, most: int = MAX_BYTES_IN_FLIGHT, most_of_client: int = MAX_CLIENT_BYTES_IN_FLIGHT
    ) -> None:
        self._most, self._most_of_client = most, most_of_client
        self._held = 0
        self._of_client: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def n_held(self) -> int:
        """Bytes held now."""
        return self._held

    @contextmanager
    def account(self, address: str) -> Iterator[Callable[[int], bool]]:
        """Count a request's bytes until the block ends.

        Yields
        ------
        take : asks for more bytes; returns False, and counts nothing, if that is too much
        """
        client, taken = household(address), 0

        def take(n_bytes: int) -> bool:
            nonlocal taken
            with self._lock:
                of_client = self._of_client.get(client, 0) + n_bytes
                if self._held + n_bytes > self._most or of_client > self._most_of_client:
                    return False
                self._held += n_bytes
                self._of_client[client] = of_client
                taken += n_bytes
            return True

        try:
            yield take
        finally:
            with self._lock:
                self._held -= taken
                left = self._of_client.get(client, 0) - taken
                if left > 0:
                    self._of_client[client] = left
                else:
                    self._of_client.pop(client, None)


class BodyGuard:
    """ASGI middleware that refuses bodies once too many bytes are on their way in.

    A declared length is booked before the first byte is read; bytes of bodies that declare none
    are booked as they come. A body that comes more slowly than `Pace` allows gives its place back.

    Parameters
    ----------
    least : bytes that are booked for any body, so that tiny ones are bounded in number
    grace_s, least_per_s : see `Pace`
    """

    def __init__(
        self,
        app: ASGIApp,
        budget: ByteBudget,
        *,
        least: int = LEAST_BOOKED,
        grace_s: float = GRACE_S,
        least_per_s: float = LEAST_PER_S,
    ) -> None:
        self._app, self._budget, self._least = app, budget, least
        self._grace_s, self._least_per_s = grace_s, least_per_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request's body while it is answered."""
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        declared = Headers(scope=scope).get("content-length", "")
        n_declared = int(declared) if declared.isascii() and declared.isdigit() else 0
        booked = max(n_declared, self._least)
        with self._budget.account(client[0] if client else "") as take:
            if not take(booked):
                await _refuse(scope, receive, send)
                return
            pace = Pace(receive, self._grace_s, self._least_per_s)
            await self._count(scope, pace.receive, send, take, booked)

    async def _count(
        self, scope: Scope, receive: Receive, send: Send, take: Callable[[int], bool], booked: int
    ) -> None:
        n_read, is_answering, is_refused = 0, False, False

        async def counted() -> Message:
            nonlocal n_read, is_refused
            try:
                message = await receive()
            except TimeoutError:
                return await give_up(_too_slow)
            size = len(message.get("body", b""))
            n_read += size
            if n_read <= booked or take(min(size, n_read - booked)):
                return message
            return await give_up(_refuse)

        async def give_up(answer: ASGIApp) -> Message:
            nonlocal is_refused
            if not is_answering:
                await answer(scope, receive, send)
            is_refused = True
            return {"type": "http.disconnect"}  # so that the application gives up as well

        async def passed_on(message: Message) -> None:
            nonlocal is_answering
            is_answering = True
            if not is_refused:
                await send(message)

        try:
            await self._app(scope, counted, passed_on)
        except ClientDisconnect:
            if not is_refused:
                raise


class TokenBuckets:
    """A bucket of tokens for each client; a request takes one, and time puts them back.

    Parameters
    ----------
    per_minute : tokens that come back to each client
    burst : tokens that a client may hold
    clock : seconds that only grow
    """

    MAX_CLIENTS = 10_000  # remembered at once; the longest quiet is forgotten

    def __init__(
        self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second, self._burst, self._clock = per_minute / 60, float(burst), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> int:
        """Take a token; returns 0, or after how many seconds there will be one."""
        client = household(address)
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(client, (self._burst, now))
            tokens = min(self._burst, tokens + (now - then) * self._per_second)
            is_granted = tokens >= 1
            self._buckets[client] = (tokens - 1 if is_granted else tokens, now)
            if len(self._buckets) > self.MAX_CLIENTS:
                self._buckets.popitem(last=False)
        return 0 if is_granted else math.ceil((1 - tokens) / self._per_second)


_refuse = PlainTextResponse(
    "The server takes no more uploads at the moment; try again shortly.",
    503,
    {"Retry-After": str(RETRY_AFTER_S), "Connection": "close"},
)
_too_slow = PlainTextResponse("The body came too slowly.", 408, {"Connection": "close"})
