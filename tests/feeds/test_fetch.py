"""Fetching from a server on this machine, which only an injected check of addresses allows."""

import contextlib
import dataclasses
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from recommender.errors import ImageError, RecommenderError
from recommender.feeds.addresses import is_own, is_public
from recommender.feeds.fetch import Fetcher, FetchLimits, fetch
from recommender.feeds.journal import Journal

QUICK = FetchLimits(
    connect_s=1, read_s=0.3, total_s=1, max_bytes=1_000, first_wait_s=0.01, ports=None
)


class Shop(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/a.png":
            self._answer(200, b"picture")
        elif self.path == "/shaky.png":
            self._answer(503 if self.asked.count(self.path) < 3 else 200, b"at last")
        elif self.path == "/moved.png":
            self._answer(302, b"", Location="/a.png")
        elif self.path == "/round.png":
            self._answer(302, b"", Location="/round.png")
        elif self.path == "/inside.png":
            self._answer(302, b"", Location="http://169.254.169.254/latest")
        elif self.path == "/file.png":
            self._answer(302, b"", Location="file:///etc/passwd")
        elif self.path == "/large.png":
            self._answer(200, bytes(2_000))
        elif self.path == "/slow.png":
            time.sleep(0.6)
            self._answer(200, b"late")
        elif self.path == "/drip.png":
            self.send_response(200)
            self.end_headers()
            for _ in range(30):
                time.sleep(0.1)
                self.wfile.write(b"x")
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            return


@pytest.fixture
def shop_address() -> Iterator[str]:
    Shop.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def get(link: str) -> bytes:
    def is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return address.is_loopback

    return fetch(link, limits=QUICK, is_allowed=is_allowed)


def test_a_link_gives_its_bytes(shop_address: str) -> None:
    assert get(f"{shop_address}/a.png") == b"picture"
    assert get(f"{shop_address}/moved.png") == b"picture"


def test_failures_that_may_pass_are_tried_again(shop_address: str) -> None:
    assert get(f"{shop_address}/shaky.png") == b"at last"
    assert Shop.asked == ["/shaky.png"] * 3


@pytest.mark.parametrize(
    ("path", "sentence", "n_asked"),
    [
        ("/none.png", "said 404", 1),
        ("/large.png", "more than", 1),
        ("/slow.png", "too slow", 3),
        ("/drip.png", "longer than", 3),
        ("/round.png", "again and again", 6),
        ("/inside.png", "private or reserved", 1),
        ("/file.png", "http:// or https://", 1),
    ],
)
def test_what_cannot_be_had_says_why(
    shop_address: str, path: str, sentence: str, n_asked: int
) -> None:
    with pytest.raises(ImageError, match=sentence):
        get(shop_address + path)
    assert len(Shop.asked) == n_asked


INNER = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104  it is refused
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a00:1",
]
THIS_MACHINE = [
    "http://127.0.0.1/",
    "http://localhost:8080/a.png",
    "http://[::1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://user@127.0.0.1/",
    "http://0/",
]


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "151.101.1.1", "2606:4700:4700::1111"])
def test_outer_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("link", THIS_MACHINE)
def test_this_machine_is_not_fetched_from(link: str) -> None:
    with pytest.raises(ImageError, match="private or reserved"):
        fetch(link, limits=QUICK)


@pytest.mark.parametrize("link", ["ftp://x/a.png", "//x/a.png", "http://", "http://x:99999/"])
def test_other_links_are_refused(link: str) -> None:
    with pytest.raises(ImageError, match="is not a link"):
        fetch(link, limits=QUICK)


def test_one_inner_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, 1, 6, "", (each, 80)) for each in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(ImageError, match="private or reserved"):
        fetch("http://shop.example/a.png", limits=QUICK)


