"""The server's start: the gallery first, and nothing that only later pages need."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from recommender.ui.shared import resources
from recommender.ui.shell import warm_up

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


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a warm-up has opened, in order; a visitor has already seen the gallery."""
    done: list[str] = []
    monkeypatch.setattr(warm_up.filters, "prepare", lambda _catalogue: done.append("gallery"))
    monkeypatch.setattr(resources, "recommender", lambda *_names: done.append("recommender"))
    decoder = SimpleNamespace(warm_up=lambda: done.append("decoders"))
    monkeypatch.setattr(resources, "DECODER", decoder)
    monkeypatch.setattr(warm_up, "PICTURES_S", 0)
    return done


def test_the_rest_waits_until_a_page_is_drawn(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Drawn:
        def wait(self, _timeout_s: float) -> bool:
            opened.append("drawn")
            return True

    monkeypatch.setattr(warm_up, "_drawn", Drawn())
    warm_up._open()
    assert opened == ["gallery", "drawn", "recommender", "decoders"]


def test_nothing_waits_for_ever_for_a_visitor(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "NO_VISITOR_S", 0)
    warm_up._drawn.clear()
    warm_up._open()
    assert opened == ["gallery", "recommender", "decoders"]
