"""Trains `perceptual` on catalogues: the code of its pictures; no label is used.

The backbone that features come from is pretrained and stays as it is. What is trained is how a
picture becomes latents, how these are predicted, so that they take few bytes, and how they become a
picture again.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from recommender import images, metrics
from recommender.catalogue.store import Catalogue
from recommender.config import write_json
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.codec import BLOCK, MARGIN, to_signal
from recommender.inference.entropy import LOG_GAIN_HIGH, LOG_GAIN_LOW
from recommender.models import ModelConfig
from recommender.training.backbone import INPUT_SIZE_PX
from recommender.training.checkpoints import checkpoint_folder, restore_checkpoint, save_checkpoint
from recommender.training.codec_loss import CodecTrainer
from recommender.training.codec_sizes import N_HYPER_LATENTS, N_LATENTS, SIDE
from recommender.training.export import new_folder, write_records
from recommender.training.export_perceptual import export_encoder, load_trained, write_code
from recommender.training.lapped import lapped_weights
from recommender.training.perceptual import PerceptualConfig
from recommender.training.projection_prior import check_photos, learn_prior
from recommender.training.train_article import Report, load_squares, split_items
from recommender.types import Floats, Pixels

FIRST_SHARE = 0.6  # of an epoch's pictures come from the catalogue that is trained for
MAX_GRADIENT_NORM = 20.0  # about what it usually is: single steps must not be large
TRUNK_RATE = 0.05  # the transform that training starts from is good already; Adam would shake it
TYPICAL_BITS = 5.6  # of a latent that is not zero, everything else included
GAIN_NOISE = 0.5  # octaves around the gain at which a picture takes its bytes
ANY_GAIN_SHARE = 0.06  # of pictures are coded at any gain
SPREAD_FLOOR = 1e-2
CALIBRATION_PICTURES = 128
MEASURED_PICTURES = 200


def train(
    catalogue: Catalogue,
    folder: Path,
    *,
    epochs: int | None = None,
    others: Sequence[Catalogue] = (),
    photos: Catalogue | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train with the model's own settings; what the command line calls, see `train_perceptual`."""
    config = PerceptualConfig()
    if epochs:
        config = replace(config, epochs=epochs)
    return train_perceptual(catalogue, others, folder, config, photos=photos, report=report)


