"""The readers that strangers' bytes reach, each as a function that may raise what it promises.

A target returns whether it took the input. It raises `RecommenderError` to refuse it; anything
else is a bug.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from recommender import images
from recommender.errors import ImageError
from recommender.feeds.rows import Row
from recommender.feeds.sources import look_into, open_source
from recommender.feeds.tables import read_table
from recommender.images import ImageLimits
from recommender.metadata import bare_type
from tools.fuzz import corpus

if TYPE_CHECKING:
    from starlette.testclient import TestClient

LIMITS = ImageLimits(max_pixels=4_000_000)
FEED_NAMES = ("feed.csv", "feed.tsv", "feed.xml", "feed.json", "feed.jsonl")
OK, BUG = 200, 500

Target = Callable[[bytes], bool]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One reader.

    Attributes
    ----------
    seeds : inputs that it takes
    opened : gives the target for the time of a block
    """

    name: str
    seeds: Callable[[], list[bytes]]
    opened: Callable[[], "Iterator[Target]"]


def read_picture(data: bytes) -> bool:
    """Decode a picture, and ask whether it may be sent as it lies."""
    bare_type(data)
    images.load(data, limits=LIMITS)
    return True


def read_feed(data: bytes) -> bool:
    """Read a table under one of the names that it could have."""
    name = FEED_NAMES[len(data) % len(FEED_NAMES)]
    return any(isinstance(row, Row) for row in read_table(data, name, {}))


def _pictures() -> Iterator[Target]:
    yield read_picture


def _feeds() -> Iterator[Target]:
    yield read_feed


def _zips() -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "upload.zip"

        def read_zip(data: bytes) -> bool:
            file.write_bytes(data)
            look_into(file.name, io.BytesIO(data))
            n_read = 0
            with open_source(file, is_confined=True) as source:
                for row in source.rows({}):
                    if isinstance(row, Row):
                        for picture in row.pictures:
                            n_read += _is_read(source.read, picture)
            return n_read > 0

        yield read_zip


def _is_read(read: Callable[[str], bytes], picture: str) -> bool:
    try:
        images.load(read(picture), limits=LIMITS)
    except ImageError:
        return False
    return True


def _queries() -> Iterator[Target]:
    with _api() as client:

        def ask(data: bytes) -> bool:
            path = quote(data, safe="/?&=%.,+-_~")
            answer = client.get(path if path.startswith("/") else f"/{path}")
            if answer.status_code >= BUG and answer.status_code != 503:  # noqa: PLR2004  busy
                raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
            return bool(answer.status_code == OK)

        yield ask


def _uploads() -> Iterator[Target]:
    with _api() as client:

        def send(data: bytes) -> bool:
            answer = client.post(
                "/api/similar", content=data, headers={"Content-Type": "image/png"}
            )
            if answer.status_code >= BUG and answer.status_code != 503:  # noqa: PLR2004  busy
                raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
            return bool(answer.status_code == OK)

        # opens demo and model, which takes seconds and is no input's fault
        send(corpus.pictures()[0])
        yield send


@contextmanager
def _api() -> "Iterator[TestClient]":
    """The API on the demo, in this process."""
    from functools import cache

    from starlette.testclient import TestClient

    from recommender.api import Limits, Shop, make_application
    from recommender.catalogue.registry import open_catalogue
    from recommender.models import default_model
    from recommender.recommend import Recommender

    opened = cache(Recommender.open)
    shop = Shop(
        catalogue=cache(open_catalogue),
        recommender=lambda name, model, on_wait=None: opened(name, model),
        default_model=default_model,
        picture=lambda catalogue, item, size: f"pictures/{item.image_sha256}/{size}",
    )
    ample = Limits(per_minute=10**9, burst=10**9)
    yield TestClient(make_application(shop, ample), raise_server_exceptions=True)


READERS = (
    Reader(name="zip", seeds=corpus.zips, opened=_zips),
    Reader(name="feed", seeds=corpus.feeds, opened=_feeds),
    Reader(name="picture", seeds=corpus.pictures, opened=_pictures),
    Reader(name="query", seeds=corpus.queries, opened=_queries),
    Reader(name="api", seeds=corpus.pictures, opened=_uploads),
)
