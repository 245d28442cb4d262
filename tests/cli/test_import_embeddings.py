"""Features that were encoded elsewhere make the same index as those encoded here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.feature_files import PARQUET
from recommender.models import ARTICLE
from recommender.search import build

Run = Callable[..., tuple[int, str, str]]
INDEX = ("index", "--catalogue", "shop", "--model", "article", "--json")


@pytest.fixture
def imported(brought_in: Path, shop: Path) -> Path:
    """The shop's folder; its catalogue has an index, and no features are kept."""
    shutil.copytree(brought_in / "catalogues", catalogues_folder(), dirs_exist_ok=True)
    shutil.rmtree(catalogues_folder() / "shop" / "features")
    return shop


@pytest.fixture
def features(run: Run, imported: Path, tmp_path: Path) -> Path:
    file = tmp_path / "features.parquet"
    assert run("embed", imported, "--features", "--out", file, "--model", "article")[0] == 0
    return file


def state() -> str:
    folder = build.places(catalogues_folder() / "shop", Autoencoder.open(ARTICLE))[0]
    return (folder / "index.json").read_text()


@pytest.mark.parametrize(("suffix", "name"), [(".npz", "article"), (".parquet", "perceptual")])
def test_an_index_of_imported_features_equals_its_own(
    run: Run,
    imported: Path,
    tmp_path: Path,
    suffix: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, catalogue = Autoencoder.open(name), open_catalogue("shop")
    own = build.build(catalogue, model)
    file = tmp_path / f"features{suffix}"
    status, out, _ = run("embed", imported, "--features", "--out", file, "--model", name, "--json")
    assert (status, json.loads(out)["n_dims"]) == (0, model.n_features)

    def refuse(*_: object) -> None:
        raise AssertionError("a picture was encoded again")

    monkeypatch.setattr("recommender.inference.pipeline.encode_picture", refuse)
    status, out, messages = run(
        "index", "--catalogue", "shop", "--model", name, "--import-embeddings", file,
        "--json",
    )  # fmt: skip
    assert status == 0, messages
    found = json.loads(out)["imported"]
    assert (found["n_taken"], found["n_unknown"], found["n_missing"]) == (18, 0, 0)
    index = build.open_index(catalogue, model)
    assert list(index.ids) == list(own.ids)
    assert np.array_equal(np.asarray(index.embeddings), np.asarray(own.embeddings))
    assert np.array_equal(index.reconstruction_errors, own.reconstruction_errors)


def test_what_is_unknown_is_counted_and_what_is_missing_is_encoded(
    run: Run, imported: Path, features: Path, tmp_path: Path
) -> None:
    table = pq.read_table(features)
    changed = pa.array(["f" * 64, *table.column("image_sha256").to_pylist()[1:]])
    shards = tmp_path / "shards"
    shards.mkdir()
    changed_table = table.set_column(2, "image_sha256", changed)
    pq.write_table(changed_table.slice(0, 9), shards / "a.parquet")
    pq.write_table(changed_table.slice(9, 6), shards / "b.parquet")
    (shards / "_SUCCESS.parquet").write_bytes(b"of other tools")
    status, out, messages = run(*INDEX, "--import-embeddings", shards)
    assert status == 0, messages
    found = json.loads(out)["imported"]
    assert (found["n_taken"], found["n_unknown"], found["n_missing"]) == (14, 1, 4)
    assert "1 row left out" in messages
    assert "4 pictures missing there" in messages


def damaged(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def of_another_model(file: Path) -> None:
    table = pq.read_table(file)
    about = json.loads(table.schema.metadata[b"lookalike"]) | {"model_sha256": "0" * 64}
    pq.write_table(table.replace_schema_metadata({"lookalike": json.dumps(about)}), file)


def anonymous(file: Path) -> None:
    pq.write_table(pq.read_table(file).replace_schema_metadata(None), file)


def narrow(file: Path) -> None:
    table = pq.read_table(file)
    values = np.zeros(len(table) * 256, np.float32)
    column = pa.FixedSizeListArray.from_arrays(pa.array(values), 256)
    pq.write_table(table.set_column(4, "features", column), file)


def infinite(file: Path) -> None:
    table = pq.read_table(file)
    values = np.array(table.column("features").to_pylist(), np.float32)
    values[17, 5] = np.nan  # in the last row: those before it are not kept either
    column = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    pq.write_table(table.set_column(4, "features", column), file)


def of_other_pictures(file: Path) -> None:
    table = pq.read_table(file)
    hashes = pa.array([f"{row:064x}" for row in range(len(table))])
    pq.write_table(table.set_column(2, "image_sha256", hashes), file)


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (damaged, "is damaged"),
        (of_another_model, "in another state"),
        (anonymous, "does not say which model"),
        (narrow, "features of 256 numbers"),
        (infinite, "not finite"),
        (of_other_pictures, "none of the 18 rows"),
        (gone, "is not there"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence_and_changes_nothing(
    run: Run, features: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    assert features.suffix == PARQUET
    before = state()
    spoil(features)
    status, out, messages = run(*INDEX, "--import-embeddings", features)
    assert (status, out) == (2, "")
    assert sentence in messages
    assert len(messages.strip().splitlines()) == 1
    assert state() == before
    assert not list((catalogues_folder() / "shop").glob("features/*.db"))


def test_embeddings_are_refused_in_favour_of_features(
    run: Run, imported: Path, tmp_path: Path
) -> None:
    file = tmp_path / "embeddings.npz"
    names = ("--model", "article")
    assert run("embed", imported, "--space", "shop", "--out", file, *names)[0] == 0
    status, _, messages = run(*INDEX, "--import-embeddings", file)
    assert status == 2
    assert "holds embeddings in the space of 'shop'" in messages
    assert run("embed", imported, "--out", tmp_path / "x.parquet", *names)[0] == 2
