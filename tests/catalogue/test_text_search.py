"""What shoppers write, and what they find."""

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.catalogue import text_search
from recommender.catalogue.lexicon import OWN, lexicon, normalised
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.catalogue.store import replace as replace_items
from recommender.catalogue.text_search import TextIndex
from recommender.catalogue.wanted import Wanted, understand
from recommender.config import DEMO
from recommender.errors import CatalogueError
from recommender.items import Item

WORDS = lexicon(Path("no-such-folder"))
BASE = Item(item_id="a", image="a.png", image_sha256="a")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(tmp_path_factory.mktemp("home")))
        return open_catalogue(DEMO)


def titled(*titles: str) -> TextIndex:
    return TextIndex((replace(BASE, item_id=title, title=title) for title in titles), WORDS)


@pytest.mark.parametrize(
    ("text", "first", "all_of"),
    [
        ("mugs", "mug", "mug"),
        ("red mugs", "mug, red", "mug.*red"),
        ("mugs red", "mug, red", "mug.*red"),
        ("rde mug", "mug, red", "mug.*red"),
        ("teapott", "teapot", "teapot"),
        ("tea pot", "teapot", "teapot"),
        ("plantpot", "plant pot", "plant pot"),
        ("gray sofa", "sofa in grey", "sofa.*(grey|charcoal)"),
        ("couch", "sofa", "sofa"),
        ("cup", "mug", "mug"),
        ("chair under 100", "chair", "chair"),
        ("rote Tasse", "mug, red", "mug.*red"),
        ("armchiar", "armchair", "armchair"),
        ("blaue Vase", "vase.*blue", "vase.*(blue|navy)"),
        ("chaise bleue", "chair.*blue", "chair.*(blue|navy)"),
        ("silla roja", "chair in red", "chair in red"),
        ("Kopfhörer", "headphones", "headphones"),
        ("rucksack", "backpack", "backpack"),
        ("sunglases", "sunglasses", "sunglasses"),
        ("umberella black", "umbrella, black", "umbrella.*black"),
        ("grüne Tasse", "mug", "mug.*(green|sage|olive)"),
        ("walnut shelf", "[Ss]helf in walnut", "[Ss]helf in walnut"),
        ("gold jewelry", "gold", "gold"),
        ("tappeto", "rug", "rug"),
        ("theepot", "teapot", "teapot"),
        ("mug in red for my mother", "mug, red", "mug.*red"),
        ("earring gold", "earrings in gold", "earrings.*gold"),
        ("handbags", "handbag", "handbag"),
        ("ceram", "[Cc]eramic", "[Cc]eramic"),
        ("Casa Lumera shelf", "[Ss]helf", "[Ss]helf"),
        ("lámpara de pie azul", "floor lamp.*blue", "floor lamp.*(blue|navy)"),
        ("Stehlampe", "floor lamp", "floor lamp"),
        ("table d'appoint", "side table", "side table"),
        ("nail varnish", "[Nn]ail polish", "[Nn]ail polish"),
        ("light blue mug", "mug, sky blue", "mug, sky blue"),
        ("dark blue mug", "mug, navy", "mug, navy"),
        ("braune Ledertasche", "[Ll]eather.*brown|brown leather", "bag"),
    ],
)
def test_shoppers_find_what_they_mean(demo: Catalogue, text: str, first: str, all_of: str) -> None:
    found = text_search.find(demo, text)
    titles = [demo.get(item_id).title for item_id in found.item_ids]
    assert titles
    assert re.search(first, titles[0]), titles[0]
    others = [title for title in titles if not re.search(all_of, title)]
    assert not others


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chair under 100", Wanted(words=("chair",), most=100)),
        ("under 100 chair", Wanted(words=("chair",), most=100)),
        ("Stuhl bis 1.200,50 €", Wanted(words=("stuhl",), most=1200.5)),
        ("chaise à moins de 300", Wanted(words=("chaise",), most=300)),
        ("lamp over 50", Wanted(words=("lamp",), least=50)),
        ("mug between 20 and 10", Wanted(words=("mug",), least=10, most=20)),
        ("tasse entre 10 et 20 €", Wanted(words=("tasse",), least=10, most=20)),
        ("sofa < 500 in blue", Wanted(words=("sofa", "blue"), most=500)),
        ("over 20 under 40", Wanted(least=20, most=40)),
        ("iphone 15", Wanted(words=("iphone", "15"))),
        ("vase 20-40", Wanted(words=("vase",), least=20, most=40)),
        ("vase $20 to $40", Wanted(words=("vase",), least=20, most=40)),
        ("Vase 40 – 20 €", Wanted(words=("vase",), least=20, most=40)),
        ("20 bis 40 euro vase", Wanted(words=("vase",), least=20, most=40)),
        ("€50 vase", Wanted(words=("vase",), most=50)),
        ("vase 50 euros", Wanted(words=("vase",), most=50)),
        ("2 to 4 cups", Wanted(words=("2", "4", "cups"))),
        ("€ vase", Wanted(words=("vase",))),
        ("water-bottle", Wanted(words=("water", "bottle"))),
        ("less is more", Wanted(words=("less", "more"))),
        ("a cheap mug", Wanted(words=("mug",), is_cheap=True)),
        ("", Wanted()),
        ("\"'()*: AND OR NOT -", Wanted()),
    ],
)
def test_a_text_is_taken_apart(text: str, expected: Wanted) -> None:
    assert understand(text, WORDS) == expected


