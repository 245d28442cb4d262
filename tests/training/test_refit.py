from pathlib import Path

import numpy as np
import pytest

pytest.importorskip(
    "tensorflow", reason="TensorFlow is missing: pip install -r requirements-dev.txt"
)

from recommender import cli
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import Catalogue
from recommender.config import MODELS, read_json
from recommender.errors import ModelError
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.projection import ProjectionPrior
from recommender.models import PERCEPTUAL
from recommender.training import refit
from recommender.training.backbone import HEAD_FILTERS
from recommender.training.perceptual import PerceptualConfig
from recommender.training.train_article import split_items
from tests.conftest import draw

CONFIG = PerceptualConfig()
SHIPPED = MODELS / PERCEPTUAL


@pytest.fixture
def catalogue(shop: Path) -> Catalogue:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    return open_catalogue("shop")


def test_only_encoder_and_prior_are_new(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code of the model that ships belongs to its own catalogue; here to the shop."""
    rows = split_items(len(catalogue), CONFIG)[1]
    held_out = [catalogue.items[row].item_id for row in rows]
    monkeypatch.setattr(
        refit, "read_json", lambda file, default: held_out if file.stem == "held_out" else {}
    )
    folder = tmp_path / PERCEPTUAL
    figures = refit.refit_perceptual(catalogue, [], folder, CONFIG)
    assert figures["psnr"] > 20
    assert {file.name for file in folder.iterdir()} == {
        *(file.name for file in SHIPPED.iterdir() if file.is_file())
    }
    for name in ("decoder.tflite", "weights.npz", "backbone.npz"):
        assert (folder / name).read_bytes() == (SHIPPED / name).read_bytes()
    model = Autoencoder(folder)
    assert model.config.hyperparameters["n_kind"] == CONFIG.n_kind
    assert model.prior is not None
    assert len(model.prior.kind_mean) == CONFIG.n_kind
    square = model.prepare(np.asarray(draw("disc", "red")))
    assert model.look(square).head.shape[2] == HEAD_FILTERS  # the second signature
    shipped = Autoencoder(SHIPPED).encode([square])
    found = model.encode([square])
    # the ranges of the maps were measured on other pictures
    assert found.features @ shipped.features.T > 0.97 * np.linalg.norm(shipped.features) ** 2


def test_another_catalogue_than_the_code_was_trained_on_is_refused(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="was not trained on 'shop'"):
        refit.refit_perceptual(catalogue, [], tmp_path / PERCEPTUAL, CONFIG)
    assert not (tmp_path / PERCEPTUAL).exists()


def test_calibration_takes_pictures_of_all_catalogues(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refit, "CALIBRATION_PICTURES", 4)
    rows = np.arange(len(catalogue))
    squares = refit.calibration_squares([(catalogue, rows[:7]), (catalogue, rows[7:])])
    assert squares.dtype == np.uint8
    assert len(squares) == -(-len(rows) // -(-len(rows) // 4))
    first = refit.calibration_squares([(catalogue, rows)])
    assert np.array_equal(squares, first)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["perceptual", "--encoder-only"], "go with --from-scratch"),
        (
            ["perceptual", "--from-scratch", "--encoder-only", "--epochs", "3"],
            "no use for --epochs",
        ),
        (["article", "--encoder-only"], "are not for article"),
    ],
)
def test_the_command_refuses_what_it_would_ignore(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", *options, "--catalogue", "demo"]) == 2
    assert expected in capsys.readouterr().err


def test_the_prior_that_ships_fits_the_features() -> None:
    prior = ProjectionPrior.load(SHIPPED / "projection.npz")
    recorded = read_json(SHIPPED / "config.json", default={})["hyperparameters"]
    assert len(prior.kind_mean) == recorded["n_kind"] == CONFIG.n_kind
