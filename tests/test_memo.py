import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from recommender.memo import Memo

PATIENCE_S = 30


def test_a_result_is_made_once_for_all_who_ask_at_the_same_moment() -> None:
    memo: Memo[str, int] = Memo(4)
    begun, may_end = threading.Event(), threading.Event()
    made: list[str] = []

    def make() -> int:
        made.append("slow")
        begun.set()
        assert may_end.wait(PATIENCE_S)
        return 7

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(memo.get, "slow", make)
        assert begun.wait(PATIENCE_S)
        others = [pool.submit(memo.get, "slow", make) for _ in range(5)]
        assert memo.get("quick", lambda: 1) == 1  # another key waits for nobody
        may_end.set()
        assert [each.result(PATIENCE_S) for each in (first, *others)] == [7] * 6
    assert made == ["slow"]


def test_a_failure_is_not_remembered() -> None:
    memo: Memo[str, int] = Memo(4)
    with pytest.raises(OSError, match="disk"):
        memo.get("a", lambda: (_ for _ in ()).throw(OSError("disk")))
    assert memo.get("a", lambda: 3) == 3


def test_the_longest_unused_goes_first() -> None:
    memo: Memo[int, int] = Memo(2)
    for key in (1, 2, 1, 3):
        memo.get(key, lambda key=key: key)  # type: ignore[misc]
    assert len(memo) == 2
    assert memo.get(1, lambda: -1) == 1
    assert memo.get(2, lambda: -2) == -2
    with pytest.raises(ValueError, match="at least 1"):
        Memo(0)


def test_what_is_known_is_told_without_waiting() -> None:
    memo: Memo[str, int] = Memo(2)
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert may_end.wait(10)
        return 1

    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(memo.get, "a", slow)
        assert begun.wait(10)
        assert "a" in memo
        assert memo.known("a") is None  # it is being made
        may_end.set()
        assert made.result(10) == 1
    assert memo.known("a") == 1
    assert memo.known("b") is None
