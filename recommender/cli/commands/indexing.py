"""Commands that encode pictures: into an index, a map, or a file of embeddings."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.cli.arguments import AddsCommand, add_json, add_names, open_model, positive
from recommender.cli.output import say, shown_progress, tell_skipped, write
from recommender.errors import RecommenderError

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.search.encoding import Taken


def add(command_named: AddsCommand) -> None:
    """Register the commands."""
    command = command_named("index", index, "encode a catalogue and build its index")
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
    command.add_argument(
        "--workers",
        type=positive,
        help="processes that encode, of one core each; threads of this one by default",
    )
    command.add_argument(
        "--import-embeddings",
        type=Path,
        metavar="FILE",
        help="take what `embed --features` wrote elsewhere, a file or a folder of files; pictures "
        "that are not in it are encoded here",
    )
    command.add_argument("--out", type=Path, help="folder of the index")
    add_names(command, catalogue_required=True)

    command = command_named("map", map_, "lay a catalogue out on a plane, for the page's map")
    command.add_argument("--out", type=Path, help="folder of the index that it belongs to")
    add_names(command, catalogue_required=True)

    command = command_named(
        "embed", embed, "write the embeddings of a folder's or a catalogue's pictures"
    )
    command.add_argument("source", help="a folder, or a catalogue's name")
    command.add_argument("--out", required=True, metavar="FILE.npz|.parquet")
    command.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="with --features: encode on a Ray cluster, such as 'auto' or ray://head:10001, from a "
        "folder or an address that fsspec knows into shards in the folder --out",
    )
    kind = command.add_mutually_exclusive_group()
    kind.add_argument(
        "--features",
        action="store_true",
        help="write what embeddings are projected from, which `index --import-embeddings` takes",
    )
    kind.add_argument(
        "--space",
        metavar="CATALOGUE",
        help="make embeddings that can be compared with this catalogue's index; embeddings of two "
        "spaces cannot be compared",
    )
    command.add_argument("--model")
    add_json(command)


def index(options: argparse.Namespace) -> None:
    """Encode a catalogue and build its index."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.search import build
    from recommender.search.encoding import take_features
    from recommender.search.engines import choose_engine
    from recommender.search.growth import WORTH_REFITTING, new_share

    if options.engine is not None:
        choose_engine(options.engine, 0)  # one that is missing is said before the encoding
    catalogue = open_catalogue(options.catalogue)
    model = open_model(options.model, options.catalogue)
    taken = None
    if options.import_embeddings is not None:
        taken = take_features(catalogue, model, options.import_embeddings)
        print(_taken_line(catalogue.name, taken), file=sys.stderr)
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
    n_pictures, n_dims = index.embeddings.shape
    n_items, share = len(catalogue), new_share(index)
    advice = ""
    if share > WORTH_REFITTING:
        advice = f"; {share:.0%} came after the projection was fitted: see --refit"
    say(
        options,
        {
            "catalogue": catalogue.name,
            "model": model.name,
            "engine": index.engine_name,
            "n_items": n_items,
            "n_pictures": n_pictures,
            "n_dims": n_dims,
            "share_after_fit": round(share, 3),
            "imported": None if taken is None else asdict(taken),
            "folder": str(folder),
        },
        f"{catalogue.name}: {n_items} items of {n_dims} numbers in {folder}" + advice,
    )


def _taken_line(name: str, taken: "Taken") -> str:
    parts = [f"{_counted(taken.n_taken, 'picture')} of {name!r} taken"]
    if taken.n_known:
        parts.append(f"{_counted(taken.n_known, 'row')} of what was encoded before")
    if taken.n_unknown:
        parts.append(
            f"{_counted(taken.n_unknown, 'row')} left out that belong to no picture of {name!r}, "
            f"first of {taken.first_unknown!r}"
        )
    if taken.n_missing:
        parts.append(f"{_counted(taken.n_missing, 'picture')} missing there and encoded here")
    return "; ".join(parts)


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'s' * (n != 1)}"


