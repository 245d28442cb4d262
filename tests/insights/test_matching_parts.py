import numpy as np

from recommender.insights.matching_parts import MAX_PARTS, matching_parts, shown_cells

EVERYWHERE = (np.ones((14, 14), np.bool_), np.ones((14, 14), np.bool_))


def scene(rng: np.random.Generator, place: tuple[int, int], thing: np.ndarray) -> np.ndarray:
    """Background that says nothing, and a thing of 3 x 3 cells."""
    cells = rng.normal(scale=0.05, size=(14, 14, 32)).astype(np.float32) + 1
    y, x = place
    cells[y : y + 3, x : x + 3] += thing
    return cells


def only(place: tuple[int, int]) -> np.ndarray:
    shown = np.zeros((14, 14), np.bool_)
    y, x = place
    shown[y : y + 3, x : x + 3] = True
    return shown


def test_the_same_thing_matches_wherever_it_is(rng: np.random.Generator) -> None:
    thing = rng.normal(size=(3, 3, 32)).astype(np.float32)
    first, second = scene(rng, (2, 3), thing), scene(rng, (8, 9), thing)
    clearest = matching_parts(first, second, EVERYWHERE)[0]
    x, y = clearest.first
    assert 3 / 14 < x < 6 / 14
    assert 2 / 14 < y < 5 / 14
    assert np.allclose(np.subtract(clearest.second, clearest.first), 6 / 14)
    assert clearest.strength > 0.8


def test_background_never_matches(rng: np.random.Generator) -> None:
    thing = rng.normal(size=(3, 3, 32)).astype(np.float32)
    places = (2, 3), (8, 9)
    parts = matching_parts(
        scene(rng, places[0], thing),
        scene(rng, places[1], thing),
        (only(places[0]), only(places[1])),
    )
    assert parts
    for part in parts:
        for (x, y), (top, left) in zip((part.first, part.second), places, strict=True):
            assert left <= x * 14 <= left + 3
            assert top <= y * 14 <= top + 3


def test_parts_are_few_and_apart(rng: np.random.Generator) -> None:
    cells = rng.normal(size=(14, 14, 32)).astype(np.float32)
    parts = matching_parts(cells, cells, EVERYWHERE)
    assert len(parts) == MAX_PARTS
    assert all(part.first == part.second for part in parts)
    middles = np.array([part.first for part in parts]) * 14
    gaps = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    assert (gaps[~np.eye(len(parts), dtype=bool)] >= 3).all()


def test_nothing_in_common_is_no_part(rng: np.random.Generator) -> None:
    nothing = np.zeros((14, 14), np.bool_)
    cells = rng.normal(size=(14, 14, 32)).astype(np.float32)
    assert matching_parts(cells, cells, (nothing, nothing)) == ()


def test_shown_cells() -> None:
    square = np.full((224, 224, 3), 250, np.uint8)
    square[64:128, 32:96] = (200, 30, 40)
    shown = shown_cells(square, 14)
    assert shown.sum() == 4 * 4
    assert shown[4:8, 2:6].all()
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    assert shown_cells(noise, 14).all()
