"""Fuzzes the API of a running server against its own document: ``python -m tools.fuzz_api 100``."""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from recommender.api.document import openapi
from recommender.api.limits import PER_MINUTE
from tools.serving import serving

CONFIG = Path(__file__).with_name("schemathesis.toml")


def fuzz(n_examples: int) -> int:
    """Serve the demo and send it requests; returns the exit status of schemathesis.

    Parameters
    ----------
    n_examples : most requests to each endpoint, in each phase
    """
    os.environ[PER_MINUTE] = "1000000"  # a limit on the rate would answer in the place of the API
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        document = home / "openapi.json"
        document.write_text(json.dumps(without_former_names(openapi())))
        with serving(home, home / "server.log") as server:
            command = [str(Path(sys.executable).with_name("schemathesis"))]
            command += ["--config-file", str(CONFIG), "run", str(document)]
            command += ["--url", server.address]
            command += ["--checks", "all", "--max-examples", str(n_examples)]
            # schemathesis keeps its findings in the folder that it runs in
            return subprocess.run(command, check=False, cwd=home).returncode


def without_former_names(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without deprecated parameters: with both names a request is refused."""
    narrowed = copy.deepcopy(document)
    for path in narrowed["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                each for each in operation["parameters"] if not each.get("deprecated")
            ]
    return narrowed


def main() -> None:
    """Fuzz as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n_examples", type=int, nargs="?", default=100)
    sys.exit(fuzz(parser.parse_args().n_examples))


if __name__ == "__main__":
    main()
