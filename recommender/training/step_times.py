"""Times Keras: the article's encoder, and a step of its training in the plain way and in ours."""

import time
from collections.abc import Callable, Mapping

import keras
import numpy as np

from recommender.evaluation.benchmark import Way, summarise
from recommender.training.article import (
    ArticleConfig,
    article_decoder,
    article_encoder,
    article_trainer,
)
from recommender.training.train_article import make_step

N_STEPS = 8
SEED = 0


def article_ways() -> Mapping[str, Way]:
    """Ways of Keras to encode one picture with the article's encoder."""
    config = ArticleConfig()
    encoder = article_encoder(config)
    side = config.image_size_px
    picture = np.random.default_rng(SEED).random((1, side, side, 3), np.float32)
    return {
        "encode: article, Keras predict": lambda: encoder.predict(picture, verbose=0),
        "encode: article, Keras call": lambda: encoder(picture),
    }


def time_training() -> dict[str, dict[str, float]]:
    """Time a training step of 32 pictures in both ways."""
    plain, ours = compare_step_times(N_STEPS, ArticleConfig())
    return summarise({"training step of 32: plain Keras": plain, "training step of 32: ours": ours})


def compare_step_times(n_steps: int, config: ArticleConfig) -> tuple[list[float], list[float]]:
    """Seconds a training step takes, in the plain Keras way and in ours, taken in turn.

    The plain way is the network as the article writes it, compiled with Adam and binary
    cross-entropy. Both learn from the same random batch.
    """
    side = config.image_size_px
    batch = np.random.default_rng(config.seed).random(
        (config.batch_size, side, side, 3), dtype=np.float32
    )
    encoder, decoder = article_encoder(config), article_decoder(config)
    plain = keras.Model(encoder.input, decoder(encoder.output))
    plain.compile("adam", "binary_crossentropy")
    trainer = article_trainer(config)
    optimizer = keras.optimizers.Adam(config.learning_rate)
    optimizer.build(trainer.trainable_variables)
    step = make_step(trainer, optimizer)
    ways: tuple[Callable[[], object], ...] = (
        lambda: plain.train_on_batch(batch, batch),
        lambda: float(step(batch)),
    )
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(n_steps + 2):
        for way, taken in zip(ways, times, strict=True):
            started = time.perf_counter()
            way()
            if number > 1:  # the first two trace and compile
                taken.append(time.perf_counter() - started)
    return times
