"""Imports in processes of their own, and what is left of them when they are killed."""

import io
import os
import signal
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.catalogue.registry import open_catalogue
from recommender.catalogue.store import catalogues_folder
from recommender.config import home, write_json
from recommender.errors import CatalogueError, ImageError, RecommenderError
from recommender.feeds.fetch import Fetcher
from recommender.importing import arrivals, importer, jobs
from recommender.importing.jobs import Order
from recommender.importing.report import read_report
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from tests.conftest import draw
from tools.kill import import_with_kills

PATIENCE_S = 60
MAP = {"image": "file", "category": "kind"}


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)


def make_order(source: Path, **changes: object) -> Order:
    values = {"name": "shop", "source": str(source), "model": ARTICLE, "column_map": MAP}
    return Order.from_dict(values | changes)


def many_pictures(folder: Path, n_pictures: int) -> Path:
    folder.mkdir()
    for number in range(n_pictures):
        draw("box", "blue", 256, shift_px=number % 60).resize((256 + number, 256)).save(
            folder / f"{number:04}.png"
        )
    return folder


def test_a_job_runs_beside_and_leaves_a_catalogue_with_its_index(shop: Path) -> None:
    jobs.begin(make_order(shop))
    assert jobs.state("shop").status in jobs.ACTIVE
    with pytest.raises(CatalogueError, match="under way"):
        jobs.begin(make_order(shop))
    wait_for(lambda: jobs.state("shop").status == "done")
    assert (jobs.state("shop").n_done, jobs.noted()) == (18, ["shop"])
    report = read_report(open_catalogue("shop").folder)
    assert report is not None
    assert report.counts == {"added": 18}
    assert len(Recommender.open("shop", ARTICLE).index) == 18
    jobs.forget("shop")
    assert jobs.noted() == []


def test_a_killed_job_is_seen_and_goes_on(tmp_path: Path) -> None:
    source = many_pictures(tmp_path / "in", 400)
    jobs.begin(make_order(source, column_map={}))
    wait_for(lambda: jobs.state("shop").n_done > 0)
    (pid,) = children_that_import("shop")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: jobs.state("shop").status == "interrupted")
    jobs.forget("shop")  # only what has ended can be forgotten
    jobs.start("shop")
    wait_for(lambda: jobs.state("shop").status == "done")
    assert len(open_catalogue("shop")) == 400


def test_a_cancelled_job_leaves_nothing_of_itself(tmp_path: Path) -> None:
    source = many_pictures(tmp_path / "in", 400)
    jobs.begin(make_order(source, column_map={}))
    wait_for(lambda: jobs.state("shop").n_done > 0)
    jobs.cancel("shop")
    wait_for(lambda: jobs.state("shop").status == "cancelled")
    assert not (catalogues_folder() / "shop").exists()


def test_an_interrupted_job_can_be_given_up(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        (catalogues_folder() / "shop" / "images").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "start", lambda name: None)
    monkeypatch.setattr(importer, "import_source", stop)
    jobs.begin(make_order(shop))
    with pytest.raises(KeyboardInterrupt):
        jobs.run("shop")
    assert jobs.state("shop").status == "interrupted"
    jobs.cancel("shop")
    assert jobs.state("shop").status == "cancelled"
    assert not (catalogues_folder() / "shop").exists()


def test_an_upload_is_gone_when_its_job_has_ended(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda name: None)
    for data, ended in ((zipped(shop), "done"), (b"no zip at all", "failed")):
        path = arrivals.receive("shop", "My shop.ZIP", io.BytesIO(data))
        jobs.begin(make_order(path, is_upload=True))
        assert path.is_relative_to(home())
        if ended == "failed":
            with pytest.raises(RecommenderError, match="no zip"):
                jobs.run("shop")
        else:
            jobs.run("shop")
        assert jobs.state("shop").status == ended
        assert not path.exists()
    assert "no zip" in jobs.state("shop").message
    assert len(open_catalogue("shop")) == 18  # the failure left what was in force


