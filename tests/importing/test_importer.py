from pathlib import Path

import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder, writing
from recommender.errors import CatalogueError, ImageError
from recommender.importing.importer import import_source, remove_items
from recommender.importing.report import ImportReport, read_report
from recommender.inference import pipeline
from recommender.inference.autoencoder import Autoencoder
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.search import build
from recommender.types import Pixels
from tests.conftest import draw

SHOP_MAP = {"image": "file", "category": "kind", "brand": "maker"}


def test_a_csv_feed_brings_fields_and_free_attributes(shop: Path) -> None:
    report = import_source(shop / "feed.csv", "shop", column_map=SHOP_MAP)
    assert report.n_items == 18
    assert report.skipped == ()
    item = open_catalogue("shop").get("disc-red-0")
    assert (item.title, item.category, item.brand, item.price) == ("red disc", "disc", "Acme", 19.9)
    assert item.attributes == {"season": "summer"}


def test_a_folder_with_one_feed_is_that_feed(shop: Path) -> None:
    assert import_source(shop, "shop", column_map=SHOP_MAP).n_items == 18


def test_sub_folders_become_categories(tmp_path: Path) -> None:
    for path in ("shoes/a.png", "shoes/boots/b.png", "c.png", ".hidden/d.png"):
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        draw("disc", "red").save(tmp_path / "in" / path)
    import_source(tmp_path / "in", "photos")
    found = {item.item_id: item.category for item in open_catalogue("photos")}
    assert found == {"c.png": "", "shoes/a.png": "shoes", "shoes/boots/b.png": "shoes/boots"}


def test_one_bad_picture_never_stops_an_import(shop: Path) -> None:
    (shop / "disc-red-0.png").write_bytes(b"")
    (shop / "disc-red-1.png").unlink()
    report = import_source(shop, "shop", column_map=SHOP_MAP)
    assert report.n_items == 16
    assert [skipped.source for skipped in report.skipped] == ["row 2", "row 3"]
    assert "empty" in report.skipped[0].reason
    assert len(report.rows) == 18
    assert read_report(open_catalogue("shop").folder) == report


def test_an_id_that_comes_twice_is_reported(shop: Path) -> None:
    feed = shop / "feed.csv"
    lines = feed.read_text().splitlines()
    feed.write_text("\n".join([*lines, lines[1]]) + "\n")
    report = import_source(shop, "shop", column_map=SHOP_MAP)
    assert report.n_items == 18
    assert "comes twice" in report.skipped[0].reason


def test_a_failed_import_leaves_the_catalogue_as_it_was(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map=SHOP_MAP)
    before = open_catalogue("shop").fingerprint
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogueError, match="no picture"):
        import_source(tmp_path / "empty", "shop")
    assert open_catalogue("shop").fingerprint == before
    assert all(open_catalogue("shop").image_path(item).exists() for item in open_catalogue("shop"))


