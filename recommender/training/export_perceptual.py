"""The trained `perceptual` to the files of its folder, and back."""

import shutil
from pathlib import Path

import keras
import numpy as np

from recommender.config import MODELS, write_atomically
from recommender.errors import ModelError
from recommender.models import PERCEPTUAL
from recommender.training.backbone import load_weights
from recommender.training.export import export_litert, one_at_a_time
from recommender.training.perceptual import PerceptualConfig, encoder
from recommender.training.quantise import quantise
from recommender.types import Pixels

BACKBONE_FILE = MODELS / PERCEPTUAL / "backbone.npz"
TRAINED_FILE = MODELS / PERCEPTUAL / "weights.npz"
IN_INTEGERS = ".*backbone.*"


def export_encoder(
    head: keras.Model | None, config: PerceptualConfig, calibration: Pixels, file: Path
) -> None:
    """Write the whole encoder, its backbone in integers.

    Parameters
    ----------
    head : the trained half; one that was not trained if None
    calibration : (n, 320, 320, 3), uint8, pictures to measure the ranges of maps on
    """
    whole = encoder(config)
    load_weights(whole.get_layer("backbone"), only_in_a_clone(BACKBONE_FILE))
    if head is not None:
        whole.get_layer("code_head").set_weights(head.get_weights())
    export_litert(whole, file)
    write_atomically(file, quantise(file.read_bytes(), calibration, integers=IN_INTEGERS))


def only_in_a_clone(file: Path) -> Path:
    """Return a file that training reads, and that the installed package leaves out for its size.

    Raises
    ------
    ModelError : it is not there
    """
    if not file.exists():
        raise ModelError(f"{file} is missing: train in a clone, which holds the training's weights")
    return file


def load_trained(head: keras.Model, decode: keras.Model) -> None:
    """Set the weights of the model that ships."""
    with np.load(only_in_a_clone(TRAINED_FILE), allow_pickle=False) as arrays:
        for name, model in (("head", head), ("decoder", decode)):
            weights = [arrays[f"{name}_{number}"] for number in range(len(model.weights))]
            model.set_weights([each.astype(np.float32) for each in weights])


def save_trained(head: keras.Model, decode: keras.Model, file: Path) -> None:
    """Keep the trained weights in half precision, for a model to be adapted from."""
    arrays = {
        f"{name}_{number}": weight.astype(np.float16)
        for name, model in (("head", head), ("decoder", decode))
        for number, weight in enumerate(model.get_weights())
    }
    np.savez_compressed(file, **arrays)


def write_networks(
    folder: Path,
    config: PerceptualConfig,
    models: tuple[keras.Model, keras.Model],
    calibration: Pixels,
) -> None:
    """The networks as they are served, and the weights to go on training from."""
    for name in (BACKBONE_FILE.name, "README.md"):  # the weights' notice goes with them
        shutil.copy(BACKBONE_FILE.with_name(name), folder / name)
    head, decode = models
    save_trained(head, decode, folder / TRAINED_FILE.name)
    export_encoder(head, config, calibration, folder / "encoder.tflite")
    export_litert(one_at_a_time(decode), folder / "decoder.tflite", half_weights=True)
