"""Measures what visitors wait while one attacker of each kind is at work.

python -m tools.siege [--visitors 30] [--seconds 60]

A visitor asks for a gallery's products, pictures and lookalikes, thinks, and asks again. The same
visitors are measured first without attackers, and the machine's load is told with the figures.
"""

import argparse
import contextlib
import http.client
import io
import os
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg

from recommender.api.limits import PER_MINUTE
from recommender.jpeg import SOI
from recommender.serving.access import PASSWORD
from tools.serving import serving

THINKS_S = 3.0
TIMEOUT_S = 60
N_SLOW_LINES, N_PAGES = 100, 320
HELD = -1  # in place of a status
BINARY, MASKED, SWITCHED = 0x82, 0x80, 101  # of RFC 6455
OPENING = (  # of a page's websocket, from an address for documentation
    b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: streamlit\r\n\r\n"
)
Ask = Callable[..., int]


@dataclass
class Waits:
    """What requests took, and how they were answered.

    Attributes
    ----------
    seconds : of visitors' requests
    statuses : by attack, or "visitor"
    """

    seconds: list[float] = field(default_factory=list)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, who: str, status: int, seconds: float = 0.0) -> None:
        """Note one request."""
        with self.lock:
            self.statuses.setdefault(who, Counter())[status] += 1
            if who == "visitor":
                self.seconds.append(seconds)

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 visitors' requests are answered."""
        return float(np.percentile(self.seconds, 95)) if self.seconds else 0.0


def many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated thousands of times."""
    stream = io.BytesIO()
    Image.new("RGB", (600, 600), "red").save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 4_000 + data[-2:]


def bombs(ask: Ask) -> int:
    """Send a picture that takes minutes to decode."""
    return ask("POST", "/api/similar", many_scans(), {"Content-Type": "image/jpeg"})


def large_bodies(ask: Ask) -> int:
    """Send 15 MB that are no picture."""
    return ask("POST", "/api/similar", SOI + bytes(15 << 20), {"Content-Type": "image/jpeg"})


def large_uploads(ask: Ask) -> int:
    """Upload products to a page that is not open."""
    return ask("PUT", "/_stcore/upload_file/nobody/a", bytes(40 << 20), {})


def guesses(ask: Ask) -> int:
    """Guess the owner's password."""
    return ask("POST", "/sign-in", b"password=wrong+horse", {})


def rebinding(ask: Ask) -> int:
    """Ask under a name of one's own."""
    return ask("GET", "/api/catalogues", None, {"Host": "evil.example"})


def odd_queries(ask: Ask) -> int:
    """Ask for what there is not."""
    return ask("GET", "/api/items/..%2f..%2fetc%2fpasswd/similar?k=99999999", None, {})


