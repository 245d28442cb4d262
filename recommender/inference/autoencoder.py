"""Encodes and decodes with a trained model, without TensorFlow."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.errors import ImageError, ModelError
from recommender.inference.box_pooling import PictureMaps, Pooling
from recommender.inference.codec import PictureCodec
from recommender.inference.network import N_THREADS, Network
from recommender.inference.projection import ProjectionPrior
from recommender.models import ModelConfig, model_folder
from recommender.types import Floats, Pixels

LOOK_FACTOR = 2  # sides of the encoder's picture in what `look` reads
CELL_PX = 32  # of the last map

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Outputs of the encoder.

    Attributes
    ----------
    latents : ndarray of shape (n, *latent_shape), what the decoder reads; None if the model codes
        pictures in bytes, see `Autoencoder.compress`
    features : ndarray of shape (n, n_features), what embeddings are made of
    spatial : ndarray of shape (n, height, width, channels), features of each region, or None if
        the model has none
    """

    latents: Floats | None
    features: Floats
    spatial: Floats | None = None


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """A picture through its code and back.

    Attributes
    ----------
    data : the code
    decoded : ndarray of shape (size, size, 3), uint8, as `Autoencoder.decompress` draws it
    n_numbers : numbers in the code; of one in bytes, those that are not zero
    """

    data: bytes
    decoded: Pixels
    n_numbers: int


