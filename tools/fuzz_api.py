"""Fuzzes the API of a running server against its own document: ``python -m tools.fuzz_api 100``."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

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
        with serving(home, home / "server.log") as server:
            command = [str(Path(sys.executable).with_name("schemathesis"))]
            command += ["--config-file", str(CONFIG), "run", f"{server.address}/api/openapi.json"]
            command += ["--checks", "all", "--max-examples", str(n_examples)]
            # schemathesis keeps its findings in the folder that it runs in
            return subprocess.run(command, check=False, cwd=home).returncode


def main() -> None:
    """Fuzz as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n_examples", type=int, nargs="?", default=100)
    sys.exit(fuzz(parser.parse_args().n_examples))


if __name__ == "__main__":
    main()
