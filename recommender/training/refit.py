"""Exports the encoder of `perceptual` anew and refits its prior; code and decoder stay.

For a backbone that was fine-tuned (assets/backbone) or a pooling that changed: neither needs the
hours in which the code is learned.
"""

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.config import read_json, write_json
from recommender.errors import ModelError
from recommender.evaluation.reconstruction import measure_reconstruction
from recommender.inference.autoencoder import Autoencoder
from recommender.models import ModelConfig
from recommender.training.backbone import INPUT_SIZE_PX
from recommender.training.export import new_folder
from recommender.training.export_perceptual import BACKBONE_FILE, export_encoder
from recommender.training.perceptual import PerceptualConfig
from recommender.training.projection_prior import check_photos, learn_prior
from recommender.training.train_article import split_items
from recommender.types import Pixels, Positions

CALIBRATION_PICTURES = 128

LearnedFrom = Sequence[tuple[Catalogue, Positions]]


def refit_perceptual(
    catalogue: Catalogue,
    others: Sequence[Catalogue],
    folder: Path,
    config: PerceptualConfig,
    *,
    photos: Catalogue | None = None,
) -> dict[str, Any]:
    """Write a model folder with a new encoder and prior, and all else of the model that ships.

    Parameters
    ----------
    catalogue : 70 in 100 of its pictures calibrate the encoder and fit the prior, the same that
        the code was trained on; the others measure the decoded pictures
    others : all of their pictures do so
    photos : other photos of items of these catalogues, see `projection_prior.learn_prior`
    folder : of the model; replaced at the end

    Returns
    -------
    metrics : what `metrics.json` now says

    Raises
    ------
    ModelError : the code and decoder that ship were trained on another catalogue
    """
    if photos is not None:
        check_photos(photos, {item.item_id for each in (catalogue, *others) for item in each})
    train_rows, held_out_rows = split_items(len(catalogue), config)
    shipped = BACKBONE_FILE.parent
    held_out = [catalogue.items[row].item_id for row in held_out_rows]
    if held_out != read_json(shipped / "held_out.json", default=[]):
        raise ModelError(f"{shipped.name} was not trained on {catalogue.name!r}")
    learned_from = [(catalogue, train_rows), *((each, np.arange(len(each))) for each in others)]
    described = ModelConfig.read(shipped).to_dict() | {"hyperparameters": config.to_dict()}
    with new_folder(folder) as fresh:
        # an index belongs to one encoder and prior: it is built anew
        unwanted = shutil.ignore_patterns("index", "projection.npz")
        shutil.copytree(shipped, fresh, ignore=unwanted, dirs_exist_ok=True)
        export_encoder(config, calibration_squares(learned_from), fresh / "encoder.tflite")
        write_json(fresh / "config.json", described)
        model = Autoencoder(fresh)
        learn_prior(model, learned_from, photos).save(fresh / "projection.npz")
        decoded = measure_reconstruction(model, catalogue)
        figures: dict[str, Any] = read_json(fresh / "metrics.json", default={})
        figures |= {name: decoded[name] for name in ("psnr", "ssim")}
        write_json(fresh / "metrics.json", figures)
    return figures


def calibration_squares(learned_from: LearnedFrom) -> Pixels:
    """Pictures that the ranges of the backbone's maps are measured on, (n, 320, 320, 3), uint8."""
    places = [(catalogue, row) for catalogue, rows in learned_from for row in rows]
    every = -(-len(places) // CALIBRATION_PICTURES)
    return np.stack(
        [
            images.letterbox(images.load(catalogue.image_path(catalogue.items[row])), INPUT_SIZE_PX)
            for catalogue, row in itertools.islice(places, 0, None, every)
        ]
    )
