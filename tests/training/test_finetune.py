import json
from pathlib import Path

import pytest

from recommender import cli, models
from recommender.importing.importer import import_source
from recommender.training import finetune

BEFORE = {"psnr": 25.0, "ssim": 0.8, "altered_recall_at_1": 0.9}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"psnr": 26.0}, True),
        ({"psnr": 24.9}, False),
        ({"psnr": 26.0, "altered_recall_at_1": 0.88}, True),  # within its standard error
        ({"psnr": 26.0, "altered_recall_at_1": 0.8}, False),
    ],
)
def test_better_is_decoding_better_and_finding_no_less(
    changes: dict[str, float], expected: bool
) -> None:
    assert finetune.is_better(BEFORE | changes, BEFORE, n_items=100) is expected


@pytest.mark.slow
@pytest.mark.parametrize("kept", [True, False])
def test_only_a_better_model_is_kept(
    kept: bool,
    shop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path))
    monkeypatch.setattr("recommender.cli.commands.training.FINETUNING", {
        "adapts": True, "epochs": 1, "epoch_size": 8, "batch_size": 4, "crop_side": 4,
        "learning_rate": 1e-5,
    })  # fmt: skip
    monkeypatch.setattr(finetune, "is_better", lambda *_: kept)
    import_source(shop, "shop", column_map={"image": "file"})
    assert cli.main(["train", "perceptual", "--catalogue", "shop", "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["kept"] is kept
    assert outcome["n_held_out"] == 5
    assert 0 <= outcome["after"]["altered_recall_at_1"] <= 1
    assert models.default_model("shop") == ("perceptual-shop" if kept else "perceptual")
    assert models.default_model("demo") == "perceptual"
    assert "perceptual-shop" not in models.models_for("demo")
    if kept:
        assert cli.main(["similar", "disc-red-0", "-k", "1", "--catalogue", "shop", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["model"] == "perceptual-shop"


def test_what_goes_with_from_scratch_alone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "perceptual", "--catalogue", "demo", "--also", "other"]) == 2
    assert "--from-scratch" in capsys.readouterr().err
