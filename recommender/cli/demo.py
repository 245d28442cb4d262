"""The command that opens the page: in a clone `make demo` does the same."""

import argparse
import runpy
import sys
from collections.abc import Callable
from typing import Any

from recommender import config

PAGE = config.PROJECT / "app.py"


def add(command_named: Callable[..., Any]) -> None:
    """Register the command."""
    command = command_named("demo", demo, "serve the page, and open it in a browser")
    command.add_argument("--port", type=int, default=8501)
    command.add_argument(
        "--address", default="127.0.0.1", help="0.0.0.0 lets other machines reach it"
    )
    command.add_argument("--headless", action="store_true", help="open no browser")
    command.add_argument(
        "--read-only", action="store_true", help="visitors may look, and change nothing"
    )


def demo(options: argparse.Namespace) -> None:
    """Serve the page in this process, until it is interrupted."""
    settings = {
        "server.port": options.port,
        "server.address": options.address,
        "server.headless": str(options.headless).lower(),
    }
    command = ["streamlit", "run", str(PAGE)]
    command += [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    sys.argv = [*command, "--", *(["--read-only"] if options.read_only else [])]
    # by its name: only the page imports Streamlit
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