def map_(options: argparse.Namespace) -> None:
    """Lay a catalogue out on a plane."""
    from recommender.catalogue.registry import open_catalogue
    from recommender.insights import embedding_map
    from recommender.search import build

    catalogue = open_catalogue(options.catalogue)
    model = open_model(options.model, options.catalogue)
    with shown_progress("indexing") as progress:
        index = build.open_index(catalogue, model, progress=progress)
    folder = options.out or build.index_folders(catalogue, model)[0]
    embedding_map.save(embedding_map.lay_out(index), folder)
    say(
        options,
        {
            "catalogue": catalogue.name,
            "model": model.name,
            "n_items": len(catalogue),
            "folder": str(folder),
        },
        f"{catalogue.name}: a map of {len(catalogue)} items in {folder}",
    )


def embed(options: argparse.Namespace) -> None:
    """Write embeddings, or the features that they are projected from."""
    from recommender.inference.feature_files import EMBEDDINGS, FEATURES

    model = open_model(options.model)
    skipped: list[tuple[str, str]] = []
    if options.ray is not None:
        _embed_on_ray(options, model)
        return
    options.out = Path(options.out)
    make = _write_features if options.features else _write_embeddings
    n_items, n_dims = make(options, model, skipped)
    what = FEATURES if options.features else EMBEDDINGS
    tell_skipped(skipped)
    say(
        options,
        {
            "out": str(options.out),
            "model": model.name,
            "holds": what,
            "space": options.space,
            "n_items": n_items,
            "n_dims": n_dims,
            "n_skipped": len(skipped),
        },
        f"{options.out}: {n_items} {what} of {n_dims} numbers",
    )


def _embed_on_ray(options: argparse.Namespace, model: "Autoencoder") -> None:
    from recommender.inference.on_ray import encode_on_ray

    if not options.features:
        raise RecommenderError("--ray writes features: give --features as well")
    with shown_progress("encoding") as progress:
        made = encode_on_ray(options.source, options.out, model, options.ray, progress=progress)
    tell_skipped(made.skipped)
    say(
        options,
        {
            "out": options.out,
            "model": model.name,
            "holds": "features",
            "n_items": made.n_rows,
            "n_dims": model.n_features,
            "n_shards_kept": made.n_shards_kept,
            "n_skipped": len(made.skipped),
            "skipped": [{"source": name, "reason": reason} for name, reason in made.skipped],
        },
        f"{options.out}: {made.n_rows} features of {model.n_features} numbers, and "
        f"{_counted(made.n_shards_kept, 'shard')} of an earlier run",
    )


def _write_features(
    options: argparse.Namespace, model: "Autoencoder", skipped: list[tuple[str, str]]
) -> tuple[int, int]:
    from recommender.inference import feature_files
    from recommender.search.embedding import features_of

    with shown_progress("encoding") as progress:
        batches = features_of(options.source, model, skipped, progress=progress)
        n_rows = write(lambda: feature_files.write(options.out, model, batches), options.out)
    return n_rows, model.n_features


def _write_embeddings(
    options: argparse.Namespace, model: "Autoencoder", skipped: list[tuple[str, str]]
) -> tuple[int, int]:
    import io

    import numpy as np

    from recommender.config import write_atomically
    from recommender.inference.feature_files import ABOUT, EMBEDDINGS, PARQUET, About
    from recommender.search.embedding import embed_source

    if options.out.suffix.lower() == PARQUET:
        raise RecommenderError(f"{options.out} must end in .npz: --features alone write Parquet")
    with shown_progress("embedding") as progress:
        ids, embeddings, left_out = embed_source(
            options.source, model, space=options.space, progress=progress
        )
    skipped += left_out
    about = About.of(model, stage=EMBEDDINGS, space=options.space or options.source)
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {
        "ids": np.array(ids),
        "embeddings": embeddings,
        ABOUT: np.array(about.to_json()),
    }
    np.savez(buffer, **arrays)
    write(lambda: write_atomically(options.out, buffer.getvalue()), options.out)
    return len(ids), embeddings.shape[1]
