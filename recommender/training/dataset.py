"""Prepares the training data of `perceptual`: pictures, and the maps of its frozen backbone."""

import itertools
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.store import Catalogue
from recommender.inference.autoencoder import N_THREADS, Network
from recommender.training.backbone import INPUT_SIZE_PX, SPATIAL_FILTERS, SPATIAL_SIZE
from recommender.training.export_perceptual import export_encoder
from recommender.training.perceptual import PerceptualConfig
from recommender.training.train_article import load_squares
from recommender.types import Pixels

CALIBRATION_PICTURES = 128
CHUNK = 32


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Pictures, with the frozen backbone's maps of them and of their mirror images.

    Attributes
    ----------
    squares : (n, 320, 320, 3), uint8, what the encoder reads
    targets : (n, 150, 150, 3), uint8, what the decoder should give
    spatial : (2, n, 20, 20, 120), float16
    kind : (2, n, 3440), float16
    calibration : positions of the pictures that the ranges of the backbone's maps are measured on
    """

    squares: Pixels
    targets: Pixels
    spatial: NDArray[np.float16]
    kind: NDArray[np.float16]
    calibration: NDArray[np.intp]

    def batch(self, rows: NDArray[np.intp], mirrored: bool) -> tuple[Any, ...]:
        """Inputs and targets of some rows, all mirrored or none."""
        turn = slice(None, None, -1 if mirrored else 1)
        return (
            self.squares[rows][:, :, turn].astype(np.float32),
            self.spatial[int(mirrored), rows].astype(np.float32),
            self.kind[int(mirrored), rows].astype(np.float32),
            self.targets[rows][:, :, turn].astype(np.float32) / np.float32(255),
        )


def prepare(
    catalogues: Sequence[Catalogue], learning: NDArray[np.intp], config: PerceptualConfig
) -> Examples:
    """Read all pictures, and take the backbone's maps once, as the exported encoder has them.

    Parameters
    ----------
    learning : positions of the pictures that anything may be learned from
    """
    squares = np.concatenate([load_squares(each, INPUT_SIZE_PX) for each in catalogues])
    targets = np.concatenate([load_squares(each, config.decoded_size_px) for each in catalogues])
    calibration = learning[:: -(-len(learning) // CALIBRATION_PICTURES)]
    n_items = len(squares)
    spatial = np.empty((2, n_items, SPATIAL_SIZE, SPATIAL_SIZE, SPATIAL_FILTERS), np.float16)
    kind = np.empty((2, n_items, config.n_kind), np.float16)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "encoder.tflite"
        export_encoder(None, config, squares[calibration], file)
        network = Network(file)

        def look(place: tuple[int, int]) -> None:
            mirrored, row = place
            square = squares[row][:, :: -1 if mirrored else 1]
            seen = network.run({"images": np.ascontiguousarray(square[None])})
            spatial[place] = seen["spatial"][0]
            kind[place] = seen["features"][0, : config.n_kind]

        with ThreadPoolExecutor(N_THREADS) as pool:
            places = itertools.product(range(2), range(n_items))
            for _ in pool.map(look, places, chunksize=CHUNK):
                pass
    return Examples(
        squares=squares, targets=targets, spatial=spatial, kind=kind, calibration=calibration
    )
