"""Fine-tunes the model that ships to one catalogue, and keeps it only if it measures better.

What decides are pictures of the catalogue that the training never sees: how well they are decoded,
and how often an item is found again from its own picture, altered. No label is used.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

from recommender.catalogue.store import Catalogue
from recommender.config import home
from recommender.errors import CatalogueError
from recommender.evaluation.evaluate import evaluate_altered
from recommender.evaluation.reconstruction import measure_reconstruction
from recommender.inference.autoencoder import Autoencoder
from recommender.items import Item
from recommender.models import default_model, finetuned_model
from recommender.recommend import Recommender
from recommender.search import build
from recommender.training.export import swap_folder
from recommender.training.perceptual import PerceptualConfig
from recommender.training.train_article import MIN_PICTURES, split_items
from recommender.training.train_perceptual import train_perceptual

Report = Callable[[int, int, float], None]


def finetune(
    catalogue: Catalogue, config: PerceptualConfig, *, report: Report | None = None
) -> dict[str, Any]:
    """Fine-tune `perceptual` to a catalogue, and keep the new model if it measures better.

    Parameters
    ----------
    report : called after each step with the steps done, all steps, and the epoch's mean loss

    Returns
    -------
    outcome : `before` and `after` as `held_out_figures` gives them, whether the model was `kept`,
        its name, the number of held-out items, and the minutes it took

    Raises
    ------
    CatalogueError : too few pictures
    """
    if len(catalogue) < MIN_PICTURES:
        raise CatalogueError(
            f"{catalogue.name} has {len(catalogue)} items; fine-tuning needs {MIN_PICTURES}"
        )
    started = time.perf_counter()
    folder = home() / "models" / finetuned_model(catalogue.name)
    trial = folder.parent / ".trial" / folder.name
    train_perceptual(catalogue, [], trial, config, report=report)
    items = [catalogue.items[row] for row in split_items(len(catalogue), config)[1]]
    before = held_out_figures(Autoencoder.open(default_model(catalogue.name)), catalogue, items)
    after = held_out_figures(Autoencoder(trial), catalogue, items)
    kept = is_better(after, before, len(items))
    if kept:
        swap_folder(trial, folder)
    else:
        shutil.rmtree(trial)
    return {
        "catalogue": catalogue.name,
        "model": folder.name,
        "kept": kept,
        "n_held_out": len(items),
        "before": before,
        "after": after,
        "minutes": round((time.perf_counter() - started) / 60, 2),
    }


def held_out_figures(
    model: Autoencoder, catalogue: Catalogue, items: Sequence[Item]
) -> dict[str, float]:
    """Measure how well a model decodes items, and finds them again in the whole catalogue.

    Returns
    -------
    figures : `psnr` in decibels, `ssim`, and `altered_recall_at_1`
    """
    gallery = Recommender(catalogue, model, build.build(catalogue, model))
    decoded = measure_reconstruction(model, catalogue, items, with_formats=False)
    altered = evaluate_altered(gallery, items=items)
    return {
        "psnr": decoded["psnr"],
        "ssim": decoded["ssim"],
        "altered_recall_at_1": altered["recall_at_1"],
    }


def is_better(after: dict[str, float], before: dict[str, float], n_items: int) -> bool:
    """Whether one model decodes better than another and finds no less.

    A recall that is lower by less than its own standard error counts as equal: such differences
    come and go with the draw of the alterations.
    """
    recall = before["altered_recall_at_1"]
    tolerance = sqrt(recall * (1 - recall) / max(n_items, 1))
    return after["psnr"] > before["psnr"] and after["altered_recall_at_1"] >= recall - tolerance
