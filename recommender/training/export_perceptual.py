"""Writes the trained `perceptual` to its folder, and reads its weights back."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from recommender.config import MODELS, write_atomically
from recommender.errors import ModelError
from recommender.models import PERCEPTUAL, ModelConfig
from recommender.training.backbone import (
    HEAD_FILTERS,
    SPATIAL_FILTERS,
    SPATIAL_SIZE,
    load_weights,
)
from recommender.training.codec_loss import CodecTrainer
from recommender.training.export import export_litert
from recommender.training.export_codec import Weights, calibrate, in_half, write_codec
from recommender.training.perceptual import PerceptualConfig, encoder
from recommender.training.quantise import quantise
from recommender.training.second_signature import add_signature
from recommender.types import Pixels

BACKBONE_FILE = MODELS / PERCEPTUAL / "backbone.npz"
TRAINED_FILE = MODELS / PERCEPTUAL / "weights.npz"
IN_INTEGERS = ".*backbone.*"
MAPS = {
    "head": (1, SPATIAL_SIZE // 2, SPATIAL_SIZE // 2, HEAD_FILTERS),
    "spatial": (1, SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS),
}


def export_encoder(config: PerceptualConfig, calibration: Pixels, file: Path) -> None:
    """Write the whole encoder, its backbone in integers; `maps` is the backbone by itself.

    Parameters
    ----------
    calibration : (n, 320, 320, 3), uint8, pictures to measure the ranges of maps on
    """
    whole = encoder(config)
    load_weights(whole.get_layer("backbone"), only_in_a_clone(BACKBONE_FILE))
    export_litert(whole, file)
    whole_file = quantise(file.read_bytes(), calibration, integers=IN_INTEGERS)
    write_atomically(file, add_signature(whole_file, "maps", MAPS))


def only_in_a_clone(file: Path) -> Path:
    """Return a file that training reads, and that the installed package leaves out for its size.

    Raises
    ------
    ModelError : it is not there
    """
    if not file.exists():
        raise ModelError(f"{file} is missing: train in a clone, which holds the training's weights")
    return file


def load_trained(trainer: CodecTrainer) -> None:
    """Set the weights of the model that ships."""
    with np.load(only_in_a_clone(TRAINED_FILE), allow_pickle=False) as arrays:
        trainer.set_weights({name: arrays[name].astype(np.float32) for name in arrays.files})


def write_code(folder: Path, described: ModelConfig, weights: Weights, pictures: Pixels) -> None:
    """Write the picture code as it is served, and the weights to go on training from.

    Parameters
    ----------
    weights : of all networks, as `CodecTrainer.weights` gives them
    pictures : (n, size, size, 3), uint8, to count residuals on
    """
    for name in (BACKBONE_FILE.name, "README.md"):  # the weights' notice goes with them
        if folder != BACKBONE_FILE.parent:
            shutil.copy(BACKBONE_FILE.with_name(name), folder / name)
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in weights.items()}
    np.savez_compressed(folder / TRAINED_FILE.name, **halves)
    write_codec(folder, in_half(weights))
    calibrate(folder, described, pictures)
