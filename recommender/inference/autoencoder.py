"""Encodes and decodes with a trained model, without TensorFlow.

The networks run in LiteRT. Its interpreters are not thread-safe, so each network keeps as many as
there are cores and lends one to a call at a time; each runs in its caller's thread. Two visitors'
pictures side by side take less time than one after the other with two threads each, which wait for
each other whenever the machine has other work.
"""

import hashlib
import math
import os
import queue
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.errors import ModelError
from recommender.inference.projection import ProjectionPrior
from recommender.inference.quiet import greetings_dropped
from recommender.models import ModelConfig, model_folder
from recommender.types import Floats, Pixels

N_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Outputs of the encoder.

    Attributes
    ----------
    latents : ndarray of shape (n, *latent_shape), what the decoder reads
    features : ndarray of shape (n, n_features), what embeddings are made of
    spatial : ndarray of shape (n, height, width, channels), features of each region, or None if
        the model has none
    """

    latents: Floats
    features: Floats
    spatial: Floats | None = None


class Autoencoder:
    """Encoder and decoder of one trained model, safe to share between threads.

    Parameters
    ----------
    folder : holds `config.json`, `encoder.tflite`, `decoder.tflite` and, if embeddings are
        projected, `projection.npz`

    Raises
    ------
    ModelError : the folder holds no usable model
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = ModelConfig.read(folder)
        self.name = self.config.name
        self._encoder = Network(folder / "encoder.tflite")
        self._decoder = Network(folder / "decoder.tflite")

    @classmethod
    def open(cls, name: str) -> "Autoencoder":
        """Load a model by its name."""
        return cls(model_folder(name))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the encoder and of the projection's prior, which an index depends on."""
        digest = hashlib.sha256(self._encoder.content)
        if self._prior_file.exists():
            digest.update(self._prior_file.read_bytes())
        return digest.hexdigest()

    @cached_property
    def prior(self) -> ProjectionPrior | None:
        """Prior that projections are fitted with; None if the features are the embeddings."""
        return ProjectionPrior.load(self._prior_file) if self._prior_file.exists() else None

    @property
    def n_numbers(self) -> int:
        """Count the numbers in the latent."""
        return math.prod(self.config.latent_shape)

    def prepare(self, pixels: Pixels) -> Pixels:
        """Letterbox a picture to the encoder's input, shape (size, size, 3), uint8."""
        return images.letterbox(pixels, self.config.image_size_px)

    def prepare_target(self, pixels: Pixels) -> Pixels:
        """Letterbox a picture to the decoder's output, which it is compared with."""
        return images.letterbox(pixels, self.config.decoded_size_px or self.config.image_size_px)

    @property
    def _prior_file(self) -> Path:
        return self.folder / "projection.npz"

    def encode(self, squares: Iterable[Pixels], *, n_threads: int | None = None) -> Encoded:
        """Encode prepared pictures, the single one being a batch of one.

        Parameters
        ----------
        squares : pictures of shape (size, size, 3), uint8, as `prepare` makes them
        n_threads : pictures that are worked on at once; as many as cores by default

        Returns
        -------
        encoded : latents and features, in the same order
        """
        batch = list(squares)
        outputs = self._run_all(
            self._encoder, [{"images": square[None]} for square in batch], n_threads
        )
        if not outputs:
            raise ValueError("nothing to encode: the batch is empty")
        latents = np.concatenate([output["latent"] for output in outputs])
        features, spatial = (_joined(outputs, name) for name in ("features", "spatial"))
        return Encoded(
            latents=latents,
            features=latents.reshape(len(latents), -1) if features is None else features,
            spatial=spatial,
        )

    def decode(self, latents: Floats, *, n_threads: int | None = None) -> Floats:
        """Pictures from latents.

        Parameters
        ----------
        latents : ndarray of shape (n, *latent_shape), float32
        n_threads : pictures that are worked on at once; as many as cores by default

        Returns
        -------
        decoded : ndarray of shape (n, size, size, 3), float32 in [0, 1]
        """
        inputs = [{"latent": latent[None]} for latent in latents]
        outputs = self._run_all(self._decoder, inputs, n_threads)
        return np.concatenate([output["images"] for output in outputs])

    def _run_all(
        self,
        network: "Network",
        inputs: list[dict[str, NDArray[Any]]],
        n_threads: int | None,
    ) -> list[dict[str, Floats]]:
        n_threads = n_threads or N_THREADS
        if len(inputs) == 1 or n_threads == 1:
            return [network.run(values) for values in inputs]
        with ThreadPoolExecutor(n_threads) as pool:
            return list(pool.map(network.run, inputs))


def _joined(outputs: Sequence[Mapping[str, Floats]], name: str) -> Floats | None:
    """One output of many runs, or None if the network does not have it."""
    return np.concatenate([each[name] for each in outputs]) if name in outputs[0] else None


class Network:
    """A LiteRT file and its interpreters, of one thread each.

    Parameters
    ----------
    n_interpreters : calls that are answered at once, and interpreters whose memory is kept;
        further calls wait for their turn
    """

    def __init__(self, file: Path, n_interpreters: int = N_THREADS) -> None:
        self.file = file
        # the last one given back is lent first, so that a lone visitor needs no second one
        self._turns: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(n_interpreters):
            self._turns.put(None)  # made at its first use

    @cached_property
    def content(self) -> bytes:
        """The file's bytes, read once."""
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise ModelError(f"the model's file {self.file} is missing") from error

    def run(self, values: dict[str, NDArray[Any]]) -> dict[str, Floats]:
        """Outputs by name for inputs by name; safe to call from many threads at once."""
        with self._borrowed() as runner:
            with greetings_dropped():
                outputs: dict[str, Floats] = runner(**values)
            return {name: np.array(output) for name, output in outputs.items()}

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        runner, is_sound = self._turns.get(), False
        try:
            if runner is None:
                runner = self._make()
            yield runner
            is_sound = True
        finally:
            self._turns.put(runner if is_sound else None)  # a broken interpreter is dropped

    def _make(self) -> Any:
        from ai_edge_litert.interpreter import Interpreter  # pages without a query need none

        try:
            interpreter = Interpreter(model_content=self.content, num_threads=1)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self.file} is not a LiteRT model: {error}") from error
        return interpreter.get_signature_runner()