def slow_headers(ask: Ask) -> int:
    """Send a request's headers a byte at a time, on many lines at once."""
    return dribble(ask, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def slow_bodies(ask: Ask) -> int:
    """Send a picture a byte at a time, on many lines at once."""
    head = b"POST /api/similar HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    return dribble(ask, head + b"Content-Length: 1000000\r\n\r\n")


def open_pages(ask: Ask) -> int:
    """Open page after page as one household elsewhere, and make all of them run, again and again.

    Returns the status with which the server refused one more.
    """
    client = of(ask)
    again = BackMsg()
    again.rerun_script.query_string = ""
    run = again.SerializeToString()
    frame = bytes((BINARY, MASKED | len(run))) + bytes(4) + run  # a mask of zeros changes nothing
    status = 0
    with contextlib.ExitStack() as stack:
        lines: list[socket.socket] = []
        while len(lines) < N_PAGES and not status and time.monotonic() < client.end_at:
            line = socket.create_connection(client.end, timeout=TIMEOUT_S)
            stack.enter_context(contextlib.closing(line))
            line.sendall(OPENING)
            answered = int(line.recv(1_000)[9:12] or b"0")
            if answered == SWITCHED:
                line.setblocking(False)
                lines.append(line)
            else:
                status = answered
        while lines and time.monotonic() < client.end_at:
            time.sleep(0.1)
            for line in list(lines):
                with contextlib.suppress(BlockingIOError):
                    try:
                        line.send(frame)
                        while line.recv(1 << 20):  # what a browser would draw
                            pass
                    except ConnectionError:
                        lines.remove(line)
    return status


def dribble(ask: Ask, begun: bytes) -> int:
    """Go on with a request on many lines until all are cut off; returns the last answer's status.

    What is still held when the siege ends counts as `HELD`.
    """
    client = of(ask)
    status, lines = 0, []
    with contextlib.ExitStack() as stack:
        for _ in range(N_SLOW_LINES):
            with contextlib.suppress(OSError):
                line = socket.create_connection(client.end, timeout=TIMEOUT_S)
                lines.append(stack.enter_context(contextlib.closing(line)))
                line.sendall(begun)
                line.setblocking(False)
        while lines and time.monotonic() < client.end_at:
            time.sleep(1)
            for line in list(lines):
                heard, is_open = b"", True
                try:
                    line.send(b"x")
                    heard = line.recv(1_000)
                    is_open = False
                except BlockingIOError:
                    continue
                except OSError:
                    is_open = False
                if heard.startswith(b"HTTP/1.1 "):
                    status = int(heard[9:12])
                if not is_open:
                    lines.remove(line)
    return HELD if lines else status


def of(ask: Ask) -> "Client":
    """The client that asks."""
    client: Client = ask.__self__  # type: ignore[attr-defined]
    return client


ATTACKS = (
    bombs,
    large_bodies,
    large_uploads,
    guesses,
    rebinding,
    odd_queries,
    slow_headers,
    slow_bodies,
    open_pages,
)


class Client:
    """Asks one server."""

    def __init__(self, address: str, end_at: float = 0.0) -> None:
        parts = urlsplit(address)
        self.end = (parts.hostname or "", parts.port or 0)
        self.end_at = end_at  # when attackers give up, by `time.monotonic`

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
        """Return the status of an answer; 0 if the connection broke."""
        connection = http.client.HTTPConnection(*self.end, timeout=TIMEOUT_S)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except OSError:
                return 0
            return answer.status


def besiege(address: str, *, n_visitors: int, seconds: float, with_attackers: bool) -> Waits:
    """Let visitors and attackers ask for a time; returns what it was like."""
    end = time.monotonic() + seconds
    waits, client = Waits(), Client(address, end)
    chance = np.random.default_rng(0)

    def visit(pause_s: float) -> None:
        time.sleep(pause_s)
        number = 0
        while time.monotonic() < end:
            number += 1
            for path in (
                f"/api/items?limit=24&offset={number % 40 * 24}",
                "/api/items/mug-01-navy/similar",
                "/_stcore/health",
            ):
                started = time.monotonic()
                status = client.ask("GET", path, None, {})
                waits.count("visitor", status, time.monotonic() - started)
            time.sleep(THINKS_S)

    def attack(how: Callable[[Ask], int]) -> None:
        while time.monotonic() < end:
            waits.count(how.__name__, how(client.ask))

    threads = [
        threading.Thread(target=visit, args=(float(chance.uniform(0, THINKS_S)),))
        for _ in range(n_visitors)
    ]
    if with_attackers:
        threads += [threading.Thread(target=attack, args=(how,)) for how in ATTACKS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def main() -> None:
    """Measure as the command line asks, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    os.environ[PER_MINUTE] = "100000"  # all visitors share this address
    os.environ[PASSWORD] = "correct horse"  # or there would be nothing to guess
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with serving(home, home / "server.log") as server:
            warm = Client(server.address)
            while warm.ask("GET", "/api/items/mug-01-navy/similar", None, {}) != 200:  # noqa: PLR2004
                time.sleep(1)
            for with_attackers in (False, True):
                waits = besiege(
                    server.address,
                    n_visitors=options.visitors,
                    seconds=options.seconds,
                    with_attackers=with_attackers,
                )
                what = "with attackers" if with_attackers else "without attackers"
                print(
                    f"{options.visitors} visitors {what}: {len(waits.seconds)} requests, "
                    f"p95 {waits.p95:.2f} s, worst {max(waits.seconds):.2f} s, "
                    f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
                )
                for who, statuses in sorted(waits.statuses.items()):
                    print(f"  {who:16}{dict(sorted(statuses.items()))}")


if __name__ == "__main__":
    main()
