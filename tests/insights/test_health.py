import csv
import io
from pathlib import Path

import pytest
from PIL import Image

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.importing.importer import import_source
from recommender.insights import health
from recommender.insights.health import Dismissals
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.types import Progress
from tests.conftest import COLOURS, draw


def make_shop(folder: Path, **pictures: Image.Image) -> Catalogue:
    """A catalogue of the given pictures, by their names."""
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png")
    import_source(folder, "own")
    return open_catalogue("own")


def ids(group: health.Group) -> set[str]:
    return {item.item_id for item in group.items}


def near_duplicates(
    recommender: Recommender, progress: Progress | None = None
) -> tuple[health.Group, ...]:
    return health.find_near_duplicates(
        recommender.catalogue, recommender.index, recommender.grouper.is_same, progress=progress
    )


def hard_pictures(recommender: Recommender) -> tuple[health.HardPicture, ...]:
    return health.hard_pictures(recommender.catalogue, recommender.index)


def test_the_same_file_twice_is_found(tmp_path: Path) -> None:
    disc, box = draw("disc", "red"), draw("box", "red")
    catalogue = make_shop(tmp_path / "shop", a=disc, b=box, c=disc, d=disc)
    (group,) = health.exact_duplicates(catalogue)
    assert ids(group) == {"a.png", "c.png", "d.png"}
    assert group.is_exact
    assert health.exact_duplicates(make_shop(tmp_path / "other", a=disc, b=box)) == ()


def test_a_shrunk_copy_is_found_and_variants_are_not(tmp_path: Path) -> None:
    variants = {
        f"{shape}-{colour}": draw(shape, colour) for shape in ("disc", "box") for colour in COLOURS
    }
    copy = draw("disc", "red").resize((150, 150))
    make_shop(tmp_path / "shop", **variants, copy=copy)
    found = near_duplicates(Recommender.open("own", ARTICLE))
    assert [ids(group) for group in found] == [{"disc-red.png", "copy.png"}]
    assert not found[0].is_exact


def test_equal_files_are_not_compared_again(tmp_path: Path) -> None:
    disc = draw("disc", "red")
    make_shop(tmp_path / "shop", a=disc, b=disc, c=disc, d=draw("box", "blue"))
    recommender = Recommender.open("own", ARTICLE)
    asked: list[tuple[str, str]] = []

    def note(first: str, second: str) -> bool:
        asked.append((first, second))
        return False

    health.find_near_duplicates(recommender.catalogue, recommender.index, note)
    assert not any({first, second} <= {"a.png", "b.png", "c.png"} for first, second in asked)


def test_progress_reaches_the_end(shop_recommender: Recommender) -> None:
    steps: list[tuple[int, int]] = []
    near_duplicates(shop_recommender, lambda done, of: steps.append((done, of)))
    assert steps
    assert steps[-1][0] == steps[-1][1]


def test_a_cluttered_photo_stands_out(tmp_path: Path) -> None:
    calm = {
        f"{shape}-{colour}-{shift}": draw(shape, colour, shift_px=shift)
        for shape in ("disc", "box")
        for colour in COLOURS
        for shift in range(5)
    }
    noise = Image.effect_noise((96, 96), 120).convert("RGB")
    make_shop(tmp_path / "shop", **calm, noise=noise, noise_again=noise)
    worst, *others = hard_pictures(Recommender.open("own", ARTICLE))
    assert worst.item.item_id == "noise.png"
    assert worst.times_usual > 5
    # the second product with this picture is no second finding
    assert worst.key not in {each.key for each in others}


def test_a_few_products_say_nothing_about_what_is_usual(tmp_path: Path) -> None:
    noise = Image.effect_noise((96, 96), 120).convert("RGB")
    make_shop(tmp_path / "shop", a=draw("disc", "red"), noise=noise)
    assert hard_pictures(Recommender.open("own", ARTICLE)) == ()


def test_missing_damaged_and_changed_pictures_are_named(tmp_path: Path) -> None:
    catalogue = make_shop(
        tmp_path / "shop",
        a=draw("disc", "red"),
        b=draw("box", "red"),
        c=draw("bar", "red"),
        d=draw("disc", "blue"),
    )
    assert health.broken_pictures(catalogue) == ()
    paths = {item.item_id: catalogue.image_path(item) for item in catalogue}
    paths["a.png"].unlink()
    paths["b.png"].write_bytes(paths["b.png"].read_bytes()[:80])
    draw("disc", "green").save(paths["c.png"])
    steps: list[tuple[int, int]] = []
    found = health.broken_pictures(catalogue, progress=lambda done, of: steps.append((done, of)))
    reasons = {bad.item.item_id: bad.reason for bad in found}
    assert set(reasons) == {"a.png", "b.png", "c.png"}
    assert "there is no picture" in reasons["a.png"]
    assert "damaged" in reasons["b.png"]
    assert "has changed" in reasons["c.png"]
    assert steps[-1] == (4, 4)


def test_dismissals_survive_an_import_and_can_be_taken_back(tmp_path: Path) -> None:
    disc = draw("disc", "red")
    catalogue = make_shop(tmp_path / "shop", a=disc, b=disc)
    (group,) = health.exact_duplicates(catalogue)
    Dismissals(catalogue).dismiss(group.key)
    again = make_shop(tmp_path / "shop", a=disc, b=disc, c=draw("box", "red"))
    assert Dismissals(again).keys() == {group.key}
    Dismissals(again).restore(group.key)
    Dismissals(again).restore("never dismissed")
    assert Dismissals(again).keys() == frozenset()


def test_damaged_dismissals_are_one_sentence(tmp_path: Path) -> None:
    catalogue = make_shop(tmp_path / "shop", a=draw("disc", "red"))
    for damage in ("{", '{"a": 1}', "[1]"):
        (catalogue.folder / health.DISMISSED).write_text(damage)
        with pytest.raises(CatalogueError, match="damaged"):
            Dismissals(catalogue).keys()


def test_dismissing_leaves_the_database_alone(tmp_path: Path) -> None:
    catalogue = make_shop(tmp_path / "shop", a=draw("disc", "red"))
    database = catalogue.folder / "catalogue.db"
    before = database.stat().st_mtime_ns
    Dismissals(catalogue).dismiss("x")  # or all that is open would be opened again
    assert database.stat().st_mtime_ns == before


def test_categories_and_gaps(shop: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    catalogue = open_catalogue("shop")
    counted = health.categories(catalogue)
    assert [(each.name, each.n_items) for each in counted] == [("bar", 6), ("box", 6), ("disc", 6)]
    assert counted[0].example.category == "bar"
    assert health.without(catalogue) == {}
    for feed in shop.glob("*.csv"):
        feed.unlink()
    import_source(shop, "plain")
    gaps = health.without(open_catalogue("plain"))
    assert len(gaps["price"]) == len(gaps["category"]) == 18


def test_findings_are_a_table(tmp_path: Path) -> None:
    disc = draw("disc", "red")
    catalogue = make_shop(tmp_path / "shop", a=disc, b=disc)
    groups = health.exact_duplicates(catalogue)
    bad = health.BrokenPicture(item=catalogue.items[0], reason='it is gone, "all" of it')
    data = health.to_csv(health.findings(groups, broken=[bad], gaps={"price": catalogue.items[1:]}))
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [row["kind"] for row in rows] == ["same", "broken", "missing"]
    assert (rows[0]["item_id"], rows[0]["other_ids"]) == ("a.png", "b.png")
    assert rows[1]["detail"] == 'it is gone, "all" of it'
    assert (rows[2]["item_id"], rows[2]["detail"]) == ("b.png", "price")
