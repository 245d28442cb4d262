"""Catalogues to the trained `perceptual` model: its code and its decoder; no label is used.

The backbone is pretrained and stays as it is, so its maps are taken once. What is trained is how
the picture and the maps become a code, and how the code becomes a picture again.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from recommender import metrics
from recommender.catalogue.store import Catalogue
from recommender.inference.autoencoder import Autoencoder
from recommender.models import ModelConfig
from recommender.training.backbone import INPUT_SIZE_PX
from recommender.training.checkpoints import checkpoint_folder, restore_checkpoint, save_checkpoint
from recommender.training.dataset import Examples, prepare
from recommender.training.export import new_folder, write_records
from recommender.training.export_perceptual import load_trained, write_networks
from recommender.training.perceptual import (
    PerceptualConfig,
    code_head,
    decoder,
    find_frame,
)
from recommender.training.pooling import sample
from recommender.training.projection_prior import check_photos, learn_prior
from recommender.training.train_article import Report, split_items
from recommender.types import Floats

FIRST_SHARE = 0.6  # of an epoch's pictures come from the catalogue that is trained for
ERROR_FLOOR = 1e-5  # 50 dB: no picture is worth improving beyond that
MAX_GRADIENT_NORM = 1.0
SSIM_WEIGHT = 0.7  # of the log of lost structure beside the log of the squared error
SSIM_WINDOW, SSIM_STEP = 7, 2
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2
MEASURE_BATCH = 32
PCA_PICTURES = 400


def train_perceptual(
    catalogue: Catalogue,
    others: Sequence[Catalogue],
    folder: Path,
    config: PerceptualConfig,
    *,
    photos: Catalogue | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train the autoencoder and write its model folder.

    Parameters
    ----------
    catalogue : 70 in 100 of its pictures are trained on, the others measure the model
    others : all of their pictures are trained on
    photos : other photos of items of these catalogues, see `fitting.learn_prior`
    folder : of the model; replaced at the end of the training
    report : called after each step with the steps done, all steps, and the epoch's mean loss

    Returns
    -------
    metrics : what `metrics.json` says of the training and of the held-out pictures
    """
    if photos is not None:  # now, and not after the training
        check_photos(photos, {item.item_id for each in (catalogue, *others) for item in each})
    keras.utils.set_random_seed(config.seed)
    train_rows, held_out_rows = split_items(len(catalogue), config)
    n_all = len(catalogue) + sum(map(len, others))
    other_rows = np.arange(len(catalogue), n_all)
    learning = np.concatenate([train_rows, other_rows])
    examples = prepare([catalogue, *others], learning, config)
    learned_from = [(catalogue, train_rows), *((each, np.arange(len(each))) for each in others)]
    head, decode = code_head(config), decoder(config)
    if config.adapts:
        load_trained(head, decode)
    else:
        start_linear(head, decode, examples, train_rows, config)
    checkpoints = checkpoint_folder(folder, [catalogue, *others], config)
    progress = _fit(
        (head, decode), examples, (train_rows, other_rows, held_out_rows), config, checkpoints,
        report,
    )  # fmt: skip
    figures = {
        "catalogue": catalogue.name,
        "also": [other.name for other in others],
        "n_train": len(train_rows),
        "n_also": len(other_rows),
        "n_held_out": len(held_out_rows),
        "n_parameters_trained": head.count_params() + decode.count_params(),
        "training_minutes": round(progress.seconds / 60, 2),
        "train_loss": progress.losses,
        "held_out_loss": progress.held_out_losses,
        **_measure(head, decode, examples, held_out_rows),
    }
    held_out_ids = [catalogue.items[row].item_id for row in held_out_rows]
    calibration = examples.squares[examples.calibration]
    described = ModelConfig(
        name=folder.name,
        image_size_px=INPUT_SIZE_PX,
        decoded_size_px=config.decoded_size_px,
        latent_shape=(config.n_latent,),
        metric="cosine",
        hyperparameters=config.to_dict(),
    )
    with new_folder(folder) as fresh:
        write_networks(fresh, config, (head, decode), calibration)
        write_records(
            fresh, described, figures, held_out_ids, loss="mean log error, dB (lower is better)"
        )
        prior = learn_prior(Autoencoder(fresh), learned_from, photos)
        prior.save(fresh / "projection.npz")
    shutil.rmtree(checkpoints, ignore_errors=True)
    return figures


