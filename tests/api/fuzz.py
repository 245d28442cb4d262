"""Fuzz the API of a running server against its own document: `python -m tests.api.fuzz 100`."""

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
from tests.ui.conftest import start_server, wait_until_healthy

CONFIG = Path(__file__).parent / "schemathesis.toml"


def without_former_names(document: dict[str, Any]) -> dict[str, Any]:
    """The document without deprecated parameters: with both names a request is refused."""
    narrowed = copy.deepcopy(document)
    for path in narrowed["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                each for each in operation["parameters"] if not each.get("deprecated")
            ]
    return narrowed


def main(n_examples: str) -> int:
    """Start the demo, ask, stop it; returns the status of schemathesis."""
    os.environ[PER_MINUTE] = "1000000"  # a limit on the rate would answer in the place of the API
    with tempfile.TemporaryDirectory() as folder:
        running = start_server(Path(folder), Path(folder) / "server.log")
        try:
            wait_until_healthy(running)
            document = Path(folder) / "openapi.json"
            document.write_text(json.dumps(without_former_names(openapi())))
            command = [
                str(Path(sys.executable).parent / "schemathesis"),
                "--config-file",
                str(CONFIG),
            ]
            command += ["run", str(document), "--url", running.address, "--checks", "all"]
            return subprocess.run([*command, "--max-examples", n_examples], check=False).returncode
        finally:
            running.process.terminate()
            running.process.wait(10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
