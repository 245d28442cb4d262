"""Reads what is left of a body that was answered before it had come.

A server that answers and hangs up while a client still writes resets the connection, and the answer
is lost on its way: a browser shows an error of its own, a proxy in front says 502. So the end of
the answer waits for the end of the body.
"""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recommender.serving.admission import WITH_BODY

REST_S = 10.0  # for the rest of a body that nobody reads, however large it is


class Remainder:
    """ASGI middleware that ends an answer once its request has come whole, or after a time.

    It is the first of all, so that what else counts the request has let go of it by then.

    Parameters
    ----------
    rest_s : seconds for what is left of a body
    """

    def __init__(self, app: ASGIApp, rest_s: float = REST_S) -> None:
        self._app, self._rest_s = app, rest_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and read and drop what was not read of it."""
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self._app(scope, receive, send)
            return
        is_whole = is_held = False

        async def watched() -> Message:
            nonlocal is_whole
            message = await receive()
            is_whole = not message.get("more_body", False)  # also where the client has gone
            return message

        async def passed_on(message: Message) -> None:
            nonlocal is_held
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if is_last and not is_whole:
                is_held = True
                message = {**message, "more_body": True}
            await send(message)

        await self._app(scope, watched, passed_on)
        if not is_held:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._rest_s):
                while not is_whole:
                    await watched()
        await send({"type": "http.response.body", "body": b""})
