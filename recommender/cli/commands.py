"""What each command of the command line does."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from recommender.config import DEMO, default_model
from recommender.errors import ModelError, RecommenderError

T = TypeVar("T")


TOLD = 10  # rows that were left out and are named one by one

Progress = Callable[[int, int], None]


def import_(options: argparse.Namespace) -> None:
    """Make a catalogue, or bring one up to date."""
    from recommender.feeds.fetch import fetch
    from recommender.importing.importer import import_source

    model = None if options.no_index else _open_model(options.model, options.name)
    with shown_progress("importing") as progress:
        report = import_source(
            options.source,
            options.name,
            column_map=options.map,
            model=model,
            is_update=options.update,
            fetches=fetch if options.fetch else None,
            progress=progress,
        )
    _tell_skipped([(row.source, row.reason) for row in report.skipped])
    say(options, report.to_dict(), _summary(report))


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
        options.catalogue, options.items, model=_open_model(options.model, options.catalogue)
    )
    say(options, report.to_dict(), _summary(report))


def _summary(report: Any) -> str:
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in report.counts.items())
    return f"{report.catalogue}: {report.n_items:,} items ({counts}); {report.n_encoded:,} encoded"


def _tell_skipped(skipped: Sequence[tuple[str, str]]) -> None:
    """The first of what was left out, and how many more there are."""
    for source, reason in skipped[:TOLD]:
        print(f"skipped {source}: {reason}", file=sys.stderr)
    if len(skipped) > TOLD:
        print(f"skipped {len(skipped) - TOLD:,} more; --json names all", file=sys.stderr)


def catalogues(options: argparse.Namespace) -> None:
    """List the catalogues."""
    from recommender.catalogue.registry import available_catalogues, open_catalogue

    counts = {name: len(open_catalogue(name)) for name in available_catalogues()}
    say(
        options,
        [{"catalogue": name, "n_items": count} for name, count in counts.items()],
        "\n".join(f"{name}: {count} items" for name, count in counts.items()),
    )


def index(options: argparse.Namespace) -> None:
    """Encode a catalogue and build its index."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.search import build
    from recommender.search.growth import WORTH_REFITTING, new_share

    catalogue, model = (
        open_catalogue(options.catalogue),
        _open_model(options.model, options.catalogue),
    )
    with shown_progress("indexing") as progress:
        index = build.rebuild(
            catalogue,
            model,
            engine=options.engine,
            refit=options.refit,
            folder=options.out,
            n_workers=options.workers,
            progress=progress,
        )
    folder = options.out or build.index_folders(catalogue, model)[0]
    n_items, n_dims = index.embeddings.shape
    advice = ""
    if new_share(index) > WORTH_REFITTING:
        advice = f"; {new_share(index):.0%} came after the projection was fitted: see --refit"
    say(
        options,
        {
            "catalogue": catalogue.name,
            "model": model.name,
            "engine": index.engine_name,
            "n_items": n_items,
            "n_dims": n_dims,
            "share_after_fit": round(new_share(index), 3),
            "folder": str(folder),
        },
        f"{catalogue.name}: {n_items} items of {n_dims} numbers in {folder}" + advice,
    )


