"""Fixtures: the API on a small catalogue, without a server and without the page."""

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from recommender.api import Limits, Shop, make_application
from recommender.catalogue.registry import open_catalogue
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from tests.conftest import draw

# More than any test asks for: what a limit does is tested where one is set
AMPLE = Limits(per_minute=1_000_000, burst=1_000_000)


def picture_bytes(kind: str = "PNG", picture: Image.Image | None = None) -> bytes:
    stream = io.BytesIO()
    (picture or draw("disc", "red")).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def make_api(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Limits], Starlette]:
    """Make the API of a catalogue of drawn shapes, and of no other."""
    import_source(shop, "shop", column_map={"image": "file", "category": "kind", "brand": "maker"})
    monkeypatch.setattr("recommender.api.endpoint.available_catalogues", lambda: ["shop"])
    opened = functools.cache(Recommender.open)

    def recommender(catalogue_name: str, model: str, on_wait: Any = None) -> Recommender:
        return opened(catalogue_name, model)

    def call(limits: Limits = AMPLE) -> Starlette:
        return make_application(
            Shop(
                catalogue=functools.cache(open_catalogue),
                recommender=recommender,
                default_model=lambda _: ARTICLE,
                picture=lambda catalogue, item, size: (
                    f"pictures/{catalogue.name}/{item.image_sha256}/{size}"
                ),
            ),
            limits,
        )

    return call


@pytest.fixture
def client(make_api: Callable[..., Starlette]) -> TestClient:
    return TestClient(make_api())
