"""A real Milvus, from the package `milvus`, that only this machine can reach.

Milvus listens on every interface and on fixed ports. So it runs in a network of its own
(`unshare`), and what comes to one free port of the loopback is passed on into it: the listening
socket is opened outside and handed in.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

INSIDE_PORT = 19530
PATIENCE_S = 120


def reason_to_skip() -> str:
    """Why there can be no server here; empty if there can."""
    if importlib.util.find_spec("pymilvus") is None:
        return "pymilvus is not installed: pip install -r requirements-milvus.txt"
    if importlib.util.find_spec("milvus") is None:
        return "the server is not installed: pip install milvus==2.3.5"
    if shutil.which("unshare") is None:
        return "there is no `unshare` to keep the server to this machine"
    tried = subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True)
    return "" if tried.returncode == 0 else "`unshare` is not allowed here"


class Server:
    """The server of one folder, which may be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        with socket.socket() as entrance:
            entrance.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            entrance.bind(("127.0.0.1", self._port))
            entrance.listen(64)
            number = entrance.fileno()
            self._process = subprocess.Popen(
                ["unshare", "-rn", sys.executable, __file__, str(number), str(self._folder)],
                pass_fds=[number],
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "ready"

    def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


def _serve(entrance: socket.socket, folder: Path) -> None:
    from milvus import MilvusServer, MilvusServerConfig

    _raise_loopback()
    server = MilvusServer(
        MilvusServerConfig(data_dir=str(folder), proxy_port=INSIDE_PORT), wait_for_started=False
    )
    server.start()
    server.wait_started(timeout=PATIENCE_S * 1000)
    threading.Thread(target=_relay_all, args=(entrance,), daemon=True).start()
    print("ready", flush=True)
    while True:
        time.sleep(PATIENCE_S)


def _raise_loopback() -> None:
    import fcntl
    import struct

    set_flags, is_up = 0x8914, 0x1
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh", b"lo", is_up))


def _relay_all(entrance: socket.socket) -> None:
    while True:
        outside, _ = entrance.accept()
        inside = socket.create_connection(("127.0.0.1", INSIDE_PORT))
        for source, target in ((outside, inside), (inside, outside)):
            threading.Thread(target=_relay, args=(source, target), daemon=True).start()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
