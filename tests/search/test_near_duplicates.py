import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from recommender.recommend import Recommender
from recommender.search import near_duplicates
from tests.conftest import draw


def mug(colour: str = "firebrick", paper: str = "white", handle: str = "right") -> Image.Image:
    """A drawn mug with a band."""
    picture = Image.new("RGB", (300, 260), paper)
    pen = ImageDraw.Draw(picture)
    x = 200 if handle == "right" else 60
    pen.ellipse((x - 30, 90, x + 40, 170), outline=colour, width=14)
    pen.rounded_rectangle((80, 50, 210, 220), 20, fill=colour)
    pen.rectangle((80, 120, 210, 140), fill="ivory")
    return picture


def saved_again(picture: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=45)
    return Image.open(stream).convert("RGB")


def differ(first: Image.Image, second: Image.Image) -> near_duplicates.Difference:
    return near_duplicates.compare(
        *(near_duplicates.sketch(np.asarray(each)) for each in (first, second))
    )


@pytest.mark.parametrize(
    "copy",
    [
        mug(),
        saved_again(mug()),
        mug().resize((120, 104)),
        ImageOps.expand(mug(), 40, "white"),
        mug().crop((12, 8, 296, 255)),
        ImageEnhance.Brightness(mug()).enhance(0.94),
    ],
    ids=["itself", "saved again", "smaller", "with a border", "cropped", "darker"],
)
def test_a_copy_is_the_same_picture(copy: Image.Image) -> None:
    assert differ(mug(), copy).is_same
    assert differ(copy, mug()).is_same


@pytest.mark.parametrize(
    "other",
    [
        mug("royalblue"),
        mug("salmon"),
        mug("black"),
        mug(paper="lightblue"),
        mug(handle="left"),
        draw("disc", "red"),
        Image.new("RGB", (300, 260), "white"),
    ],
    ids=["blue", "a lighter red", "black", "elsewhere", "other design", "other thing", "nothing"],
)
def test_a_variant_is_not(other: Image.Image) -> None:
    assert not differ(mug(), other).is_same
    assert not differ(other, mug()).is_same


def test_equal_pictures_do_not_differ_at_all() -> None:
    same = differ(mug(), mug())
    assert (same.share, same.largest_cell, same.largest_tint) == (0, 0, 0)


def test_blank_pictures_are_alike() -> None:
    blank = Image.new("RGB", (64, 64), "white")
    assert differ(blank, blank).is_same


def test_pairs_are_proposed_by_the_catalogues_own_measure(shop_recommender: Recommender) -> None:
    index = shop_recommender.index
    distance = near_duplicates.proposal_distance(index)
    assert distance == pytest.approx(float(index.nearest_quantiles[50]))
