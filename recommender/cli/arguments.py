"""Arguments that several commands share, and what they open."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from recommender.cli.output import shown_progress
from recommender.config import DEMO
from recommender.models import default_model

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.recommend import Recommender

DEFAULT_NEIGHBOURS = 12

Run = Callable[[argparse.Namespace], None]


class AddsCommand(Protocol):
    """Adds a command to the parser, and returns its own parser."""

    def __call__(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """Add the command `name`, which `run` carries out and `text` describes."""


def add_names(command: argparse.ArgumentParser, *, catalogue_required: bool = False) -> None:
    """Add the catalogue, the model and the choice of JSON."""
    command.add_argument(
        "--catalogue",
        required=catalogue_required,
        default=None if catalogue_required else DEMO,
        help="name of the catalogue",
    )
    command.add_argument("--model", help="name of the model; the best one that is there by default")
    add_json(command)


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the choice of JSON."""
    command.add_argument("--json", action="store_true", help="print one JSON document")


def add_n_neighbors(command: argparse.ArgumentParser) -> None:
    """Add the number of neighbours."""
    command.add_argument(
        "-k",
        "--n-neighbors",
        type=positive,
        default=DEFAULT_NEIGHBOURS,
        dest="n_neighbors",
        metavar="N",
        help="how many products",
    )


def positive(text: str) -> int:
    """Parse a positive whole number."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def open_model(name: str | None, catalogue: str = DEMO) -> "Autoencoder":
    """Open a model by its name, or the best one for a catalogue."""
    from recommender.inference.autoencoder import Autoencoder

    return Autoencoder.open(name or default_model(catalogue))


def open_recommender(options: argparse.Namespace) -> "Recommender":
    """Open what `add_names` asked for."""
    from recommender.recommend import Recommender

    with shown_progress("indexing") as progress:
        return Recommender.open(options.catalogue, options.model, progress=progress)
