"""Turns: few compute at once, in order; waiting gives the place away; nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

from recommender.serving.turns import Turns


def test_no_more_threads_compute_than_there_are_places() -> None:
    turns, lock = Turns(2), threading.Lock()
    n_inside, most = 0, 0
    together = threading.Barrier(2)  # two are inside at once, or this breaks

    def work(_number: int) -> None:
        nonlocal n_inside, most
        with turns.taken():
            with lock:
                n_inside += 1
                most = max(most, n_inside)
            together.wait(10)
            with lock:
                n_inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert most == 2


def test_who_waits_for_something_else_lets_others_compute() -> None:
    turns = Turns(1)
    other_has_computed = threading.Event()

    def other() -> None:
        with turns.taken():
            other_has_computed.set()

    with ThreadPoolExecutor(1) as pool, turns.taken():
        future = pool.submit(other)
        assert not other_has_computed.wait(0.05)
        with turns.left():
            assert other_has_computed.wait(10)
        future.result()


def test_a_thread_that_has_a_place_needs_no_second_one() -> None:
    turns = Turns(1, patience_s=30)
    with turns.taken(), turns.taken():
        pass
    with turns.left(), turns.taken():  # left without having had one
        pass


def test_a_place_is_given_back_after_an_error() -> None:
    turns = Turns(1)
    for _ in range(2):
        try:
            with turns.taken(), turns.left():
                raise ValueError
        except ValueError:
            pass
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: turns.taken().__enter__()).result(10)


def test_nobody_waits_for_ever() -> None:
    turns = Turns(1, patience_s=0.01)

    def impatient() -> bool:
        with turns.taken():
            return True

    with ThreadPoolExecutor(1) as pool, turns.taken():
        assert pool.submit(impatient).result(10)
    with turns.taken(), ThreadPoolExecutor(1) as pool:  # what nobody had is not given back twice
        assert pool.submit(impatient).result(10)