def map_(options: argparse.Namespace) -> None:
    """Lay a catalogue out on a plane."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.insights import embedding_map
    from recommender.search import build

    catalogue, model = (
        open_catalogue(options.catalogue),
        _open_model(options.model, options.catalogue),
    )
    with shown_progress("indexing") as progress:
        index = build.open_index(catalogue, model, progress=progress)
    folder = options.out or build.index_folders(catalogue, model)[0]
    embedding_map.save(embedding_map.lay_out(index), folder)
    say(
        options,
        {
            "catalogue": catalogue.name,
            "model": model.name,
            "n_items": len(index),
            "folder": str(folder),
        },
        f"{catalogue.name}: a map of {len(index)} items in {folder}",
    )


def similar(options: argparse.Namespace) -> None:
    """Find what looks like an item or a picture."""
    from recommender.catalogue.filters import Wishes
    from recommender.search.results import to_dict

    recommender = _open_recommender(options.catalogue, options.model)
    wanted = {
        "colour": options.colour,
        "variety": options.variety,
        "fold": options.fold,
        "where": Wishes(
            categories=options.category, different=["brand"] if options.other_brands else []
        ),
    }
    if options.query in recommender.catalogue:
        result = recommender.similar(options.query, options.n_neighbors, **wanted)
    elif Path(options.query).exists():
        result = recommender.similar_to_image(options.query, options.n_neighbors, **wanted)
    else:
        raise RecommenderError(
            f"{options.query!r} is neither an item of {options.catalogue!r} nor a file"
        )
    lines = [
        f"{match.similarity:5.2f}  {match.item.item_id}  {match.item.title}"
        + (f"  (and {len(match.near_identical)} near-identical)" if match.near_identical else "")
        for match in result.matches
    ]
    lines.append(f"trust: {result.trust.level}, {result.elapsed_ms:.0f} ms")
    say(
        options,
        to_dict(
            result,
            recommender.catalogue,
            model=recommender.model.name,
            query=options.query,
            n_neighbors=options.n_neighbors,
        ),
        "\n".join(lines),
    )


def reconstruct(options: argparse.Namespace) -> None:
    """Decode a picture back from its code."""
    from recommender import images
    from recommender.config import write_atomically
    from recommender.recommend import reconstruct

    model = _open_model(options.model)
    result = reconstruct(model, images.load(options.image))
    _write(lambda: write_atomically(options.out, images.encode_png(result.decoded)), options.out)
    say(
        options,
        {
            "image": str(options.image),
            "model": model.name,
            "out": str(options.out),
            "n_numbers": result.n_numbers,
            "psnr": round(result.psnr, 3),
            "ssim": round(result.ssim, 4),
        },
        f"{options.out}: {result.n_numbers} numbers, {result.psnr:.1f} dB, SSIM {result.ssim:.3f}",
    )


def embed(options: argparse.Namespace) -> None:
    """Write embeddings."""
    import io

    import numpy as np

    from recommender.config import write_atomically
    from recommender.search import build

    model = _open_model(options.model)
    with shown_progress("embedding") as progress:
        ids, embeddings, skipped = build.embed_source(options.source, model, progress=progress)
    _tell_skipped(skipped)
    buffer = io.BytesIO()
    np.savez(buffer, ids=np.array(ids), embeddings=embeddings)
    _write(lambda: write_atomically(options.out, buffer.getvalue()), options.out)
    say(
        options,
        {
            "out": str(options.out),
            "model": model.name,
            "n_items": len(ids),
            "n_dims": embeddings.shape[1],
            "n_skipped": len(skipped),
        },
        f"{options.out}: {len(ids)} embeddings of {embeddings.shape[1]} numbers",
    )


def related(options: argparse.Namespace) -> None:
    """Write the related-products table."""
    from recommender.catalogue.filters import Wishes
    from recommender.insights.related import write

    recommender = _open_recommender(options.catalogue, options.model)
    where = Wishes(same=options.same, different=options.different)
    with shown_progress("relating") as progress:
        blocks = recommender.related(options.n_neighbors, where, progress=progress)
        n_rows = _write(lambda: write(blocks, options.out), options.out)
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


def evaluate(options: argparse.Namespace) -> None:
    """Score a model."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.evaluation import evaluate as scoring

    gallery = _open_recommender(options.catalogue, options.model)
    queries = open_catalogue(options.queries) if options.queries else None
    projection = _projection_of(gallery.model, options.fitted_on) if options.fitted_on else None
    with shown_progress("evaluating") as progress:
        figures = (
            scoring.evaluate_altered(gallery, projection=projection, progress=progress)
            if options.altered
            else scoring.evaluate(
                gallery, queries, label=options.label, projection=projection, progress=progress
            )
        )
    figures["fitted_on"] = options.fitted_on or options.catalogue
    if options.confusion:
        scoring.draw_confusion(figures, options.confusion)
    if options.record:
        _record(options.record, figures)
    names = ("precision_at_4", "precision_at_5", "map_at_10", "recall_at_1")
    lines = [f"{'':10}" + "".join(f"{name:>16}" for name in names)]
    for name, row in {figures["model"]: figures, **figures["baselines"]}.items():
        lines.append(f"{name:10}" + "".join(f"{row[column]:16.3f}" for column in names))
    if "psnr" in figures:
        lines.append(
            f"reconstruction of {figures['n_reconstructed']} pictures: "
            f"{figures['psnr']:.1f} dB, SSIM {figures['ssim']:.3f}"
        )
    say(options, figures, "\n".join(lines))


