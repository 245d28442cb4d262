"""Reads what a server costs: its memory, and its time on the processor."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 1.0
KB_PER_MB = 1024


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
