"""A queue of pictures shared by several processes or machines."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

Job = TypeVar("Job")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every queue can be told."""
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="only the first of the list")
    parser.add_argument("--shard", default="1/1", help="which part of the list, such as 1/2")
    parser.add_argument("--workers", type=int, default=1, help="processes to run side by side")


def fan_out(module: str, arguments: Sequence[str] | None, workers: int) -> None:
    """Run a module once for each shard, side by side, and exit as they do."""
    given = sys.argv[1:] if arguments is None else arguments
    command = [sys.executable, "-m", module, *given, "--workers", "1", "--shard"]
    shards = [f"{index}/{workers}" for index in range(1, workers + 1)]
    running = [subprocess.Popen([*command, shard]) for shard in shards]  # noqa: S603
    sys.exit(max(process.wait() for process in running))


def part_of(jobs: Sequence[Job], options: argparse.Namespace) -> list[Job]:
    """The jobs of this process: up to the limit, every n-th of them."""
    part, parts = (int(number) for number in options.shard.split("/"))
    return list(jobs[: options.limit][part - 1 :: parts])
