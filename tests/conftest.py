"""Fixtures: a home of its own for every test run, and small catalogues made of drawn pictures."""

import csv
import shutil
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import anyio
import numpy as np
import pytest
from PIL import Image, ImageDraw

from recommender.config import home
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from recommender.recommend import Recommender

T = TypeVar("T")
COLOURS = {"red": (200, 30, 40), "green": (30, 150, 60), "blue": (40, 60, 190)}
SHAPES = ("disc", "box", "bar")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def run_alone(scenario: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Run a coroutine in a thread of its own: the browser of other tests keeps a loop here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, scenario, *arguments).result()


def draw(shape: str, colour: str, size_px: int = 96, shift_px: int = 0) -> Image.Image:
    """A coloured shape on white."""
    picture = Image.new("RGB", (size_px, size_px), "white")
    pen = ImageDraw.Draw(picture)
    low, high = size_px // 4 + shift_px, 3 * size_px // 4 + shift_px
    if shape == "disc":
        pen.ellipse((low, low, high, high), fill=COLOURS[colour])
    elif shape == "box":
        pen.rectangle((low, low, high, high), fill=COLOURS[colour])
    else:
        pen.rectangle(
            (size_px // 2 - 6 + shift_px, 6, size_px // 2 + 6, size_px - 6), fill=COLOURS[colour]
        )
    return picture


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A feed of 18 products: three shapes, three colours, each drawn twice."""
    return draw_shop(tmp_path / "shop")


def draw_shop(folder: Path) -> Path:
    """Write the feed and its pictures; returns the folder."""
    folder.mkdir()
    with (folder / "feed.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sku", "file", "name", "kind", "maker", "price", "season"])
        for shape in SHAPES:
            for colour in COLOURS:
                for number in range(2):
                    file = f"{shape}-{colour}-{number}.png"
                    draw(shape, colour, shift_px=3 * number).save(folder / file)
                    writer.writerow(
                        [file[:-4], file, f"{colour} {shape}", shape, "Acme", "19.90", "summer"]
                    )
    return folder


@pytest.fixture(scope="session")
def brought_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the shop was imported once; tests copy it."""
    folder = tmp_path_factory.mktemp("brought-in")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_HOME", str(folder))
        columns = {"image": "file", "category": "kind", "brand": "maker"}
        import_source(draw_shop(folder / "shop"), "shop", column_map=columns)
        Recommender.open("shop", ARTICLE)
    return folder


@pytest.fixture
def shop_recommender(brought_in: Path) -> Recommender:
    shutil.copytree(brought_in / "catalogues", home() / "catalogues", dirs_exist_ok=True)
    return Recommender.open("shop", ARTICLE)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process; returns its status, output and messages."""
    from recommender.cli import main

    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call
