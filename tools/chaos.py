"""Kills, fills disks, flips bytes, slows the network and lets two run at once; counts what happens.

python -m tools.chaos [--attempts 20] [--seed 0]

Every attempt ends well ("whole": what was asked for is there), is refused with one sentence
("told"), or is unhandled, and an unhandled one makes the exit status 1.
"""

import argparse
import atexit
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.errors import RecommenderError
from recommender.feeds.fetch import MORE_PORTS, Fetcher
from recommender.importing.importer import import_source
from recommender.recommend import Recommender
from tools.fuzz import corpus

NAME, MODEL = "chaos", "article"
N_PICTURES = 24
PATIENCE_S = 300
MAX_CANCEL_S = 3.0
COMMAND = [sys.executable, "-m", "recommender"]
Chance = np.random.Generator
Attack = Callable[[Path, Chance], str]


def killed(source: Path, chance: Chance) -> str:
    """Kill an import at a random moment, and begin it again."""
    process = _start(source)
    time.sleep(float(chance.uniform(0.05, 4)))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return _import(source)


def full_disk(source: Path, chance: Chance) -> str:
    """Import where no file may grow beyond a random size, and again where there is room."""
    most = int(10 ** chance.uniform(2, 6))
    process = _start(source, before=lambda: _bound_files(most))
    _, messages = process.communicate(timeout=PATIENCE_S)
    _require("Traceback" not in messages, messages)
    return _import(source) if process.returncode else _answer()


def flipped_bytes(source: Path, chance: Chance) -> str:
    """Flip bytes of a random file of a catalogue, and ask it."""
    whole, expected = _imported(source)
    shutil.copytree(whole, os.environ["LOOKALIKE_HOME"], dirs_exist_ok=True)
    folder = catalogues_folder() / NAME
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.stat().st_size]
    file = files[int(chance.integers(len(files)))]
    data = bytearray(file.read_bytes())
    for _ in range(int(chance.integers(1, 9))):
        data[int(chance.integers(len(data)))] ^= 1 << int(chance.integers(8))
    file.write_bytes(data)
    found = _neighbours()  # raises what tells of the damage
    _require(found == expected, f"wrong neighbours after damage to {file.relative_to(folder)}")
    return "whole"


def slow_network(_source: Path, chance: Chance) -> str:
    """Import pictures from a server that dribbles, breaks off or hangs; cancel at some moment."""
    with _Dribbling(chance) as address:
        os.environ[MORE_PORTS] = address.rpartition(":")[2]
        feed = Path(os.environ["LOOKALIKE_HOME"]) / "feed.csv"
        rows = "".join(f"p{number},{address}/{number}.png\n" for number in range(5))
        feed.write_text(f"id,image\n{rows}")
        end = time.monotonic() + float(chance.uniform(0.2, 12))

        def cancel(_n_done: int, _n_all: int) -> None:
            if time.monotonic() > end:
                raise RecommenderError("cancelled")

        fetcher = Fetcher(is_allowed=lambda found: found.is_loopback)
        try:
            import_source(feed, NAME, fetches=fetcher, progress=cancel)
        finally:
            late_s = time.monotonic() - end
            _require(late_s < MAX_CANCEL_S, f"cancelling took {late_s:.1f} s")
    return "whole"


def two_at_once(source: Path, _chance: Chance) -> str:
    """Begin two imports into one name at the same moment."""
    processes = [_start(source), _start(source)]
    messages = [process.communicate(timeout=PATIENCE_S)[1] for process in processes]
    for process, message in zip(processes, messages, strict=True):
        _require(process.returncode in (0, 2) and "Traceback" not in message, message)
    _require(any(not process.returncode for process in processes), "neither import came in")
    return _answer()


ATTACKS: dict[str, Attack] = {
    "kills": killed,
    "full disk": full_disk,
    "flipped bytes": flipped_bytes,
    "slow network": slow_network,
    "two at once": two_at_once,
}


class Unhandled(Exception):
    """Something went wrong in a way that nobody was told of."""


class _Dribbling:
    """A server on this computer that sends a picture byte by byte, or half of it, or nothing."""

    def __init__(self, chance: Chance) -> None:
        way = int(chance.integers(3))
        data = corpus.picture("PNG")

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if way == 0:
                    time.sleep(30)
                with contextlib.suppress(OSError):  # whoever asked has gone
                    self._dribble()

            def _dribble(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for number in range(len(data) // (1 + (way == 1))):
                    self.wfile.write(data[number : number + 1])
                    self.wfile.flush()
                    time.sleep(0.05)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_arguments: object) -> None:
        self._server.shutdown()


def _start(source: Path, before: Callable[[], None] | None = None) -> "subprocess.Popen[str]":
    command = [*COMMAND, "import", str(source), "--name", NAME, "--model", MODEL]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509  no thread is running that could hold a lock
    )


def _bound_files(n_bytes: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))


def _import(source: Path) -> str:
    process = _start(source)
    _, messages = process.communicate(timeout=PATIENCE_S)
    _require(process.returncode == 0, messages)
    return _answer()


@cache
def _imported(source: Path) -> tuple[str, list[str]]:
    """A home with the catalogue in it, made once, and what the catalogue answers."""
    home, whole = os.environ["LOOKALIKE_HOME"], tempfile.mkdtemp()
    atexit.register(shutil.rmtree, whole, ignore_errors=True)
    os.environ["LOOKALIKE_HOME"] = whole
    try:
        _import(source)
        return whole, _neighbours()
    finally:
        os.environ["LOOKALIKE_HOME"] = home


def _answer() -> str:
    _require(len(open_catalogue(NAME)) == N_PICTURES, "products are lost or doubled")
    _neighbours()
    return "whole"


def _neighbours() -> list[str]:
    recommender = Recommender.open(NAME, MODEL)
    asked = sorted(recommender.index.ids)[0]
    return [match.item.item_id for match in recommender.similar(asked, n_neighbors=9).matches]


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise Unhandled(message)


def attempt(attack: Attack, source: Path, chance: Chance) -> str:
    """Attack once, in a home of its own; returns the outcome."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["LOOKALIKE_HOME"] = home
        try:
            return attack(source, chance)
        except RecommenderError:
            return "told"
        except Exception:  # noqa: BLE001  any other one is what is looked for
            print(traceback.format_exc(), file=sys.stderr)
            return "unhandled"
        finally:
            shutil.rmtree(home, ignore_errors=True)


def main() -> None:
    """Attack as the command line asks, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=20, help="of each kind")
    parser.add_argument("--kind", choices=list(ATTACKS))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    n_unhandled = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(N_PICTURES):
            data = corpus.picture("PNG", number)
            (Path(folder) / f"{number:02}.png").write_bytes(data)
        print(f"{'attack':16}{'attempts':>10}{'whole':>8}{'told':>8}{'unhandled':>11}")
        for kind, attack in ATTACKS.items():
            if options.kind in (None, kind):
                chance = np.random.default_rng(options.seed)
                outcomes = Counter(
                    attempt(attack, Path(folder), chance) for _ in range(options.attempts)
                )
                n_unhandled += outcomes["unhandled"]
                print(
                    f"{kind:16}{options.attempts:10}{outcomes['whole']:8}{outcomes['told']:8}"
                    f"{outcomes['unhandled']:11}",
                    flush=True,
                )
    sys.exit(n_unhandled > 0)


if __name__ == "__main__":
    main()
