"""Many visitors at once, and the samples that they bring home."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
from websockets.exceptions import InvalidHandshake

from tools.load.journeys import JOURNEYS, Visitor
from tools.load.protocol import Answer, Browser, LoadError

JITTER = 0.3  # of the pause, either way
PARALLEL_FETCHES = 6  # of one browser, over HTTP/1.1
KEPT_OPEN_S = 4.0  # connections; the server closes them after 5 s
PICTURES = "pictures"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a crowd does.

    Attributes
    ----------
    n_visitors : at once
    duration_s : after it nobody begins anything
    most_actions : after so many a visitor leaves; nobody does if it is None
    journey : see `journeys.JOURNEYS`
    pause_s : from one press to the next; a visitor waits longer for an answer that takes longer
    with_pictures : whether each picture that is shown is fetched too, once for each visitor
    timeout_s : after which nobody waits any more
    seed : of what is pressed
    """

    n_visitors: int
    duration_s: float
    most_actions: int | None = None
    journey: str = "mixed"
    pause_s: float = 3.0
    with_pictures: bool = False
    timeout_s: float = 30.0
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One action of one visitor.

    Attributes
    ----------
    action : its name
    started_s : since the crowd came
    latency_s : from the request to the end of the run
    first_delta_s : to the first element that was drawn, or None
    n_bytes : received
    error : in one line; empty if there was none
    """

    action: str
    started_s: float
    latency_s: float
    first_delta_s: float | None = None
    n_bytes: int = 0
    error: str = ""


async def visit(address: str, plan: Plan, photos: Sequence[Path]) -> list[Sample]:
    """Let a crowd visit a server, and return when the last one has left.

    The visitors come within the first pause, as a room does that was just given the address.
    """
    begun = time.perf_counter()
    limits = httpx2.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEPT_OPEN_S
    )
    async with httpx2.AsyncClient(timeout=plan.timeout_s, limits=limits) as http:
        crowd = [
            _one(Browser(address, http, plan.timeout_s), http, plan, photos, number, begun)
            for number in range(plan.n_visitors)
        ]
        found = await asyncio.gather(*crowd)
    return sorted((sample for each in found for sample in each), key=lambda one: one.started_s)


async def _one(
    browser: Browser,
    http: httpx2.AsyncClient,
    plan: Plan,
    photos: Sequence[Path],
    number: int,
    begun: float,
) -> list[Sample]:
    """What happens to one visitor."""
    rng = random.Random(plan.seed * 1_000_003 + number)  # noqa: S311  not a secret
    await asyncio.sleep(rng.uniform(0, plan.pause_s if plan.n_visitors > 1 else 0))
    samples: list[Sample] = []
    seen: set[str] = set()
    n_done = 0

    def is_over() -> bool:
        has_done_all = plan.most_actions is not None and n_done >= plan.most_actions
        return has_done_all or _since(begun) >= plan.duration_s

    while not is_over():  # after an error they come again, as people do
        started = _since(begun)
        try:
            async with browser:
                visitor = Visitor(browser, rng, photos)
                for name, act in JOURNEYS[plan.journey](rng):
                    if is_over():
                        break
                    started, n_done = _since(begun), n_done + 1
                    samples.append(_sample(name, started, await act(visitor)))
                    if plan.with_pictures:
                        wanted = [each for each in visitor.pictures() if each not in seen]
                        seen.update(wanted)
                        samples += await _fetch(http, browser.address, wanted, begun)
                    pause_s = plan.pause_s * rng.uniform(1 - JITTER, 1 + JITTER)
                    await asyncio.sleep(max(0.0, started + pause_s - _since(begun)))
        except (LoadError, OSError, InvalidHandshake, httpx2.HTTPError) as error:
            text = f"{type(error).__name__}: {error}"
            samples.append(_failure("visit", started, _since(begun) - started, text))
            await asyncio.sleep(plan.pause_s)
    return samples


async def _fetch(
    http: httpx2.AsyncClient, address: str, hrefs: Sequence[str], begun: float
) -> list[Sample]:
    """Fetch pictures side by side, as a browser does; one sample for all of them."""
    if not hrefs:
        return []
    started = _since(begun)
    lanes = asyncio.Semaphore(PARALLEL_FETCHES)

    async def fetch(href: str) -> int:
        async with lanes:
            try:
                answer = await http.get(f"{address}/{href}")
            except (httpx2.RemoteProtocolError, httpx2.ReadError):
                # the server closed a connection that was not used for a while; browsers try again
                answer = await http.get(f"{address}/{href}")
            if not answer.is_success:
                raise LoadError(f"{href} was answered with {answer.status_code}")
            return len(answer.content)

    sizes = await asyncio.gather(*(fetch(href) for href in hrefs))
    taken = _since(begun) - started
    return [Sample(action=PICTURES, started_s=started, latency_s=taken, n_bytes=sum(sizes))]


def _sample(action: str, started: float, answer: Answer) -> Sample:
    return Sample(
        action=action,
        started_s=started,
        latency_s=answer.finished_s,
        first_delta_s=answer.first_delta_s,
        n_bytes=answer.n_bytes,
        error="; ".join(answer.errors),
    )


def _failure(action: str, started: float, taken: float, error: str) -> Sample:
    return Sample(action=action, started_s=started, latency_s=taken, error=error)


def _since(begun: float) -> float:
    return time.perf_counter() - begun
