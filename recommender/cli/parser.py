"""Makes the parser of the command line from the modules of `commands`."""

import argparse

from recommender import __version__
from recommender.cli import demo
from recommender.cli.arguments import Run
from recommender.cli.commands import catalogues, indexing, measuring, searching, training


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m recommender", description="Recommend products by their looks."
    )
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command_named(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        command = subparsers.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    demo.add(command_named)
    for theme in (catalogues, training, indexing, searching, measuring):
        theme.add(command_named)
    return parser
