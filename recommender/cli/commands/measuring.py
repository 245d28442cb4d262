"""Commands that measure quality and speed."""

import argparse
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.cli.arguments import AddsCommand, add_json, add_names, open_recommender, positive
from recommender.cli.output import say, shown_progress, write
from recommender.errors import ModelError, RecommenderError

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.inference.projection import Projection

LABEL = "category"


def add(command_named: AddsCommand) -> None:
    """Register the commands."""
    command = command_named(
        "evaluate", evaluate, "score a model on a catalogue's labels and pictures"
    )
    command.add_argument("--queries", help="a catalogue whose items ask, instead of leave-one-out")
    command.add_argument("--label", metavar="COLUMN", help=f"{LABEL} by default")
    command.add_argument(
        "--fitted-on",
        metavar="NAME",
        help="fit the projection on this catalogue and on nothing else, to see what carries over",
    )
    command.add_argument(
        "--views",
        action="store_true",
        help="recall of the queries' products by their covers, and by all of their pictures",
    )
    command.add_argument(
        "--rooms",
        type=Path,
        metavar="FILE.json",
        help="what is found in photos that show several products: by the whole picture, by "
        "regions, and by cut-outs that are encoded one by one",
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
    add_names(command, catalogue_required=True)

    command = command_named(
        "benchmark", benchmark, "time the parts on this machine, as ratios in one run"
    )
    command.add_argument("--items", type=positive, default=2_000)
    command.add_argument(
        "--engine",
        help="build an index of synthetic products by this engine, and measure that instead",
    )
    command.add_argument(
        "--words",
        action="store_true",
        help="measure the search by words at this many items instead",
    )
    command.add_argument(
        "--pictures", type=int, default=1_000, help="that are imported; 0 leaves that out"
    )
    add_json(command)


def evaluate(options: argparse.Namespace) -> None:
    """Score a model."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.evaluation import confusion, reconstruction
    from recommender.evaluation import evaluate as scoring

    _refuse_what_is_ignored(options)
    if options.views:
        _evaluate_views(options)
        return
    if options.rooms:
        _evaluate_rooms(options)
        return
    queries = open_catalogue(options.queries) if options.queries else None
    label = options.label or LABEL
    if options.confusion:
        asking = queries or open_catalogue(options.catalogue)
        confusion.check(asking, label, is_gallery=queries is None)
    gallery = open_recommender(options)
    projection = _projection_of(gallery.model, options.fitted_on) if options.fitted_on else None
    with shown_progress("evaluating") as progress:
        figures = (
            scoring.evaluate_altered(gallery, projection=projection, progress=progress)
            if options.altered
            else scoring.evaluate(
                gallery,
                queries,
                label=label,
                projection=projection,
                progress=progress,
            )
        )
    figures["fitted_on"] = options.fitted_on or options.catalogue
    if options.confusion:
        confusion.draw(figures, options.confusion)
    if options.record:
        _record(options.record, figures)
    names = ("precision_at_4", "precision_at_5", "map_at_10", "recall_at_1")
    lines = [f"{'':10}" + "".join(f"{name:>16}" for name in names)]
    for name, row in {figures["model"]: figures, **figures["baselines"]}.items():
        lines.append(f"{name:10}" + "".join(f"{row[column]:16.3f}" for column in names))
    if "psnr" in figures:
        lines += reconstruction.describe(figures)
    say(options, figures, "\n".join(lines))


def _evaluate_views(options: argparse.Namespace) -> None:
    from recommender.catalogue.registry import open_catalogue
    from recommender.evaluation import views

    if not options.queries:
        raise RecommenderError("--views needs --queries")
    figures = views.evaluate_views(open_recommender(options), open_catalogue(options.queries))
    figures["fitted_on"] = options.catalogue
    if options.record:
        _record(options.record, figures)
    say(options, figures, "\n".join(views.describe(figures)))


def _evaluate_rooms(options: argparse.Namespace) -> None:
    from recommender.evaluation import rooms

    photos = rooms.read_rooms(options.rooms)
    figures = rooms.evaluate_rooms(open_recommender(options), photos)
    if options.record:
        _record(options.record, figures)
    say(options, figures, "\n".join(rooms.describe(figures)))


def benchmark(options: argparse.Namespace) -> None:
    """Time the parts on this machine."""
    if options.engine:
        _benchmark_engine(options)
        return
    if options.words:
        from recommender.evaluation import word_search

        _say_figures(options, word_search.measure(options.items))
        return
    from recommender.evaluation import benchmark as timing
    from recommender.evaluation.throughput import measure_import
    from recommender.models import default_model

    has_tensorflow = importlib.util.find_spec("tensorflow") is not None
    parts = [timing.time_encoding, lambda: timing.time_search(options.items)]
    if has_tensorflow:
        from recommender.training import step_times

        parts = [
            lambda: timing.time_encoding(step_times.article_ways()),
            parts[1],
            step_times.time_training,
        ]
    with shown_progress("measuring") as progress:
        timings = timing.run_all(parts, progress=progress)
    figures: dict[str, Any] = {
        "import": measure_import(options.pictures, default_model()) if options.pictures else None,
        "n_items": options.items,
        "left_out": [] if has_tensorflow else ["what needs TensorFlow, which is not installed"],
        "timings": timings,
    }
    lines = [
        f"{name:44} {row['median_ms']:9.2f} ms  "
        f"({row['min_ms']:.2f} to {row['max_ms']:.2f})"
        + (f"  {row['times_faster']:7.1f} x faster" if "times_faster" in row else "")
        for name, row in timings.items()
    ]
    if figures["import"]:
        lines += _import_lines(figures["import"])
    say(options, figures, "\n".join(lines))


def _benchmark_engine(options: argparse.Namespace) -> None:
    from recommender.evaluation.scale import measure_at_scale

    with shown_progress("measuring") as progress:
        figures = measure_at_scale(options.items, options.engine, progress=progress)
    _say_figures(options, figures)


def _say_figures(options: argparse.Namespace, figures: dict[str, Any]) -> None:
    say(options, figures, "\n".join(f"{name:24} {value}" for name, value in figures.items()))


def _refuse_what_is_ignored(options: argparse.Namespace) -> None:
    """Refuse options that mean nothing together, before any work is done for them."""
    given = {"--queries": options.queries, "--label": options.label}
    given["--confusion"] = options.confusion
    unused = [name for name, value in given.items() if value is not None]
    if options.rooms and unused:
        raise RecommenderError(f"--rooms has photos of its own, and no use for {', '.join(unused)}")
    if options.altered and unused:
        raise RecommenderError(
            f"--altered asks with the items' own pictures, and has no use for {', '.join(unused)}"
        )


def _projection_of(model: "Autoencoder", catalogue: str) -> "Projection":
    from recommender.catalogue.registry import open_catalogue
    from recommender.training.projection_prior import fit_only_on

    if model.prior is None:
        raise ModelError(f"--fitted-on: nothing of the model {model.name!r} is fitted")
    return fit_only_on(model, open_catalogue(catalogue))


def _record(file: Path, figures: dict[str, Any]) -> None:
    """Keep the figures beside the model, under the name of what was asked."""
    from recommender.config import read_json, write_json

    names = [figures["catalogue"], figures["queries"], figures.get("label", "")]
    if figures["fitted_on"] != figures["catalogue"]:
        names.append(f"fitted on {figures['fitted_on']} only")
    known = read_json(file, default={})
    kept = {name: value for name, value in figures.items() if name != "confusion"}
    known.setdefault("evaluations", {})[" / ".join(name for name in names if name)] = kept
    write(lambda: write_json(file, known), file)


def _import_lines(figures: dict[str, Any]) -> list[str]:
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in figures["shares"].items())
    memory = ", ".join(f"{mb} MB for {n:,}" for n, mb in figures["peak_mb"].items())
    return [
        f"import, encode and index {figures['n_pictures']:,} pictures of 400 x 500: "
        f"{figures['per_second']:.0f} a second, "
        f"{figures['per_second_without_start']:.0f} once started",
        f"a picture's time: {shares}",
        f"memory at most: {memory}",
    ]
