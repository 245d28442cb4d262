"""The load tool: its visitors get answers from a real server, and its figures are right."""

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tools.load import report
from tools.load.__main__ import PHOTOS, main, measure
from tools.load.crowd import PICTURES, Plan, Sample, visit
from tools.load.journeys import JOURNEYS, MIXED
from tools.serving import serving

T = TypeVar("T")
WHOLE_JOURNEYS = {"mixed": {name for name, _ in MIXED}, "lookalikes": {"browse", "leaf", "open"}}


def run(visiting: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, visiting).result()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    home = tmp_path_factory.mktemp("home")
    with serving(home, home / "server.log") as server:
        yield server.address, server.process.pid


@pytest.mark.parametrize("journey", list(WHOLE_JOURNEYS))
def test_every_action_is_answered_without_an_error(demo: tuple[str, int], journey: str) -> None:
    address, pid = demo
    photos = sorted(PHOTOS.glob("*.webp"))[:3]
    plan = Plan(
        n_visitors=3,
        duration_s=120,
        most_actions=len(MIXED),
        journey=journey,
        pause_s=0.1,
        with_pictures=True,
    )
    made = run(measure(address, pid, plan, photos, is_warm=False))
    assert made["errors"] == []
    assert made["all"]["runs"] == plan.n_visitors * len(MIXED)
    assert set(made["actions"]) == WHOLE_JOURNEYS[journey] | {PICTURES}
    assert made["memory_mb"]["min"] > 50
    assert made["server_cpu_ms_a_run"] > 0
    assert report.table(made)


def test_visitors_who_go_their_own_ways_do_the_same_in_another_order() -> None:
    def first(seed: int, n_actions: int) -> list[str]:
        steps = JOURNEYS["own-ways"](random.Random(seed))  # noqa: S311  not a secret
        return [name for name, _ in itertools.islice(steps, n_actions)]

    assert {first(seed, 1)[0] for seed in range(20)} == {"browse", "photo page"}
    counted = Counter(first(0, 4000))
    assert counted.keys() == {name for name, _ in MIXED}
    assert 300 < counted["upload"] < 500  # of ten steps one, as in the other journey
    assert counted["why"] == pytest.approx(counted["upload"], rel=0.3)


def test_what_goes_wrong_is_counted(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    plan = Plan(n_visitors=2, duration_s=2, most_actions=2, pause_s=0.1)
    samples = run(visit("http://127.0.0.1:9", plan, [photo]))
    assert samples
    assert all(sample.error for sample in samples)
    made = report.make(plan, samples)
    assert made["all"]["errors"] == len(samples)
    assert made["errors"][0][1] == len(samples)


def test_a_folder_without_photos_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--photos", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("share", "expected"), [(0.01, 1), (0.5, 50), (0.95, 95), (0.951, 96), (1.0, 100)]
)
def test_percentiles_of_known_numbers(share: float, expected: float) -> None:
    assert report.percentile(list(range(100, 0, -1)), share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.5)])
def test_percentiles_of_nothing_are_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="expected values"):
        report.percentile(values, share)


def test_the_report_counts_runs_apart_from_pictures() -> None:
    samples = [
        Sample(action="open", started_s=0.0, latency_s=0.1, first_delta_s=0.05, n_bytes=1024),
        Sample(action="open", started_s=1.0, latency_s=0.3, n_bytes=3072, error="exception"),
        Sample(action=PICTURES, started_s=1.5, latency_s=0.5, n_bytes=4096),
    ]
    made = report.make(
        Plan(n_visitors=1, duration_s=2), samples, memory_mb=[100, 104, 102], cpu_s=0.5
    )
    assert made["all"] == {
        "runs": 2,
        "errors": 1,
        "p50_ms": 100.0,
        "p95_ms": 300.0,
        "max_ms": 300.0,
        "first_p50_ms": 50.0,
        "first_p95_ms": 50.0,
        "kb_a_run": 2.0,
    }
    assert made["actions"][PICTURES]["p50_ms"] == 500.0
    assert made["runs_a_second"] == 1.0
    assert made["server_cpu_ms_a_run"] == 250.0
    assert made["memory_mb"] == {"first": 100, "min": 100, "median": 102, "max": 104, "last": 102}
    assert made["errors"] == [("exception", 1)]
    assert json.loads(json.dumps(made))
