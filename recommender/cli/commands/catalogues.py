"""Commands that make, change, list and remove catalogues."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.cli.arguments import AddsCommand, add_json, add_names, open_model
from recommender.cli.output import TOLD, say, shown_progress
from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.importing.report import ImportReport


def add(command_named: AddsCommand) -> None:
    """Register the commands."""
    command = command_named(
        "import", import_, "make a catalogue from a folder, a zip or a feed, and index it"
    )
    command.add_argument("source", type=Path)
    command.add_argument("--name", required=True)
    command.add_argument(
        "--map",
        type=_column_map,
        action=_AddUp,
        default={},
        metavar="TARGET=COLUMN,...",
        help="columns of the feed, such as image=file,category=product_name; may be given again",
    )
    command.add_argument(
        "--update", action="store_true", help="keep the items that the source does not name"
    )
    command.add_argument(
        "--fetch", action="store_true", help="fetch pictures that the feed names by links"
    )
    command.add_argument(
        "--include-hidden",
        action="store_true",
        help="bring in drafts, archived, unpublished and hidden products too",
    )
    command.add_argument(
        "--group",
        nargs="?",
        const="folder",
        default="none",
        choices=("folder", "name"),
        help="pictures of one folder are one product; or of one name, as in sku_1.jpg, sku_2.jpg",
    )
    command.add_argument("--model", help="that indexes it; the best one that is there by default")
    command.add_argument("--no-index", action="store_true", help="leave the index for later")
    add_json(command)

    command = command_named("resume", resume, "go on with an import that the page began")
    command.add_argument("catalogue")
    add_json(command)

    command = command_named("remove", remove, "take items out of a catalogue, or delete it")
    command.add_argument("items", nargs="*", metavar="ITEM_ID")
    command.add_argument("--everything", action="store_true", help="delete the whole catalogue")
    add_names(command, catalogue_required=True)

    add_json(command_named("catalogues", catalogues, "list the catalogues"))


def import_(options: argparse.Namespace) -> None:
    """Make a catalogue, or bring one up to date."""
    from recommender.feeds.fetch import Fetcher
    from recommender.importing.importer import import_source

    model = None if options.no_index else open_model(options.model, options.name)
    with shown_progress("importing") as progress:
        report = import_source(
            options.source,
            options.name,
            column_map=options.map,
            model=model,
            is_update=options.update,
            includes_hidden=options.include_hidden,
            grouping=options.group,
            fetches=Fetcher() if options.fetch else None,
            progress=progress,
        )
    _tell_report(report)
    say(options, report.to_dict(), report.summary())


def resume(options: argparse.Namespace) -> None:
    """Go on with an import that the page began."""
    from recommender.importing import jobs

    with shown_progress("importing") as progress:
        ended = jobs.run(options.catalogue, progress=progress)
    document = {"catalogue": options.catalogue, "status": ended.status, "n_rows": ended.n_done}
    say(options, document, f"{options.catalogue}: {ended.status}, {ended.n_done:,} rows")


def remove(options: argparse.Namespace) -> None:
    """Take items out of a catalogue, or delete it."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.catalogue.store import remove as remove_catalogue
    from recommender.importing.importer import remove_items

    if bool(options.items) == options.everything:
        raise RecommenderError("name the items to remove, or say --everything")
    if options.everything:
        n_items = len(open_catalogue(options.catalogue))
        remove_catalogue(options.catalogue)
        document = {"catalogue": options.catalogue, "n_items": 0, "n_removed": n_items}
        say(options, document, f"{options.catalogue}: deleted")
        return
    report = remove_items(
        options.catalogue, options.items, model=open_model(options.model, options.catalogue)
    )
    say(options, report.to_dict(), report.summary())


def catalogues(options: argparse.Namespace) -> None:
    """List the catalogues."""
    from recommender.catalogue.registry import available_catalogues, open_catalogue

    listed: list[dict[str, object]] = []
    lines = []
    for name in available_catalogues():
        n_items, problem = 0, ""
        try:
            n_items = len(open_catalogue(name))
        except RecommenderError as error:  # the others are listed all the same
            problem = str(error)
        listed.append({"catalogue": name, "n_items": n_items, "problem": problem})
        lines.append(f"{name}: {problem or f'{n_items} items'}")
    say(options, listed, "\n".join(lines))


def _tell_report(report: "ImportReport") -> None:
    """Name what was left out, kind by kind with its first rows, and what came in with a note."""
    for group in report.groups:
        print(f"left out: {group.kind} ({group.n_rows:,})", file=sys.stderr)
        for row in group.examples:
            print(f"  {row.source}: {row.reason}", file=sys.stderr)
        if group.n_rows > len(group.examples):
            n_more = group.n_rows - len(group.examples)
            print(f"  {n_more:,} more; --json names all", file=sys.stderr)
    for row in report.noted[:TOLD]:
        print(f"note: {row.source}: {row.note}", file=sys.stderr)


def _column_map(text: str) -> dict[str, str]:
    # a column's name may hold commas: a pair begins where a name and an equals sign follow
    pairs = [pair.partition("=") for pair in re.split(r",(?=\s*[a-z_]+\s*=)", text)]
    if not all(target and equals and column for target, equals, column in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form target=column,...")
    return {target.strip(): column.strip() for target, _, column in pairs}


class _AddUp(argparse.Action):
    """Adds the pairs of each time that an option is given to those before."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Add the pairs of one time."""
        setattr(namespace, self.dest, getattr(namespace, self.dest) | values)
