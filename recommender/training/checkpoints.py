"""Keeps the state of a training on disk: an interrupted one goes on from its last epoch."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.config import Settings

if TYPE_CHECKING:
    import keras


@dataclass
class TrainingProgress:
    """State of a training: everything that a resumed run needs besides the seeds."""

    losses: list[float] = field(default_factory=list)
    held_out_losses: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def n_epochs(self) -> int:
        """Epochs that are done."""
        return len(self.losses)


def checkpoint_folder(folder: Path, catalogues: Sequence[Catalogue], config: Settings) -> Path:
    """Beside the model; named by what is trained, so that other settings start afresh."""
    fingerprints = [catalogue.fingerprint for catalogue in catalogues]
    key = json.dumps([*fingerprints, config.to_dict()], sort_keys=True).encode()
    return folder.parent / f".{folder.name}-{images.content_fingerprint(key)[:12]}"


def save_checkpoint(
    checkpoints: Path,
    models: "Sequence[keras.Model]",
    optimizer: "keras.optimizers.Optimizer",
    progress: TrainingProgress,
) -> None:
    """Write the state of a training, moved into place when it is whole."""
    variables = [variable.numpy() for variable in _variables(models, optimizer)]
    state = {
        "losses": progress.losses,
        "held_out_losses": progress.held_out_losses,
        "seconds": progress.seconds,
    }
    checkpoints.mkdir(parents=True, exist_ok=True)
    temporary = checkpoints / "state.part.npz"
    np.savez(temporary, *variables, progress=np.array(json.dumps(state)))
    temporary.replace(checkpoints / "state.npz")


def restore_checkpoint(
    checkpoints: Path, models: "Sequence[keras.Model]", optimizer: "keras.optimizers.Optimizer"
) -> TrainingProgress:
    """Restore the state of a training; a new one starts from nothing."""
    file = checkpoints / "state.npz"
    if not file.exists():
        return TrainingProgress()
    with np.load(file, allow_pickle=False) as arrays:
        progress = TrainingProgress(**json.loads(str(arrays["progress"])))
        for number, variable in enumerate(_variables(models, optimizer)):
            variable.assign(arrays[f"arr_{number}"])
    return progress


def _variables(
    models: "Sequence[keras.Model]", optimizer: "keras.optimizers.Optimizer"
) -> "list[keras.Variable]":
    return [variable for model in models for variable in model.variables] + optimizer.variables
