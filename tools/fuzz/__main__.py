"""Fuzzes every reader: ``python -m tools.fuzz [--seconds 60] [--reader zip] [--seed 0]``."""

import argparse
import sys
from pathlib import Path

from tools.fuzz.running import Tally, run
from tools.fuzz.targets import READERS

FOUND = Path("test-output") / "fuzz"


def main() -> None:
    """Fuzz as the command line asks, and print a table of attempts and outcomes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--attempts", type=int, default=10**9, help="most for each reader")
    parser.add_argument("--reader", choices=[reader.name for reader in READERS])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tallies: list[Tally] = []
    columns = ("attempts", "taken", "refused", "unhandled", "slowest")
    print(f"{'reader':10}" + "".join(f"{column:>11}" for column in columns))
    for reader in READERS:
        if options.reader in (None, reader.name):
            tally = run(
                reader,
                seconds=options.seconds,
                attempts=options.attempts,
                seed=options.seed,
                keep_in=FOUND,
            )
            tallies.append(tally)
            print(
                f"{reader.name:10}{tally.n_attempts:11,}{tally.n_taken:11,}{tally.n_refused:11,}"
                f"{tally.n_unhandled:11,}{tally.slowest_s:10.2f}s",
                flush=True,
            )
    sys.exit(any(tally.n_unhandled for tally in tallies))


if __name__ == "__main__":
    main()
