"""What a browser gets first: the document, and scripts that are small."""

import gzip
import json
import re
from urllib.request import Request, urlopen

import pytest

from recommender.ui.shell import front
from recommender.ui.shell.page_list import NAME, PAGES, Entry
from tools import icons
from tools.serving import Server

ENOUGH_KB = 1_000  # of scripts and styles that the document names


def fetch(address: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    with urlopen(Request(address, headers=headers), timeout=60) as answer:  # noqa: S310
        return answer.read(), {name.lower(): text for name, text in answer.headers.items()}


@pytest.mark.parametrize("entry", [PAGES[0], PAGES[3]], ids=lambda entry: entry.name)
def test_the_document_has_the_pages_own_words(server: Server, entry: Entry) -> None:
    path = "" if entry is PAGES[0] else entry.name
    content, headers = fetch(f"{server.address}/{path}")
    text = content.decode()
    assert f"<title>{entry.title}</title>" in text
    assert "Streamlit</title>" not in text
    assert front.DESCRIPTION in text
    assert f'content="{server.address}/card.jpg"' in text
    assert 'id="first-paint"' in text
    assert "SourceSans" not in text
    assert headers["content-length"] == str(len(content))
    assert "etag" not in headers
    card, headers = fetch(f"{server.address}/card.jpg")
    assert headers["content-type"] == "image/jpeg"
    assert len(card) < 150_000


def test_scripts_come_compressed_once_and_whole(server: Server) -> None:
    document = fetch(server.address)[0].decode()
    paths = re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', document)
    assert len(paths) > 10
    n_bytes = 0
    for path in paths:
        address = f"{server.address}/{path}"
        packed, headers = fetch(address, **{"Accept-Encoding": "gzip, br", "Range": "bytes=0-9"})
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert int(headers["content-length"]) == len(packed)
        n_bytes += len(packed)
        if len(packed) > 50_000:
            plain, headers = fetch(address)
            assert "content-encoding" not in headers
            assert gzip.decompress(packed) == plain
    assert n_bytes < ENOUGH_KB * 1_000


def test_parts_for_the_first_press_are_fetched_once_the_page_is_shown(server: Server) -> None:
    document = fetch(server.address)[0].decode()
    named = re.search(r"<script data-later='([^']+)'>", document)
    assert named is not None
    paths = json.loads(named[1])
    # Streamlit still has a script of each name
    assert [path.split("/")[-1].split(".")[0] for path in paths] == sorted(front.LATER)
    for path in paths:
        assert "javascript" in fetch(f"{server.address}/{path}")[1]["content-type"]


def test_every_icon_is_in_the_font(server: Server) -> None:
    assert icons.ours() <= icons.kept()
    assert (icons.streamlits() & icons.whole()) <= icons.kept()
    name = next((icons.STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")).name
    served, _ = fetch(f"{server.address}/static/media/{name}")
    assert served == icons.FONT.read_bytes()


def test_a_document_of_another_kind_is_left_as_it_is() -> None:
    other = b"<html><head></head><body>hello</body></html>"
    assert front.complete(other, "", "http://a.example") == other
    assert NAME in front.complete(b"<title>x</title>", "map", "http://a").decode()
