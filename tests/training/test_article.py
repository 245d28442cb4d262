"""The architectures, and that what is served equals what was trained."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from recommender import metrics
from recommender.config import MODELS
from recommender.inference.autoencoder import Autoencoder
from recommender.training.article import (
    ArticleConfig,
    UpsampleConv2D,
    article_decoder,
    article_encoder,
    article_trainer,
    copy_weights,
)

CONFIG = ArticleConfig()


@pytest.fixture(scope="module")
def networks() -> tuple[keras.Model, keras.Model]:
    return article_encoder(CONFIG), article_decoder(CONFIG)


def test_the_article_is_exactly_the_article(networks: tuple[keras.Model, keras.Model]) -> None:
    encoder, decoder = networks
    assert encoder.count_params() + decoder.count_params() == 4_963
    assert encoder.input_shape == decoder.output_shape == (None, 150, 150, 3)
    assert encoder.output_shape == decoder.input_shape == (None, 19, 19, 8)
    kinds = [layer.__class__.__name__ for layer in (*encoder.layers[1:], *decoder.layers[1:])]
    assert kinds == [
        "ZeroPadding2D",
        *["Conv2D", "MaxPooling2D"] * 3,
        *["Conv2D", "UpSampling2D"] * 3,
        "Conv2D",
        "Cropping2D",
    ]
    convolutions = [layer for layer in (*encoder.layers, *decoder.layers) if layer.weights]
    assert [layer.filters for layer in convolutions] == [16, 8, 8, 8, 8, 16, 3]
    assert [layer.activation.__name__ for layer in convolutions] == ["relu"] * 6 + ["sigmoid"]
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert {layer.padding for layer in convolutions} == {"same"}


def test_upsample_conv_equals_its_two_layers(rng: np.random.Generator) -> None:
    pictures = rng.random((2, 7, 5, 4)).astype(np.float32)
    fused = UpsampleConv2D(6, activation="relu")
    plain = keras.Sequential(
        [
            keras.Input((7, 5, 4)),
            layers.UpSampling2D(2),
            layers.Conv2D(6, 3, padding="same", activation="relu"),
        ]
    )
    fused(pictures)
    fused.set_weights([rng.normal(size=weight.shape) for weight in plain.get_weights()])
    plain.set_weights(fused.get_weights())
    assert np.asarray(fused(pictures)) == pytest.approx(np.asarray(plain(pictures)), abs=1e-5)


def test_the_trainer_is_the_same_function(
    networks: tuple[keras.Model, keras.Model], rng: np.random.Generator
) -> None:
    encoder, decoder = networks
    trainer = article_trainer(CONFIG)
    copy_weights(trainer, encoder)
    copy_weights(trainer, decoder)
    pictures = rng.random((2, 150, 150, 3)).astype(np.float32)
    logits = np.asarray(trainer(pictures))[:, 1:-1, 1:-1]
    expected = np.asarray(decoder(encoder(pictures)))
    assert 1 / (1 + np.exp(-logits)) == pytest.approx(expected, abs=1e-5)


def test_the_training_step_has_the_loss_and_the_gradients_of_keras(
    networks: tuple[keras.Model, keras.Model], rng: np.random.Generator
) -> None:
    """One step with plain gradient descent moves every weight alike."""
    from recommender.training.train_article import make_step

    encoder, decoder = networks
    trainer = article_trainer(CONFIG)
    copy_weights(trainer, encoder)
    copy_weights(trainer, decoder)
    plain = keras.Model(encoder.input, decoder(encoder.output))
    plain.compile(keras.optimizers.SGD(1.0), "binary_crossentropy")
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build(trainer.trainable_variables)
    pictures = rng.random((5, 150, 150, 3)).astype(np.float32)  # an odd batch: unequal halves
    expected_loss = plain.train_on_batch(pictures, pictures)
    loss = float(make_step(trainer, optimizer)(pictures))
    assert loss == pytest.approx(float(np.asarray(expected_loss)), abs=1e-5)
    moved = {layer.name: layer for layer in trainer._flatten_layers(include_self=False)}
    for layer in (*encoder.layers, *decoder.layers):
        for expected, weight in zip(
            layer.get_weights(),
            moved[layer.name].get_weights() if layer.weights else [],
            strict=True,
        ):
            assert weight == pytest.approx(expected, abs=1e-4)


def test_what_is_served_equals_keras(
    networks: tuple[keras.Model, keras.Model], rng: np.random.Generator
) -> None:
    encoder, decoder = networks
    encoder.load_weights(MODELS / "article" / "encoder.weights.h5")
    decoder.load_weights(MODELS / "article" / "decoder.weights.h5")
    served = Autoencoder(MODELS / "article")
    squares = rng.integers(0, 256, (3, 150, 150, 3), np.uint8)
    latents = np.asarray(encoder(metrics.to_unit_range(squares)))
    encoded = served.encode(squares)
    assert encoded.latents == pytest.approx(latents, abs=1e-4)
    assert served.decode(encoded.latents) == pytest.approx(np.asarray(decoder(latents)), abs=1e-4)


def test_metrics_are_beside_the_weights() -> None:
    figures = json.loads((MODELS / "article" / "metrics.json").read_text())
    assert len(figures["held_out_loss"]) == CONFIG.epochs
    assert {"psnr", "ssim", "precision_at_4", "map_at_10"} <= set(figures)
