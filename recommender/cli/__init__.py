"""The command line; `python -m recommender COMMAND --help` explains each command."""

import sys
from collections.abc import Sequence

from recommender.cli.parser import make_parser
from recommender.errors import RecommenderError

EXIT_USER = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 2 the input or the set-up is wrong."""
    options = make_parser().parse_args(arguments)
    try:
        options.run(options)
    except RecommenderError as error:
        print(f"lookalike: {error}", file=sys.stderr)
        return EXIT_USER
    except KeyboardInterrupt:
        print("lookalike: interrupted; run the command again to go on", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0
