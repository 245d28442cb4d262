"""The pictures of a shop's rules."""

from PIL import Image

from recommender.catalogue.registry import open_catalogue
from tools.serving import ROOT
from tools.shop_rules import EXAMPLES, GAP_PX, PRODUCT_PX, stacked


def test_the_pictures_that_ship_are_of_the_demo_and_small() -> None:
    demo = open_catalogue("demo")
    assert all(example.item_id in demo for example in EXAMPLES)
    files = sorted((ROOT / "docs").glob("rule-*.webp"))
    assert [file.stem for file in files] == sorted(f"rule-{each.name}" for each in EXAMPLES)
    assert sum(file.stat().st_size for file in files) < 400_000


def test_rows_stand_below_each_other_beside_the_product() -> None:
    product = Image.new("RGB", (PRODUCT_PX, PRODUCT_PX), "red")
    rows = [Image.new("RGB", (300, 100), "blue"), Image.new("RGB", (200, 120), "green")]
    drawn = stacked(product, rows)
    assert drawn.size == (PRODUCT_PX + 300 + 3 * GAP_PX, 220 + 3 * GAP_PX)
    left = 2 * GAP_PX + PRODUCT_PX
    assert drawn.getpixel((left, GAP_PX)) == (0, 0, 255)
    assert drawn.getpixel((left, 2 * GAP_PX + 100)) == (0, 128, 0)
    assert drawn.getpixel((GAP_PX, drawn.height // 2)) == (255, 0, 0)
