"""What `train` does on the command line; TensorFlow is imported only here."""

import argparse
from pathlib import Path
from typing import Any

from recommender.cli.commands import say, shown_progress
from recommender.config import ARTICLE, PERCEPTUAL, check_name, home
from recommender.errors import ModelError

ADAPTING: dict[str, Any] = {"adapts": True, "epochs": 8, "learning_rate": 3e-4}


def train(options: argparse.Namespace) -> None:
    """Train a model, or adapt the one that ships to a catalogue."""
    check_name(options.model)
    if options.model not in (ARTICLE, PERCEPTUAL):
        known = f"{ARTICLE}, {PERCEPTUAL}"
        raise ModelError(f"there is no recipe for the model {options.model!r}; known: {known}")
    if options.model == ARTICLE and (options.also or options.photos or options.from_scratch):
        raise ModelError("--also, --photos and --from-scratch are for perceptual alone")
    adapts = options.model == PERCEPTUAL and not options.from_scratch
    if adapts and (options.also or options.photos or options.out):
        raise ModelError("--also, --photos and --out go with --from-scratch")
    try:
        (_adapt if adapts else _train)(options)
    except ImportError as error:
        raise ModelError(
            f"training needs {error.name}: pip install -r requirements-train.txt"
        ) from error


def _train(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue
    from recommender.config import ArticleConfig, PerceptualConfig
    from recommender.training.train_article import train_article
    from recommender.training.train_perceptual import train_perceptual

    catalogue = open_catalogue(options.catalogue)
    folder = options.out or home() / "models" / options.model
    settings = {"epochs": options.epochs} if options.epochs else {}
    with shown_progress("training") as progress:

        def report(done: int, of: int, _loss: float) -> None:
            progress(done, of)

        if options.model == ARTICLE:
            figures = train_article(catalogue, folder, ArticleConfig(**settings), report=report)
        else:
            figures = train_perceptual(
                catalogue,
                [open_catalogue(name) for name in options.also],
                folder,
                PerceptualConfig(**settings),
                photos=open_catalogue(options.photos) if options.photos else None,
                report=report,
            )
    figures |= _score_trained(catalogue, folder)
    say(
        options,
        figures,
        f"{folder}: held-out loss {figures['held_out_loss'][-1]:.4f}, "
        f"PSNR {figures['psnr']:.1f} dB, SSIM {figures['ssim']:.3f}, "
        f"{figures['training_minutes']:.1f} min",
    )


def _adapt(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue
    from recommender.config import PerceptualConfig
    from recommender.training.finetune import adapt

    settings = ADAPTING | ({"epochs": options.epochs} if options.epochs else {})
    catalogue = open_catalogue(options.catalogue)
    with shown_progress("adapting") as progress:
        outcome = adapt(
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
    for name, figures in (("before", outcome["before"]), ("adapted", outcome["after"])):
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
