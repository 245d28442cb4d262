"""Starts the demo as ``make demo`` does, and reads what it costs."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tools.load.protocol import LoadError

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
START_S, STOP_S = 60.0, 10.0
EVERY_S = 1.0
KB_PER_MB = 1024


@contextmanager
def running(home: Path, options: Sequence[str] = ()) -> Iterator[tuple[str, int]]:
    """A demo that answers, stopped at the end.

    Parameters
    ----------
    home : folder of its catalogues and indexes; its log is written there
    options : of ``streamlit run``, such as "--runner.postScriptGC=false"

    Yields
    ------
    address, pid : of the server

    Raises
    ------
    LoadError : it does not start
    """
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.headless", "true", *options]
    environment = {**os.environ, "LOOKALIKE_HOME": str(home)}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://{LOOPBACK}:{port}"
            _wait_until_healthy(address, process)
            yield address, process.pid
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310  our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise LoadError("the demo did not start")


@dataclass
class Watch:
    """Memory and processor time of a process and its children, second by second.

    Parameters
    ----------
    pid : None where the server runs elsewhere; nothing is noted then
    """

    pid: int | None
    memory_mb: list[float] = field(default_factory=list)
    _started_cpu_s: float = 0.0

    async def keep(self) -> None:
        """Note the memory until cancelled; the processor's time counts from the start."""
        if self.pid is None:
            return
        self._started_cpu_s = sum(map(_cpu_s, family(self.pid)))
        while True:
            self.memory_mb.append(sum(map(_memory_mb, family(self.pid))))
            await asyncio.sleep(EVERY_S)

    def cpu_s(self) -> float:
        """Seconds of processor time since `keep` began."""
        if self.pid is None:
            return 0.0
        return sum(map(_cpu_s, family(self.pid))) - self._started_cpu_s


def family(pid: int) -> list[int]:
    """A process and all below it; empty where there is no /proc."""
    if not Path(f"/proc/{pid}/stat").exists():
        return []
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in _read(task).split()]
    return found


def _memory_mb(pid: int) -> float:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KB_PER_MB
    return 0.0


def _cpu_s(pid: int) -> float:
    after_name = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if not after_name:
        return 0.0
    user, system = int(after_name[11]), int(after_name[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it has ended meanwhile
        return ""
