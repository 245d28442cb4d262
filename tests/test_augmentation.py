import numpy as np

from recommender.augmentation import FOR_EVALUATION, FOR_TRAINING, Augmentation, augment
from tests.conftest import draw

STILL = Augmentation(least_area=1, most_degrees=0, light=0, least_size=1)


def test_an_altered_picture_has_its_size_and_looks_otherwise(rng: np.random.Generator) -> None:
    pixels = np.asarray(draw("box", "red"))
    for how in (FOR_EVALUATION, FOR_TRAINING):
        altered = augment(pixels, rng, how)
        assert altered.shape == pixels.shape
        assert altered.dtype == np.uint8
        assert np.abs(altered.astype(int) - pixels).mean() > 5


def test_the_same_seed_alters_alike() -> None:
    pixels = np.asarray(draw("disc", "blue"))
    first, second = (augment(pixels, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_settings_bound_what_happens(rng: np.random.Generator) -> None:
    pixels = np.asarray(draw("disc", "green"))
    differences = [np.abs(augment(pixels, rng, STILL).astype(int) - pixels) for _ in range(10)]
    # only the aspect still varies: the shape's edge moves a little
    assert max(difference.mean() for difference in differences) < 12
