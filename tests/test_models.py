import json
from pathlib import Path

import pytest

from recommender.config import home
from recommender.errors import ModelError
from recommender.models import (
    ARTICLE,
    MODEL_INFOS,
    PERCEPTUAL,
    ModelConfig,
    available_models,
    default_model,
    finetuned_model,
    model_folder,
    model_info,
    models_for,
)


def make_model(name: str) -> None:
    folder = home() / "models" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")


def test_what_a_killed_training_left_is_no_model() -> None:
    make_model(".article.part")
    make_model(".article.old")
    make_model("own")
    assert "own" in available_models()
    assert not any(name.startswith(".") for name in available_models())


def test_the_best_model_is_the_default() -> None:
    assert default_model("shop") == MODEL_INFOS[0].name == PERCEPTUAL
    make_model(finetuned_model("shop"))
    assert default_model("shop") == "perceptual-shop"
    assert default_model("other") == PERCEPTUAL
    assert "perceptual-shop" in models_for("shop")
    assert "perceptual-shop" not in models_for("other")


@pytest.mark.parametrize("info", MODEL_INFOS, ids=lambda info: info.name)
def test_the_registry_says_what_the_models_that_ship_are(info: object) -> None:
    assert info in MODEL_INFOS
    folder = model_folder(info.name)
    assert ModelConfig.read(folder).metric == info.metric
    assert (folder / "projection.npz").exists() is info.weighs_colour


def test_a_fine_tuned_model_has_the_facts_of_the_one_it_started_from() -> None:
    assert model_info("perceptual-shop") == model_info(PERCEPTUAL)
    assert model_info(ARTICLE) is MODEL_INFOS[-1]
    assert model_info("own") is None


def test_a_config_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"format_version": 99}))
    with pytest.raises(ModelError, match="has format 99"):
        ModelConfig.read(tmp_path)
