"""How the server starts: who can reach it, and what visitors may do."""

import os
import socket
import subprocess
import sys
from urllib.parse import urlparse

import pytest

from recommender.config import READ_ONLY
from tests.ui.conftest import ROOT, Server

ONLY_THIS_MACHINE = "127.0.0.1"
ANOTHER_OF_ITS_ADDRESSES = "127.0.0.2"


@pytest.mark.skipif(sys.platform != "linux", reason="others have one loopback address only")
def test_only_this_machine_can_reach_it(server: Server) -> None:
    port = urlparse(server.address).port
    assert port
    socket.create_connection((ONLY_THIS_MACHINE, port), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ANOTHER_OF_ITS_ADDRESSES, port), timeout=5)


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (["--readonly"], {}, "unrecognized arguments: --readonly"),
        ([], {READ_ONLY: "ture"}, "LOOKALIKE_READ_ONLY must be 1 or 0, got 'ture'"),
    ],
)
def test_a_slip_of_the_pen_stops_the_start(
    options: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = start(options, environment)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_read_only_is_an_option_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READ_ONLY, raising=False)
    for options, expected in (([], "False"), (["--read-only"], "True")):
        done = start(options, {}, then="from recommender import config; print(config.read_only())")
        assert done.stdout.strip() == expected, done.stderr


def start(
    options: list[str], environment: dict[str, str], then: str = ""
) -> subprocess.CompletedProcess[str]:
    """Read `app.py` as `streamlit run app.py -- OPTIONS` does, without serving it."""
    script = f"import sys; sys.argv = ['app.py', *{options!r}]; import app; {then}"
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
