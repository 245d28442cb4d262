"""What is found in photos of several products, by the whole picture and by regions."""

import json
from pathlib import Path

import pytest
from PIL import Image

from recommender.errors import CatalogueError
from recommender.evaluation.rooms import describe, evaluate_rooms, read_rooms
from recommender.recommend import Recommender
from tests.shelves import first_of, place, shelf


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """One photo to test on and one to learn from."""
    catalogue = Recommender.open().catalogue
    described = []
    for number, kinds in enumerate((("sofa", "mug"), ("chair", "vase"))):
        ids = [first_of(catalogue, kind) for kind in kinds]
        Image.fromarray(shelf(catalogue, ids)).save(tmp_path / f"{number}.png")
        products = [
            {"item_id": item_id, "box": place(position, len(ids))}
            for position, item_id in enumerate(ids)
        ]
        described.append({"image": f"{number}.png", "learns": number == 1, "products": products})
    file = tmp_path / "rooms.json"
    file.write_text(json.dumps(described))
    return file


def test_regions_find_what_the_whole_picture_does_not(rooms: Path) -> None:
    photos = read_rooms(rooms)
    assert [photo.file.name for photo in photos] == ["0.png"]
    figures = evaluate_rooms(Recommender.open(), photos)
    assert (figures["n_rooms"], figures["n_products"]) == (1, 2)
    assert figures["regions"]["recall_at_20"] == 1
    assert figures["regions"]["found"] >= figures["whole"]["found"]
    assert figures["regions"]["n_parts"] < figures["forced"]["n_parts"]
    assert len(describe(figures)) == 5


def test_what_is_no_list_of_rooms_is_one_sentence(rooms: Path, tmp_path: Path) -> None:
    for text in ("nothing of the kind", "[{}]", "{}"):
        file = tmp_path / "wrong.json"
        file.write_text(text)
        if text == "{}":
            with pytest.raises(CatalogueError, match="has no products"):
                evaluate_rooms(Recommender.open(), read_rooms(file))
        else:
            with pytest.raises(CatalogueError, match="holds no photos of rooms"):
                read_rooms(file)
    with pytest.raises(CatalogueError, match="holds no photos of rooms"):
        read_rooms(tmp_path / "none.json")
