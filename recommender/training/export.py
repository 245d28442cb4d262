"""A trained network to the files of a model's folder."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from recommender.config import write_atomically, write_json
from recommender.errors import ModelError
from recommender.models import ModelConfig


def export_litert(model: keras.Model, file: Path, *, half_weights: bool = False) -> None:
    """Write a model in LiteRT's format, moved into place when it is whole.

    Parameters
    ----------
    half_weights : keep the weights in half precision, which halves the file; the arithmetic
        stays in single precision
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if half_weights:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    with contextlib.redirect_stdout(sys.stderr):  # the converter prints the model's signature
        content = converter.convert()
    write_atomically(file, content)


def one_at_a_time(decoder: keras.Model) -> keras.Model:
    """A decoder of single codes, whose output has its name."""
    latent = keras.Input(decoder.input_shape[1:], batch_size=1, name="latent")
    return keras.Model(latent, {"images": decoder(latent)}, name="decoder_one_at_a_time")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill; it takes the old one's place at the end, and only then."""
    fresh = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    yield fresh
    swap_folder(fresh, folder)


def swap_folder(fresh: Path, folder: Path) -> None:
    """Put a finished folder in the place of the old one, which is kept until then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    fresh.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def write_records(
    folder: Path,
    described: ModelConfig,
    figures: dict[str, Any],
    held_out_ids: list[str],
    *,
    loss: str,
) -> None:
    """Write what a model is, and how it was trained.

    Parameters
    ----------
    figures : with `train_loss` and `held_out_loss`, a number for each epoch
    loss : what these numbers are
    """
    write_json(folder / "config.json", described.to_dict())
    write_json(folder / "metrics.json", figures)
    write_json(folder / "held_out.json", held_out_ids)
    _draw_losses(figures["train_loss"], figures["held_out_loss"], folder / "loss.png", loss)


def _draw_losses(train: list[float], held_out: list[float], file: Path, name: str) -> None:
    """Save the loss curve as a picture."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ModelError("matplotlib is missing: pip install -r requirements-train.txt") from error
    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    epochs = range(1, len(train) + 1)
    axes.plot(epochs, train, label="training pictures")
    axes.plot(epochs, held_out, label="held-out pictures")
    axes.set_xlabel("epoch")
    axes.set_ylabel(name)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=120)