def start_linear(
    head: keras.Model,
    decode: keras.Model,
    examples: Examples,
    rows: NDArray[np.intp],
    config: PerceptualConfig,
) -> None:
    """Start from a principal component analysis of the picture's patches.

    Everything beyond the linear path starts as nothing, so that training begins at what a linear
    code of this size can do and goes on from there.
    """
    chosen = rows[:: -(-len(rows) // PCA_PICTURES)]
    shown = examples.targets[chosen].astype(np.float32) / np.float32(255)
    windows = sample(shown, find_frame(shown), config.decoded_size_px)
    wanted = _blocks(np.asarray(windows), config.grid_size)
    patches = wanted * 2 - 1
    mean = patches.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov((patches - mean).T).astype(np.float64))
    directions = directions[:, ::-1][:, : config.patch_filters]
    scale = np.sqrt(variances[::-1][: config.patch_filters])
    kernel = (directions / scale).astype(np.float32)
    side = config.decoded_size_px // config.grid_size
    head.get_layer("patches").set_weights(
        [kernel.reshape(side, side, 3, -1), -(mean @ kernel).astype(np.float32)]
    )
    n_where = config.where_filters
    head.get_layer("where_linear").set_weights(
        [np.eye(config.patch_filters, n_where, dtype=np.float32)[None, None], np.zeros(n_where)]
    )
    codes = (patches - mean) @ kernel[:, :n_where]
    design = np.hstack([codes, np.ones((len(codes), 1), np.float32)])
    solved = np.linalg.lstsq(design, wanted, rcond=None)[0].astype(np.float32)
    decode.get_layer("skip_linear").set_weights([solved[:-1][None, None], solved[-1]])


def _fit(
    models: tuple[keras.Model, keras.Model],
    examples: Examples,
    rows: tuple[NDArray[np.intp], ...],
    config: PerceptualConfig,
    checkpoints: Path,
    report: Report | None,
) -> Any:
    train_rows, other_rows, held_out_rows = rows
    n_batches = config.epoch_size // config.batch_size
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(
            config.learning_rate,
            config.epochs * n_batches,
            warmup_target=config.learning_rate,
            warmup_steps=n_batches,
        ),
        global_clipnorm=MAX_GRADIENT_NORM,
    )
    variables = [variable for model in models for variable in model.trainable_variables]
    optimizer.build(variables)
    train_step, held_out_step = _make_steps(models, optimizer, variables)
    progress = restore_checkpoint(checkpoints, models, optimizer)
    while progress.n_epochs < config.epochs:
        started = time.perf_counter()
        rng = np.random.default_rng((config.seed, progress.n_epochs))
        drawn = _draw(rng, train_rows, other_rows, config.epoch_size)
        losses = []
        for number in range(n_batches):
            batch = drawn[number * config.batch_size : (number + 1) * config.batch_size]
            losses.append(float(train_step(*examples.batch(batch, bool(rng.integers(2))))))
            if report is not None:
                n_done = progress.n_epochs * n_batches + number + 1
                report(n_done, config.epochs * n_batches, float(np.mean(losses)))
        progress.seconds += time.perf_counter() - started
        progress.losses.append(float(np.mean(losses)))
        progress.held_out_losses.append(
            float(np.mean([float(held_out_step(*b)) for b in _batches(examples, held_out_rows)]))
        )
        save_checkpoint(checkpoints, models, optimizer, progress)
    return progress


