import numpy as np

from recommender.config import MODELS
from recommender.evaluation import reconstruction
from recommender.inference.autoencoder import Autoencoder
from recommender.recommend import Recommender
from tests.conftest import draw


def test_formats_choose_the_best_quality_that_fits() -> None:
    picture = np.asarray(draw("disc", "red", 150))
    for name in reconstruction.FORMATS:
        small, large = (reconstruction.code_as(name, picture, n) for n in (1_500, 20_000))
        assert small is not None
        assert large is not None
        assert small[1] <= 1_500 <= large[1] <= 20_000 or small[1] <= large[1] <= 1_500
        errors = [np.square(each[0] - picture.astype(float)).mean() for each in (small, large)]
        assert errors[0] >= errors[1]
        assert reconstruction.code_as(name, picture, 20) is None


def test_blockiness_is_none_of_a_picture_and_some_of_its_blocks(rng: np.random.Generator) -> None:
    ramp = np.linspace(0, 255, 150)[None, :, None] + rng.normal(0, 4, (150, 150, 1))
    picture = np.clip(ramp, 0, 255).astype(np.uint8).repeat(3, axis=2)
    columns = (np.arange(150) + 5) // 8
    blocks = picture.copy()
    for column in np.unique(columns):
        blocks[:, columns == column] = picture[:, columns == column].mean(axis=(0, 1))
    assert reconstruction.blockiness(picture, picture, 8, 5) == 0
    assert reconstruction.blockiness(picture, blocks, 8, 5) > 1
    # lines elsewhere are no lines of this grid
    assert reconstruction.blockiness(picture, blocks, 8, 2) < 0.1


def test_grids_lie_where_the_decoders_put_them() -> None:
    assert reconstruction.grid_of(Autoencoder(MODELS / "article")) == (8, 1)
    assert reconstruction.grid_of(Autoencoder(MODELS / "perceptual")) == (8, 5)


def test_figures_count_numbers_and_bytes(shop_recommender: Recommender) -> None:
    found = reconstruction.measure_reconstruction(
        shop_recommender.model, shop_recommender.catalogue
    )
    assert found["n_reconstructed"] == 18
    assert found["n_numbers"] == 2888
    assert found["n_bytes"] == 4 * 2888
    assert set(found["formats"]) == {"JPEG", "WebP"}
    assert found["formats"]["JPEG"]["n_bytes"] <= found["n_bytes"]
    assert found["formats"]["JPEG"]["psnr"] > found["psnr"]
    lines = reconstruction.describe(found)
    assert len(lines) == 3
    assert "numbers" in lines[0]
    assert "JPEG" in lines[1]
