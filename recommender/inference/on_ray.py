"""Encodes pictures on a Ray cluster, from a folder or object storage into shards of features.

A task reads, encodes and writes one shard, whose name follows from its pictures: a task that is
done again, because its node died, writes the same file. What was written stays when the work is cut
off, and is passed over the next time.
"""

import contextlib
import hashlib
import json
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from recommender import images
from recommender.errors import CatalogueError, ImageError, ModelError, RecommenderError
from recommender.inference import feature_files
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_files import PARQUET, Rows
from recommender.inference.pipeline import encode_picture, load_enough
from recommender.types import Progress

N_IN_SHARD = 256  # pictures
STATES = ("size", "mtime", "ETag", "LastModified")  # of a file, as file systems tell them


@dataclass
class Encoding:
    """Counts the pictures that a cluster encoded, and names those that it could not.

    Attributes
    ----------
    n_rows : pictures that were encoded now
    n_shards_kept : shards that an earlier run had written
    skipped : name and reason of each picture that cannot be read
    """

    n_rows: int = 0
    n_shards_kept: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


def encode_on_ray(
    source: str, out: str, model: Autoencoder, address: str, *, progress: Progress | None = None
) -> Encoding:
    """Encode the pictures of a folder on a cluster that runs.

    Parameters
    ----------
    source, out : folders that all nodes reach, or addresses that fsspec knows, such as s3://...
    address : of the cluster, as `ray.init` takes it

    Raises
    ------
    CatalogueError : there is no picture in the source
    RecommenderError : Ray is not installed, does not answer, or gave up
    """
    try:
        import fsspec
        import ray.data  # noqa: F401  said before any work is done
    except ImportError as error:
        raise RecommenderError(
            f"--ray needs Ray: pip install 'lookalike[ray]' ({error.name} is missing)"
        ) from error
    try:
        files, root = fsspec.core.url_to_fs(source)
        target, folder = fsspec.core.url_to_fs(out)
        found = files.find(root, detail=True)
        target.makedirs(folder, exist_ok=True)
        written = {Path(name).name for name in target.ls(folder, detail=False)}
    except (OSError, ValueError, ImportError) as error:
        raise CatalogueError(f"{source} or {out} cannot be opened: {error}") from error
    shards = dict(_shards(found, root, model))
    if not shards:
        raise CatalogueError(f"there is no picture in {source}")
    tasks = [
        {
            "source": source,
            "out": out,
            "shard": shard,
            "names": names,
            "model": model.name,
            "model_sha256": model.fingerprint,
        }
        for shard, names in shards.items()
        if shard not in written
    ]
    result = Encoding(n_shards_kept=len(shards) - len(tasks))
    if not tasks:
        return result
    # a cluster's messages are printed, also that a node is lost: stdout is for the answer
    with contextlib.redirect_stdout(sys.stderr):
        _run(tasks, address, out, result, progress)
    return result


def _run(
    tasks: list[dict[str, Any]],
    address: str,
    out: str,
    result: Encoding,
    progress: Progress | None,
) -> None:
    import ray
    import ray.data
    from ray.exceptions import RayError

    try:
        ray.init(address=address, logging_level="ERROR", log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError, RayError) as error:
        raise RecommenderError(f"no Ray cluster answers at {address}: {_first(error)}") from error
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        # tasks and not actors: an actor that waits for a lost node's place would hold them up
        done = ray.data.from_items(
            [{"task": json.dumps(task)} for task in tasks], override_num_blocks=len(tasks)
        ).map(_encode_shard, num_cpus=1)
        for n_done, row in enumerate(done.iter_rows(), start=1):
            result.n_rows += int(row["n_rows"])
            result.skipped += [(name, reason) for name, reason in json.loads(row["skipped"])]
            if progress is not None:
                progress(n_done, len(tasks))
    except (RayError, RecommenderError) as error:
        raise RecommenderError(
            f"the Ray cluster at {address} gave up: {_first(error)}; the shards in {out} are kept"
        ) from error
    finally:
        ray.shutdown()


def _shards(
    found: Mapping[str, Mapping[str, Any]], root: str, model: Autoencoder
) -> Iterator[tuple[str, list[str]]]:
    """Yield names of shards, which change with their pictures, and the pictures' names."""
    pictures = sorted(name for name in found if Path(name).suffix.lower() in images.SUFFIXES)
    for start in range(0, len(pictures), N_IN_SHARD):
        part = pictures[start : start + N_IN_SHARD]
        digest = hashlib.sha256(model.fingerprint.encode())
        for name in part:
            states = [str(found[name].get(state)) for state in STATES]
            digest.update(json.dumps([name, *states]).encode())
        names = [name[len(root) :].lstrip("/") for name in part]
        yield f"features-{digest.hexdigest()[:24]}{PARQUET}", names


@cache
def _open(name: str, fingerprint: str) -> Autoencoder:
    """Open a model once in a worker's process."""
    model = Autoencoder.open(name)
    if model.fingerprint != fingerprint:
        raise ModelError(f"a node has the model {name!r} in another state: install the same")
    return model


def _encode_shard(row: dict[str, Any]) -> dict[str, Any]:
    """Encode the pictures of one shard and write it; runs on a node."""
    import fsspec

    task = json.loads(row["task"])
    model = _open(task["model"], task["model_sha256"])
    files, root = fsspec.core.url_to_fs(task["source"])
    target, folder = fsspec.core.url_to_fs(task["out"])
    skipped: list[tuple[str, str]] = []
    encoded = []
    for name in task["names"]:
        try:
            data = files.cat_file(f"{root}/{name}")
            features, error = encode_picture(model, load_enough(model, data))
        except ImageError as failure:
            skipped.append((name, str(failure)))
        except OSError as failure:
            skipped.append((name, f"cannot be read: {failure}"))
        else:
            encoded.append((name, images.content_fingerprint(data), features, error))
    if encoded:
        names, hashes, rows, errors = zip(*encoded, strict=True)
        whole = Rows(
            item_ids=names,
            numbers=[0] * len(names),
            hashes=hashes,
            features=np.stack(rows),
            errors=np.array(errors, np.float32),
        )
        with tempfile.TemporaryDirectory() as scratch:
            local = Path(scratch) / task["shard"]
            feature_files.write(local, model, [whole])
            # moved into place: whoever reads meets whole shards only
            part = f"{folder}/.{uuid.uuid4().hex}.part"
            target.put_file(str(local), part)
            target.mv(part, f"{folder}/{task['shard']}")
    return {"n_rows": len(encoded), "skipped": json.dumps(skipped)}


def _first(error: BaseException) -> str:
    """Return the sentence at the end of an error of Ray, whose others are the way there."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
