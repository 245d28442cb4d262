"""Sheets of small pictures, so that a map takes a few requests instead of thousands.

A sheet holds 16 x 16 tiles in the order of the catalogue. Sheets are kept on disk beside the
catalogue, in a folder named by its fingerprint.
"""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from recommender import images, storage
from recommender.catalogue.store import Catalogue
from recommender.config import write_atomically
from recommender.errors import ImageError
from recommender.inference.network import N_THREADS
from recommender.items import Item

if TYPE_CHECKING:
    from PIL import Image

TILE_PX = 48
TILES_ACROSS = 16
TILES = TILES_ACROSS**2
RADIUS_PX = 9
SHEET_FORMAT = 1
FINGERPRINT_LENGTH = 16
WEBP_QUALITY = 80

_making = Lock()  # one sheet at a time: it keeps all cores busy by itself


def version(catalogue: Catalogue) -> str:
    """Return a text that changes when a picture does."""
    return f"{catalogue.fingerprint[:FINGERPRINT_LENGTH]}-{SHEET_FORMAT}"


def n_sheets(catalogue: Catalogue) -> int:
    """Return the number of sheets that hold all products."""
    return -(-len(catalogue) // TILES)


def sheet(catalogue: Catalogue, number: int) -> bytes:
    """Return a sheet as a WebP file, made at its first use and then read from disk.

    Parameters
    ----------
    number : from 0; raises `IndexError` if there is no such sheet
    """
    if not 0 <= number < n_sheets(catalogue):
        raise IndexError(f"there is no sheet {number}")
    folder = catalogue.folder / "sheets" / version(catalogue)
    file = folder / f"{number}.webp"
    with _making:
        if file.exists():
            return file.read_bytes()
        data = _draw(catalogue, catalogue.items[number * TILES : (number + 1) * TILES])
        with storage.if_possible():  # it is drawn anew where it cannot be kept
            write_atomically(file, data)
            for old in folder.parent.iterdir():
                if old != folder:
                    shutil.rmtree(old, ignore_errors=True)
        return data


def _draw(catalogue: Catalogue, items: tuple[Item, ...]) -> bytes:
    from PIL import Image

    side = TILES_ACROSS * TILE_PX
    drawn = Image.new("RGBA", (side, side))
    with ThreadPoolExecutor(N_THREADS) as pool:
        tiles = pool.map(lambda item: _tile(catalogue, item), items)
        for number, tile in enumerate(tiles):
            row, column = divmod(number, TILES_ACROSS)
            drawn.paste(tile, (column * TILE_PX, row * TILE_PX), _mask())
    buffer = io.BytesIO()
    drawn.save(buffer, "WEBP", quality=WEBP_QUALITY, method=4)
    return buffer.getvalue()


def _tile(catalogue: Catalogue, item: Item) -> "Image.Image":
    from PIL import Image

    try:
        pixels = images.load(catalogue.image_path(item))
    except ImageError:  # a picture that vanished leaves a grey tile, not a map that fails
        return Image.new("RGB", (TILE_PX, TILE_PX), "#c9cbc6")
    return Image.fromarray(images.letterbox(pixels, TILE_PX))


@cache
def _mask() -> "Image.Image":
    from PIL import Image, ImageDraw

    scale = 4  # drawn large and shrunk, so that the corners are smooth
    large = Image.new("L", (TILE_PX * scale, TILE_PX * scale))
    edge = TILE_PX * scale - 1
    ImageDraw.Draw(large).rounded_rectangle((0, 0, edge, edge), RADIUS_PX * scale, fill=255)
    return large.resize((TILE_PX, TILE_PX), Image.Resampling.LANCZOS)
