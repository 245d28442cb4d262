"""Measures how long visitors wait: ``python -m tools.load --visitors 150`` (make load)."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.load import cost, report
from tools.load.crowd import Plan, visit
from tools.load.journeys import JOURNEYS, MIXED
from tools.load.protocol import LoadError
from tools.serving import ROOT, serving

PHOTOS = ROOT / "assets" / "catalogue" / "photos"
PHOTO_TYPES = (".jpg", ".jpeg", ".png", ".webp")
WARM_UP_S = 60.0  # at most


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the report; the exit status is 1 if a visitor met an error."""
    options = _options(arguments)
    plan = Plan(
        n_visitors=options.visitors,
        duration_s=options.seconds,
        journey=options.journeys,
        pause_s=options.pause,
        with_pictures=options.pictures,
        timeout_s=options.timeout,
        seed=options.seed,
    )
    photos = sorted(file for file in options.photos.glob("*") if file.suffix in PHOTO_TYPES)
    if not photos:
        print(f"there are no photos in {options.photos}", file=sys.stderr)
        return 2
    try:
        with ExitStack() as stack:
            address, pid = options.url, options.pid
            if not address:
                home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                server = stack.enter_context(serving(home, home / "server.log", options.streamlit))
                address, pid = server.address, server.process.pid
            made = asyncio.run(measure(address, pid, plan, photos, is_warm=not options.cold))
    except (LoadError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(made, indent=2) if options.json else report.table(made))
    return 1 if made["errors"] else 0


async def measure(
    address: str, pid: int | None, plan: Plan, photos: Sequence[Path], *, is_warm: bool = True
) -> dict[str, Any]:
    """Let a crowd visit a server, and report.

    Parameters
    ----------
    pid : of the server, whose memory and processor time are then in the report
    photos : files that visitors upload
    is_warm : one visitor goes through a whole journey before the crowd comes, and is not counted
    """
    if is_warm:
        warm = Plan(
            n_visitors=1,
            duration_s=WARM_UP_S,
            most_actions=len(MIXED),
            pause_s=0.0,
            journey="mixed",
        )
        await visit(address, warm, photos)
    watch = cost.Watch(pid)
    watching = asyncio.create_task(watch.keep())
    await asyncio.sleep(0)
    before = time.process_time()
    samples = await visit(address, plan, photos)
    watching.cancel()
    return report.make(
        plan,
        samples,
        memory_mb=watch.memory_mb,
        cpu_s=watch.cpu_s(),
        tool_cpu_s=time.process_time() - before,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=150, help="at once (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="they stay (%(default)s)")
    parser.add_argument("--journeys", choices=list(JOURNEYS), default="mixed")
    parser.add_argument(
        "--pause", type=float, default=3.0, help="seconds from press to press (%(default)s)"
    )
    parser.add_argument(
        "--pictures", action="store_true", help="fetch the pictures too, as browsers do"
    )
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of what is pressed (%(default)s)")
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="folder of files to upload")
    parser.add_argument("--cold", action="store_true", help="no visit before the first one counts")
    parser.add_argument("--url", default="", help="a server that runs; else the demo is started")
    parser.add_argument("--pid", type=int, help="of that server, for its memory")
    parser.add_argument(
        "--streamlit",
        action="append",
        default=[],
        metavar="OPTION",
        help="for the server that is started, such as --streamlit=--runner.postScriptGC=false",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    options = parser.parse_args(arguments)
    if options.visitors < 1 or options.seconds <= 0 or options.pause < 0:
        parser.error("visitors and seconds must be positive")
    return options


if __name__ == "__main__":
    sys.exit(main())
