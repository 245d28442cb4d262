import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recommender import images
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.config import PROJECT
from tests.conftest import draw
from tests.shelves import first_of, shelf

Run = Callable[..., tuple[int, str, str]]
MAP = "image=file,category=kind,brand=maker"


@pytest.fixture
def imported(brought_in: Path, shop: Path) -> Path:
    """The shop's folder, after its import."""
    shutil.copytree(brought_in / "catalogues", catalogues_folder(), dirs_exist_ok=True)
    return shop


def test_import_and_catalogues(run: Run, shop: Path) -> None:
    status, out, _ = run("import", shop, "--name", "shop", "--map", MAP, "--json")
    assert status == 0
    document = json.loads(out)
    assert (document["catalogue"], document["n_items"], document["skipped"]) == ("shop", 18, [])
    assert document["counts"] == {"added": 18}
    assert document["rows"][0]["source"] == "row 2"
    status, out, _ = run("catalogues", "--json")
    assert {"catalogue": "shop", "n_items": 18, "problem": ""} in json.loads(out)


def test_a_broken_catalogue_is_listed_as_broken(run: Run, imported: Path) -> None:
    (catalogues_folder() / "broken").mkdir()
    (catalogues_folder() / "broken" / "catalogue.db").touch()
    status, out, _ = run("catalogues")
    assert status == 0
    assert "shop: 18 items" in out
    assert "broken: " in out


def test_import_reports_what_it_skipped(run: Run, shop: Path) -> None:
    (shop / "disc-red-0.png").write_bytes(b"broken")
    status, out, messages = run("import", shop, "--name", "shop", "--map", MAP, "--json")
    assert status == 0
    assert json.loads(out)["skipped"][0]["source"] == "row 2"
    assert "row 2" in messages


def test_import_names_the_first_of_many_and_counts_the_rest(run: Run, shop: Path) -> None:
    for file in list(shop.glob("*.png"))[:12]:
        file.write_bytes(b"broken")
    status, out, messages = run("import", shop, "--name", "shop", "--map", MAP, "--no-index")
    assert status == 0
    assert "6 items (6 added, 12 skipped)" in out
    assert "left out: pictures that are missing or cannot be read (12)" in out
    lines = messages.strip().splitlines()
    assert sum(line.startswith("  row") for line in lines) == 5
    assert "7 more" in lines[-1]


def test_update_and_remove(run: Run, imported: Path, tmp_path: Path) -> None:
    draw("bar", "green", shift_px=9).save(tmp_path / "new.png")
    (tmp_path / "more.csv").write_text("id,image\nnew,new.png\n")
    _, out, _ = run("import", tmp_path / "more.csv", "--name", "shop", "--update", "--json")
    assert (json.loads(out)["n_items"], json.loads(out)["n_encoded"]) == (19, 1)
    assert run("remove", "disc-red-0", "--catalogue", "shop")[0] == 0
    _, out, _ = run("similar", "new", "--catalogue", "shop", "-k", "30", "--json")
    found = {match["item_id"] for match in json.loads(out)["matches"]}
    assert len(found) == 17
    assert "disc-red-0" not in found
    assert run("remove", "--catalogue", "shop")[0] == 2
    assert run("remove", "--everything", "--catalogue", "shop")[0] == 0
    assert run("similar", "new", "--catalogue", "shop")[0] == 2


def test_similar_to_an_item_and_to_a_picture(run: Run, imported: Path) -> None:
    for query in ("disc-red-0", imported / "disc-red-0.png"):
        status, out, _ = run("similar", query, "-k", 3, "--catalogue", "shop", "--json")
        document = json.loads(out)
        assert status == 0
        assert len(document["matches"]) == document["n_neighbors"] == 3
    assert document["matches"][0]["item_id"] == "disc-red-0"


def test_the_things_in_a_photo(run: Run, tmp_path: Path) -> None:
    catalogue = open_catalogue("demo")
    wanted = [first_of(catalogue, category) for category in ("sofa", "mug")]
    photo = tmp_path / "photo.png"
    Image.fromarray(shelf(catalogue, wanted)).save(photo)
    status, out, _ = run("similar", photo, "--regions", "-k", 2, "--json")
    assert status == 0
    regions = json.loads(out)["regions"]
    kinds = {match["category"] for region in regions for match in region["matches"]}
    assert {"sofa", "mug"} <= kinds
    assert all(len(region["box"]) == 4 for region in regions)
    _, out, _ = run("similar", photo, "--regions", "-k", 2)
    assert f"region 1 of {len(regions)} at " in out
    status, _, messages = run("similar", wanted[0], "--regions")
    assert status == 2
    assert "give a picture's file" in messages