def test_the_connection_goes_to_the_address_that_was_checked(
    shop_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(shop_address.rpartition(":")[2])
    names = []

    def resolve(host: str, *_: object, **__: object) -> list[object]:
        names.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert get(f"http://shop.example:{port}/a.png") == b"picture"
    assert names == ["shop.example", "127.0.0.1"]  # the name is asked for once


def test_an_import_that_goes_on_fetches_nothing_twice(tmp_path: Path) -> None:
    asked = []

    def get_once(link: str) -> bytes:
        asked.append(link)
        return link.encode()

    (tmp_path / "kept.png").write_bytes(b"kept")
    with contextlib.suppress(KeyboardInterrupt), Journal(tmp_path, get_once) as journal:
        assert journal.ask("http://x/a").result() == b"http://x/a"
        journal.note("http://x/a", "kept.png")
        raise KeyboardInterrupt
    with (tmp_path / "fetched.jsonl").open("a") as stream:
        stream.write('["http://x/b", "ke')  # half a line
    with Journal(tmp_path, get_once) as journal:
        assert journal.ask("http://x/a").result() == b"kept"
        assert journal.ask("http://x/b").result() == b"http://x/b"
    assert asked == ["http://x/a", "http://x/b"]
    with Journal(tmp_path, get_once) as journal:  # an import that is done begins anew
        assert journal.ask("http://x/a").result() == b"http://x/a"


class Hostile(Shop):
    """A server that keeps its askers waiting, one way or another."""

    def do_GET(self) -> None:
        try:
            if self.path == "/headers":
                self.send_response(200)
                for number in range(100):
                    time.sleep(0.05)
                    self.wfile.write(f"X-{number}: y\r\n".encode())
            elif self.path == "/continue":
                while True:
                    self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    time.sleep(0.01)
            elif self.path.startswith("/to/"):
                self._answer(302, b"", Location=self.path[4:])
            elif self.path == "/chunks":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            elif self.path == "/many":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000 + b"\r\n")
            elif self.path == "/long":
                self.wfile.write(b"HTTP/1.1 200 " + b"x" * 100_000)
            else:
                self.asked.append(self.path)
                self._answer(200, self.requestline.split()[1].encode())  # as it was written
        except (BrokenPipeError, ConnectionResetError):
            return


@pytest.fixture
def hostile_address() -> Iterator[str]:
    Shop.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


HASTY = dataclasses.replace(QUICK, total_s=0.4, n_retries=0)


def get_hastily(link: str) -> bytes:
    return fetch(link, limits=HASTY, is_allowed=lambda address: address.is_loopback)


@pytest.mark.parametrize(
    "path",
    ["/headers", "/continue", "/chunks", "/many", "/long", "/to/http://[", "/to/http://x:99999/"],
)
def test_whatever_a_server_does_a_fetch_ends_in_one_sentence(
    hostile_address: str, path: str
) -> None:
    started = time.monotonic()
    with pytest.raises(ImageError) as caught:
        get_hastily(hostile_address + path)
    assert time.monotonic() - started < 3
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("//a//b.png", "//a//b.png"),
        ("/c_fill,w_400;x|y/ä b.png", "/c_fill,w_400;x%7Cy/%C3%A4%20b.png"),
        ("/a%20b.png?x=1&y=ü", "/a%20b.png?x=1&y=%C3%BC"),
        ("/a\ud83db.png", "/ab.png"),
    ],
)
def test_paths_stay_as_they_are(hostile_address: str, path: str, asked: str) -> None:
    assert get_hastily(hostile_address + path) == asked.encode()


@pytest.mark.parametrize(
    "link",
    ["http://[", "http://bücher..example/", "http://" + "ü" * 300 + ".de/", "http://\ud83d/"],
)
def test_hosts_that_cannot_be_are_one_sentence(link: str) -> None:
    with pytest.raises(ImageError):
        fetch(link, limits=dataclasses.replace(QUICK, n_retries=0))


def test_hosts_of_other_scripts_are_asked_for_by_their_ascii_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[object]:
        names.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(ImageError, match="private"):
        fetch("http://bücher.example/a.png", limits=QUICK)
    assert names == ["xn--bcher-kva.example"]


def test_other_ports_are_asked_only_where_the_owner_says_so(
    hostile_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = hostile_address.rpartition(":")[2]

    def get_with_defaults() -> bytes:
        limits = dataclasses.replace(FetchLimits.chosen(), n_retries=0)
        return fetch(hostile_address + "/a", limits=limits, is_allowed=lambda _: True)

    with pytest.raises(ImageError, match=f"{port} is not fetched"):
        get_with_defaults()
    monkeypatch.setenv("LOOKALIKE_FETCH_PORTS", f"8080, {port}")
    assert get_with_defaults() == b"/a"
    monkeypatch.setenv("LOOKALIKE_FETCH_PORTS", "all")
    with pytest.raises(RecommenderError, match="LOOKALIKE_FETCH_PORTS"):
        FetchLimits.chosen()


def test_addresses_of_this_machine_are_known() -> None:
    assert is_own("127.0.0.1")
    assert not is_own("192.0.2.1")


def test_what_is_given_up_ends_at_once(hostile_address: str) -> None:
    limits = dataclasses.replace(QUICK, total_s=30)
    fetcher = Fetcher(limits, is_allowed=lambda address: address.is_loopback)
    threading.Timer(0.2, fetcher.stop).start()
    started = time.monotonic()
    with pytest.raises(ImageError):
        fetcher(hostile_address + "/continue")
    assert time.monotonic() - started < 2
