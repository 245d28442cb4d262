"""A catalogue to a trained model's folder: the article's recipe.

Training writes a checkpoint after every epoch and goes on from it after an interruption. The
model's folder is written at the end, in one move.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from recommender import images, metrics
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.models import ARTICLE, ModelConfig
from recommender.training.article import (
    ArticleConfig,
    article_decoder,
    article_encoder,
    article_trainer,
    copy_weights,
    with_pixels,
)
from recommender.training.checkpoints import (
    TrainingProgress,
    checkpoint_folder,
    restore_checkpoint,
    save_checkpoint,
)
from recommender.training.export import export_litert, new_folder, one_at_a_time, write_records
from recommender.training.perceptual import PerceptualConfig

MIN_PICTURES = 10
CROPPED_BORDER_PX = 1

Report = Callable[[int, int, float], None]


def split_items(
    n_items: int, config: ArticleConfig | PerceptualConfig
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the training and of the held-out items, the same for the same seed."""
    shuffled = np.random.default_rng(config.seed).permutation(n_items)
    n_train = round(n_items * config.train_fraction)
    return np.sort(shuffled[:n_train]), np.sort(shuffled[n_train:])


def train(
    catalogue: Catalogue, folder: Path, *, epochs: int | None = None, report: Report | None = None
) -> dict[str, Any]:
    """Train with the model's own settings; what the command line calls, see `train_article`."""
    config = ArticleConfig()
    if epochs:
        config = replace(config, epochs=epochs)
    return train_article(catalogue, folder, config, report=report)