def test_index(run: Run, imported: Path) -> None:
    status, out, _ = run("index", "--catalogue", "shop", "--model", "article", "--json")
    assert status == 0
    assert json.loads(out)["n_dims"] == 2888


def test_reconstruct_writes_a_picture(run: Run, imported: Path, tmp_path: Path) -> None:
    out_file = tmp_path / "deep" / "out.png"
    status, out, _ = run(
        "reconstruct", imported / "disc-red-0.png", "--out", out_file,
        "--model", "article", "--json",
    )  # fmt: skip
    assert status == 0
    assert json.loads(out)["n_numbers"] == 2888
    assert json.loads(out)["n_bytes"] == 4 * 2888
    assert images.load(out_file).shape == (150, 150, 3)


def test_embed_a_folder_and_a_catalogue(run: Run, imported: Path, tmp_path: Path) -> None:
    (imported / "broken.png").write_bytes(b"broken")
    (imported / "sub").mkdir()
    (imported / "disc-red-0.png").rename(imported / "sub" / "x.png")
    folder_file, catalogue_file = tmp_path / "folder.npz", tmp_path / "catalogue.npz"
    status, _, messages = run("embed", imported, "--out", folder_file, "--model", "article")
    assert status == 0
    assert "broken.png" in messages
    assert run("embed", "shop", "--out", catalogue_file, "--model", "article")[0] == 0
    with np.load(folder_file) as folder, np.load(catalogue_file) as catalogue:
        assert folder["embeddings"].shape == catalogue["embeddings"].shape == (18, 2888)
        assert folder["embeddings"].dtype == np.float32
        assert "sub/x.png" in folder["ids"]
        row = list(folder["ids"]).index("box-red-1.png")
        other = list(catalogue["ids"]).index("box-red-1")
        assert folder["embeddings"][row] == pytest.approx(catalogue["embeddings"][other])


def test_embeddings_in_the_space_of_a_catalogue_find_its_pictures(
    run: Run, imported: Path, tmp_path: Path
) -> None:
    names, own, other = ("--model", "perceptual"), tmp_path / "own.npz", tmp_path / "other.npz"
    assert run("embed", imported, "--space", "shop", "--out", own, *names)[0] == 0
    assert run("embed", "shop", "--space", "shop", "--out", other, *names)[0] == 0
    with np.load(own) as folder, np.load(other) as catalogue:
        nearest = (folder["embeddings"] @ catalogue["embeddings"].T).argmax(axis=1)
        found = [str(catalogue["ids"][row]) for row in nearest]
        assert found == [Path(str(name)).stem for name in folder["ids"]]
    status, _, messages = run("embed", imported, "--space", "none", "--out", own)
    assert status == 2
    assert "none" in messages


def test_evaluate(run: Run, imported: Path) -> None:
    status, out, _ = run("evaluate", "--catalogue", "shop", "--model", "article", "--json")
    assert status == 0
    wanted = {
        "catalogue", "model", "n_queries", "n_gallery", "precision_at_4", "precision_at_5",
        "map_at_10", "psnr", "ssim", "baselines",
    }  # fmt: skip
    assert wanted <= set(json.loads(out))