def test_pictures_that_did_not_come_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    down = {"https://shop.example/a.png", "https://shop.example/b.png"}

    def fetch(_fetcher: Fetcher, link: str) -> bytes:
        asked.append(link)
        if link in down:
            raise ImageError(f"{link} could not be fetched")
        stream = io.BytesIO()
        draw("disc", "red", shift_px=len(asked)).save(stream, "PNG")
        return stream.getvalue()

    monkeypatch.setattr(Fetcher, "__call__", fetch)
    monkeypatch.setattr(jobs, "start", lambda name: None)
    table = "sku,file\na,https://shop.example/a.png\nb,https://shop.example/b.png\n"
    path = arrivals.receive("shop", "feed.csv", io.BytesIO(table.encode()))
    jobs.begin(
        make_order(path, is_upload=True, fetches=True, is_new=True, column_map={"image": "file"})
    )
    with pytest.raises(RecommenderError):
        jobs.run("shop")
    assert jobs.can_retry("shop")
    down.remove("https://shop.example/a.png")
    jobs.retry("shop")
    assert jobs.run("shop").n_missing == 1
    assert [item.item_id for item in open_catalogue("shop")] == ["a"]
    assert jobs.can_retry("shop")
    down.clear()
    jobs.retry("shop")
    assert jobs.run("shop").n_missing == 0
    assert [item.item_id for item in open_catalogue("shop")] == ["a", "b"]
    assert not jobs.can_retry("shop")
    assert not path.exists()
    with pytest.raises(CatalogueError, match="to try again"):
        jobs.retry("shop")


def test_another_import_leaves_no_file_of_the_former(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda name: None)
    former = arrivals.receive("shop", "feed.csv", io.BytesIO(b"nothing"))
    jobs.begin(make_order(former, is_upload=True, fetches=True))
    with pytest.raises(RecommenderError):
        jobs.run("shop")
    assert former.exists()
    jobs.begin(make_order(shop))
    assert not former.exists()


def test_there_must_be_something_to_go_on_with() -> None:
    with pytest.raises(CatalogueError, match="no import"):
        jobs.run("nothing")


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    source = many_pictures(tmp_path / "in", 300)
    arguments = [str(source), "--model", ARTICLE]
    import_with_kills(arguments, ARTICLE, n_times=3, seed=0, say=print)


def zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return buffer.getvalue()