def _projection_of(model: Any, catalogue: str) -> Any:
    from recommender.catalogue.registry import open_catalogue
    from recommender.training.projection_prior import fit_only_on

    if model.defaults is None:
        raise ModelError(f"--fitted-on: nothing of the model {model.name!r} is fitted")
    return fit_only_on(model, open_catalogue(catalogue))


def _record(file: Path, figures: dict[str, Any]) -> None:
    """Keep what was measured beside the model, under what was asked."""
    from recommender.config import read_json, write_json

    names = [figures["catalogue"], figures["queries"], figures.get("label", "")]
    if figures["fitted_on"] != figures["catalogue"]:
        names.append(f"fitted on {figures['fitted_on']} only")
    known = read_json(file, default={})
    kept = {name: value for name, value in figures.items() if name != "confusion"}
    known.setdefault("evaluations", {})[" / ".join(name for name in names if name)] = kept
    _write(lambda: write_json(file, known), file)


def benchmark(options: argparse.Namespace) -> None:
    """Time the parts on this machine."""
    if options.engine:
        _benchmark_engine(options)
        return
    from recommender.evaluation import benchmark as timing

    with shown_progress("measuring") as progress:
        figures = timing.benchmark(
            n_items=options.items, n_pictures=options.pictures, progress=progress
        )
    lines = [
        f"{name:44} {row['median_ms']:9.2f} ms  "
        f"({row['min_ms']:.2f} to {row['max_ms']:.2f})"
        + (f"  {row['times_faster']:7.1f} x faster" if "times_faster" in row else "")
        for name, row in figures["timings"].items()
    ]
    if figures["import"]:
        lines += _import_lines(figures["import"])
    say(options, figures, "\n".join(lines))


def _benchmark_engine(options: argparse.Namespace) -> None:
    from recommender.evaluation.scale import measure_at_scale

    with shown_progress("measuring") as progress:
        figures = measure_at_scale(options.items, options.engine, progress=progress)
    say(options, figures, "\n".join(f"{name:24} {value}" for name, value in figures.items()))


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


def _open_model(name: str | None, catalogue: str = DEMO) -> Any:
    from recommender.inference.autoencoder import Autoencoder

    return Autoencoder.open(name or default_model(catalogue))


def _open_recommender(catalogue: str, model: str | None) -> Any:
    from recommender.recommend import Recommender

    with shown_progress("indexing") as progress:
        return Recommender.open(catalogue, model or default_model(catalogue), progress=progress)


def say(options: argparse.Namespace, document: Any, text: str) -> None:
    """Print a document where JSON was asked for, else the text."""
    print(json.dumps(document, ensure_ascii=False, indent=2) if options.json else text)


def _write(write: Callable[[], T], file: Path) -> T:
    try:
        return write()
    except OSError as error:
        raise RecommenderError(f"{file} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def shown_progress(what: str) -> Iterator[Progress]:
    """A progress bar on a terminal; nothing where the output is read by a program."""
    from tqdm import tqdm

    with tqdm(desc=what, disable=None, leave=False, file=sys.stderr) as bar:

        def report(n_done: int, n_all: int) -> None:
            bar.total = n_all
            bar.update(n_done - bar.n)

        yield report
