"""A Ray cluster encodes what one machine does, also when a node of it is killed."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recommender.inference import feature_files, on_ray
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.pipeline import encode_picture, load_enough
from recommender.models import PERCEPTUAL
from tests.conftest import COLOURS, SHAPES, draw

Run = Callable[..., tuple[int, str, str]]
N_PICTURES, N_IN_SHARD = 135, 3


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(N_PICTURES):
        shape, colour = SHAPES[number % 3], list(COLOURS)[number // 3 % 3]
        draw(shape, colour, shift_px=number % 5).save(folder / f"{number:03}.png")
    (folder / "broken.png").write_bytes(b"broken")
    return folder


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Ray's own
def test_a_node_that_is_killed_costs_no_picture(
    run: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-ray.txt")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # of the nodes' workers
    monkeypatch.setattr(on_ray, "N_IN_SHARD", N_IN_SHARD)
    from ray.cluster_utils import Cluster

    model, out = Autoencoder.open(PERCEPTUAL), tmp_path / "shards"
    memory = {"num_cpus": 1, "object_store_memory": 200 << 20}
    cluster = Cluster(initialize_head=True, head_node_args=memory)
    written_at_kill: list[int] = []

    def kill() -> None:
        while len(list(out.glob("*.parquet"))) < 6:
            time.sleep(0.02)
        cluster.remove_node(node, allow_graceful=False)
        written_at_kill.append(len(list(out.glob("*.parquet"))))

    try:
        node = cluster.add_node(**memory)
        threading.Thread(target=kill, daemon=True).start()
        asked = (
            "embed", pictures, "--features", "--ray", cluster.address, "--out", out,
            "--model", PERCEPTUAL, "--json",
        )  # fmt: skip
        status, printed, messages = run(*asked)
        assert status == 0, messages
        again = run(*asked)
    finally:
        cluster.shutdown()
    n_shards = len(list(out.glob("*.parquet")))
    assert written_at_kill[0] < n_shards  # it was killed in the middle
    assert json.loads(printed)["n_items"] == N_PICTURES
    assert [each["source"] for each in json.loads(printed)["skipped"]] == ["broken.png"]
    assert json.loads(again[1])["n_items"] == 0
    assert json.loads(again[1])["n_shards_kept"] >= n_shards
    found = {
        name: row
        for rows in feature_files.read(out, model)
        for name, row in zip(rows.item_ids, rows.features, strict=True)
    }
    assert len(found) == N_PICTURES
    for name in ("000.png", "070.png", "134.png"):
        own, _ = encode_picture(model, load_enough(model, (pictures / name).read_bytes()))
        assert np.array_equal(found[name], own.astype(np.float16))


def test_names_of_shards_follow_from_their_pictures() -> None:
    model = Autoencoder.open(PERCEPTUAL)
    found = {
        f"/shelf/{name}": {"size": 7} for name in ("b.png", "a.jpg", "notes.txt", "sub/c.webp")
    }
    ((shard, names),) = on_ray._shards(found, "/shelf", model)
    assert names == ["a.jpg", "b.png", "sub/c.webp"]
    assert dict(on_ray._shards(found, "/shelf", model)) == {shard: names}
    changed = found | {"/shelf/b.png": {"size": 8}}
    assert shard not in dict(on_ray._shards(changed, "/shelf", model))


def test_without_ray_it_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    status, _, messages = run("embed", tmp_path, "--features", "--ray", "auto", "--out", tmp_path)
    assert status == 2
    assert len(messages.strip().splitlines()) == 1
    assert "ray" in messages
    assert run("embed", tmp_path, "--ray", "auto", "--out", tmp_path)[0] == 2
