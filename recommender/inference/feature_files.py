"""Reads and writes files of features, which carry them from the machine that encoded them.

A file holds what embeddings are projected from, and not embeddings: a projection belongs to one
index, and an index that is fitted later needs the features. Each row names its picture by the hash
of its content, so that features of another state of a picture are never taken for its own. A file
is Parquet or .npz; a folder of them is read as one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from recommender import damage
from recommender.config import Settings, replacing
from recommender.errors import CatalogueError
from recommender.inference.autoencoder import Autoencoder
from recommender.types import Floats

FORMAT = 1
FEATURES, EMBEDDINGS = "features", "embeddings"
NPZ, PARQUET = ".npz", ".parquet"
ABOUT = "lookalike"  # names what says how the rows were made: an array, or metadata of Parquet
COLUMNS = ("item_id", "picture", "image_sha256", "reconstruction_error", FEATURES)
SHA256 = re.compile(r"[0-9a-f]{64}")
ROWS_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class About(Settings):
    """Says which model made the rows of a file, and at which stage they are.

    Attributes
    ----------
    model, model_sha256 : name and fingerprint of the model
    stage : "features", or "embeddings", which are features after a projection
    space : the catalogue whose index has that projection; None of features
    """

    model: str
    model_sha256: str
    stage: str
    space: str | None = None
    format: int = FORMAT

    @classmethod
    def of(cls, model: Autoencoder, *, stage: str = FEATURES, space: str | None = None) -> "About":
        """Describe rows that a model made."""
        return cls(model=model.name, model_sha256=model.fingerprint, stage=stage, space=space)

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(self.to_dict())


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Encoded pictures.

    Attributes
    ----------
    item_ids, hashes : of each picture's item and of its content
    numbers : which of its item's pictures it is; 0 is the cover
    features, errors : of shapes (n, n_features) and (n,)
    """

    item_ids: Sequence[str]
    numbers: Sequence[int]
    hashes: Sequence[str]
    features: Floats
    errors: Floats


def precision(model: Autoencoder) -> DTypeLike:
    """Precision of kept features; single where features are embeddings, as the article's are."""
    return np.float32 if model.prior is None else np.float16


def write(file: Path, model: Autoencoder, batches: Iterable[Rows]) -> int:
    """Write a file of features; what was there is replaced only by a whole new one.

    Parameters
    ----------
    file : its suffix, .npz or .parquet, says the format; Parquet is written as the rows come

    Returns
    -------
    n_rows : how many were written

    Raises
    ------
    CatalogueError : the file has another suffix
    """
    writers = {NPZ: _write_npz, PARQUET: _write_parquet}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise CatalogueError(f"{file} must end in {NPZ} or {PARQUET}")
    with replacing(file) as temporary:
        return writer(temporary, model, batches)


def read(source: Path, model: Autoencoder) -> Iterator[Rows]:
    """Features that the very same model made, from a file or a folder of files.

    Raises
    ------
    CatalogueError : a file is missing or damaged, comes from another model, holds something else
        than features, features of another size, or numbers that are not finite
    """
    for file in _files(source):
        reader = _read_npz if file.suffix.lower() == NPZ else _read_parquet
        for rows in reader(file, model):
            _check(file, rows, model)
            yield rows


def _files(source: Path) -> list[Path]:
    if source.is_file():
        if source.suffix.lower() not in (NPZ, PARQUET):
            raise CatalogueError(f"{source} must end in {NPZ} or {PARQUET}, or be a folder of such")
        return [source]
    files = sorted(
        file
        for file in (source.iterdir() if source.is_dir() else ())
        if file.suffix.lower() in (NPZ, PARQUET) and not file.name.startswith(("_", "."))
    )
    if not files:
        what = "holds no .parquet or .npz file" if source.is_dir() else "is not there"
        raise CatalogueError(f"{source} {what}: write features by `embed --features`")
    return files


def _check_about(file: Path, text: str | None, model: Autoencoder) -> None:
    if text is None:
        raise CatalogueError(
            f"{file} does not say which model made it: write it by `embed --features`"
        )
    try:
        about = About.from_dict(json.loads(text))
    except (TypeError, ValueError, AttributeError) as error:
        raise _damaged(file, error) from error
    if about.format != FORMAT:
        raise CatalogueError(f"{file} has format {about.format}; this version reads {FORMAT}")
    if about.model_sha256 != model.fingerprint:
        state = " in another state" if about.model == model.name else ""
        raise CatalogueError(
            f"{file} was made by the model {about.model!r}{state}, and the index is to be of "
            f"{model.name!r}: encode with the same model"
        )
    if about.stage != FEATURES:
        where = f" in the space of {about.space!r}" if about.space else ""
        raise CatalogueError(
            f"{file} holds embeddings{where}, which no index can be fitted on: write it by "
            "`embed --features`"
        )


