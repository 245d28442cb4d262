"""Tables as people save them: encodings, dialects, headers, rows that do not fit."""

import json
from collections.abc import Sequence

import pytest

from recommender.errors import CatalogueError
from recommender.feeds.prices import decimal_sign, read_price
from recommender.feeds.rows import Row
from recommender.feeds.tables import look_into
from recommender.feeds.text import decode, plain_text
from tests.feeds.making import left_out, products, read


def titles(made: Sequence[object]) -> list[str]:
    return [row.fields["title"] for row in made if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Stühle, rot, 椅子, 😀"),
        ("utf-8-sig", "Stühle"),
        ("utf-16", "Stühle"),
        ("utf-16-le", "Stühle und Tische"),
        ("utf-16-be", "Stühle und Tische"),
        ("utf-32", "Stühle"),
        ("cp1252", "Café-Tisch für 12,50 € – naïve “Möbel”"),
        ("cp1250", "Krzesło dębowe żółte, łóżko"),
        ("cp1251", "Стул дубовый"),
        ("cp932", "マグカップ 青い"),
        ("gb18030", "蓝色马克杯和椅子"),
        ("cp1253", "Καρέκλα ξύλινη"),
    ],
)
def test_encodings_are_known_by_their_bytes(encoding: str, text: str) -> None:
    data = f'id;title;image\r\n1;"{text}";a.jpg\r\n'.encode(encoding)
    assert titles(read(data)) == [text]


def test_old_macintosh_files_are_read() -> None:
    data = "id,title,image\r1,Café élégant,a.jpg\r2,Stühle,b.jpg\r".encode("mac_roman")
    assert titles(read(data)) == ["Café élégant", "Stühle"]
    assert decode(data, "x")[1] == "Macintosh Roman"


@pytest.mark.parametrize("title", ["Cup \ud83d", "Cup\0", "Cu\x00p\x07", "Cup\udcff"])
def test_a_bad_character_costs_no_more_than_itself(title: str) -> None:
    line = json.dumps({"id": "1", "image": "a.jpg", "title": title})
    assert titles(read(line, "feed.jsonl")) == ["Cup"]


def test_halves_of_characters_that_belong_together_are_joined() -> None:
    assert titles(read('{"image": "a.jpg", "title": "\\ud83d\\ude00"}', "feed.jsonl")) == ["😀"]


def test_bytes_that_no_text_holds_cost_no_row() -> None:
    data = b"id,title,image\n1,Mug\0,a\0.jpg\n2,Pot,b.jpg\n"
    assert [row.picture for row in products(read(data)).values()] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_excels_line_of_the_separator_is_no_header(sign: str) -> None:
    text = f"sep={sign}\r\n" + sign.join(("id", "image")) + "\r\n" + sign.join(("1", "a.jpg"))
    assert list(products(read(text))) == ["1"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_row_numbers_are_those_of_the_file(end: str) -> None:
    lines = ["", "", "id;title;image", '1;"Pot', 'large";a.jpg', "", "2;Mug;", ";;", "Sum;;"]
    made = read(end.join(lines) + end)
    assert products(made)["1"].source == "row 4"
    assert list(left_out(made)) == ["row 6 (line 7)", "row 8 (line 9)"]
    assert titles(made) == ["Pot large"]


def test_advice_above_the_header_is_passed_over_and_named() -> None:
    text = (
        '"# Required | A unique ID, at most 100",# Required | A title,# Required | picture\n'
        "id,title,image_link\nA-1,Shirt,a.jpg\n"
    )
    made = read(text)
    assert (titles(made), left_out(made)) == (["Shirt"], {"row 1": "it stands above the header"})


def test_a_title_above_a_header_of_unknown_names_is_passed_over() -> None:
    text = "Products of spring\n\nref,photo,what\n1,a.jpg,Mug\n2,b.jpg,Pot\n"
    assert look_into(text.encode(), "x.csv").header == ("ref", "photo", "what")


def test_a_header_that_comes_again_is_no_product() -> None:
    made = read("id,image\n1,a.jpg\nid,image\n2,b.jpg\n")
    assert (list(products(made)), list(left_out(made))) == (["1", "2"], ["row 3"])


def test_quotation_marks_of_tab_separated_text_are_characters() -> None:
    names = ["Oslo chair", '"Retro” lamp', "Tall vase", 'Tray 12" round', '"Blue" bowl', '"Odd']
    rows = [f"{number}\t{name}\t{number}.jpg" for number, name in enumerate(names)]
    assert titles(read("id\ttitle\timage\n" + "\n".join(rows) + "\n", "feed.tsv")) == names


def test_marks_that_would_swallow_rows_are_characters() -> None:
    rows = ['1\t"Retro lamp\ta.jpg', '2\tTall 12"\tb.jpg', "3\tBowl\tc.jpg"]
    made = read("id\ttitle\timage\n" + "\n".join(rows) + "\n", "feed.tsv")
    assert titles(made) == ['"Retro lamp', 'Tall 12"', "Bowl"]


def test_cells_are_wrapped_although_another_mark_stands_alone() -> None:
    text = 'id,title,image\n1,"Mug, red",a.jpg\n2,Tray 12" round,b.jpg\n3,"Pot, ""old""",c.jpg\n'
    assert titles(read(text)) == ["Mug, red", 'Tray 12" round', 'Pot, "old"']
    text = 'id,title,image\n1,"Mug, red",a.jpg\n2,"Tray" round,b.jpg\n3,"Pot\nold",c.jpg\n'
    assert titles(read(text)) == ["Mug, red", '"Tray" round', "Pot old"]


def test_a_row_torn_by_an_unquoted_comma_is_mended_or_named() -> None:
    text = (
        "id,image,kind,title\n"
        "1,a.jpg,Shirts,Green, Black & White, long\n"
        "2,b.jpg,Shirts,Jersey\n"
        "3,c.jpg,Back,packs,Deck\n"
        "4,d.jpg,Shirts,Plain,,,\n"
    )
    made = read(text)
    found = products(made)
    assert found["1"].fields["title"] == "Green, Black & White, long"
    assert "put together" in found["1"].note
    assert (found["4"].fields["title"], found["4"].note) == ("Plain", "")
    assert list(left_out(made)) == ["row 4"]
    assert "5 fields and the header 4" in left_out(made)["row 4"]


def test_a_space_behind_each_comma_tears_nothing() -> None:
    made = read("id, image, title\n1, a.jpg, Mug, red\n2, b.jpg, Pot\n3, c.jpg, Pan\n")
    assert (titles(made), list(left_out(made))) == (["Pot", "Pan"], ["row 2"])


def test_of_columns_of_one_name_the_first_filled_value_counts() -> None:
    found = products(read("id,image,image,color,color\n1,,b.jpg,,navy\n2,c.jpg,d.jpg,red,blue\n"))
    assert (found["1"].pictures, found["1"].fields["colour"]) == (("b.jpg",), "navy")
    assert (found["2"].pictures, found["2"].fields["colour"]) == (("c.jpg", "d.jpg"), "red")


def test_json_lines_end_at_line_feeds_only() -> None:
    text = (
        '{"id":"1","image":"a.jpg","title":"one\u2028two\x85three"}\r\n{"id":"2","image":"b.jpg"}\n'
    )
    assert list(products(read(text, "feed.jsonl"))) == ["1", "2"]


def test_a_damaged_line_costs_no_other() -> None:
    lines = ['{"id":"1","image":"a.jpg"}', '{"id":', "[1]", "[" * 900 + "]" * 900, "9" * 5000]
    made = read("\n".join(lines), "feed.jsonl")
    assert list(products(made)) == ["1"]
    assert sorted(left_out(made)) == ["row 2", "row 3", "row 4", "row 5"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 5_000, "[1, 2", "{}", "", "null", "7"])
