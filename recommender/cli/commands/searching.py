"""Commands that search a catalogue, and that reconstruct a picture."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cli.arguments import (
    AddsCommand,
    add_json,
    add_n_neighbors,
    add_names,
    open_model,
    open_recommender,
)
from recommender.cli.output import say, shown_progress, write
from recommender.config import DEMO
from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.search.results import Result


def add(command_named: AddsCommand) -> None:
    """Register the commands."""
    command = command_named(
        "similar", similar, "find the products that look like an item or a picture"
    )
    command.add_argument("query", metavar="ITEM_ID_OR_IMAGE")
    command.add_argument(
        "--regions", action="store_true", help="find the things in a photo, and answer each"
    )
    add_n_neighbors(command)
    _add_options(command)
    add_names(command)

    command = command_named("find", find, "find products by a shopper's words")
    command.add_argument("text", metavar="TEXT", help="such as 'red mugs under 20'")
    add_n_neighbors(command)
    command.add_argument("--catalogue", default=DEMO, help="name of the catalogue")
    add_json(command)

    command = command_named("reconstruct", reconstruct, "decode a picture back from its code")
    command.add_argument("image", type=Path)
    command.add_argument("--out", type=Path, required=True, metavar="OUT.png")
    command.add_argument("--model")
    add_json(command)

    command = command_named(
        "related", related, "write the related-products table of a whole catalogue"
    )
    command.add_argument("--out", type=Path, required=True, metavar="FILE.parquet|.csv")
    add_n_neighbors(command)
    for name, text in (("same", "says the same"), ("different", "says something else")):
        command.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="COLUMN",
            help=f"only neighbours of which the catalogue {text} here; may be given again",
        )
    _add_in_stock(command)
    add_names(command, catalogue_required=True)


def similar(options: argparse.Namespace) -> None:
    """Find what looks like an item or a picture."""
    from recommender import images
    from recommender.catalogue.filters import ItemFilter
    from recommender.search.options import SearchOptions
    from recommender.search.results import RegionResult, regions_to_dicts, to_dict

    regions: list[RegionResult] = []
    chosen = SearchOptions(
        n_neighbors=options.n_neighbors,
        colour_weight=options.colour_weight,
        diversity=options.diversity,
        group_duplicates=options.group_duplicates,
        only_alike=options.only_alike,
        filters=ItemFilter(
            categories=options.category,
            different=["brand"] if options.other_brands else [],
            in_stock=options.in_stock,
        ),
        words=options.words,
    )
    recommender = open_recommender(options)
    if options.query in recommender.catalogue:
        if options.regions:
            raise RecommenderError("--regions finds the things in a photo: give a picture's file")
        result = recommender.similar(options.query, chosen)
    elif Path(options.query).exists():
        pixels = images.load(Path(options.query))
        encoded = recommender.encode_pixels(pixels)
        result = recommender.search(encoded, chosen)
        if options.regions:
            regions = recommender.search_regions(encoded, pixels, chosen)
    else:
        raise RecommenderError(
            f"{options.query!r} is neither an item of {options.catalogue!r} nor a file"
        )
    document = to_dict(
        result,
        recommender.catalogue,
        model=recommender.model.name,
        query=options.query,
        n_neighbors=options.n_neighbors,
    )
    lines = _lines(result)
    if options.regions:
        lines, document["regions"] = [], regions_to_dicts(regions, recommender.catalogue)
    for number, region in enumerate(regions, start=1):
        edges = ", ".join(f"{edge:.2f}" for edge in region.box)
        lines.append(f"region {number} of {len(regions)} at {edges}, {region.confidence:.0%} sure")
        lines += _lines(region.result)
    say(options, document, "\n".join(lines))


def _lines(result: "Result") -> list[str]:
    return [
        *(
            f"{match.similarity:5.2f}  {match.item.item_id}  {match.item.title}"
            + (f"  (and {len(match.near_identical)} near-identical)" * bool(match.near_identical))
            for match in result.matches
        ),
        f"confidence: {result.confidence.level}, {result.elapsed_ms:.0f} ms",
    ]


def find(options: argparse.Namespace) -> None:
    """Find products by words, and say how the words were understood."""
    from recommender.catalogue import text_search, understood
    from recommender.catalogue.registry import open_catalogue

    catalogue = open_catalogue(options.catalogue)
    if not options.text.strip():
        raise RecommenderError("TEXT is empty: write what a product should be, such as 'red mugs'")
    item_ids = text_search.find(catalogue, options.text).item_ids
    seen = understood.of_text(catalogue, options.text)
    shown = [catalogue.get(item_id) for item_id in item_ids[: options.n_neighbors]]
    lines = [f"{item.item_id}  {item.title}" for item in shown]
    lines += understood.sentences(seen)
    if seen.nearest:
        lines.append(f"nearest words: {', '.join(near for _, near in seen.nearest)}")
    lines.append(f"{len(item_ids)} found")
    say(
        options,
        {
            "text": options.text,
            "catalogue": catalogue.name,
            "n_found": len(item_ids),
            "items": [
                {"item_id": item.item_id, "title": item.title, "price": item.price}
                for item in shown
            ],
            "understood": {
                "words": list(seen.words),
                "corrected": dict(seen.corrected),
                "dropped": list(seen.dropped),
                "nearest": [near for _, near in seen.nearest],
                "min_price": seen.least,
                "max_price": seen.most,
                "cheapest_first": seen.is_cheap,
            },
        },
        "\n".join(lines),
    )


def reconstruct(options: argparse.Namespace) -> None:
    """Decode a picture back from its code."""
    from recommender import images
    from recommender.config import write_atomically
    from recommender.search.query import reconstruct

    model = open_model(options.model)
    result = reconstruct(model, images.load(options.image))
    write(lambda: write_atomically(options.out, images.encode_png(result.decoded)), options.out)
    say(
        options,
        {
            "image": str(options.image),
            "model": model.name,
            "out": str(options.out),
            "n_numbers": result.n_numbers,
            "n_bytes": result.n_bytes,
            "psnr": round(result.psnr, 3),
            "ssim": round(result.ssim, 4),
        },
        f"{options.out}: {result.n_bytes:,} bytes, {result.psnr:.1f} dB, SSIM {result.ssim:.3f}",
    )


def related(options: argparse.Namespace) -> None:
    """Write the related-products table."""
    from recommender.catalogue.filters import ItemFilter
    from recommender.insights import related as tables

    recommender = open_recommender(options)
    with shown_progress("relating") as progress:
        blocks = tables.related(
            recommender.catalogue,
            recommender.index,
            options.n_neighbors,
            ItemFilter(same=options.same, different=options.different, in_stock=options.in_stock),
            progress=progress,
        )
        n_rows = write(lambda: tables.write(blocks, options.out), options.out)
    n_items = len(recommender.catalogue)
    say(
        options,
        {
            "out": str(options.out),
            "catalogue": recommender.catalogue.name,
            "model": recommender.model.name,
            "n_neighbors": options.n_neighbors,
            "same": options.same,
            "different": options.different,
            "n_items": n_items,
            "n_rows": n_rows,
        },
        f"{options.out}: {n_rows} rows, up to {options.n_neighbors} for each of {n_items} items",
    )


def _add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a search, each with the spelling of earlier versions."""
    command.add_argument(
        "--colour-weight",
        "--colour",
        type=float,
        dest="colour_weight",
        metavar="0..1",
        help="how much colours count against the kind of thing",
    )
    command.add_argument(
        "--diversity",
        "--variety",
        type=float,
        default=0.0,
        dest="diversity",
        metavar="0..1",
        help="how different from each other; 0 is nearest first",
    )
    command.add_argument(
        "--group-duplicates",
        "--fold",
        action="store_true",
        dest="group_duplicates",
        help="count near-identical products as one",
    )
    command.add_argument(
        "--only-alike",
        action="store_true",
        help="leave out what is less than half as alike as the closest",
    )
    command.add_argument(
        "--category", action="append", default=[], help="one of these; may be given more than once"
    )
    command.add_argument(
        "--words",
        default="",
        metavar="TEXT",
        help="what products must be besides looking alike: 'in blue', 'under 100', 'cheaper'",
    )
    command.add_argument(
        "--other-brands", action="store_true", help="leave out the brand of the item"
    )
    _add_in_stock(command)


def _add_in_stock(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--in-stock", action="store_true", help="leave out what the shop says is out of stock"
    )
