"""The commands, and the options of each."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recommender import __version__
from recommender.cli import commands, train_commands
from recommender.config import DEMO

DEFAULT_NEIGHBOURS = 12


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m recommender", description="Recommend products by their looks."
    )
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], None], text: str) -> Any:
        command = subparsers.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    _add_import(add)

    command = add("catalogues", commands.catalogues, "list the catalogues")
    _add_json(command)

    _add_train(add)

    command = add("index", commands.index, "encode a catalogue and build its index")
    command.add_argument(
        "--engine",
        help="auto, exact, hnsw or milvus; the index's own by default. auto is exact to 50,000 "
        "pictures, hnsw above, and milvus where LOOKALIKE_MILVUS names an address",
    )
    command.add_argument(
        "--refit",
        action="store_true",
        help="fit the projection anew on the catalogue as it is; nothing is encoded again",
    )
    command.add_argument("--workers", type=_positive, help="threads; as many as cores by default")
    command.add_argument("--out", type=Path, help="folder of the index")
    _add_names(command, catalogue_required=True)

    command = add("map", commands.map_, "lay a catalogue out on a plane, for the page's map")
    command.add_argument("--out", type=Path, help="folder of the index that it belongs to")
    _add_names(command, catalogue_required=True)

    command = add(
        "similar", commands.similar, "find the products that look like an item or a picture"
    )
    command.add_argument("query", metavar="ITEM_ID_OR_IMAGE")
    command.add_argument("-k", type=_positive, default=DEFAULT_NEIGHBOURS, dest="n_neighbors")
    _add_wishes(command)
    _add_names(command)

    command = add("reconstruct", commands.reconstruct, "decode a picture back from its code")
    command.add_argument("image", type=Path)
    command.add_argument("--out", type=Path, required=True, metavar="OUT.png")
    command.add_argument("--model")
    _add_json(command)

    command = add(
        "embed", commands.embed, "write the embeddings of a folder's or a catalogue's pictures"
    )
    command.add_argument("source", help="a folder, or a catalogue's name")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    command.add_argument("--model")
    _add_json(command)

    command = add(
        "related", commands.related, "write the related-products table of a whole catalogue"
    )
    _add_table(command)
    _add_names(command, catalogue_required=True)

    command = add(
        "evaluate", commands.evaluate, "score a model on a catalogue's labels and pictures"
    )
    _add_evaluation(command)
    _add_names(command, catalogue_required=True)

    command = add(
        "benchmark", commands.benchmark, "time the parts on this machine, as ratios in one run"
    )
    command.add_argument("--items", type=_positive, default=2_000)
    command.add_argument(
        "--engine",
        help="build an index of synthetic products by this engine, and measure that instead",
    )
    command.add_argument(
        "--pictures", type=int, default=1_000, help="that are imported; 0 leaves that out"
    )
    _add_json(command)
    return parser


def _add_table(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, metavar="FILE.parquet|.csv")
    command.add_argument("-k", type=_positive, default=DEFAULT_NEIGHBOURS, dest="n_neighbors")
    for name, text in (("same", "says the same"), ("different", "says something else")):
        command.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="COLUMN",
            help=f"only neighbours of which the catalogue {text} here; may be given again",
        )


def _add_import(add: Callable[..., Any]) -> None:
    command = add(
        "import", commands.import_, "make a catalogue from a folder, a zip or a feed, and index it"
    )
    command.add_argument("source", type=Path)
    command.add_argument("--name", required=True)
    command.add_argument(
        "--map",
        type=_column_map,
        default={},
        metavar="TARGET=COLUMN,...",
        help="columns of the feed, such as image=file,category=product_name",
    )
    command.add_argument(
        "--update", action="store_true", help="keep the items that the source does not name"
    )
    command.add_argument(
        "--fetch", action="store_true", help="fetch pictures that the feed names by links"
    )
    command.add_argument("--model", help="that indexes it; the best one that is there by default")
    command.add_argument("--no-index", action="store_true", help="leave the index for later")
    _add_json(command)

    command = add("resume", commands.resume, "go on with an import that the page began")
    command.add_argument("catalogue")
    _add_json(command)

    command = add("remove", commands.remove, "take items out of a catalogue, or delete it")
    command.add_argument("items", nargs="*", metavar="ITEM_ID")
    command.add_argument("--everything", action="store_true", help="delete the whole catalogue")
    _add_names(command, catalogue_required=True)


def _add_train(add: Callable[..., Any]) -> None:
    command = add(
        "train",
        train_commands.train,
        "adapt perceptual to a catalogue, or train a model on its pictures",
    )
    command.add_argument("model")
    command.add_argument("--catalogue", required=True)
    command.add_argument("--epochs", type=_positive)
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME",
        help="another catalogue to learn from; may be given more than once (perceptual only)",
    )
    command.add_argument(
        "--photos",
        metavar="NAME",
        help="a catalogue of other photos of the same items, named in their column item_id; "
        "the projection learns from them what differs between cameras (perceptual only)",
    )
    command.add_argument("--out", type=Path, help="folder of the trained model")
    command.add_argument(
        "--from-scratch",
        action="store_true",
        help="train the whole model, instead of adapting the one that ships to this catalogue "
        "(perceptual only)",
    )
    _add_json(command)


def _add_evaluation(command: argparse.ArgumentParser) -> None:
    command.add_argument("--queries", help="a catalogue whose items ask, instead of leave-one-out")
    command.add_argument("--label", default="category", metavar="COLUMN")
    command.add_argument(
        "--fitted-on",
        metavar="NAME",
        help="fit the projection on this catalogue and on nothing else, to see what carries over",
    )
    command.add_argument("--confusion", type=Path, metavar="FILE.png", help="draw who is confused")
    command.add_argument(
        "--record", type=Path, metavar="FILE.json", help="keep the figures, beside earlier ones"
    )
    command.add_argument(
        "--altered",
        action="store_true",
        help="ask with the items' own pictures, cropped, turned, lit and set elsewhere",
    )


def _add_wishes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--colour", type=float, metavar="0..1", help="how much colours count against the kind"
    )
    command.add_argument(
        "--variety", type=float, default=0.0, metavar="0..1", help="how unlike each other"
    )
    command.add_argument("--fold", action="store_true", help="count near-identical products as one")
    command.add_argument(
        "--category", action="append", default=[], help="one of these; may be given more than once"
    )
    command.add_argument(
        "--other-brands", action="store_true", help="leave out the brand of the item"
    )


def _add_names(command: argparse.ArgumentParser, *, catalogue_required: bool = False) -> None:
    command.add_argument(
        "--catalogue",
        required=catalogue_required,
        default=None if catalogue_required else DEMO,
        help="name of the catalogue",
    )
    command.add_argument("--model", help="name of the model; the best one that is there by default")
    _add_json(command)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _column_map(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(target and equals and column for target, equals, column in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form target=column,...")
    return {target.strip(): column.strip() for target, _, column in pairs}
