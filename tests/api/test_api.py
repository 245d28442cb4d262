"""What the API answers."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from recommender.api import Beside, Limits, bodies, limits
from recommender.api.endpoints import ENDPOINTS
from recommender.catalogue import rules
from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.config import home
from recommender.errors import RecommenderError, StorageError
from recommender.importing.importer import import_source
from recommender.recommend import Recommender
from recommender.serving.admission import TokenBuckets
from tests.api.conftest import AMPLE, picture_bytes
from tests.conftest import draw, run_alone
from tests.shelves import shelf

MakeApi = Callable[..., Starlette]


def test_a_products_lookalikes_are_the_recommenders(client: TestClient) -> None:
    answer = client.get("/api/items/disc-red-0/similar", params={"k": 5})
    assert answer.status_code == 200
    document = answer.json()
    result = Recommender.open("shop", "article").similar("disc-red-0", n_neighbors=5)
    expected = [match.item.item_id for match in result.matches]
    assert [match["product"]["id"] for match in document["matches"]] == expected
    assert [match["rank"] for match in document["matches"]] == [1, 2, 3, 4, 5]
    assert document["item_id"] == "disc-red-0"
    assert document["trust"]["level"] == result.confidence.level
    product = document["matches"][0]["product"]
    sha256 = open_catalogue("shop").get(product["id"]).image_sha256
    assert product["pictures"]["card"] == f"/pictures/shop/{sha256}/card"


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"same": "category"}, {"disc"}),
        ({"different": "category"}, {"box", "bar"}),
        ({"category": ["box", "bar"]}, {"box", "bar"}),
        ({"different": "brand"}, set()),
        ({"min_price": 20}, set()),
        ({"max_price": 20, "same": ["category", "brand"]}, {"disc"}),
    ],
)
def test_filters(client: TestClient, query: dict[str, object], kinds: set[str]) -> None:
    answer = client.get("/api/items/disc-red-0/similar", params={"k": 17, **query})  # type: ignore[dict-item]
    assert {match["product"]["category"] for match in answer.json()["matches"]} == kinds


@pytest.mark.parametrize(
    ("name", "former", "value"),
    [("n_neighbors", "k", "3"), ("diversity", "variety", "0.5"),
     ("group_duplicates", "fold", "true")],
)  # fmt: skip
def test_former_names_are_still_taken(
    client: TestClient, name: str, former: str, value: str
) -> None:
    path = "/api/items/disc-red-0/similar"
    plain, now, before = (
        client.get(path, params=params).json() for params in ({}, {name: value}, {former: value})
    )
    assert now == before
    assert now != plain or name == "group_duplicates"
    both = client.get(path, params={name: value, former: value})
    assert both.status_code == 400
    assert both.json()["error"] == f"{former} is the former name of {name}: give one of the two"


def test_former_names_are_deprecated_in_the_document(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    for path, method in (("/api/similar", "post"), ("/api/items/{item_id}/similar", "get")):
        found = {each["name"]: each for each in document["paths"][path][method]["parameters"]}
        deprecated = {name for name, each in found.items() if each.get("deprecated")}
        assert deprecated == {"k", "colour", "variety", "fold"}
        for name, former in (("n_neighbors", "k"), ("colour_weight", "colour")):
            kinds = [found[each]["schema"]["type"] for each in (name, former)]
            assert kinds[0] == kinds[1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_may_come_in_a_form_or_by_itself(client: TestClient, kind: str) -> None:
    data = picture_bytes(kind)
    answers = [
        client.post("/api/similar?k=3", files={"picture": ("photo", data)}),
        client.post("/api/similar?k=3", content=data, headers={"Content-Type": "image/heic"}),
        client.post(
            "/api/similar?k=3",
            content=data,
            headers={"Content-Type": "application/octet-stream"},
        ),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert answers[0].json()["matches"][0]["product"]["id"] == "disc-red-0"
    assert answers[0].json()["item_id"] is None
    assert answers[0].headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/api/items/nothing/similar", 404, "there is no item 'nothing'"),
        ("/api/items/..%2F..%2Fetc%2Fpasswd", 404, "there is no item"),
        ("/api/items/disc-red-0?catalogue=nowhere", 404, "there is no catalogue 'nowhere'"),
        ("/api/items/disc-red-0?catalogue=../x", 400, "catalogue cannot be '../x'"),
        ("/api/items/disc-red-0/similar?model=nobody", 404, "nobody"),
        ("/api/items/disc-red-0/similar?k=0", 400, "k must be at least 1, got '0'"),
        ("/api/items/disc-red-0/similar?k=1000", 400, "k must be at most 100"),
        ("/api/items/disc-red-0/similar?k=many", 400, "k must be a whole number, got 'many'"),
        ("/api/items/disc-red-0/similar?k=٣", 400, "k must be a whole number"),
        ("/api/items/disc-red-0/similar?k=1&k=2", 400, "k may be given once"),
        ("/api/items/disc-red-0/similar?kk=1", 400, "there is no parameter 'kk'; there are:"),
        ("/api/items/disc-red-0/similar?variety=nan", 400, "variety must be a number"),
        ("/api/items/disc-red-0/similar?n_neighbors=0", 400, "n_neighbors must be at least 1"),
        ("/api/items/disc-red-0/similar?colour_weight=0.5", 409, "cannot weigh colours"),
        ("/api/items/disc-red-0/similar?fold=1", 400, "fold must be true or false"),
        ("/api/items/disc-red-0/similar?same=weight", 400, "same must be one of category, brand"),
        ("/api/items/disc-red-0/similar?colour=0.5", 409, "cannot weigh colours"),
        ("/api/nothing", 404, "there is nothing at /api/nothing"),
        ("/api/similar", 405, "cannot be asked with GET"),
    ],
)
def test_a_wrong_request_is_answered_in_one_sentence(
    client: TestClient, path: str, status: int, sentence: str
) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.status_code == answer.json()["status"] == status
    assert sentence in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize(
    ("content", "kind", "status", "sentence"),
    [
        (b"not a picture", "image/png", 422, "not a picture that can be read"),
        (b"", "image/png", 422, "empty"),
        (picture_bytes()[:90], "image/png", 422, "damaged or incomplete"),
        (picture_bytes(picture=draw("disc", "red", size_px=4)), "image/png", 422, "at least 8"),
        (b"{}", "application/json", 415, "must come as multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x", 400, "form"),
        (b"nonsense", "multipart/form-data", 400, "damaged"),
    ],
)
def test_a_wrong_body_is_answered_in_one_sentence(
    client: TestClient, content: bytes, kind: str, status: int, sentence: str
) -> None:
    answer = client.post("/api/similar", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["error"]


def test_a_form_without_the_picture(client: TestClient) -> None:
    answer = client.post("/api/similar", files={"photo": ("photo", picture_bytes())})
    assert answer.status_code == 400
    assert "no form field 'photo'" in answer.json()["error"]
    answer = client.post("/api/similar", data={"picture": "text"})
    assert answer.status_code in (400, 415)
    answer = client.post("/api/similar", data={"picture": "text"}, files={"other": ("x", b"x")})
    assert answer.status_code == 400


def test_a_product_tells_all_its_pictures_its_stock_and_its_page(
    client: TestClient, shop: Path
) -> None:
    feed = (
        "id,image,images,availability,link\n"
        "1,disc-red-0.png,box-red-0.png,out of stock,https://shop.example/1\n"
        "2,bar-red-0.png,,,javascript:alert(1)\n"
    )
    (shop / "more.csv").write_text(feed)
    import_source(shop / "more.csv", "shop")
    first, second = client.get("/api/items").json()["items"]
    assert first["images"][0] == first["pictures"]
    assert len({each["card"] for each in first["images"]}) == 2
    assert (first["availability"], first["link"]) == ("out of stock", "https://shop.example/1")
    assert (len(second["images"]), second["availability"], second["link"]) == (1, "", "")


def test_unknown_form_fields_are_refused_as_unknown_parameters_are(client: TestClient) -> None:
    answer = client.post(
        "/api/similar",
        files={"picture": ("photo", picture_bytes())},
        data={"n_neighbors": "3"},
    )
    assert answer.status_code == 400
    assert "no form field 'n_neighbors'" in answer.json()["error"]


def test_ids_of_any_length_are_answered(client: TestClient, shop: Path) -> None:
    long_id = "x" * 2_000
    (shop / "long.csv").write_text(f"id,image\n{long_id},disc-red-0.png\n")
    import_source(shop / "long.csv", "shop")
    assert client.get("/api/items").json()["items"][0]["id"] == long_id
    assert client.get(f"/api/items/{long_id}").json()["id"] == long_id


def test_what_is_out_of_stock_can_be_left_out(client: TestClient, shop: Path) -> None:
    feed = "id,image,availability\n1,disc-red-0.png,out of stock\n2,disc-red-1.png,in stock\n"
    (shop / "stock.csv").write_text(feed)
    import_source(shop / "stock.csv", "shop")
    for in_stock, found in (("true", ["2"]), ("false", ["1", "2"])):
        answer = client.get("/api/items", params={"in_stock": in_stock}).json()
        assert [item["id"] for item in answer["items"]] == found


def test_the_things_in_a_photo_have_their_own_matches(client: TestClient) -> None:
    ids = ["disc-red-0", "box-blue-0", "disc-green-0"]
    photo = picture_bytes(picture=Image.fromarray(shelf(open_catalogue("shop"), ids)))
    png, asked = {"Content-Type": "image/png"}, {"model": "perceptual", "n_neighbors": "3"}
    path = "/api/similar"
    plain = client.post(path, content=photo, headers=png, params=asked).json()
    assert plain["regions"] == []
    asked["regions"] = "true"
    answer = client.post(path, content=photo, headers=png, params=asked).json()
    assert answer["matches"] == plain["matches"]
    for region in answer["regions"]:
        left, top, right, bottom = region["box"]
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert 0 <= region["confidence"] <= 1
        assert len(region["matches"]) == 3
        assert region["trust"]["level"] in ("close", "loose", "unlike")
    assert answer["regions"]
    refused = client.post(path, content=photo, headers=png, params={"regions": "true"})
    assert refused.status_code == 409  # the article's model has no such maps
    assert "cannot tell several things apart" in refused.json()["error"]


def test_bodies_and_pictures_have_limits(make_api: MakeApi) -> None:
    small = Limits(max_body_bytes=2_000, max_pixels=10_000)
    client = TestClient(make_api(small))
    large = {"Content-Type": "image/png"}
    answer = client.post("/api/similar", content=b"x" * 3_000, headers=large)
    assert answer.status_code == 413
    chunks = (b"x" * 500 for _ in range(10))  # sent without its length
    assert client.post("/api/similar", content=chunks, headers=large).status_code == 413
    blank = picture_bytes(picture=Image.new("L", (200, 100)))
    answer = client.post("/api/similar", content=blank, headers=large)
    assert answer.status_code == 422
    assert "200 x 100 pixels" in answer.json()["error"]


def test_a_client_that_asks_too_often_waits(make_api: MakeApi) -> None:
    client = TestClient(make_api(Limits(per_minute=6, burst=3)))
    statuses = [client.get("/api/catalogues").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.get("/api/catalogues")
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert "at most 6 requests a minute" in answer.json()["error"]
    assert client.get("/api/health").status_code == 200  # whoever watches over it may go on


def test_tokens_come_back_with_time() -> None:
    now = [0.0]
    buckets = TokenBuckets(60, 2, clock=lambda: now[0])
    assert [buckets.take("a"), buckets.take("a"), buckets.take("a")] == [0, 0, 1]
    assert buckets.take("b") == 0
    now[0] = 1.0
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    now[0] = 1000.0
    assert [buckets.take("a"), buckets.take("a"), buckets.take("a")] == [0, 0, 1]


def test_a_household_has_one_bucket() -> None:
    buckets = TokenBuckets(60, 1, clock=lambda: 0.0)
    assert buckets.take("2001:db8::1") == 0
    assert buckets.take("2001:db8::2") == 1
    assert buckets.take("2001:db8:0:1::1") == 0


def test_quiet_clients_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenBuckets, "MAX_CLIENTS", 5)
    buckets = TokenBuckets(AMPLE.per_minute, AMPLE.burst)
    for number in range(50):
        buckets.take(f"10.0.0.{number}")
    assert len(buckets._buckets) == 5


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.PER_MINUTE, "50")
    monkeypatch.setenv(limits.ORIGINS, "https://shop.example, https://www.shop.example")
    found = Limits.from_environment()
    assert (found.per_minute, found.burst) == (50, 10)
    assert found.origins == ("https://shop.example", "https://www.shop.example")
    monkeypatch.setenv(limits.PER_MINUTE, "unlimited")
    with pytest.raises(RecommenderError, match="must be a positive number, got 'unlimited'"):
        Limits.from_environment()


def test_an_answer_that_is_unchanged_is_not_sent_again(client: TestClient) -> None:
    for path in ("/api/items/disc-red-0/similar", "/api/items", "/api/openapi.json", "/api"):
        first = client.get(path)
        assert first.status_code == 200
        assert first.headers["Cache-Control"] == "public, max-age=60"
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(path, headers={"If-None-Match": 'W/"other"'})
        assert other.status_code == 200
    assert client.get("/api/health").headers["Cache-Control"] == "public, max-age=0"


def test_other_origins_are_let_in_only_if_named(make_api: MakeApi) -> None:
    origin = {"Origin": "https://shop.example"}
    closed = TestClient(make_api()).get("/api/health", headers=origin)
    assert "Access-Control-Allow-Origin" not in closed.headers
    open_to_it = TestClient(make_api(Limits(origins=("https://shop.example",))))
    answer = open_to_it.get("/api/health", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    other = open_to_it.get("/api/health", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_items_are_paged(client: TestClient) -> None:
    everything = client.get("/api/items", params={"limit": 100}).json()
    assert everything["n_items"] == len(everything["items"]) == 18
    page = client.get("/api/items", params={"limit": 4, "offset": 2}).json()
    assert page["items"] == everything["items"][2:6]
    boxes = client.get("/api/items", params={"category": "box"}).json()
    assert boxes["n_items"] == 6
    one = client.get(f"/api/items/{boxes['items'][0]['id']}")
    assert one.json() == boxes["items"][0]
    assert client.get("/api/catalogues").json() == {
        "catalogues": [{"name": "shop", "n_items": 18, "problem": ""}]
    }


def test_what_else_a_feed_says_stays_inside(client: TestClient) -> None:
    assert open_catalogue("shop").get("disc-red-0").attributes["season"] == "summer"
    assert "summer" not in client.get("/api/items/disc-red-0").text


def test_ids_may_look_like_paths(
    make_api: MakeApi, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_source(shop, "folder")  # ids of a folder are paths
    monkeypatch.setattr("recommender.api.endpoint.available_catalogues", lambda: ["folder"])
    item_id = open_catalogue("folder").items[0].item_id
    client = TestClient(make_api())
    assert client.get(f"/api/items/{item_id}").json()["id"] == item_id
    assert client.get(f"/api/items/{item_id.replace('/', '%2F')}/similar").status_code == 200


def test_a_large_photo_is_never_on_the_disk(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled: list[object] = []
    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", rolled.append)
    noise = picture_bytes(picture=Image.effect_noise((1500, 1500), 90))
    assert len(noise) > 1_500_000
    assert client.post("/api/similar", files={"picture": ("photo", noise)}).status_code == 200
    assert rolled == []


def test_a_bug_is_no_secret_told(make_api: MakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api = make_api()

    def broken(*_: object, **__: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("recommender.api.filling.lookalikes", broken)
    answer = TestClient(api, raise_server_exceptions=False).get("/api/items/disc-red-0/similar")
    assert answer.status_code == 500
    assert answer.json() == {"status": 500, "error": "something went wrong on the server"}


def test_the_page_for_people_names_everything(client: TestClient) -> None:
    page = client.get("/api")
    assert page.headers["Content-Type"].startswith("text/html")
    for endpoint in ENDPOINTS:
        assert endpoint.path in page.text
        for parameter in endpoint.parameters:
            assert f"<code>{parameter.name}</code>" in page.text
    assert "https://" not in page.text  # nothing is fetched from elsewhere


def test_the_document_describes_every_endpoint(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), path) for path, ways in document["paths"].items() for method in ways
    }
    assert described == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    body = document["paths"]["/api/similar"]["post"]["requestBody"]["content"]
    assert set(body) == {bodies.FORM, *bodies.RAW}
    for schema in document["components"]["schemas"].values():
        assert all(each["description"] for each in schema["properties"].values())


def test_the_page_beside_it_gets_the_rest() -> None:
    def say(what: str) -> Callable[..., object]:
        async def answer(scope: object, receive: object, send: object) -> None:
            said.append(what)

        return answer

    said: list[str] = []
    both = Beside(say("page"), say("api"))  # type: ignore[arg-type]
    for path in ("/", "/api", "/api/health", "/apixyz", "/photo"):
        run_alone(both, {"type": "http", "path": path}, None, None)
    run_alone(both, {"type": "websocket", "path": "/api"}, None, None)
    assert said == ["page", "api", "api", "page", "page", "page"]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"nonsense" * 1000])
def test_a_broken_catalogue_is_said_to_be_broken_and_the_others_answer(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    names = ["broken", "shop"]
    monkeypatch.setattr("recommender.api.endpoint.available_catalogues", lambda: names)
    broken = catalogues_folder() / "broken"
    broken.mkdir()
    (broken / "catalogue.db").write_bytes(content)
    listed = client.get("/api/catalogues").json()["catalogues"]
    assert [(each["name"], each["n_items"]) for each in listed] == [("broken", 0), ("shop", 18)]
    assert listed[0]["problem"]
    assert listed[1]["problem"] == ""
    for path in ("/api/items?catalogue=broken", "/api/items/x/similar?catalogue=broken"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "catalogue.db" in answer.json()["error"]
        assert str(home()) not in answer.text
    assert client.get("/api/items?catalogue=shop").status_code == 200


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), StorageError("no space is left")]
)
def test_a_full_disk_is_one_sentence(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("recommender.api.filling.product", fail)
    answer = TestClient(make_api()).get("/api/items/disc-red-0")
    assert answer.status_code == 503
    assert answer.json()["error"].startswith("no space is left")


def test_the_api_obeys_and_an_import_leaves_rules_alone(client: TestClient, shop: Path) -> None:
    address = "/api/items/disc-red-0/similar"
    first = client.get(address).json()["matches"][0]["product"]["id"]
    folder = catalogues_folder() / "shop"
    rules.change(folder, rules.Rules(hidden=(first,)))
    answer = client.get(address).json()["matches"]
    assert first not in [match["product"]["id"] for match in answer]
    import_source(shop, "shop", column_map={"image": "file", "category": "kind", "brand": "maker"})
    assert rules.read(folder) == rules.Rules(hidden=(first,))


def test_a_list_says_how_words_were_understood(client: TestClient) -> None:
    answer = client.get("/api/items", params={"words": "rde disc under 90 zebra"}).json()
    assert {item["title"] for item in answer["items"]} == {"red disc"}
    understood = answer["understood"]
    assert understood["corrected"] == [{"word": "rde", "taken_for": "red"}]
    assert (understood["dropped"], understood["max_price"]) == (["zebra"], 90)
    assert "Only prices up to 90." in understood["sentence"]
    nothing = client.get("/api/items").json()["understood"]
    assert (nothing["words"], nothing["sentence"]) == ([], "")
