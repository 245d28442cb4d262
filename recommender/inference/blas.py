"""Keeps BLAS to one thread where its products are small.

A product of a hundred rows is done before a second thread has woken up; on a busy machine the
threads then wait for each other, which takes several times as long as the work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_LOCK = threading.Lock()
_state: dict[str, Any] = {"n_inside": 0, "limit": None}


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS until the last of the threads that are inside has left."""
    with _LOCK:
        _state["n_inside"] += 1
        if _state["n_inside"] == 1:
            _state["limit"] = _libraries().limit(limits=1)
    try:
        yield
    finally:
        with _LOCK:
            _state["n_inside"] -= 1
            if _state["n_inside"] == 0:
                _state["limit"].restore_original_limits()


@cache
def _libraries() -> Any:
    """The BLAS libraries of this process; looking for them takes some milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
