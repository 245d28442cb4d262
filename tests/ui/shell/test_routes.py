"""The files that the pages draw from: kept by browsers for ever, refused under a wrong name."""

import gc
import gzip
import io
import json
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image

from recommender.catalogue.registry import open_catalogue
from recommender.errors import CatalogueError
from recommender.models import PERCEPTUAL
from recommender.recommend import Recommender
from recommender.ui.shared import map_document, pictures, sheets
from recommender.ui.shared.photo_drawings import Rebuilding, drawing
from tools.serving import Server


@pytest.fixture(scope="module")
def demo() -> Recommender:
    return Recommender.open("demo", PERCEPTUAL)


def fetch(server: Server, path: str) -> bytes:
    """Return the content of an address that browsers may keep for ever."""
    with urlopen(f"{server.address}/{path}", timeout=60) as answer:  # noqa: S310
        assert "immutable" in answer.headers["Cache-Control"]
        data: bytes = answer.read()
        return data


def refused(server: Server, path: str) -> int:
    with pytest.raises(HTTPError) as error:
        urlopen(f"{server.address}/{path}", timeout=60)  # noqa: S310
    error.value.close()
    return error.value.code


@pytest.mark.parametrize("kind", ["kept", "lost"])
def test_what_was_kept_and_lost_of_a_product(server: Server, demo: Recommender, kind: str) -> None:
    path = pictures.kept_url(demo.catalogue, demo.catalogue.get("mug-01-navy"), demo.model, kind)
    shown = (pictures.REBUILT_PX, pictures.REBUILT_PX)
    assert Image.open(io.BytesIO(fetch(server, path))).size == shown
    assert refused(server, path.removesuffix(kind) + "found") == 404


def test_pictures_between_two_products(server: Server, demo: Recommender) -> None:
    first, second = demo.catalogue.get("mug-01-navy"), demo.catalogue.get("vase-01-grey")
    path = pictures.between_url(demo.catalogue, first, second, demo.model, 3)
    shown = (pictures.REBUILT_PX, pictures.REBUILT_PX)
    assert Image.open(io.BytesIO(fetch(server, path))).size == shown
    assert refused(server, path[:-1] + "99") == 404
    assert refused(server, path.replace(first.image_sha256, "0" * 64)) == 404
    version = demo.model.fingerprint[: pictures.FINGERPRINT_LENGTH]
    assert refused(server, path.replace(version, "0" * len(version))) == 404


def test_the_places_of_the_map(server: Server, demo: Recommender) -> None:
    path = map_document.places_url(demo)
    content = json.loads(gzip.decompress(fetch(server, path)))
    assert content["ids"] == [item.item_id for item in demo.catalogue]
    assert refused(server, path + "0") == 404


def test_sheets_of_small_pictures(server: Server) -> None:
    catalogue = open_catalogue("demo")
    path = map_document.sheets_url(catalogue)
    side = sheets.TILE_PX * sheets.TILES_ACROSS
    assert Image.open(io.BytesIO(fetch(server, f"{path}0"))).size == (side, side)
    assert refused(server, f"{path}{sheets.n_sheets(catalogue)}") == 404
    assert refused(server, "sheets/demo/other/0") == 404


def test_the_gallery_has_its_name_as_an_address(server: Server) -> None:
    with urlopen(f"{server.address}/browse?q=mug", timeout=60) as answer:  # noqa: S310
        assert answer.url == f"{server.address}/?q=mug"


def test_how_a_photo_is_rebuilt_is_for_those_who_know_its_key(
    server: Server, demo: Recommender
) -> None:
    assert refused(server, "rebuilt/no-such-key/kept") == 404


def test_how_a_photo_is_rebuilt_is_there_as_long_as_somebody_holds_it(demo: Recommender) -> None:
    photo = demo.encode_pixels(np.full((90, 120, 3), 180, np.uint8))
    rebuilding = Rebuilding(demo, photo)
    _, key, kind = rebuilding.lost.split("/")
    assert kind == "lost"
    drawn = drawing(key)
    assert Image.open(io.BytesIO(drawn.kept)).size == (pictures.REBUILT_PX, 336)
    assert drawing(key) is drawn
    del rebuilding
    gc.collect()
    with pytest.raises(CatalogueError, match="not here any more"):
        drawing(key)
