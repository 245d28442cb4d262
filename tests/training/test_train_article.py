import json
from importlib import import_module
from inspect import signature
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.cli import main
from recommender.errors import CatalogueError
from recommender.importing.importer import import_source
from recommender.inference.autoencoder import Autoencoder
from recommender.models import MODEL_INFOS
from recommender.training import train_article
from recommender.training.article import ArticleConfig

CONFIG = ArticleConfig(epochs=2, batch_size=8)


def test_the_split_is_seeded_and_whole() -> None:
    first, held_out = train_article.split_items(100, CONFIG)
    assert len(first) == 70
    assert sorted([*first, *held_out]) == list(range(100))
    assert np.array_equal(first, train_article.split_items(100, CONFIG)[0])
    assert not np.array_equal(first, train_article.split_items(100, ArticleConfig(seed=1))[0])


def test_an_interrupted_training_goes_on_to_the_same_weights(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    catalogue = open_catalogue("shop")
    straight = train_article.train_article(catalogue, tmp_path / "straight" / "article", CONFIG)

    def interrupt(n_done: int, n_all: int, _: float) -> None:
        if n_done > n_all // 2:
            raise KeyboardInterrupt

    folder = tmp_path / "resumed" / "article"
    with pytest.raises(KeyboardInterrupt):
        train_article.train_article(catalogue, folder, CONFIG, report=interrupt)
    assert not folder.exists()
    steps: list[int] = []
    resumed = train_article.train_article(
        catalogue, folder, CONFIG, report=lambda n_done, *_: steps.append(n_done)
    )
    assert steps[0] == 3  # the first epoch's two steps are not taken again
    assert resumed["train_loss"] == pytest.approx(straight["train_loss"], abs=1e-5)
    assert [path.name for path in folder.parent.iterdir()] == ["article"]  # no checkpoint is left
    squares = np.zeros((1, 150, 150, 3), np.uint8)
    assert Autoencoder(folder).encode(squares).latents == pytest.approx(
        Autoencoder(tmp_path / "straight" / "article").encode(squares).latents, abs=1e-4
    )
    written = {path.name for path in folder.iterdir()}
    assert {"config.json", "metrics.json", "loss.png", "held_out.json"} <= written
    assert len(json.loads((folder / "held_out.json").read_text())) == 5


def test_too_few_pictures_are_refused(shop: Path, tmp_path: Path) -> None:
    lines = (shop / "feed.csv").read_text().splitlines()
    (shop / "feed.csv").write_text("\n".join(lines[:6]))
    import_source(shop, "shop", column_map={"image": "file"})
    with pytest.raises(CatalogueError, match="needs 10"):
        train_article.train_article(open_catalogue("shop"), tmp_path / "article", CONFIG)


def test_every_model_that_is_listed_has_a_recipe_of_its_name() -> None:
    for info in MODEL_INFOS:
        recipe = import_module(f"recommender.training.train_{info.name}")
        assert {"catalogue", "folder", "epochs", "report"} <= set(
            signature(recipe.train).parameters
        )


def test_the_command_trains_by_the_recipe(shop: Path, tmp_path: Path) -> None:
    import_source(shop, "shop", column_map={"image": "file"})
    folder = tmp_path / "article"
    words = ["train", "article", "--catalogue", "shop", "--epochs", "1", "--out", str(folder)]
    assert main(words) == 0
    metrics = json.loads((folder / "metrics.json").read_text())
    assert len(metrics["train_loss"]) == 1