def train_article(
    catalogue: Catalogue,
    folder: Path,
    config: ArticleConfig,
    *,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train the article's autoencoder on a catalogue and write its model folder.

    Parameters
    ----------
    catalogue : at least ten items; no label of theirs is used
    folder : of the model; replaced at the end of the training
    config : the article's own settings by default
    report : called after each step with the steps done, all steps, and the epoch's mean loss

    Returns
    -------
    metrics : what `metrics.json` says of the training and of the held-out pictures

    Raises
    ------
    CatalogueError : fewer than ten pictures
    ImageError : a picture is damaged
    """
    if len(catalogue) < MIN_PICTURES:
        raise CatalogueError(
            f"{catalogue.name} has {len(catalogue)} items; training needs {MIN_PICTURES}"
        )
    keras.utils.set_random_seed(config.seed)
    pixels = load_squares(catalogue, config.image_size_px)
    train_rows, held_out_rows = split_items(len(pixels), config)
    trainer = article_trainer(config)
    progress = _fit(
        trainer,
        pixels[train_rows],
        pixels[held_out_rows],
        config,
        checkpoint_folder(folder, [catalogue], config),
        report,
    )
    encoder, decoder = article_encoder(config), article_decoder(config)
    copy_weights(trainer, encoder)
    copy_weights(trainer, decoder)
    held_out = pixels[held_out_rows]
    figures = {
        "catalogue": catalogue.name,
        "n_train": len(train_rows),
        "n_held_out": len(held_out_rows),
        "n_parameters": encoder.count_params() + decoder.count_params(),
        "training_minutes": round(progress.seconds / 60, 2),
        "pictures_per_second": round(
            len(train_rows) * progress.n_epochs / max(progress.seconds, 1e-9), 1
        ),
        "train_loss": progress.losses,
        "held_out_loss": progress.held_out_losses,
        **_measure(encoder, decoder, held_out),
    }
    held_out_ids = [catalogue.items[row].item_id for row in held_out_rows]
    _write_folder(folder, config, encoder, decoder, figures, held_out_ids)
    shutil.rmtree(checkpoint_folder(folder, [catalogue], config), ignore_errors=True)
    return figures


def load_squares(catalogue: Catalogue, size_px: int) -> NDArray[np.uint8]:
    """All pictures of a catalogue, letterboxed; shape (n_items, size, size, 3), uint8."""
    squares = np.empty((len(catalogue), size_px, size_px, 3), np.uint8)
    for row, item in enumerate(catalogue):
        squares[row] = images.letterbox(images.load(catalogue.image_path(item)), size_px)
    return squares


def _fit(
    trainer: keras.Model,
    train_pixels: NDArray[np.uint8],
    held_out_pixels: NDArray[np.uint8],
    config: ArticleConfig,
    checkpoints: Path,
    report: Report | None,
) -> TrainingProgress:
    optimizer = keras.optimizers.Adam(config.learning_rate)
    optimizer.build(trainer.trainable_variables)
    train_step = make_step(trainer, optimizer)
    held_out_step = make_step(trainer, None)
    progress = restore_checkpoint(checkpoints, [trainer], optimizer)
    n_batches = -(-len(train_pixels) // config.batch_size)
    while progress.n_epochs < config.epochs:
        started = time.perf_counter()
        order = np.random.default_rng((config.seed, progress.n_epochs)).permutation(
            len(train_pixels)
        )
        losses: list[float] = []
        weights: list[int] = []
        for batch in _batches(train_pixels[order], config.batch_size):
            losses.append(float(train_step(batch)))
            weights.append(len(batch))
            if report is not None:
                n_done = progress.n_epochs * n_batches + len(losses)
                report(n_done, config.epochs * n_batches, float(np.mean(losses)))
        progress.seconds += time.perf_counter() - started
        progress.losses.append(float(np.average(losses, weights=weights)))
        batches = list(_batches(held_out_pixels, config.batch_size))
        progress.held_out_losses.append(
            float(
                np.average(
                    [float(held_out_step(batch)) for batch in batches],
                    weights=[len(batch) for batch in batches],
                )
            )
        )
        save_checkpoint(checkpoints, [trainer], optimizer, progress)
    return progress


def make_step(
    trainer: keras.Model, optimizer: keras.optimizers.Optimizer | None
) -> Callable[[NDArray[np.float32]], Any]:
    """A compiled step that returns the batch's loss, and trains if it is given an optimizer.

    Many of TensorFlow's operations on such small layers use one core, whatever they are allowed.
    So the batch is cut in two halves whose gradients are taken side by side and added up.
    """
    border = [[0, 0], [CROPPED_BORDER_PX] * 2, [CROPPED_BORDER_PX] * 2, [0, 0]]

    def summed_loss(pictures: Any) -> Any:
        logits = trainer(pictures, training=optimizer is not None)
        # The article crops the decoded border away. To weigh it with zero is the same loss, and
        # spares the gradient of the crop, a tenth of a step's time.
        kept = tf.pad(tf.ones_like(pictures[:1, :, :, :1]), border)
        entropy = tf.nn.softplus(logits) - tf.pad(pictures, border) * logits
        return tf.reduce_sum(entropy * kept)

    def step(pictures: Any) -> Any:
        n_values = tf.cast(tf.size(pictures), tf.float32)
        middle = (tf.shape(pictures)[0] + 1) // 2
        losses, gradients = [], []
        for half in (pictures[:middle], pictures[middle:]):
            with tf.GradientTape() as tape:
                losses.append(summed_loss(half) / n_values)
            if optimizer is not None:
                gradients.append(tape.gradient(losses[-1], trainer.trainable_variables))
        if optimizer is not None:
            summed = [first + second for first, second in zip(*gradients, strict=True)]
            optimizer.apply_gradients(zip(summed, trainer.trainable_variables, strict=True))
        return tf.add_n(losses)

    size = trainer.input_shape[1]
    compiled: Callable[[NDArray[np.float32]], Any] = tf.function(
        step, input_signature=[tf.TensorSpec((None, size, size, 3), tf.float32)]
    )
    return compiled


def _batches(pixels: NDArray[np.uint8], size: int) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(pixels), size):
        yield metrics.to_unit_range(pixels[start : start + size])


def _measure(
    encoder: keras.Model, decoder: keras.Model, held_out: NDArray[np.uint8]
) -> dict[str, float]:
    psnrs, ssims = [], []
    for originals in _batches(held_out, 32):
        decoded = decoder(encoder(originals)).numpy()
        for original, picture in zip(originals, decoded, strict=True):
            psnrs.append(metrics.psnr(original, picture))
            ssims.append(metrics.ssim(original, picture))
    return {"psnr": round(float(np.mean(psnrs)), 3), "ssim": round(float(np.mean(ssims)), 4)}


def _write_folder(
    folder: Path,
    config: ArticleConfig,
    encoder: keras.Model,
    decoder: keras.Model,
    figures: dict[str, Any],
    held_out_ids: list[str],
) -> None:
    """Fill a new folder and swap it with the old one."""
    described = ModelConfig(
        name=ARTICLE,
        image_size_px=config.image_size_px,
        latent_shape=encoder.output_shape[1:],
        metric="euclidean",
        hyperparameters=config.to_dict(),
    )
    with new_folder(folder) as fresh:
        export_litert(with_pixels(encoder), fresh / "encoder.tflite")
        export_litert(one_at_a_time(decoder), fresh / "decoder.tflite")
        encoder.save_weights(fresh / "encoder.weights.h5")
        decoder.save_weights(fresh / "decoder.weights.h5")
        write_records(fresh, described, figures, held_out_ids, loss="binary cross-entropy")
