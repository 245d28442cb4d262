"""Starts the demo as a server process, and waits until it answers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
START_S, STOP_S, POLL_S = 60, 10, 0.05


@dataclass(frozen=True)
class Server:
    """A running demo.

    Attributes
    ----------
    address : URL of its first page, without a slash at the end
    process : the server itself
    """

    address: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        self.process.terminate()
        self.process.wait(STOP_S)


@contextmanager
def serving(home: Path, log: Path, options: Sequence[str] = ()) -> Iterator[Server]:
    """Serve the demo until the block ends; the server answers when the block begins."""
    server = start_server(home, log, options=options)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        server.stop()


def start_server(
    home: Path, log: Path, script: Path = ROOT / "app.py", options: Sequence[str] = ()
) -> Server:
    """Start the demo as `make demo` does, or another script, on a free port; return at once.

    Parameters
    ----------
    home : folder of its catalogues and indexes
    log : file that its messages go to
    script : that Streamlit runs
    options : of ``streamlit run``, such as "--runner.postScriptGC=false"
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", str(port), "--server.headless", "true", *options]
    environment = {**os.environ, "LOOKALIKE_HOME": str(home)}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    return Server(f"http://127.0.0.1:{port}", process)


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_healthy(server: Server) -> None:
    """Return when the server answers.

    Raises
    ------
    RuntimeError : it ended, or did not answer in time
    """
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            with urlopen(f"{server.address}/_stcore/health", timeout=1):
                return
        except (URLError, OSError):
            if server.process.poll() is not None:
                break
            time.sleep(POLL_S)
    raise RuntimeError("the demo did not start")
