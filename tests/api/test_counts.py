"""What visitors of a shop's pages were shown and clicked, as the widget tells it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from recommender.api.limits import Limits
from recommender.catalogue.store import catalogues_folder
from recommender.insights import counts
from recommender.insights.counts import Counts, Pair
from recommender.serving.hosts import AllowedHosts, HostGuard

ITEM, FIRST, SECOND = "disc-red-0", "disc-red-1", "disc-blue-0"
TEXT = {"Content-Type": "text/plain;charset=UTF-8"}  # what navigator.sendBeacon sends


@pytest.fixture
def folder(client: TestClient) -> Path:
    counts.switch(catalogues_folder() / "shop", on=True)
    return catalogues_folder() / "shop"


def seen(item: str = ITEM, shown: object = (), clicked: object = ()) -> str:
    return json.dumps({"item": item, "shown": shown, "clicked": clicked})


def found(folder: Path) -> Counts:
    return counts.read(folder, 10)


def test_known_products_are_counted_and_no_others(client: TestClient, folder: Path) -> None:
    body = seen(shown=[FIRST, SECOND, SECOND, ITEM, "made up"])
    answer = client.post("/api/counts?catalogue=shop", content=body, headers=TEXT)
    assert answer.json() == {"n_counted": 2}
    client.post("/api/counts", json=json.loads(seen(clicked=[FIRST])))
    assert found(folder).pairs == (
        Pair(item_id=ITEM, recommended=FIRST, shown=1, clicked=1),
        Pair(item_id=ITEM, recommended=SECOND, shown=1, clicked=0),
    )


def test_it_is_off_until_the_owner_wants_it_and_answers_say_so(
    client: TestClient, tmp_path: Path
) -> None:
    folder = catalogues_folder() / "shop"
    address = f"/api/items/{ITEM}/similar"
    assert client.get(address).json()["is_counted"] is False
    answer = client.post("/api/counts", content=seen(shown=[FIRST]), headers=TEXT)
    assert answer.json() == {"n_counted": 0}
    assert not (folder / counts.FILE).exists()
    counts.switch(folder, on=True)
    assert client.get(address).json()["is_counted"] is True


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ("", 400, "no JSON"),
        ("[" * 9000, 400, "no JSON"),
        ("[]", 400, "an object with item, shown, clicked"),
        (json.dumps({"item": ITEM, "shown": []}), 400, "an object with"),
        (seen(shown=FIRST), 400, "shown must be a list of texts"),
        (seen(clicked=[1]), 400, "clicked must be a list of texts"),
        (seen(item="made up"), 404, "there is no item 'made up'"),
        (seen(shown=["x" * 20_000]), 413, "at most 16 kB"),
    ],
)
def test_what_is_no_count_is_refused(
    client: TestClient, folder: Path, body: str, status: int, sentence: str
) -> None:
    answer = client.post("/api/counts", content=body, headers=TEXT)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]
    assert found(folder) == Counts()


def test_a_form_is_refused(client: TestClient) -> None:
    assert client.post("/api/counts", data={"item": ITEM}).status_code == 415


def test_one_request_counts_a_bounded_row(client: TestClient, folder: Path) -> None:
    shown = ["made up"] * 100 + [FIRST]
    assert client.post("/api/counts", content=seen(shown=shown), headers=TEXT).json() == {
        "n_counted": 0
    }


def test_it_counts_as_a_request_of_its_client(make_api: Callable[[Limits], Starlette]) -> None:
    client = TestClient(make_api(Limits(per_minute=1, burst=2)))
    statuses = [client.post("/api/counts", content=seen()).status_code for _ in range(3)]
    assert statuses[2] == 429


def test_other_sites_count_nothing(make_api: Callable[[], Starlette], folder: Path) -> None:
    allowed = AllowedHosts(
        names=frozenset({"testserver"}), origins=frozenset({"https://shop.example"})
    )
    client = TestClient(HostGuard(make_api(), allowed))
    for origin, status in (("https://shop.example", 200), ("https://other.example", 403)):
        headers = {**TEXT, "Origin": origin}
        answer = client.post("/api/counts", content=seen(shown=[FIRST]), headers=headers)
        assert answer.status_code == status
    assert found(folder).shown == 1


def test_a_damaged_file_is_no_error_to_a_visitor(client: TestClient, folder: Path) -> None:
    (folder / counts.FILE).write_text("damaged")
    answer = client.post("/api/counts", content=seen(shown=[FIRST]), headers=TEXT)
    assert answer.json() == {"n_counted": 1}
    assert found(folder).is_lost