@pytest.mark.parametrize(
    ("column_map", "sentence"),
    [
        ({"image": "photo"}, "no column photo"),
        ({"picture": "file"}, "not picture"),
        ({"image": "file", "brand": "label"}, "no column label"),
    ],
)
def test_a_wrong_map_says_what_there_is(
    shop: Path, column_map: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        import_source(shop, "shop", column_map=column_map)


def test_a_feed_without_a_picture_column_asks_for_one(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("sku,look\n1,a\n")
    with pytest.raises(CatalogueError, match="--map image=COLUMN"):
        import_source(tmp_path / "feed.csv", "shop")


def test_a_feed_with_columns_of_other_names_gets_a_guess_to_confirm(tmp_path: Path) -> None:
    feed = "ref,photo,product_name,kind\nR1,a.jpg,Round mug,Mugs\n"
    (tmp_path / "feed.csv").write_text(feed)
    draw("disc", "red").save(tmp_path / "a.jpg")
    ready = "--map image=photo,id=ref,title=product_name,category=kind"
    for source in (tmp_path / "feed.csv", tmp_path):
        with pytest.raises(CatalogueError, match=ready):
            import_source(source, "shop")


def test_what_is_no_text_says_how_to_save_it(tmp_path: Path) -> None:
    for data in (b"PK\x03\x04" + bytes(200), bytes(range(256)) * 4):
        (tmp_path / "feed.csv").write_bytes(data)
        with pytest.raises(CatalogueError, match="save it as CSV in UTF-8"):
            import_source(tmp_path / "feed.csv", "shop")


def test_an_excel_byte_order_mark_is_no_column_name(shop: Path) -> None:
    feed = shop / "feed.csv"
    feed.write_bytes(b"\xef\xbb\xbf" + feed.read_bytes())
    assert import_source(feed, "shop", column_map=SHOP_MAP).n_items == 18


@pytest.mark.parametrize(
    ("text", "price"),
    [("19.90", 19.9), ("1,299.00 EUR", 1299.0), ("", None), ("on request", None), ("£5", 5.0)],
)
def test_prices_are_read_out_of_text(shop: Path, text: str, price: float | None) -> None:
    (shop / "feed.csv").write_text(f'image,price\ndisc-red-0.png,"{text}"\n')
    import_source(shop, "shop")
    assert open_catalogue("shop").items[0].price == price


@pytest.mark.parametrize("source", ["nowhere", "notes.txt"])
def test_a_source_that_cannot_be_one_says_so(tmp_path: Path, source: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(CatalogueError):
        import_source(tmp_path / source, "shop")


def test_the_demo_cannot_be_overwritten(shop: Path) -> None:
    with pytest.raises(CatalogueError, match="built-in"):
        import_source(shop, "demo")


@pytest.fixture
def article() -> Autoencoder:
    return Autoencoder.open(ARTICLE)


@pytest.fixture
def n_seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each picture that went through the encoder."""
    seen: list[int] = []
    see = pipeline.encode_picture

    def counted(model: Autoencoder, pixels: Pixels) -> object:
        seen.append(1)
        return see(model, pixels)

    monkeypatch.setattr(pipeline, "encode_picture", counted)
    return seen


def bring(shop: Path, article: Autoencoder, *, is_update: bool = False) -> ImportReport:
    return import_source(shop, "shop", column_map=SHOP_MAP, model=article, is_update=is_update)


def test_an_unchanged_picture_is_never_encoded_twice(
    shop: Path, article: Autoencoder, n_seen: list[int]
) -> None:
    assert bring(shop, article).n_encoded == 18
    feed = shop / "feed.csv"
    feed.write_text(feed.read_text().replace("19.90", "9.90"))
    (shop / "disc-red-0.png").write_bytes((shop / "bar-blue-1.png").read_bytes())
    draw("bar", "red", shift_px=9).save(shop / "disc-red-1.png")
    report = bring(shop, article)
    assert (report.n_encoded, len(n_seen), report.counts) == (1, 19, {"changed": 18})
    assert bring(shop, article).counts == {"unchanged": 18}
    build.rebuild(open_catalogue("shop"), article)
    Recommender.open("shop", ARTICLE)
    assert len(n_seen) == 19


def test_an_import_leaves_an_index_in_force(
    shop: Path, article: Autoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(shop, article)
    monkeypatch.setattr(build, "rebuild", None)  # opening it must not need one
    first = Recommender.open("shop", ARTICLE)
    assert first.similar("disc-red-0", n_neighbors=1).matches[0].item.item_id == "disc-red-1"
    (shop / "disc-red-1.png").unlink()
    bring(shop, article)
    second = Recommender.open("shop", ARTICLE)
    assert len(second.index) == 17
    assert len(list((second.catalogue.folder / "indexes").iterdir())) == 1


def test_an_update_adds_changes_and_keeps(
    shop: Path, article: Autoencoder, n_seen: list[int]
) -> None:
    bring(shop, article)
    draw("bar", "red", shift_px=9).save(shop / "new.png")
    (shop / "feed.csv").write_text(
        "sku,file,name,kind,maker\nnew,new.png,new,bar,Acme\ndisc-red-0,box-red-0.png,,disc,Acme\n"
    )
    report = bring(shop, article, is_update=True)
    assert (report.n_items, report.counts, len(n_seen)) == (19, {"added": 1, "changed": 1}, 19)
    recommender = Recommender.open("shop", ARTICLE)
    assert recommender.similar("disc-red-0", n_neighbors=1).matches[0].item.item_id == "box-red-0"
    assert recommender.similar("new", n_neighbors=1).matches


def test_an_update_encodes_what_was_there_before_this_model(
    shop: Path, article: Autoencoder, n_seen: list[int]
) -> None:
    import_source(shop, "shop", column_map=SHOP_MAP)
    (shop / "feed.csv").write_text("sku,file,kind,maker\nnew,disc-red-0.png,disc,Acme\n")
    assert bring(shop, article, is_update=True).n_items == 19
    assert (len(n_seen), len(Recommender.open("shop", ARTICLE).index)) == (18, 19)


def test_removed_items_are_gone_and_nothing_is_encoded(
    shop: Path, article: Autoencoder, n_seen: list[int]
) -> None:
    bring(shop, article)
    report = remove_items("shop", ["disc-red-0", "disc-red-1"], model=article)
    assert (report.n_items, report.counts, len(n_seen)) == (16, {"removed": 2}, 18)
    recommender = Recommender.open("shop", ARTICLE)
    assert "disc-red-0" not in recommender.catalogue
    assert len(recommender.index) == 16
    with pytest.raises(CatalogueError, match="no item 'disc-red-0'"):
        remove_items("shop", ["disc-red-0"], model=article)
    with pytest.raises(CatalogueError, match="delete it instead"):
        remove_items("shop", [item.item_id for item in recommender.catalogue], model=article)


def test_an_import_that_was_given_up_leaves_nothing_of_itself(
    shop: Path, article: Autoencoder
) -> None:
    def give_up(n_done: int, _: int) -> None:
        if n_done == 9:
            raise CatalogueError("given up")

    def folder_content() -> list[Path]:
        return sorted(path for path in (catalogues_folder() / "shop").rglob("*.png"))

    with pytest.raises(CatalogueError, match="given up"):
        import_source(shop, "shop", column_map=SHOP_MAP, model=article, progress=give_up)
    assert not (catalogues_folder() / "shop").exists()
    bring(shop, article)
    before, files = open_catalogue("shop").fingerprint, folder_content()
    for file in shop.glob("disc*.png"):
        draw("box", "green", shift_px=len(file.name)).save(file)
    with pytest.raises(CatalogueError, match="given up"):
        import_source(shop, "shop", column_map=SHOP_MAP, model=article, progress=give_up)
    assert (open_catalogue("shop").fingerprint, folder_content()) == (before, files)
    assert len(Recommender.open("shop", ARTICLE).index) == 18


def test_two_imports_into_one_catalogue_do_not_meet(shop: Path) -> None:
    with (
        writing(catalogues_folder() / "shop"),
        pytest.raises(CatalogueError, match="being changed right now"),
    ):
        import_source(shop, "shop", column_map=SHOP_MAP)


def test_links_are_fetched_only_when_asked(shop: Path) -> None:
    def get(link: str) -> bytes:
        return (shop / link.rpartition("/")[2]).read_bytes()

    feed = "id,image\n1,https://x/disc-red-0.png\n2,box-red-0.png\n3,http://x/nothing.png\n"
    (shop / "links.csv").write_text(feed)
    report = import_source(shop / "links.csv", "shop")
    assert [row.source for row in report.skipped] == ["row 2", "row 4"]
    assert "not to be fetched" in report.skipped[0].reason

    def get_or_fail(link: str) -> bytes:
        try:
            return get(link)
        except OSError as error:
            raise ImageError("there is nothing") from error

    report = import_source(shop / "links.csv", "shop", fetches=get_or_fail)
    assert (report.counts, report.skipped[0].reason) == (
        {"added": 1, "unchanged": 1, "skipped": 1},
        "there is nothing",
    )


def test_a_recommender_gives_way_to_the_one_of_the_next_state(
    shop_recommender: Recommender, tmp_path: Path, n_seen: list[int]
) -> None:
    draw("bar", "red", shift_px=9).save(tmp_path / "new.png")
    (tmp_path / "more.csv").write_text("id,image\nnew,new.png\n")
    model = shop_recommender.model
    import_source(tmp_path / "more.csv", "shop", model=model, is_update=True)
    remove_items("shop", ["disc-red-0"], model=model)
    later = Recommender.open("shop", model.name)
    assert len(n_seen) == 1
    assert ("new" in later.catalogue, "disc-red-0" in later.catalogue) == (True, False)
    assert len(later.similar("new", n_neighbors=30).matches) == 17
    assert shop_recommender.similar(
        "disc-red-0", n_neighbors=1
    ).matches  # the former one still answers
