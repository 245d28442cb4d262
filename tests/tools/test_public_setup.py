"""The configuration of docs/public.md, started as it stands there."""

import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from http.client import HTTPSConnection
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from websockets.protocol import State
from websockets.sync.client import connect

from recommender.serving.access import PASSWORD
from recommender.serving.hosts import HOSTS
from recommender.ui.shared.sizes import MAX_PHOTO_MB, MAX_UPLOAD_MB
from tools.serving import ROOT, free_port, serving

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CERTIFY = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
NAME = "shop.example"
START_S = 20
TOO_LARGE_BYTES = 40_000_000  # for a visitor; an owner's import may be that large
with_nginx = pytest.mark.skipif(
    not Path(NGINX).exists() or shutil.which("openssl") is None, reason="nginx is not installed"
)


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo behind nginx with a certificate of its own; the address of the proxy."""
    monkeypatch.setenv(HOSTS, NAME)
    monkeypatch.setenv(PASSWORD, "correct horse")
    certificate, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    subprocess.run(
        [*CERTIFY, "-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    port = free_port()
    with serving(tmp_path / "home", tmp_path / "server.log") as server:
        (written,) = blocks("nginx")
        tried = written.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        tried = tried.replace("http://127.0.0.1:8501", server.address)
        tried = tried.replace(f"/etc/letsencrypt/live/{NAME}/", f"{tmp_path}/")
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;"
            f"events {{}} http {{ access_log off; {temporary} {tried} }}"
        )
        process = subprocess.Popen([NGINX, "-c", str(configuration)])
        try:
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def ask(address: str, host: str = NAME, data: bytes | None = None) -> tuple[int, Message]:
    end = time.monotonic() + START_S
    while True:
        try:
            request = Request(address, data, {"Host": host})  # noqa: S310  https
            with urlopen(request, timeout=20, context=encrypted()) as answer:  # noqa: S310
                return answer.status, answer.headers
        except HTTPError as error:
            return error.code, error.headers
        except (URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@with_nginx
def test_the_proxys_configuration_works_as_written(public: str) -> None:
    status, headers = ask(f"{public}/")
    assert status == 200
    assert "Strict-Transport-Security" in headers
    assert "Content-Security-Policy" in headers
    assert ask(f"{public}/api/catalogues")[0] == 200
    assert ask(f"{public}/_stcore/metrics")[0] == 404
    assert ask(f"{public}/", host="evil.example")[0] == 421
    assert ask(f"{public}/sign-in", data=b"password=wrong+horse")[0] == 403
    assert declared_size_is_refused(public, (MAX_UPLOAD_MB + 2) << 20)
    assert opens_a_websocket(public)
    large = bytes(TOO_LARGE_BYTES)
    assert brought(public, large) == (413, f"At most {MAX_PHOTO_MB} MB can be uploaded here.")
    cookie = signed_in(public)
    assert "Secure" in cookie
    status, sentence = brought(public, large, cookie)
    assert (status, sentence) == (409, "The page of this upload is not open any more.")


def encrypted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # its own certificate
    return context


def opens_a_websocket(address: str) -> bool:
    """Whether Streamlit's websocket opens through the proxy."""
    place = urlsplit(address)
    line = socket.create_connection((place.hostname, place.port), timeout=20)
    with connect(f"wss://{NAME}/_stcore/stream", sock=line, ssl=encrypted()) as websocket:
        return websocket.state is State.OPEN


def brought(address: str, body: bytes, cookie: str = "") -> tuple[int, str]:
    """The answer to an upload for a page that is not open."""
    headers = {"Host": NAME, "Cookie": cookie, "Content-Type": "multipart/form-data; boundary=a"}
    connection = HTTPSConnection(urlsplit(address).netloc, timeout=60, context=encrypted())
    with closing(connection):
        connection.request("PUT", "/_stcore/upload_file/no-page/file", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def signed_in(address: str) -> str:
    """The cookie that an owner gets for the right password."""
    connection = HTTPSConnection(urlsplit(address).netloc, timeout=20, context=encrypted())
    with closing(connection):
        form = {"Host": NAME, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", b"password=correct+horse", form)
        return connection.getresponse().headers["Set-Cookie"]


def declared_size_is_refused(address: str, n_bytes: int) -> bool:
    """Whether the proxy answers 413 to a body of this size before it is sent."""
    connection = HTTPSConnection(urlsplit(address).netloc, timeout=20, context=encrypted())
    with closing(connection):
        connection.putrequest("PUT", "/_stcore/upload_file/a/b", skip_host=True)
        for name, value in (("Host", NAME), ("Content-Length", str(n_bytes))):
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status == 413


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd is not installed")
    (unit,) = blocks("ini")
    file = tmp_path / "lookalike.service"
    file.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit))
    checked = subprocess.run(
        [analyse, "verify", str(file)], check=False, capture_output=True, text=True
    )
    assert "lookalike.service" not in checked.stderr, checked.stderr


def test_the_containers_line_is_one_that_docker_takes(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None:
        pytest.skip("docker is not installed")
    password = tmp_path / "password"
    password.write_text("LOOKALIKE_ADMIN_PASSWORD=correct horse\n")
    (line,) = blocks("console")
    command = shlex.split(
        line.replace("\\\n", " ").replace("/etc/lookalike/password", str(password))
    )
    assert command[0] == "docker"
    # docker reads all options before it looks for its daemon, which is not to be found here
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/none.sock", "HOME": str(tmp_path)}
    for options, is_odd in (([], False), (["--no-such-option"], True), (["--memory", "3q"], True)):
        checked = subprocess.run(
            [docker, "run", *options, *command[2:]],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | nowhere,
        )
        found = re.search("unknown flag|invalid", checked.stderr)
        assert bool(found) == is_odd, checked.stderr
