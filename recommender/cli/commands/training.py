"""The command that trains and fine-tunes models; it alone imports TensorFlow."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from recommender.cli.arguments import AddsCommand, add_json, positive
from recommender.cli.output import say, shown_progress
from recommender.config import check_name, home
from recommender.errors import ModelError
from recommender.models import MODEL_INFOS

FINETUNING: dict[str, Any] = {"adapts": True, "epochs": 8, "learning_rate": 3e-4}


def add(command_named: AddsCommand) -> None:
    """Register the command."""
    command = command_named(
        "train", train, "fine-tune perceptual to a catalogue, or train a model on its pictures"
    )
    command.add_argument("model")
    command.add_argument("--catalogue", required=True)
    command.add_argument("--epochs", type=positive)
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME",
        help="another catalogue to learn from; may be given more than once (perceptual only)",
    )
    command.add_argument(
        "--photos",
        metavar="NAME",
        help="a catalogue of other photos of the same items, named in their column item_id; "
        "the projection learns from them what differs between cameras (perceptual only)",
    )
    command.add_argument("--out", type=Path, help="folder of the trained model")
    command.add_argument(
        "--from-scratch",
        action="store_true",
        help="train the whole model, instead of fine-tuning the one that ships to this catalogue "
        "(perceptual only)",
    )
    command.add_argument(
        "--encoder-only",
        action="store_true",
        help="with --from-scratch: export the encoder anew around its backbone and fit the "
        "projection's prior; code and decoder stay (perceptual only)",
    )
    add_json(command)


def train(options: argparse.Namespace) -> None:
    """Train a model, or fine-tune the one that ships to a catalogue."""
    check_name(options.model)
    infos = {info.name: info for info in MODEL_INFOS}
    if options.model not in infos:
        known = ", ".join(infos)
        raise ModelError(f"there is no recipe for the model {options.model!r}; known: {known}")
    can_be_finetuned = infos[options.model].can_be_finetuned
    is_more = options.also or options.photos or options.from_scratch or options.encoder_only
    if not can_be_finetuned and is_more:
        raise ModelError(
            f"--also, --photos, --from-scratch and --encoder-only are not for {options.model}"
        )
    finetunes = can_be_finetuned and not options.from_scratch
    if finetunes and (options.also or options.photos or options.out or options.encoder_only):
        raise ModelError("--also, --photos, --out and --encoder-only go with --from-scratch")
    if options.encoder_only and options.epochs:
        raise ModelError("--encoder-only trains nothing, and has no use for --epochs")
    recipe = _finetune if finetunes else _refit if options.encoder_only else _train
    try:
        recipe(options)
    except ImportError as error:
        raise ModelError(
            f"training needs {error.name}: pip install -r requirements-train.txt"
        ) from error


def _train(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue

    recipe = import_module(f"recommender.training.train_{options.model}")
    catalogue = open_catalogue(options.catalogue)
    folder = options.out or home() / "models" / options.model
    settings: dict[str, Any] = {}
    if options.epochs:
        settings["epochs"] = options.epochs
    if options.also:
        settings["others"] = [open_catalogue(name) for name in options.also]
    if options.photos:
        settings["photos"] = open_catalogue(options.photos)
    with shown_progress("training") as progress:

        def report(done: int, of: int, _loss: float) -> None:
            progress(done, of)

        figures = recipe.train(catalogue, folder, report=report, **settings)
    figures |= _score_trained(catalogue, folder)
    say(
        options,
        figures,
        f"{folder}: held-out loss {figures['held_out_loss'][-1]:.4f}, "
        f"PSNR {figures['psnr']:.1f} dB, SSIM {figures['ssim']:.3f}, "
        f"{figures['training_minutes']:.1f} min",
    )


def _refit(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue
    from recommender.training.perceptual import PerceptualConfig
    from recommender.training.refit import refit_perceptual

    folder = options.out or home() / "models" / options.model
    figures = refit_perceptual(
        open_catalogue(options.catalogue),
        [open_catalogue(name) for name in options.also],
        folder,
        PerceptualConfig(),
        photos=open_catalogue(options.photos) if options.photos else None,
    )
    say(
        options,
        figures,
        f"{folder}: encoder and projection are new, "
        f"PSNR {figures['psnr']:.1f} dB, SSIM {figures['ssim']:.3f}",
    )


def _finetune(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue
    from recommender.training.finetune import finetune
    from recommender.training.perceptual import PerceptualConfig

    settings = FINETUNING | ({"epochs": options.epochs} if options.epochs else {})
    catalogue = open_catalogue(options.catalogue)
    with shown_progress("fine-tuning") as progress:
        outcome = finetune(
            catalogue,
            PerceptualConfig(**settings),
            report=lambda done, of, _loss: progress(done, of),
        )
    verdict = (
        f"kept as {outcome['model']}, which {catalogue.name} uses from now on"
        if outcome["kept"]
        else "not kept: it measures no better"
    )
    lines = [f"{outcome['n_held_out']} products that were not trained on:"]
    for name, figures in (("before", outcome["before"]), ("tuned", outcome["after"])):
        lines.append(
            f"  {name:8} PSNR {figures['psnr']:.2f} dB, SSIM {figures['ssim']:.3f}, "
            f"found again from altered pictures {figures['altered_recall_at_1']:.3f}"
        )
    say(options, outcome, "\n".join([*lines, f"{verdict} ({outcome['minutes']:.1f} min)"]))


def _score_trained(catalogue: Any, folder: Path) -> dict[str, Any]:
    """Add the retrieval figures to a trained model's metrics, where the items have categories."""
    from recommender.config import read_json, write_json
    from recommender.evaluation import evaluate as scoring
    from recommender.inference.autoencoder import Autoencoder
    from recommender.recommend import Recommender
    from recommender.search import build

    if not any(item.category for item in catalogue):
        return {}
    model = Autoencoder(folder)
    with shown_progress("evaluating") as progress:
        recommender = Recommender(catalogue, model, build.build(catalogue, model))
        scored = scoring.evaluate(recommender, progress=progress)
    figures = {name: scored[name] for name in ("precision_at_4", "precision_at_5", "map_at_10")}
    file = folder / "metrics.json"
    write_json(file, read_json(file, default={}) | figures)
    return figures
