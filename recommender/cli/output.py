"""Prints and writes what commands make, and shows their progress."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.types import Progress

T = TypeVar("T")
TOLD = 10  # rows that were left out and are named one by one


def say(options: argparse.Namespace, document: Any, text: str) -> None:
    """Print a document where JSON was asked for, else the text."""
    print(json.dumps(document, ensure_ascii=False, indent=2) if options.json else text)


def tell_skipped(skipped: Sequence[tuple[str, str]]) -> None:
    """Name the first rows that were left out, with their reasons, and count the others."""
    for source, reason in skipped[:TOLD]:
        print(f"skipped {source}: {reason}", file=sys.stderr)
    if len(skipped) > TOLD:
        print(f"skipped {len(skipped) - TOLD:,} more; --json names all", file=sys.stderr)


def write(action: Callable[[], T], file: Path) -> T:
    """Run what writes a file; raises `RecommenderError` if the file cannot be written."""
    try:
        return action()
    except OSError as error:
        raise RecommenderError(f"{file} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def shown_progress(what: str) -> "Iterator[Progress]":
    """Show a progress bar on a terminal, and nothing where a program reads the output."""
    from tqdm import tqdm

    with tqdm(desc=what, disable=None, leave=False, file=sys.stderr) as bar:

        def report(n_done: int, n_all: int) -> None:
            bar.total = n_all
            bar.update(n_done - bar.n)

        yield report
