"""Seeds of the fuzzing: small files of every kind that a reader takes, made by code."""

import io
import json
import zipfile

from PIL import Image, ImageDraw

COLOURS = ("red", "green", "blue")
TABLE = (
    "id,title,category,price,image\n"
    "mug-1,Red mug,mug,9.90,mug-1.png\n"
    'mug-2,"Blue mug, large",mug,"1.234,50",mug-2.png\n'
)
GOOGLE = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>mug-1</g:id><title>Red mug</title><g:price>9.90 EUR</g:price>
<g:image_link>https://shop.example/mug-1.png</g:image_link></item></channel></rss>
"""
SHOPIFY = (
    "Handle,Title,Vendor,Type,Variant Price,Image Src\n"
    "mug,Mug,Acme,Mugs,5,https://shop.example/mug.jpg\n"
)


def picture(kind: str, number: int = 0, **how: object) -> bytes:
    """Return a drawn picture as a file of this kind."""
    drawn = Image.new("RGB", (40 + number, 32), "white")
    ImageDraw.Draw(drawn).ellipse((8, 6, 30, 26), fill=COLOURS[number % len(COLOURS)])
    stream = io.BytesIO()
    drawn.save(stream, kind, **how)
    return stream.getvalue()


def pictures() -> list[bytes]:
    """Pictures of every kind that is read."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    found = [picture(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")]
    found.append(picture("JPEG", progressive=True, exif=exif))
    palette, grey = Image.new("P", (20, 20), 3), Image.new("I;16", (20, 20), 4_000)
    for drawn in (palette, grey):
        stream = io.BytesIO()
        drawn.save(stream, "PNG")
        found.append(stream.getvalue())
    return found


def feeds() -> list[bytes]:
    """Tables and documents as shops export them."""
    rows = [{"id": "mug-1", "title": "Mug", "image": "mug.png", "price": 5}]
    lines = "\n".join(json.dumps(row) for row in rows * 3)
    texts = (TABLE, TABLE.replace(",", ";"), TABLE.replace(",", "\t"), GOOGLE, SHOPIFY)
    found = [text.encode() for text in (*texts, json.dumps({"products": rows}), lines)]
    return [*found, TABLE.encode("utf-16"), TABLE.encode("cp1252")]


def zips() -> list[bytes]:
    """Archives of pictures, with a feed and without, in every compression."""
    found = []
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    for kind in kinds:
        for with_feed in (False, True):
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w", kind) as archive:
                for number in (1, 2):
                    archive.writestr(f"mugs/mug-{number}.png", picture("PNG", number))
                if with_feed:
                    archive.writestr("mugs/feed.csv", TABLE)
            found.append(stream.getvalue())
    return found


def queries() -> list[bytes]:
    """Paths and queries of the API and of the page's own addresses."""
    return [
        b"/api/items?limit=5&category=disc&min_price=1",
        b"/api/items/disc-red-0/similar?n_neighbors=5&diversity=0.3&same=brand",
        b"/api/items/disc-red-0",
        b"/api/catalogues",
        b"/api/items?offset=10&colour_name=red&in_stock=true",
    ]