def _check(file: Path, rows: Rows, model: Autoencoder) -> None:
    width = rows.features.shape[1]
    if width != model.n_features:
        raise CatalogueError(
            f"{file} holds features of {width} numbers; those of {model.name!r} have "
            f"{model.n_features}"
        )
    with np.errstate(over="ignore"):  # what half precision cannot hold is not finite either
        kept = rows.features.astype(precision(model), copy=False)
    is_sound = np.isfinite(kept).all(axis=1) & np.isfinite(rows.errors)
    if not is_sound.all():
        item_id = rows.item_ids[int(np.argmin(is_sound))]
        raise CatalogueError(f"{file} holds numbers that are not finite, first of {item_id!r}")
    for each in rows.hashes:
        if not SHA256.fullmatch(each):
            raise CatalogueError(f"{file} holds {each!r:.80} in place of a picture's SHA-256")


def _write_npz(file: Path, model: Autoencoder, batches: Iterable[Rows]) -> int:
    held = list(batches)
    joined: dict[str, Any] = {
        ABOUT: np.array(About.of(model).to_json()),
        "item_id": np.array([each for rows in held for each in rows.item_ids], np.str_),
        "picture": np.array([each for rows in held for each in rows.numbers], np.int32),
        "image_sha256": np.array([each for rows in held for each in rows.hashes], np.str_),
        "reconstruction_error": np.concatenate([rows.errors for rows in held]),
        FEATURES: np.concatenate([rows.features.astype(precision(model)) for rows in held]),
    }
    with file.open("wb") as stream:
        np.savez(stream, **joined)
    return len(joined["item_id"])


def _write_parquet(file: Path, model: Autoencoder, batches: Iterable[Rows]) -> int:
    import pyarrow as pa  # half a second that other commands need not wait for
    import pyarrow.parquet as pq

    size = pa.float16() if precision(model) == np.float16 else pa.float32()
    types = (pa.string(), pa.int32(), pa.string(), pa.float32(), pa.list_(size, model.n_features))
    schema = pa.schema(
        list(zip(COLUMNS, types, strict=True)), metadata={ABOUT: About.of(model).to_json()}
    )
    n_rows = 0
    # features are as good as random: a dictionary of them would only take time
    with pq.ParquetWriter(file, schema, use_dictionary=False, compression="none") as writer:
        for rows in batches:
            flat = pa.array(rows.features.astype(precision(model)).ravel())
            columns = [
                pa.array(rows.item_ids, pa.string()),
                pa.array(rows.numbers, pa.int32()),
                pa.array(rows.hashes, pa.string()),
                pa.array(rows.errors, pa.float32()),
                pa.FixedSizeListArray.from_arrays(flat, model.n_features),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            n_rows += len(rows.item_ids)
    return n_rows


def _read_npz(file: Path, model: Autoencoder) -> Iterator[Rows]:
    try:
        arrays = damage.read_arrays(file)
        _check_about(file, str(arrays[ABOUT]) if ABOUT in arrays else None, model)
        item_ids, numbers, hashes, errors, features = (arrays[name] for name in COLUMNS)
        n_rows = {len(array) for array in (item_ids, numbers, hashes, errors, features)}
        if len(n_rows) != 1 or features.ndim != 2:  # noqa: PLR2004  rows and numbers
            raise ValueError("its columns have several lengths")
        for start in range(0, len(item_ids), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            yield Rows(
                item_ids=item_ids[part].tolist(),
                numbers=numbers[part].tolist(),
                hashes=hashes[part].tolist(),
                features=np.asarray(features[part], np.float32),
                errors=np.asarray(errors[part], np.float32),
            )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(file, error) from error


def _read_parquet(file: Path, model: Autoencoder) -> Iterator[Rows]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            about = (opened.schema_arrow.metadata or {}).get(ABOUT.encode())
            _check_about(file, None if about is None else about.decode(), model)
            for batch in opened.iter_batches(ROWS_AT_ONCE, columns=list(COLUMNS)):
                item_ids, numbers, hashes, errors, features = (
                    batch.column(name) for name in COLUMNS
                )
                widths = pc.unique(pc.list_value_length(features)).to_pylist()
                if len(widths) != 1 or any(column.null_count for column in batch.columns):
                    raise ValueError("some of its rows are not whole")
                flat = features.flatten().to_numpy(zero_copy_only=False)
                yield Rows(
                    item_ids=item_ids.to_pylist(),
                    numbers=numbers.to_pylist(),
                    hashes=hashes.to_pylist(),
                    features=np.asarray(flat, np.float32).reshape(len(batch), widths[0]),
                    errors=errors.to_numpy(zero_copy_only=False).astype(np.float32),
                )
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception) -> CatalogueError:
    reason = str(error).strip().splitlines()
    return CatalogueError(f"{file} is damaged: {reason[0] if reason else type(error).__name__}")
