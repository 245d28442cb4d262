import pytest

from recommender.catalogue.filters import ItemFilter
from recommender.items import Item


def make_item(**known: object) -> Item:
    return Item(item_id="x", image="x.png", image_sha256="0", **known)  # type: ignore[arg-type]


MUG = make_item(category="mug", colour="red", brand="Acme", price=12.0)


@pytest.mark.parametrize(
    ("item_filter", "is_accepted"),
    [
        (ItemFilter(), True),
        (ItemFilter(categories=["mug", "bowl"], colours=["red"]), True),
        (ItemFilter(colours=["blue"]), False),
        (ItemFilter(materials=["steel"]), False),
        (ItemFilter(prices=(12.0, 20.0)), True),
        (ItemFilter(prices=(13.0, 20.0)), False),
        (ItemFilter(different=["brand"]), False),
        (ItemFilter(same=["category"]), True),
    ],
)
def test_item_filter(item_filter: ItemFilter, is_accepted: bool) -> None:
    assert item_filter.accept(MUG, MUG) is is_accepted


def test_a_photo_has_no_brand_and_no_category() -> None:
    assert ItemFilter(different=["brand"], same=["category"]).accept(MUG, None)


def test_a_product_without_a_brand_is_of_no_brand() -> None:
    nameless = make_item()
    assert ItemFilter(different=["brand"]).accept(nameless, nameless)


def test_what_is_out_of_stock_can_be_left_out() -> None:
    wanted = ItemFilter(in_stock=True)
    for known, is_accepted in (("in stock", True), ("preorder", True), ("out of stock", False)):
        assert wanted.accept(make_item(attributes={"availability": known})) is is_accepted
    assert wanted.accept(make_item())  # the shop does not say
    assert ItemFilter().accept(make_item(attributes={"availability": "out of stock"}))


def test_no_price_is_in_no_range() -> None:
    assert not ItemFilter(prices=(0.0, 99.0)).accept(make_item())
