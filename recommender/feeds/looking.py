"""Looks into a large file in a process of its own: a server's visitors must not wait for it.

A table of 87 MB took 20 s of a busy core and about ten times its size in memory, which end with the
process that reads it.
"""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

from recommender.errors import CatalogueError, RecommenderError
from recommender.feeds.sources import look_into
from recommender.feeds.tables import Overview

PATIENCE_S = 300.0
ROOT = Path(__file__).parents[2]


def look_into_file(file: Path, name: str) -> Overview | None:
    """Return what `sources.look_into` returns, and raise what it raises.

    Parameters
    ----------
    name : as its owner calls the file

    Raises
    ------
    CatalogueError : also where the file takes more time or memory than there is
    """
    asked = json.dumps({"file": str(file.absolute()), "name": name})
    command = [sys.executable, "-m", "recommender.feeds.looking"]
    try:
        done = subprocess.run(  # noqa: S603  the command is this package's own
            command,
            check=False,
            input=asked,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            cwd=ROOT,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise CatalogueError(f"{name} is too large to be read here: split it") from error
    if "error" in answer:
        raise CatalogueError(answer["error"])
    found = answer["overview"]
    if found is None:
        return None
    return Overview(**found | {key: tuple(found[key]) for key in ("header", "examples")})


def _answer(asked: str) -> str:
    values = json.loads(asked)
    try:
        with Path(values["file"]).open("rb") as stream:
            overview = look_into(values["name"], stream)
    except RecommenderError as error:
        return json.dumps({"error": str(error)})
    found = None if overview is None else dataclasses.asdict(overview)
    return json.dumps({"overview": found})


if __name__ == "__main__":
    print(_answer(sys.stdin.read()))
