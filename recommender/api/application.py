"""The API as an ASGI application, and what puts it in front of the page."""

import dataclasses
import functools
import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender import storage
from recommender.api import document, parameters
from recommender.api.answers import Failure
from recommender.api.bodies import read_json, read_picture
from recommender.api.endpoint import Endpoint
from recommender.api.endpoints import ENDPOINTS
from recommender.api.failures import Refused
from recommender.api.limits import Limits
from recommender.api.shop import Shop
from recommender.errors import RecommenderError
from recommender.serving.admission import Busy, Lane, TokenBuckets
from recommender.serving.kept import kept
from recommender.serving.visible import without_paths

ROOT, JSON = "/api", "application/json"
# Answers from memory on the one side, pictures that must be decoded and encoded on the other
N_CHEAP, N_PICTURES = 2, max(1, (os.cpu_count() or 2) - 1)  # one core is left to the page
MAX_CHEAP_WAITING, MAX_PICTURES_WAITING = 400, 32
MAX_COUNTS_WAITING = 200  # one after the other: each is written to the disk
DOCUMENT_MAX_AGE_S = 60
NOT_KEPT = {"Cache-Control": "no-store"}
MIN_ZIPPED_BYTES = 1_000

Handler = Callable[[Request], Awaitable[Response]]


class Beside:
    """Middleware that answers what begins with /api, and lets the page answer the rest.

    It stands in front of Streamlit's own middleware, which would refuse some ids of items for
    looking like paths of files, in words that are no JSON.
    """

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to whom it is for."""
        path = scope.get("path", "")
        is_ours = scope["type"] == "http" and (path == ROOT or path.startswith(f"{ROOT}/"))
        await (self._api if is_ours else self._app)(scope, receive, send)


def make_application(shop: Shop, limits: Limits) -> Starlette:
    """The API, ready to be served."""
    serving = _Serving(shop, limits)
    routes = [Route(ROOT, _page), Route(f"{ROOT}/openapi.json", _openapi)]
    routes += [
        Route(
            endpoint.path.replace("{item_id}", "{item_id:path}"),
            serving.handler(endpoint),
            methods=[endpoint.method],
        )
        for endpoint in ENDPOINTS
    ]
    middleware = [Middleware(GZipMiddleware, minimum_size=MIN_ZIPPED_BYTES)]
    if limits.origins:
        allowed: dict[str, Any] = {
            "allow_origins": limits.origins,
            "allow_methods": ["GET", "POST"],
            "allow_headers": ["Content-Type", "If-None-Match"],
            "expose_headers": ["ETag", "Retry-After"],
        }
        middleware.insert(0, Middleware(CORSMiddleware, **allowed))
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={HTTPException: _not_found, Exception: _bug},
    )


class _Serving:
    """Requests through the limits to the endpoints and back."""

    def __init__(self, shop: Shop, limits: Limits) -> None:
        self._shop, self._limits = shop, limits
        self._buckets = TokenBuckets(limits.per_minute, limits.burst)
        self._cheap = Lane(N_CHEAP, MAX_CHEAP_WAITING)
        self._pictures = Lane(N_PICTURES, MAX_PICTURES_WAITING)
        self._counts = Lane(1, MAX_COUNTS_WAITING)

    def handler(self, endpoint: Endpoint) -> Handler:
        """Make the handler of one endpoint's requests."""

        async def handle(request: Request) -> Response:
            try:
                if endpoint.is_limited:
                    self._count(request)
                values = parameters.parse_all(
                    endpoint.parameters, request.path_params, _query(request)
                )
                if endpoint.takes_picture:
                    values["picture"] = await read_picture(request, self._limits)
                elif endpoint.body is not None:
                    values["body"] = await read_json(request, endpoint.body, self._limits)
                run = functools.partial(endpoint.run, self._shop, self._limits, values)
                answer = await self._lane(endpoint).run(functools.partial(_encode, run))
            except Refused as refused:
                return _refuse(refused)
            except Busy as busy:
                return _refuse(Refused(503, str(busy), retry_after_s=busy.retry_after_s))
            except (RecommenderError, OSError, sqlite3.Error) as error:
                return _refuse(_unavailable(error))
            if endpoint.method != "GET":
                return Response(answer, media_type=JSON, headers=NOT_KEPT)
            return _kept(request, answer, JSON, endpoint.max_age_s)

        return handle

    def _lane(self, endpoint: Endpoint) -> Lane:
        if endpoint.takes_picture:
            return self._pictures
        return self._cheap if endpoint.body is None else self._counts

    def _count(self, request: Request) -> None:
        wait_s = self._buckets.take(request.client.host if request.client else "")
        if wait_s:
            raise Refused(
                429,
                f"at most {self._limits.per_minute} requests a minute; wait {wait_s} s",
                retry_after_s=wait_s,
            )


def _query(request: Request) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        found[name].append(value)
    return found


def _encode(run: Callable[[], Any]) -> bytes:
    return _to_json(dataclasses.asdict(run()))


def _to_json(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def _kept(request: Request, body: bytes, media_type: str, max_age_s: int) -> Response:
    return kept(request, body, media_type, {"Cache-Control": f"public, max-age={max_age_s}"})


def _unavailable(error: Exception) -> Refused:
    """Answer a broken catalogue or a full disk; raises an error that is a bug."""
    known = error if isinstance(error, RecommenderError) else storage.explain(error)
    if known is None:
        raise error
    return Refused(503, str(known))


def _refuse(refused: Refused) -> Response:
    headers = dict(NOT_KEPT)
    if refused.retry_after_s is not None:
        headers["Retry-After"] = str(refused.retry_after_s)
    failure = Failure(status=refused.status, error=without_paths(refused.sentence))
    return Response(
        _to_json(dataclasses.asdict(failure)),
        refused.status,
        media_type=JSON,
        headers=headers,
    )


async def _page(request: Request) -> Response:
    return _kept(request, document.page().encode(), "text/html", DOCUMENT_MAX_AGE_S)


async def _openapi(request: Request) -> Response:
    return _kept(request, _to_json(document.openapi()), JSON, DOCUMENT_MAX_AGE_S)


async def _not_found(request: Request, error: Exception) -> Response:
    """Answer a request that no endpoint takes."""
    assert isinstance(error, HTTPException)  # noqa: S101  for the type; Starlette promises it
    sentence = (
        f"{request.url.path} cannot be asked with {request.method}"
        if error.status_code == 405  # noqa: PLR2004  method not allowed
        else f"there is nothing at {request.url.path}; see {ROOT}"
    )
    response = _refuse(Refused(error.status_code, sentence))
    response.headers.update(error.headers or {})
    return response


async def _bug(_request: Request, _error: Exception) -> Response:
    """A bug of ours: its traceback is logged, the client is told no more than that."""
    return _refuse(Refused(500, "something went wrong on the server"))