def test_json_that_holds_no_products_is_one_sentence(text: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(text, "feed.json")
    assert len(str(caught.value)) < 300


def test_messages_name_some_columns_and_no_wall() -> None:
    header = ",".join(f"column {'x' * 60} {number}" for number in range(200))
    with pytest.raises(CatalogueError) as caught:
        read(f"{header}\n" + "," * 199 + "1\n")
    assert len(str(caught.value)) < 900


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.299", 1299.0, ""),
        ("12.99 - 15.99", 12.99, ""),
        ("1.299,- EUR", 1299.0, "EUR"),
        ("Rs. 1,29,900.00", 129900.0, "INR"),
        ("USD 20", 20.0, "USD"),
        ("2 for 30.00", 30.0, ""),
        ("-5", None, ""),
        ("€ -5,00", None, ""),
        ("(12.00)", None, ""),
        ("12.990 KWD", 12.99, "KWD"),
        ("R$ 1.234,56", 1234.56, "BRL"),
        ("1 299,00 zł", 1299.0, "PLN"),
        ("CA$12.50", 12.5, "CAD"),
        ("A$ 7", 7.0, "AUD"),
        ("19,90 € TTC", 19.9, "EUR"),
        ("£5", 5.0, "GBP"),
        ("12.50 incl. VAT", 12.5, ""),
        ("on request", None, ""),
        ("9" * 40, None, ""),
    ],
)
def test_prices_as_shops_write_them(text: str, amount: float | None, currency: str) -> None:
    price = read_price(text)
    assert price.amount == amount
    if amount is not None:
        assert price.currency == currency


def test_a_price_that_does_not_tell_follows_its_column() -> None:
    assert decimal_sign(["12.99", "1.299", "7.50"]) == "."
    assert decimal_sign(["12.99", "7,50"]) == ""
    found = products(read("id,image,price\n1,a.jpg,1.299\n2,b.jpg,12.50\n"))
    assert found["1"].price == 1.299
    found = products(read('id,image,price\n1,a.jpg,1.299\n2,b.jpg,"12,50"\n'))
    assert found["1"].price == 1299.0


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Salt &amp; pepper", "Salt & pepper"),
        ("Salt &amp;amp; pepper", "Salt & pepper"),
        ("Mill &#8211; large", "Mill – large"),
        ("<b>Sale!</b> Mug", "Sale! Mug"),
        ("<img src=x onerror=alert(1)>Pot", "Pot"),
        ("<script>alert(1)</script>Hat", "Hat"),
        ("One<br/>two", "One two"),
        ("<New>", "<New>"),
        ("5 < 7 and 8 > 3", "5 < 7 and 8 > 3"),
        ("<i>Pots</i>", "Pots"),
    ],
)
def test_html_in_cells_becomes_text(cell: str, text: str) -> None:
    assert plain_text(cell) == text
