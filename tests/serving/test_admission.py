"""Work that strangers start stays bounded, and cheap answers do not wait for it."""

import threading
from collections.abc import Iterator

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from recommender.serving.admission import BodyGuard, Busy, ByteBudget, Lane, TokenBuckets
from recommender.serving.clients import household
from recommender.serving.headers import SecurityHeaders
from tests.conftest import run_alone

KB = 1 << 10


async def _swallow(request: Request) -> PlainTextResponse:
    body = await request.body()
    return PlainTextResponse(str(len(body)))


def visit(budget: ByteBudget) -> TestClient:
    app = Starlette(routes=[Route("/", _swallow, methods=["GET", "POST"])])
    return TestClient(BodyGuard(app, budget, least=0), client=("10.0.0.1", 1))


def _chunks(n: int) -> Iterator[bytes]:
    for _ in range(n):
        yield b"x" * KB


def test_bodies_are_counted_while_they_are_read_and_given_back() -> None:
    budget = ByteBudget(most=64 * KB, most_of_client=16 * KB)
    client = visit(budget)
    assert client.post("/", content=b"x" * 10 * KB).text == str(10 * KB)
    assert client.post("/", content=_chunks(10)).text == str(10 * KB)
    assert budget.n_held == 0


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_client_that_sends_too_much_is_refused(is_declared: bool) -> None:
    budget = ByteBudget(most=64 * KB, most_of_client=16 * KB)
    body = b"x" * 17 * KB if is_declared else _chunks(17)
    refused = visit(budget).post("/", content=body)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert budget.n_held == 0


def test_all_clients_together_are_bounded() -> None:
    budget = ByteBudget(most=32 * KB, most_of_client=16 * KB)
    with (
        budget.account("10.0.0.2") as second,
        budget.account("10.0.0.3") as third,
    ):
        assert second(16 * KB)
        assert not second(1)
        assert third(8 * KB)
        assert visit(budget).post("/", content=b"x" * 9 * KB).status_code == 503
        assert visit(budget).post("/", content=b"x" * 8 * KB).status_code == 200
        assert visit(budget).get("/").status_code == 200
    assert budget.n_held == 0


def test_a_lie_about_the_length_books_what_comes() -> None:
    budget = ByteBudget(most=64 * KB, most_of_client=16 * KB)
    with budget.account("10.0.0.1") as take:
        assert take(16 * KB)
        assert visit(budget).post("/", content=b"x").status_code == 503


def test_a_full_lane_refuses_at_once_and_empties_again() -> None:
    lane = Lane(n_workers=1, max_waiting=1)
    leave = threading.Event()
    answers: list[object] = []

    async def call() -> None:
        answers.append(await lane.run(lambda: leave.wait(10)))

    async def scenario() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            group.start_soon(call)
            await anyio.sleep(0.05)
            with pytest.raises(Busy):
                await lane.run(lambda: None)
            leave.set()
        assert await lane.run(lambda: "done") == "done"

    run_alone(scenario)
    assert answers == [True, True]


def test_a_call_that_fails_leaves_its_place() -> None:
    lane = Lane(n_workers=1, max_waiting=0)

    async def scenario() -> None:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await lane.run(lambda: 1 // 0)

    run_alone(scenario)


def test_tokens_are_spent_and_come_back() -> None:
    now = [0.0]
    buckets = TokenBuckets(60, 2, clock=lambda: now[0])
    assert [buckets.take("1.1.1.1") for _ in range(3)] == [0, 0, 1]
    assert buckets.take("1.1.1.2") == 0
    now[0] += 1
    assert buckets.take("1.1.1.1") == 0


def test_a_household_is_one_client() -> None:
    assert household("2001:db8::1") == household("2001:db8::ffff") != household("2001:db9::1")
    assert household("10.0.0.1") == "10.0.0.1"
    assert household("unix:") == "unix:"


@pytest.mark.parametrize(("framed_by", "is_old_header"), [((), True), (("https://a.b",), False)])
def test_headers_are_added_and_never_overwritten(
    framed_by: tuple[str, ...], is_old_header: bool
) -> None:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("", headers={"Referrer-Policy": "no-referrer"})

    app = SecurityHeaders(Starlette(routes=[Route("/", answer)]), framed_by)
    headers = TestClient(app).get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "object-src 'none'" in headers["content-security-policy"]
    assert " ".join(("frame-ancestors 'self'", *framed_by)) in headers["content-security-policy"]
    assert ("x-frame-options" in headers) is is_old_header