def _make_steps(
    models: tuple[keras.Model, keras.Model],
    optimizer: keras.optimizers.Optimizer,
    variables: list[keras.Variable],
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A step that trains, and one that only measures; both return the batch's loss.

    The loss is the mean of the pictures' log errors, which is the mean PSNR but for a factor: an
    easy picture counts as much as a hard one. Beside it stands the log of the structure that was
    lost, so that texture is not blurred away for the last tenth of a decibel.
    """
    head, decode = models

    def loss_of(pixels: Any, spatial: Any, kind: Any, targets: Any) -> Any:
        decoded = decode(head([pixels, spatial, kind]))
        errors = tf.reduce_mean(tf.square(decoded - targets), axis=(1, 2, 3))
        lost = 1 - similarity_of_structure(targets, decoded)
        logs = tf.math.log(errors + ERROR_FLOOR) + SSIM_WEIGHT * tf.math.log(lost + ERROR_FLOOR)
        return 10 * tf.reduce_mean(logs) / tf.math.log(10.0)

    def train_step(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(*batch)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    compiled: tuple[Callable[..., Any], Callable[..., Any]] = (
        tf.function(train_step, reduce_retracing=True),
        tf.function(loss_of, reduce_retracing=True),
    )
    return compiled


def similarity_of_structure(originals: Any, decoded: Any) -> Any:
    """SSIM of pictures (n, h, w, 3) in [0, 1], shape (n,); over square windows, which is faster.

    References: Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on Image Processing 13 (2004).
    """

    def average(x: Any) -> Any:
        return tf.nn.avg_pool2d(x, SSIM_WINDOW, SSIM_STEP, "VALID")

    mean_x, mean_y = average(originals), average(decoded)
    variance_x = average(originals * originals) - mean_x * mean_x
    variance_y = average(decoded * decoded) - mean_y * mean_y
    covariance = average(originals * decoded) - mean_x * mean_y
    values = ((2 * mean_x * mean_y + SSIM_C1) * (2 * covariance + SSIM_C2)) / (
        (mean_x**2 + mean_y**2 + SSIM_C1) * (variance_x + variance_y + SSIM_C2)
    )
    return tf.reduce_mean(values, axis=(1, 2, 3))


def _draw(
    rng: np.random.Generator,
    first: NDArray[np.intp],
    others: NDArray[np.intp],
    n_wanted: int,
) -> NDArray[np.intp]:
    """An epoch's rows, `FIRST_SHARE` of them from the first group, in random order."""
    n_first = round(n_wanted * FIRST_SHARE) if len(others) else n_wanted
    parts = [rng.permutation(np.resize(rng.permutation(first), n_first))]
    if len(others):
        parts.append(np.resize(rng.permutation(others), n_wanted - n_first))
    return rng.permutation(np.concatenate(parts))


def _batches(examples: Examples, rows: NDArray[np.intp]) -> Any:
    for start in range(0, len(rows), MEASURE_BATCH):
        yield examples.batch(rows[start : start + MEASURE_BATCH], mirrored=False)


def _blocks(images: Floats, grid: int) -> Floats:
    """Cut (n, h, w, 3) into grid x grid blocks and flatten each: (n * grid * grid, h * w ...)."""
    n_images, height, width, channels = images.shape
    high, wide = height // grid, width // grid
    cut = images.reshape(n_images, grid, high, grid, wide, channels).transpose(0, 1, 3, 2, 4, 5)
    return np.asarray(cut.reshape(-1, high * wide * channels), np.float32)


def _measure(
    head: keras.Model, decode: keras.Model, examples: Examples, rows: NDArray[np.intp]
) -> dict[str, float]:
    psnrs, ssims = [], []
    for pixels, spatial, kind, targets in _batches(examples, rows):
        decoded = decode(head([pixels, spatial, kind])).numpy()
        for original, picture in zip(targets, decoded, strict=True):
            psnrs.append(metrics.psnr(original, picture))
            ssims.append(metrics.ssim(original, picture))
    return {"psnr": round(float(np.mean(psnrs)), 3), "ssim": round(float(np.mean(ssims)), 4)}
