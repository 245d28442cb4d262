"""Child processes that work for a server, and the pipes to them.

The children are plain processes of one module each. Those of `multiprocessing` would import the
server's main module again, Streamlit with it. A child ends when its pipe is closed, so none is left
behind by a server that is killed.
"""

import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Generic, Self, TypeVar

from recommender.errors import RecommenderError

MAX_START_S = 30.0
READY = b"!"


class ChildEnded(Exception):
    """A child died in the middle of its work."""


class ChildLate(ChildEnded):
    """A child took too long, and was ended."""


class Child:
    """A child process and the pipes to it; one thread at a time may use it.

    Parameters
    ----------
    module : that the child runs; it calls `ready` once it has started
    arguments : of its command line
    what : it does, for the sentence that says it does not start
    is_quiet : whether what it writes on its error stream is dropped
    """

    def __init__(self, module: str, *arguments: str, what: str, is_quiet: bool = False) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if is_quiet else None,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdin is not None  # noqa: S101  for the type: both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin, self._process.stdout
        self._what = what
        self.n_tasks = 0

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    @contextmanager
    def working(self, timeout_s: float) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Lend the pipes to and from the child for one task.

        Raises
        ------
        ChildLate, ChildEnded : the task took longer, or the child died; it has ended then
        RecommenderError : it does not start
        """
        if self.n_tasks == 0:
            self._await_start()
        self.n_tasks += 1
        is_late = threading.Event()
        try:
            with self._ended_after(timeout_s, is_late):
                yield self._to, self._from
        except (OSError, EOFError) as error:  # it died
            self.end()
            raise (ChildLate if is_late.is_set() else ChildEnded) from error
        except BaseException:  # what it was about to say would answer the next question
            self.end()
            raise

    def _await_start(self) -> None:
        """Wait for the child's imports, whose time must not count against a task."""
        try:
            with self._ended_after(MAX_START_S, threading.Event()):
                receive(self._from, len(READY))
        except (OSError, EOFError) as error:
            self.end()
            raise RecommenderError(f"the process that {self._what} does not start") from error

    @contextmanager
    def _ended_after(self, timeout_s: float, is_late: threading.Event) -> Iterator[None]:
        """Kill the process if the block takes longer; the event then says so."""

        def give_up() -> None:
            is_late.set()
            self._process.kill()

        timer = threading.Timer(timeout_s, give_up)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def end(self) -> None:
        """Kill the process, if it still runs, and close the pipes."""
        self._process.kill()
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was written last cannot be delivered
                pipe.close()
        self._process.wait()


Worker = TypeVar("Worker", bound=Child)


class Children(Generic[Worker]):
    """Children that share the work; each starts at its first task, and is kept.

    Parameters
    ----------
    n_children : tasks that are worked on at once; others wait for their turn
    start : starts a child
    max_tasks : then a child is replaced, and whatever it leaked is gone with it
    """

    def __init__(
        self, n_children: int, start: Callable[[], Worker], max_tasks: int | None = None
    ) -> None:
        self._start, self._n_children, self._max_tasks = start, n_children, max_tasks
        # the last one given back is lent first, so that a lone visitor needs no second one
        self._turns: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(n_children):
            self._turns.put(None)

    @contextmanager
    def borrowed(self) -> Iterator[Worker]:
        """Lend a child that runs, after waiting for one."""
        child = self._turns.get()
        try:
            if child is None or not self._is_fit(child):
                child = None  # if none can be started, the next borrower tries again
                child = self._start()
            yield child
        finally:
            self._turns.put(child)

    @contextmanager
    def all_borrowed(self) -> Iterator[list[Worker]]:
        """Lend all children, so that each can be made ready for its first task."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(self.borrowed()) for _ in range(self._n_children)]

    def warm_up(self) -> None:
        """Start all children, so that the first task need not wait for one."""
        with self.all_borrowed():
            pass

    def close(self) -> None:
        """End the children that are idle; a later call starts new ones."""
        for _ in range(self._turns.qsize()):
            child = self._turns.get()
            if child is not None:
                child.end()
            self._turns.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _is_fit(self, child: Worker) -> bool:
        is_tired = self._max_tasks is not None and child.n_tasks >= self._max_tasks
        if child.is_running and not is_tired:
            return True
        child.end()
        return False


def ready(answers: IO[bytes]) -> None:
    """Say that this child has started."""
    answers.write(READY)
    answers.flush()


def receive(stream: IO[bytes], n_bytes: int) -> bytes:
    """Read so many bytes; raises `EOFError` if the other side has closed the pipe."""
    data = stream.read(n_bytes)
    if len(data) < n_bytes:
        raise EOFError
    return data