def train_perceptual(
    catalogue: Catalogue,
    others: Sequence[Catalogue],
    folder: Path,
    config: PerceptualConfig,
    *,
    photos: Catalogue | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train the picture code and write the model's folder.

    Parameters
    ----------
    catalogue : 70 in 100 of its pictures are trained on, the others measure the model
    others : all of their pictures are trained on
    photos : other photos of items of these catalogues, see `projection_prior.learn_prior`
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
    everything = [catalogue, *others]
    pictures = np.concatenate([load_squares(each, config.decoded_size_px) for each in everything])
    other_rows = np.arange(len(catalogue), len(pictures))
    trainer = CodecTrainer()
    if config.adapts:
        load_trained(trainer)
    else:
        trainer.set_weights(lapped_weights())
        _set_spreads(trainer, pictures[train_rows[:CALIBRATION_PICTURES]], config)
    checkpoints = checkpoint_folder(folder, everything, config)
    progress = _fit(
        trainer, pictures, (train_rows, other_rows, held_out_rows), config, checkpoints, report
    )
    held_out_ids = [catalogue.items[row].item_id for row in held_out_rows]
    learned_from = [(catalogue, train_rows), *((each, np.arange(len(each))) for each in others)]
    described = ModelConfig(
        name=folder.name,
        image_size_px=INPUT_SIZE_PX,
        decoded_size_px=config.decoded_size_px,
        code="bytes",
        code_bytes=config.code_bytes,
        has_maps=True,
        latent_shape=(SIDE, SIDE, N_LATENTS),
        metric="cosine",
        hyperparameters=config.to_dict(),
    )
    learning = np.concatenate([train_rows, other_rows])
    with new_folder(folder) as fresh:
        export_encoder(config, _calibration(everything, learning), fresh / "encoder.tflite")
        write_json(fresh / "config.json", described.to_dict())
        write_code(fresh, described, trainer.weights(), pictures[learning])
        figures = {
            "catalogue": catalogue.name,
            "also": [other.name for other in others],
            "n_train": len(train_rows),
            "n_also": len(other_rows),
            "n_held_out": len(held_out_rows),
            "n_parameters_trained": sum(int(np.prod(each.shape)) for each in trainer.variables),
            "training_minutes": round(progress.seconds / 60, 2),
            "train_loss": progress.losses,
            "held_out_loss": progress.held_out_losses,
            **_measure(Autoencoder(fresh), pictures[held_out_rows]),
        }
        write_records(
            fresh, described, figures, held_out_ids, loss="mean log cost (lower is better)"
        )
        prior = learn_prior(Autoencoder(fresh), learned_from, photos)
        prior.save(fresh / "projection.npz")
    shutil.rmtree(checkpoints, ignore_errors=True)
    return figures


class _Optimizer:
    """Two Adams: the transform that training starts from moves more slowly than all else."""

    def __init__(self, trainer: CodecTrainer, config: PerceptualConfig, n_batches: int) -> None:
        self._places = {
            is_trunk: [at for at, each in enumerate(trainer.is_trunk) if each is is_trunk]
            for is_trunk in (False, True)
        }
        self._adams = {
            is_trunk: keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(
                    0.0,
                    max(config.epochs * n_batches - 1, 1),
                    warmup_target=config.learning_rate * (TRUNK_RATE if is_trunk else 1),
                    warmup_steps=max(min(n_batches, config.epochs * n_batches - 1), 1),
                ),
                beta_2=0.99,
            )
            for is_trunk in (False, True)
        }
        for is_trunk, adam in self._adams.items():
            adam.build(self._chosen(trainer.variables, is_trunk))

    @property
    def variables(self) -> list[keras.Variable]:
        """State that a checkpoint keeps."""
        return [each for adam in self._adams.values() for each in adam.variables]

    def apply(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """Take a step."""
        clipped, _ = tf.clip_by_global_norm(gradients, MAX_GRADIENT_NORM)
        for is_trunk, adam in self._adams.items():
            adam.apply(self._chosen(clipped, is_trunk), self._chosen(variables, is_trunk))

    def _chosen(self, values: Sequence[Any], is_trunk: bool) -> list[Any]:
        return [values[at] for at in self._places[is_trunk]]


def _set_spreads(trainer: CodecTrainer, pictures: Pixels, config: PerceptualConfig) -> None:
    """Start deviations as latents have them, so that the bits mean something from the start."""
    crops = _crops(pictures, config, np.random.default_rng(config.seed))
    latents = np.asarray(trainer.analysis(to_signal(crops))["latent"])
    spread = np.log2(np.abs(latents).mean(axis=(0, 1, 2)) + SPREAD_FLOOR) / 4
    for k in range(4):
        name = f"out{k}/bias"
        bias = trainer.weights()[name]
        bias[N_LATENTS:] = spread
        trainer.set_weights({name: bias})


def _fit(
    trainer: CodecTrainer,
    pictures: Pixels,
    rows: tuple[NDArray[np.intp], ...],
    config: PerceptualConfig,
    checkpoints: Path,
    report: Report | None,
) -> Any:
    train_rows, other_rows, held_out_rows = rows
    n_batches = config.epoch_size // config.batch_size
    optimizer = _Optimizer(trainer, config, n_batches)
    train_step, held_out_step = _make_steps(trainer, optimizer)
    kept = [*trainer.networks, SimpleNamespace(variables=list(trainer.knots.values()))]
    progress = restore_checkpoint(checkpoints, kept, optimizer)
    while progress.n_epochs < config.epochs:
        started = time.perf_counter()
        rng = np.random.default_rng((config.seed, progress.n_epochs))
        drawn = _draw(rng, train_rows, other_rows, config.epoch_size)
        losses = []
        for number in range(n_batches):
            batch = drawn[number * config.batch_size : (number + 1) * config.batch_size]
            losses.append(float(train_step(*_inputs(trainer, pictures[batch], config, rng))))
            if report is not None:
                n_done = progress.n_epochs * n_batches + number + 1
                report(n_done, config.epochs * n_batches, float(np.mean(losses)))
        progress.seconds += time.perf_counter() - started
        progress.losses.append(float(np.mean(losses)))
        fixed = np.random.default_rng(config.seed)  # the same crops and gains after each epoch
        measured = held_out_rows[:MEASURED_PICTURES]
        progress.held_out_losses.append(
            float(
                np.mean(
                    [
                        float(held_out_step(*_inputs(trainer, pictures[batch], config, fixed)))
                        for batch in np.array_split(
                            measured, -(-len(measured) // config.batch_size)
                        )
                    ]
                )
            )
        )
        save_checkpoint(checkpoints, kept, optimizer, progress)
    return progress


def _make_steps(
    trainer: CodecTrainer, optimizer: _Optimizer
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Make a step that trains, and one that only measures; both return the batch's mean loss."""
    variables = trainer.variables

    def measure(*batch: Any) -> Any:
        return tf.reduce_mean(trainer.cost(*batch).loss)

    def train_step(*batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = measure(*batch)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    compiled: tuple[Callable[..., Any], Callable[..., Any]] = (
        tf.function(train_step, reduce_retracing=True),
        tf.function(measure, reduce_retracing=True),
    )
    return compiled


def _inputs(
    trainer: CodecTrainer, pictures: Pixels, config: PerceptualConfig, rng: np.random.Generator
) -> tuple[Pixels, Floats, Floats]:
    """Crops of pictures, gains at which they take about their bytes, and noise."""
    crops = _crops(pictures, config, rng)
    latents = np.abs(np.asarray(trainer.analysis(to_signal(crops))["latent"])).reshape(
        len(crops), -1
    )
    share = (config.crop_side / SIDE) ** 2
    n_wanted = int(8 * config.code_bytes * share / TYPICAL_BITS)
    smallest = np.partition(latents, -n_wanted, axis=1)[:, -n_wanted]
    log_gains = np.log2(0.5 / np.maximum(smallest, 1e-2)) + rng.normal(0, GAIN_NOISE, len(crops))
    anywhere = rng.uniform(LOG_GAIN_LOW, LOG_GAIN_HIGH, len(crops))
    log_gains = np.where(rng.random(len(crops)) < ANY_GAIN_SHARE, anywhere, log_gains)
    log_gains = np.clip(log_gains, LOG_GAIN_LOW, LOG_GAIN_HIGH)
    shape = (len(crops), config.crop_side // 4, config.crop_side // 4, N_HYPER_LATENTS)
    noise = rng.uniform(-0.5, 0.5, shape)
    return crops, log_gains.astype(np.float32), noise.astype(np.float32)


def _crops(pictures: Pixels, config: PerceptualConfig, rng: np.random.Generator) -> Pixels:
    """A part of each picture, mirrored or not."""
    size = config.crop_side * BLOCK + 2 * MARGIN
    border = max(size - pictures.shape[1], 0)
    pictures = np.pad(pictures, ((0, 0), (0, border), (0, border), (0, 0)), "edge")
    places = rng.integers(pictures.shape[1] - size + 1, size=(len(pictures), 2))
    turns = rng.integers(2, size=len(pictures))
    return np.stack(
        [
            picture[y : y + size, x : x + size][:, :: -1 if turned else 1]
            for picture, (y, x), turned in zip(pictures, places, turns, strict=True)
        ]
    )


def _calibration(catalogues: Sequence[Catalogue], learning: NDArray[np.intp]) -> Pixels:
    """Pictures to measure the ranges of the backbone's maps on."""
    items = [(each, item) for each in catalogues for item in each]
    chosen = [items[row] for row in learning[:: -(-len(learning) // CALIBRATION_PICTURES)]]
    return np.stack(
        [
            images.letterbox(images.load(each.image_path(item)), INPUT_SIZE_PX)
            for each, item in chosen
        ]
    )


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


def _measure(model: Autoencoder, pictures: Pixels) -> dict[str, float]:
    psnrs, ssims, sizes = [], [], []
    for picture in pictures[:MEASURED_PICTURES]:
        data = model.compress(picture)
        both = [metrics.to_unit_range(each) for each in (picture, model.decompress(data)[0])]
        psnrs.append(metrics.psnr(*both))
        ssims.append(metrics.ssim(*both))
        sizes.append(len(data))
    return {
        "psnr": round(float(np.mean(psnrs)), 3),
        "ssim": round(float(np.mean(ssims)), 4),
        "n_bytes": round(float(np.mean(sizes)), 1),
    }
