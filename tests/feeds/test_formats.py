"""Exports of shop systems, and any other table."""

from collections.abc import Mapping

import pytest

from recommender.errors import CatalogueError
from recommender.feeds.prices import read_price
from recommender.feeds.rows import Row, Skipped
from recommender.feeds.tables import read_table

SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,\
Image Src,Image Position,Variant Image,Status
mug,Stoneware mug,<p>Long</p>,Acme,Mugs,Color,Navy,M-1,19.90,https://x/2.jpg,2,https://x/1.jpg,active
mug,,,,,,Sand,M-2,21.00,https://x/1.jpg,1,https://x/sand.jpg,
mug,,,,,,Moss,M-3,21.00,,,https://x/1.jpg,
lamp,Lamp,,Acme,Lamps,Title,Default Title,L-1,80,,,,draft
"""
WOOCOMMERCE = """\
ID,Type,SKU,Name,Sale price,Regular price,Categories,Images,Parent,\
Attribute 1 name,Attribute 1 value(s)
7,variable,HOOD,Hoodie,,45,"Clothing > Hoodies, Sale","https://x/a.jpg, https://x/b.jpg",,\
Colour,"Blue, Red"
8,variation,HOOD-R,Hoodie - Red,39,45,,https://x/red.jpg,HOOD,Colour,Red
9,"variation, virtual",HOOD-B,Hoodie - Blue,,45,,,id:7,Colour,Blue
10,simple,,Cap,,12,Clothing > Caps,caps/cap one.jpg,,,
"""
GOOGLE = (
    "id\ttitle\tlink\timage link\tadditional image link\tprice\tsale price\tbrand\tcolor\t"
    "product type\n"
    "A1\tDress\thttps://x/a1\thttps://x/a1.jpg\thttps://x/a2.jpg\t49.00 EUR\t\tAcme\tred\t"
    "Women > Dresses\n"
    "A2\tShirt\thttps://x/a2\t\thttps://x/b2.jpg,https://x/b3.jpg\t1.299,00 EUR\t999,50 EUR\t"
    "Acme\t\tShirts\n"
)


def read(text: str, name: str = "feed.csv", **columns: str) -> list[Row | Skipped]:
    return list(read_table(text.encode(), name, columns))


def rows(text: str, name: str = "feed.csv", **columns: str) -> Mapping[str, Row]:
    return {row.item_id: row for row in read(text, name, **columns) if isinstance(row, Row)}


def test_shopify_gives_a_product_once_and_variants_that_look_otherwise() -> None:
    found = rows(SHOPIFY)
    assert list(found) == ["mug", "mug/Sand"]
    mug, sand = found["mug"], found["mug/Sand"]
    assert mug.picture == "https://x/1.jpg"  # the first by position, not by row
    assert (mug.fields["title"], mug.fields["category"], mug.fields["brand"]) == (
        "Stoneware mug",
        "Mugs",
        "Acme",
    )
    assert (mug.fields["colour"], mug.price) == ("Navy", 19.9)
    assert (sand.picture, sand.fields["title"]) == ("https://x/sand.jpg", "Stoneware mug, Sand")
    assert (sand.fields["colour"], sand.fields["brand"], sand.price) == ("Sand", "Acme", 21.0)
    assert not any("HTML" in name for name in mug.attributes)


def test_shopify_names_the_product_without_a_picture() -> None:
    shown = SHOPIFY.replace(",draft", ",active")
    assert [row for row in read(shown) if isinstance(row, Skipped)] == [
        Skipped(source="row 5", reason="it names no picture")
    ]


def test_shopify_by_its_newer_column_names() -> None:
    text = "Title,URL handle,Vendor,Price,Product image URL\nMug,mug,Acme,5,https://x/1.jpg\n"
    assert rows(text)["mug"].fields["brand"] == "Acme"


def test_woocommerce_takes_the_first_picture_and_lets_variations_inherit() -> None:
    found = rows(WOOCOMMERCE)
    assert list(found) == ["HOOD", "HOOD-R", "10"]
    assert found["HOOD"].picture == "https://x/a.jpg"
    assert (found["HOOD"].fields["category"], found["HOOD"].price) == ("Hoodies", 45.0)
    red = found["HOOD-R"]
    assert (red.fields["category"], red.fields["colour"], red.price) == ("Hoodies", "Red", 39.0)
    assert found["10"].picture == "caps/cap one.jpg"
    reasons = [row.reason for row in read(WOOCOMMERCE) if isinstance(row, Skipped)]
    assert reasons == ["a variation without a picture of its own: its product stands for it"]


@pytest.mark.parametrize("name", ["feed.tsv", "feed.txt"])
def test_google_merchant_in_tabs(name: str) -> None:
    found = rows(GOOGLE, name)
    dress, shirt = found["A1"], found["A2"]
    assert (dress.picture, dress.price, dress.fields["category"]) == (
        "https://x/a1.jpg",
        49.0,
        "Dresses",
    )
    assert (dress.fields["colour"], dress.attributes["currency"]) == ("red", "EUR")
    assert (shirt.picture, shirt.price) == ("https://x/b2.jpg", 999.5)


def test_json_lines_with_lists_and_objects() -> None:
    text = (
        '{"sku": 5, "name": "Mug", "images": [{"src": "a.jpg"}, {"src": "b.jpg"}], "price": 3.5}\n'
        "\n"
        '{"sku": "6", "name": "Pot", "images": [], "tags": ["red", "new"]}\n'
        '{"sku": "7", "name": "Pan", "images": "c.jpg", "tags": ["red", "new"]}\n'
    )
    found = rows(text, "feed.jsonl")
    assert (found["5"].picture, found["5"].price) == ("a.jpg", 3.5)
    assert found["7"].attributes == {"tags": "red, new"}
    assert Skipped(source="row 3", reason="it names no picture") in read(text, "feed.jsonl")


def test_the_first_of_several_picture_columns_that_is_filled() -> None:
    text = "id,image,image_1,picture\n1,,b.png,c.png\n2,a.png,b.png,\n"
    assert [row.picture for row in rows(text).values()] == ["b.png", "a.png"]


@pytest.mark.parametrize(
    ("cell", "picture"),
    [
        ("a.jpg, b.jpg", "a.jpg"),
        ("a.jpg|b.jpg", "a.jpg"),
        ("cups, large.jpg", "cups, large.jpg"),
        ("https://x/a?w=1,https://x/b", "https://x/a?w=1"),
    ],
)
def test_a_comma_in_a_name_is_no_separator(cell: str, picture: str) -> None:
    assert next(iter(rows(f'id,image\n1,"{cell}"\n').values())).picture == picture


def test_semicolons_and_another_unicode_are_read() -> None:
    data = "id;image;title\n1;a.png;Stühle, rot\n".encode("utf-16")
    (row,) = read_table(data, "feed.csv", {})
    assert isinstance(row, Row)
    assert row.fields["title"] == "Stühle, rot"


@pytest.mark.parametrize("text", ['{"image": "a.png"', "[1]"])
def test_damaged_json_is_one_sentence(text: str) -> None:
    with pytest.raises(CatalogueError, match="JSON Lines"):
        read(text, "feed.jsonl")


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("1.299,00 €", 1299.0),
        ("1,299", 1299.0),
        ("12,5", 12.5),
        ("1.299.000", 1299000.0),
        ("CHF 1'250.50", 1250.5),
        ("2 499,00 kr", 2499.0),
        ("free", None),
    ],
)
def test_prices_of_several_countries(text: str, price: float | None) -> None:
    assert read_price(text).amount == price


def test_a_second_name_beside_the_id_is_a_fact_like_any_other() -> None:
    """A table of customers' photos names each photo, and the product that it shows."""
    (row,) = read("id,image,item_id\nphoto-1,a.png,mug-1\n")
    assert isinstance(row, Row)
    assert (row.item_id, row.attributes) == ("photo-1", {"item_id": "mug-1"})
    (row,) = read("item_id,image\nmug-1,a.png\n")
    assert isinstance(row, Row)
    assert (row.item_id, row.attributes) == ("mug-1", {})