def children_that_import(name: str) -> list[int]:
    """Processes of this machine that run the job, as the system lists them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if words[-3:] == ["resume", name, ""] and parent == os.getpid():
            found.append(int(folder.name))
    return found


def test_two_imports_begun_at_once_keep_their_orders(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def start_slowly(name: str) -> None:
        time.sleep(0.2)
        jobs._write(home() / "jobs" / name, jobs.State(status="waiting"))
        started.append(name)

    monkeypatch.setattr(jobs, "start", start_slowly)
    uploads = [arrivals.receive("shop", f"{n}.zip", io.BytesIO(b"%d" % n)) for n in range(2)]
    assert [path.read_bytes() for path in uploads] == [b"0", b"1"]
    refused: list[int] = []

    def begin(number: int) -> None:
        try:
            jobs.begin(make_order(uploads[number], is_upload=True, column_map={}))
        except CatalogueError:
            refused.append(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(started), len(refused)) == (1, 1)
    order = jobs.order("shop")
    assert order is not None
    assert order.source == str(uploads[1 - refused[0]])
    assert [path.exists() for path in uploads] == [number not in refused for number in range(2)]


def test_a_new_catalogue_takes_no_name_that_is_there(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda name: None)
    importer.import_source(shop, "shop", column_map=MAP)
    path = arrivals.receive("shop", "my.zip", io.BytesIO(zipped(shop)))
    with pytest.raises(CatalogueError, match="already"):
        jobs.begin(make_order(path, is_upload=True, is_new=True))
    assert not path.exists()


def test_a_programming_error_is_no_users_error(
    shop: Path, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda name: None)
    jobs.begin(make_order(shop))

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr(importer, "import_source", fail)
    with pytest.raises(ZeroDivisionError):  # `python` prints it, and exits with 1
        run("resume", "shop")
    assert (jobs.state("shop").status, "unexpected" in jobs.state("shop").message) == (
        "failed",
        True,
    )


def test_cancelling_waits_for_no_picture_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recommender.feeds import fetch as fetching

    hangs = threading.Event()

    class Hanging(fetching.Fetcher):
        def __call__(self, link: str) -> bytes:
            hangs.wait(20)
            return b""

        def stop(self) -> None:
            """Hang on."""

    monkeypatch.setattr(jobs, "start", lambda name: None)
    monkeypatch.setattr(fetching, "Fetcher", Hanging)
    (tmp_path / "feed.csv").write_text("id,image\n1,https://x.example/a.jpg\n")
    jobs.begin(make_order(tmp_path / "feed.csv", fetches=True, column_map={}))
    ended: list[jobs.State] = []
    worker = threading.Thread(target=lambda: ended.append(jobs.run("shop")))
    worker.start()
    wait_for(lambda: jobs.state("shop").status == "running")
    time.sleep(0.3)
    started = time.monotonic()
    jobs.cancel("shop")
    worker.join(10)
    assert time.monotonic() - started < 2
    assert ended[0].status == "cancelled"
    assert not (catalogues_folder() / "shop").exists()
    hangs.set()


def test_a_failed_upload_names_the_visitors_file(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda name: None)
    path = arrivals.receive("shop", "Spring.csv", io.BytesIO(b"id,image\n1,gone.jpg\n"))
    jobs.begin(make_order(path, is_upload=True, source_name="Spring.csv", column_map={}))
    with pytest.raises(CatalogueError) as caught:
        jobs.run("shop")
    assert "Spring.csv" in str(caught.value)
    assert str(home()) not in str(caught.value)
    assert not (catalogues_folder() / "shop" / "catalogue.db").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"status": 5}', '{"status": "x", "y": 1}'])
def test_a_damaged_note_takes_no_other_import_down(shop: Path, content: str) -> None:
    jobs.begin(make_order(shop, name="other"))
    folder = home() / "jobs" / "broken"
    folder.mkdir(parents=True)
    for name in ("order.json", "state.json"):
        (folder / name).write_text(content)
    (home() / "jobs" / "no name!").mkdir()
    (home() / "jobs" / "no name!" / "order.json").touch()
    assert jobs.noted() == ["broken", "other"]
    assert jobs.state("broken").status == "failed"
    assert jobs.order("broken") is None
    with pytest.raises(CatalogueError):
        jobs.run("broken")
    jobs.forget("broken")
    wait_for(lambda: jobs.state("other").status == "done")
    assert jobs.noted() == ["other"]


def test_a_clock_that_was_set_back_strands_no_import(shop: Path) -> None:
    folder = home() / "jobs" / "shop"
    write_json(folder / "order.json", make_order(shop).to_dict())
    tomorrow = jobs.State(status="waiting", written_at=time.time() + 86_400)
    write_json(folder / "state.json", tomorrow.to_dict())
    assert jobs.state("shop").status == "interrupted"


def test_two_visitors_with_one_name_never_get_each_others_pictures(tmp_path: Path) -> None:
    """As the page does it: each file is received, then the import is begun."""
    orders = []
    for number, colour in enumerate(("red", "blue")):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for picture in range(3):
                data = io.BytesIO()
                draw("disc", colour, shift_px=picture).save(data, "PNG")
                archive.writestr(f"{colour}-{number}-{picture}.png", data.getvalue())
        stream.seek(0)
        path = arrivals.receive("lamps", f"{colour}.zip", stream)
        orders.append(make_order(path, name="lamps", column_map={}, is_upload=True, is_new=True))
    started = threading.Barrier(2)
    outcomes: list[str] = []

    def begin(order: Order) -> None:
        started.wait()
        try:
            jobs.begin(order)
            outcomes.append("begun")
        except CatalogueError:
            outcomes.append("refused")

    threads = [threading.Thread(target=begin, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["begun", "refused"]
    wait_for(lambda: jobs.state("lamps").status == "done")
    ids = {item.item_id for item in open_catalogue("lamps")}
    assert len({item_id.partition("-")[0] for item_id in ids}) == 1, ids
    assert not list((home() / "jobs" / "lamps").glob(f"{jobs.UPLOAD}*"))
