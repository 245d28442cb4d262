"""Commands that encode pictures: into an index, a map, or a file of embeddings."""

import argparse
from pathlib import Path

from recommender.cli.arguments import AddsCommand, add_json, add_names, open_model, positive
from recommender.cli.output import say, shown_progress, tell_skipped, write


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
    command.add_argument("--workers", type=positive, help="threads; as many as cores by default")
    command.add_argument("--out", type=Path, help="folder of the index")
    add_names(command, catalogue_required=True)

    command = command_named("map", map_, "lay a catalogue out on a plane, for the page's map")
    command.add_argument("--out", type=Path, help="folder of the index that it belongs to")
    add_names(command, catalogue_required=True)

    command = command_named(
        "embed", embed, "write the embeddings of a folder's or a catalogue's pictures"
    )
    command.add_argument("source", help="a folder, or a catalogue's name")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.npz")
    command.add_argument(
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
    from recommender.search.engines import choose_engine
    from recommender.search.growth import WORTH_REFITTING, new_share

    if options.engine is not None:
        choose_engine(options.engine, 0)  # one that is missing is said before the encoding
    catalogue = open_catalogue(options.catalogue)
    model = open_model(options.model, options.catalogue)
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
            "folder": str(folder),
        },
        f"{catalogue.name}: {n_items} items of {n_dims} numbers in {folder}" + advice,
    )


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
    """Write embeddings."""
    import io

    import numpy as np

    from recommender.config import write_atomically
    from recommender.search import build

    model = open_model(options.model)
    with shown_progress("embedding") as progress:
        ids, embeddings, skipped = build.embed_source(
            options.source, model, space=options.space, progress=progress
        )
    tell_skipped(skipped)
    buffer = io.BytesIO()
    np.savez(buffer, ids=np.array(ids), embeddings=embeddings)
    write(lambda: write_atomically(options.out, buffer.getvalue()), options.out)
    say(
        options,
        {
            "out": str(options.out),
            "model": model.name,
            "space": options.space,
            "n_items": len(ids),
            "n_dims": embeddings.shape[1],
            "n_skipped": len(skipped),
        },
        f"{options.out}: {len(ids)} embeddings of {embeddings.shape[1]} numbers",
    )
