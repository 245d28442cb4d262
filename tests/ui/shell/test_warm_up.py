"""The server's start: the gallery first, and nothing that only later pages need."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from recommender.ui.parts import filters
from recommender.ui.shared import resources
from recommender.ui.shell import warm_up
from tests.ui.conftest import OpenPage

ROOT = Path(__file__).parents[3]
HEAVY = ("ai_edge_litert", "matplotlib", "pandas", "pyarrow", "scipy", "sklearn", "tensorflow")
SCRIPT = f"""
import json, sys
import app
from recommender.catalogue.registry import open_catalogue
from recommender.recommend import Recommender
from recommender.ui.pages import browse
from recommender.ui.parts import filters
heavy = {HEAVY!r}
gallery = open_catalogue("demo")
filters.prepare(gallery)
drawn = [name for name in heavy if name in sys.modules]
demo = Recommender.open("demo")
demo.warm_up()
print(json.dumps([drawn, [name for name in heavy if name in sys.modules]]))
"""


def test_the_gallery_needs_no_heavy_library_and_a_search_no_scikit_learn() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    for_gallery, for_search = json.loads(done.stdout.splitlines()[-1])
    assert for_gallery == []
    assert set(for_search) <= {"ai_edge_litert"}


class Visits:
    """Stands in for the event that visits set: the answers to each wait, in order."""

    def __init__(self, done: list[str], *answers: bool) -> None:
        self._done, self._answers = done, list(answers)

    def wait(self, _timeout_s: float) -> bool:
        visited = self._answers.pop(0)
        self._done.append("visit" if visited else "quiet")
        return visited

    def clear(self) -> None:
        """Nothing: the answers are fixed."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a warm-up has opened, in order."""
    done: list[str] = []
    monkeypatch.setattr(filters, "prepare", lambda _catalogue: done.append("gallery"))
    monkeypatch.setattr(resources, "recommender", lambda *_names: done.append("recommender"))
    decoder = SimpleNamespace(warm_up=lambda: done.append("decoders"))
    monkeypatch.setattr(resources, "DECODER", decoder)
    computer = SimpleNamespace(prepare=lambda _recommender: done.append("computer"))
    monkeypatch.setattr(resources, "computer", lambda: computer)
    return done


REST = ["recommender", "decoders", "computer"]


def test_the_rest_waits_until_the_page_and_its_pictures_are_there(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "_visited", Visits(opened, True, True, True, False))
    warm_up._open()
    assert opened == ["gallery", "visit", "visit", "visit", "quiet", *REST]


def test_nothing_waits_for_ever_for_a_visitor(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "_visited", Visits(opened, False))
    warm_up._open()
    assert opened == ["gallery", "quiet", *REST]


def test_nothing_waits_for_ever_for_quiet(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "_visited", Visits(opened, *[True] * 200))
    warm_up._open()
    assert opened[-len(REST) :] == REST
    assert opened.count("visit") == warm_up.MOST_PAUSES + 1


def test_a_drawn_page_is_a_visit(open_page: OpenPage) -> None:
    warm_up._visited.clear()
    assert not open_page().exception
    assert warm_up._visited.is_set()
