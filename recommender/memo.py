"""Remembers results that many visitors ask for at the same moment."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """The latest results by their keys, each made once; safe to share between threads.

    Unlike `functools.lru_cache`, which computes a result for each thread that finds none, and
    unlike a lock around it, which makes all wait for one, only those that ask for the same key wait
    for each other. A failure reaches all who wait for it, and is not remembered.

    Parameters
    ----------
    most : results that are kept; the one unused for longest goes first
    """

    def __init__(self, most: int) -> None:
        if most < 1:
            raise ValueError(f"most must be at least 1, got {most}")
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Key, Future[Value]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: Key) -> bool:
        """Whether the result for a key is known, or about to be."""
        return key in self._known

    def known(self, key: Key) -> Value | None:
        """The result for a key if it is there, without waiting for one that is being made."""
        with self._lock:
            known = self._known.get(key)
            if known is None or not known.done() or known.exception() is not None:
                return None
            self._known.move_to_end(key)
        return known.result()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the result for a key, made now if it is not known."""
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
            else:
                fresh = self._known[key] = Future[Value]()
                if len(self._known) > self._most:
                    self._known.popitem(last=False)
        if known is not None:
            return known.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                if self._known.get(key) is fresh:
                    del self._known[key]
            fresh.set_exception(error)
            raise
        fresh.set_result(value)
        return value