def test_amounts_are_kept_to(demo: Catalogue) -> None:
    for text, low, high in (("chair under 100", 0, 100), ("lamp between 20 and 60", 20, 60)):
        found = text_search.find(demo, text).item_ids
        assert found
        assert all(low <= (demo.get(each).price or -1) <= high for each in found)
    cheap = [demo.get(each).price or 0 for each in text_search.find(demo, "cheap mug").item_ids]
    assert cheap == sorted(cheap)


def test_what_is_dropped_and_corrected_is_said() -> None:
    index = titled("red mug", "blue mug", "red plate")
    assert index.find("rde mugs").corrected == (("rde", "red"),)
    found = index.find("blue plate")  # none has both: the longer word says more
    assert (found.item_ids, found.dropped) == (("red plate",), ("blue",))
    found = index.find("red mug zebra")
    assert (found.item_ids, found.dropped) == (("red mug",), ("zebra",))
    assert index.find("zebra").item_ids == ()
    assert index.find("").item_ids == ("red mug", "blue mug", "red plate")
    assert index.find("under 5").item_ids == ()  # without a price none keeps to an amount
    assert "plate" in index.nearest_words("platter")


def test_a_narrower_word_is_not_widened() -> None:
    index = titled("navy bag", "blue bag", "sky bag")
    assert set(index.find("blue bag").item_ids) == {"navy bag", "blue bag", "sky bag"}
    assert index.find("blue bag").item_ids[0] == "blue bag"
    assert index.find("navy bag").item_ids == ("navy bag",)


def test_words_side_by_side_mean_something_of_their_own() -> None:
    index = titled("Floor lamp", "Lamp for a desk", "Leather bag", "Wool bag")
    assert index.find("lampadaire").item_ids == ("Floor lamp",)
    assert index.find("lámpara de pie").item_ids == ("Floor lamp",)
    assert index.find("Ledertasche").item_ids == ("Leather bag",)
    assert index.find("nail varnish bag").dropped == ("nail", "varnish")


def test_words_inside_others_are_found() -> None:
    assert titled("Esstisch", "Stuhl").find("tisch").item_ids == ("Esstisch",)


@pytest.mark.parametrize("text", ['"', "a" * 500, "(((", "mug*", "NEAR(", "🙂", "\0", "mug:red ^"])
def test_any_text_is_answered(text: str) -> None:
    titled("red mug").find(text)


def test_a_shop_adds_words_of_its_own(tmp_path: Path) -> None:
    replace_items(tmp_path / "shop", [replace(BASE, title="Chesterfield")])
    catalogue = Catalogue(tmp_path / "shop")
    assert not text_search.find(catalogue, "schnuffelbank").item_ids
    (catalogue.folder / OWN).write_text('things = ["chesterfield schnuffelbank"]')
    assert text_search.find(catalogue, "schnuffelbank").item_ids == ("a",)
    (catalogue.folder / OWN).write_text("things = [1]")
    with pytest.raises(CatalogueError, match="words"):
        text_search.find(catalogue, "anything")


def test_threads_share_an_index() -> None:
    index = titled(*(f"mug {number}" for number in range(200)))
    counts: list[int] = []

    def ask() -> None:
        counts.extend(len(index.find(f"mug {number}").item_ids) for number in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(counts) == 200
    assert all(counts)


def test_accents_and_cases_do_not_count() -> None:
    assert normalised("THÉIÈRE Straße") == "theiere strasse"
    assert titled("Théière rouge").find("theiere").item_ids == ("Théière rouge",)
