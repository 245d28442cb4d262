import pytest

from recommender.evaluation.benchmark import compare, run_all, summarise


def test_ratios_are_taken_run_by_run() -> None:
    rows = summarise({"slow": [0.2, 0.4, 0.9], "fast": [0.1, 0.1, 0.1]})
    assert rows["slow"] == {"median_ms": 400, "min_ms": 200, "max_ms": 900}
    assert rows["fast"]["times_faster"] == pytest.approx(4)


def test_ways_take_turns() -> None:
    calls: list[str] = []
    rows = compare({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 4  # the first time to warm up
    assert set(rows) == {"a", "b"}


def test_parts_are_reported_as_they_end() -> None:
    steps: list[tuple[int, int]] = []
    row = {"median_ms": 1.0}
    found = run_all(
        [lambda: {"a": row}, lambda: {"b": row}], progress=lambda done, of: steps.append((done, of))
    )
    assert found == {"a": row, "b": row}
    assert steps == [(1, 2), (2, 2)]