class Autoencoder:
    """Encoder and decoder of one trained model, safe to share between threads.

    Parameters
    ----------
    folder : holds `config.json`, `encoder.tflite`, `decoder.tflite`; if embeddings are projected,
        `projection.npz`; and if pictures are coded in bytes, `analysis.tflite` and `code.npz`

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
        self._analysis = Network(folder / "analysis.tflite")
        self._maps = Network(folder / "encoder.tflite", signature="maps")
        codes_bytes = self.config.code == "bytes"
        self._codec = PictureCodec(folder / "code.npz", self.config) if codes_bytes else None

    @classmethod
    def open(cls, name: str) -> "Autoencoder":
        """Load a model by its name."""
        return cls(model_folder(name))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what an index depends on: the encoder, the prior and the picture codec."""
        digest = hashlib.sha256(self._encoder.content)
        if self._codec is not None:  # an index keeps how well it rebuilds each picture
            for content in (self._analysis.content, self._codec.content, self._decoder.content):
                digest.update(content)
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

    @cached_property
    def n_features(self) -> int:
        """Count the numbers that describe a picture before any projection."""
        if self.prior is None:
            return self.n_numbers
        return len(self.prior.kind_mean) + len(self.prior.colour_mean)

    @property
    def code_bytes(self) -> int:
        """Largest size of a picture's code, in bytes."""
        return self.config.code_bytes or 4 * self.n_numbers

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
        features, spatial = (_joined(outputs, name) for name in ("features", "spatial"))
        latents = None if self._codec else _joined(outputs, "latent")
        if features is None:
            if latents is None:
                raise ModelError(f"{self._encoder.file} gives neither features nor latents")
            features = latents.reshape(len(latents), -1)
        return Encoded(latents=latents, features=features, spatial=spatial)

    @property
    def has_maps(self) -> bool:
        """Whether it can `look` at a picture that shows several things."""
        return self.config.has_maps

    def look(self, pixels: Pixels, factor: int = LOOK_FACTOR) -> PictureMaps:
        """Look once at a picture, to describe any part of it.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8
        factor : sides of the encoder's picture in the longer side of what the network reads
        """
        read = images.fit(pixels, factor * self.config.image_size_px, multiple=CELL_PX)
        seen = self._maps.run({"images": read[None]})
        return PictureMaps(
            pixels=read,
            head=seen["head"][0],
            spatial=seen["spatial"][0],
            pooling=Pooling.of(self.config.hyperparameters),
        )

    def decode(self, latents: Floats, *, n_threads: int | None = None) -> Floats:
        """Decode latents of a model whose code they are.

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

    def rebuild(self, pictures: Iterable[Pixels], *, n_threads: int | None = None) -> Floats:
        """Encode pictures and decode them, without coding them in bytes.

        A model that codes bytes rounds each picture about as finely as its code would; trying
        which level fits takes several times as long.

        Parameters
        ----------
        pictures : ndarrays of shape (height, width, 3), uint8
        n_threads : that may work on it; as many as cores by default

        Returns
        -------
        decoded : ndarray of shape (n, size, size, 3), float32 in [0, 1]
        """
        if self._codec is None:
            encoded = self.encode(map(self.prepare, pictures), n_threads=n_threads)
            return self.decode(_present(encoded.latents), n_threads=n_threads)
        codec = self._codec

        def one(square: Pixels) -> Floats:
            coding = codec.begin(self._analysis.run, square)
            return codec.draw(self._decoder.run, *coding.estimate())

        squares = list(map(self.prepare_target, pictures))
        return np.stack(_side_by_side(one, squares, n_threads))

    def compress(self, pixels: Pixels) -> bytes:
        """Code a picture, as finely as its bytes allow.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8

        Returns
        -------
        data : at most `code_bytes`
        """
        if self._codec is None:
            latents = _present(self.encode([self.prepare(pixels)]).latents)
            return latents.astype("<f4").tobytes()
        return self._codec.encode(self._analysis.run, self.prepare_target(pixels)).data

    def reconstruct(self, pixels: Pixels) -> Rebuilt:
        """Code a picture and decode it, without reading the code that was just written.

        Parameters
        ----------
        pixels : ndarray of shape (height, width, 3), uint8
        """
        if self._codec is None:
            data = self.compress(pixels)
            decoded, n_numbers = self.decompress(data)
            return Rebuilt(data=data, decoded=decoded, n_numbers=n_numbers)
        coded = self._codec.encode(self._analysis.run, self.prepare_target(pixels))
        drawn = self._codec.draw(self._decoder.run, coded.latents, coded.level)
        return Rebuilt(data=coded.data, decoded=_to_pixels(drawn), n_numbers=coded.n_numbers)

    def decompress(self, data: bytes) -> tuple[Pixels, int]:
        """Decode a picture's code.

        Returns
        -------
        pixels, n_numbers : ndarray of shape (size, size, 3), uint8; and how many numbers the code
            holds, of one in bytes those that are not zero

        Raises
        ------
        ImageError : these bytes are no code of this model
        """
        if self._codec is None:
            if len(data) != self.code_bytes:
                raise ImageError(f"a code of {self.name} has {self.code_bytes} bytes")
            latents = np.frombuffer(data, "<f4").reshape(1, *self.config.latent_shape)
            return _to_pixels(self.decode(latents.astype(np.float32))[0]), self.n_numbers
        coded = self._codec.read(data)
        drawn = self._codec.draw(self._decoder.run, coded.latents, coded.level)
        return _to_pixels(drawn), coded.n_numbers

    def _run_all(
        self,
        network: Network,
        inputs: list[dict[str, NDArray[Any]]],
        n_threads: int | None,
    ) -> list[dict[str, Floats]]:
        return _side_by_side(network.run, inputs, n_threads)


def _side_by_side(
    work: Callable[[Given], Made], values: Sequence[Given], n_threads: int | None
) -> list[Made]:
    """Return results in order; one thread each keeps all cores busy with many pictures."""
    n_threads = n_threads or N_THREADS
    if len(values) == 1 or n_threads == 1:
        return [work(value) for value in values]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(work, values))


def _present(latents: Floats | None) -> Floats:
    if latents is None:
        raise ValueError("a model that codes bytes has no latents of its encoder")
    return latents


def _to_pixels(decoded: Floats) -> Pixels:
    return np.asarray(np.rint(decoded * 255), np.uint8)


def _joined(outputs: Sequence[Mapping[str, Floats]], name: str) -> Floats | None:
    """One output of many runs, or None if the network does not have it."""
    return np.concatenate([each[name] for each in outputs]) if name in outputs[0] else None
