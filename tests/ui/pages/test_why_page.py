"""Two products or a photo and a product side by side."""

import pytest

from recommender.models import PERCEPTUAL, available_models
from recommender.ui.shared import samples
from tests.ui.conftest import OpenPage
from tests.ui.reading import cards, said, sent


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_why_lays_two_products_side_by_side(open_page: OpenPage) -> None:
    app = open_page("why", item="mug-01-navy", to="mug-09-lilac")
    text = said(app)
    assert "Why these two?" in text
    assert text.count('class="mark"') >= 4
    assert "Shared colours" in text
    assert "Maison Oriel" in text
    way = sent(app, "trail")
    assert [step["label"] for step in way["onward"]][-1] == "Close"


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
@pytest.mark.parametrize("weight", ["", "Same colours and texture"])
def test_a_card_and_its_why_say_one_similarity(open_page: OpenPage, weight: str) -> None:
    options = {"colour_weight": weight} if weight else {}
    card = cards(open_page("lookalikes", item="mug-01-navy", **options), "lookalikes-gallery")[3]
    app = open_page("why", item="mug-01-navy", to=str(card["id"]), **options)
    assert f"<b>{card['similarity_text']}</b> alike" in said(app)


def test_why_for_a_sample_photo(open_page: OpenPage) -> None:
    if not samples.all_samples():
        pytest.skip("this catalogue comes without sample photos")
    sample = samples.all_samples()[0]
    answer = open_page("photo", sample=sample.id)
    first = cards(answer, "photo-matches")[0]
    assert f"sample={sample.id}" in str(first["why"])
    app = open_page("why", sample=sample.id, to=str(first["id"]))
    assert sample.title in said(app)
    way = sent(app, "trail")
    assert way["steps"][0]["label"] == "Your photo"
    assert f"sample={sample.id}" in way["onward"][-1]["href"]


def test_why_without_anything_to_compare(open_page: OpenPage) -> None:
    assert "Nothing to compare yet" in said(open_page("why", to="mug-09-lilac"))
    assert "There is no item" in said(open_page("why", item="mug-01-navy", to="nothing"))
