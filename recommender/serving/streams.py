"""Bounds the pages that strangers hold open, and how often each household makes them run."""

import asyncio
from collections import Counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recommender.serving.admission import TokenBuckets
from recommender.serving.clients import household
from recommender.serving.hosts import LOCAL

# A room of 150 visitors behind one router is one household, and each may have a second tab
MAX_STREAMS, MAX_CLIENT_STREAMS = 1_000, 300
# A click is one message and one run of the page; a visitor's every three seconds are fifty a second
PER_MINUTE, BURST = 3_000, 600
MAX_WAIT_S = 5.0  # of one message for its turn; a page that asks for more is cut off
TRY_AGAIN_LATER = 1013


class StreamGuard:
    """ASGI middleware in front of the page's websocket.

    Whoever sits at this computer is left alone. From anybody else, messages beyond the rate are
    taken later, and not refused: a page that lost one would not show what its visitor chose. One
    that floods is closed, because what it sent before it left would occupy the server for long.

    Parameters
    ----------
    most, most_of_client : websockets that may be open, in all and from one household
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most: int = MAX_STREAMS,
        most_of_client: int = MAX_CLIENT_STREAMS,
        per_minute: float = PER_MINUTE,
        burst: int = BURST,
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        self._app = app
        self._most, self._most_of_client = most, most_of_client
        self._buckets = TokenBuckets(per_minute, burst)
        self._max_wait_s = max_wait_s
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a websocket on if there is room, and its messages in their time."""
        if scope["type"] != "websocket" or Headers(scope=scope).get(LOCAL) == "1":
            await self._app(scope, receive, send)
            return
        client = household(scope["client"][0] if scope.get("client") else "")
        if self._open[client] >= self._most_of_client or self._open.total() >= self._most:
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return

        is_closed = is_gone = False

        async def receive_in_time() -> Message:
            nonlocal is_closed
            message = await receive()
            waited_s = 0.0
            while message["type"] == "websocket.receive":
                wait_s = self._buckets.take(client)
                if not wait_s:
                    break
                if waited_s + wait_s > self._max_wait_s:
                    await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
                    is_closed = True
                    return {"type": "websocket.disconnect", "code": TRY_AGAIN_LATER}
                await asyncio.sleep(wait_s)
                waited_s += wait_s
            return message

        async def send_if_open(message: Message) -> None:
            nonlocal is_gone
            if is_closed:
                return
            try:
                await send(message)
            except OSError:
                is_gone = True
                raise

        self._open[client] += 1
        try:
            await self._app(scope, receive_in_time, send_if_open)
        except RuntimeError:
            if not is_gone:  # Streamlit says good-bye to those who have left, which is an error
                raise
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]