@pytest.mark.parametrize(
    "arguments",
    [
        ("similar", "nothing-of-the-kind"),
        ("similar", "x", "--catalogue", "none"),
        ("similar", "x", "--model", "none"),
        ("similar", "x", "-k", "0"),
        ("import", "nowhere", "--name", "shop"),
        ("import", ".", "--name", "../etc"),
        ("import", ".", "--name", "shop", "--map", "image"),
        ("train", "unknown", "--catalogue", "demo"),
        ("index", "--catalogue", "demo", "--engine", "quantum"),
        ("embed", "nowhere", "--out", "x.npz"),
        ("evaluate", "--catalogue", "demo", "--label", "shoe-size"),
        ("no-such-command",),
        (),
    ],
)
def test_wrong_input_is_exit_status_2_and_one_line(
    run: Run, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, messages = run(*arguments)
    assert (status, out) == (2, "")
    assert "Traceback" not in messages
    assert messages.strip().splitlines()[-1].count(": ") >= 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("empty.png", b""), ("text.jpg", b"hello"), ("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")],
)
def test_bad_pictures_are_exit_status_2(run: Run, tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    for command in (
        ("similar", tmp_path / name),
        ("reconstruct", tmp_path / name, "--out", tmp_path / "o"),
    ):
        status, out, messages = run(*command)
        assert (status, out) == (2, "")
        assert name in messages
        assert len(messages.strip().splitlines()) == 1


def test_the_module_runs_and_never_imports_tensorflow(imported: Path) -> None:
    script = (
        "import sys; from recommender.cli import main; "
        "status = main(['similar', 'disc-red-0', '--catalogue', 'shop', '--json']); "
        "assert not {'tensorflow', 'keras', 'streamlit'} & set(sys.modules); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    helped = subprocess.run(
        [sys.executable, "-m", "recommender", "--help"],
        capture_output=True,
        check=False,
        cwd=PROJECT,
    )
    assert helped.returncode == 0


OPTIONS = ("--category", "box", "--diversity", "0.3", "--group-duplicates", "-k", "4")
FORMER = ("--category", "box", "--variety", "0.3", "--fold", "--n-neighbors", "4")


@pytest.mark.usefixtures("imported")
def test_similar_takes_options_under_both_names(run: Run) -> None:
    documents = []
    for options in (OPTIONS, FORMER):
        status, out, _ = run(
            "similar", "disc-red-0", "--catalogue", "shop", "--model", "article", *options, "--json"
        )
        assert status == 0
        documents.append(json.loads(out)["matches"])
    assert documents[0] == documents[1]
    assert [match["category"] for match in documents[0]] == ["box"] * len(documents[0])


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--diversity", "2", "diversity"),
        ("--variety", "2", "diversity"),
        ("--colour-weight", "-1", "colour weight"),
        ("--colour", "0.5", "cannot weigh colours"),
    ],
)
def test_an_option_out_of_its_range_is_refused(
    run: Run, option: str, value: str, word: str
) -> None:
    shop = ("--catalogue", "shop", "--model", "article")
    status, _, message = run("similar", "disc-red-0", *shop, f"{option}={value}")
    assert status == 2
    assert word in message


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--altered", "--queries", "shop"), "--queries"),
        (("--altered", "--label", "category"), "--label"),
        (("--altered", "--confusion", "x.png"), "--confusion"),
    ],
)
def test_evaluate_refuses_what_it_would_ignore_before_any_work(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], word: str
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("the model was opened")

    monkeypatch.setattr("recommender.cli.commands.measuring.open_recommender", work)
    status, out, message = run("evaluate", "--catalogue", "demo", *arguments)
    assert (status, out) == (2, "")
    assert word in message
    assert len(message.strip().splitlines()) == 1


def test_map_lays_a_catalogue_out(run: Run, imported: Path, tmp_path: Path) -> None:
    status, out, _ = run(
        "map", "--catalogue", "shop", "--model", "article", "--out", tmp_path, "--json"
    )
    assert status == 0
    assert json.loads(out)["n_items"] == 18
    assert (tmp_path / "atlas.npz").exists()


def test_words_find_products_and_say_how_they_were_understood(run: Run, imported: Path) -> None:
    status, out, _ = run("find", "rde dics zebra", "--catalogue", "shop", "--json")
    document = json.loads(out)
    assert status == 0
    assert document["n_found"] == len(document["items"]) > 0
    assert {item["title"] for item in document["items"]} == {"red disc"}
    assert document["understood"]["corrected"] == {"rde": "red", "dics": "disc"}
    assert document["understood"]["dropped"] == ["zebra"]
    status, out, _ = run("find", "discuss", "--catalogue", "shop")
    assert "No product has “discuss”." in out
    assert "nearest words: disc" in out
    assert run("find", " ", "--catalogue", "shop")[0] == 2


def test_the_search_by_words_is_measured(run: Run) -> None:
    status, out, _ = run("benchmark", "--items", "40", "--words", "--json")
    figures = json.loads(out)
    assert status == 0
    assert figures["n_items"] == 40
    assert 0 < figures["words_p50_ms"] <= figures["words_p95_ms"] <= figures["words_most_ms"]
