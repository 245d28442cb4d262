"""Openings that visitors share: what failed once is tried again."""

from typing import Any

import pytest

from recommender.errors import CatalogueError
from recommender.ui.shared import resources
from recommender.ui.shared.resources import Opening


@pytest.mark.parametrize("is_watched", [False, True], ids=["silent", "watched"])
@pytest.mark.parametrize("kind", [CatalogueError, OSError, TimeoutError, MemoryError])
def test_a_failed_opening_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception], is_watched: bool
) -> None:
    attempts: list[int] = []

    def work(_opening: Opening, _catalogue: str, _model: str) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise kind("the disk said no")
        return "opened"

    monkeypatch.setitem(resources.WORKS, "colours", work)
    model = f"{kind.__name__}-{is_watched}"  # a place of its own among the openings

    def opened() -> Any:
        on_wait = (lambda _opening: None) if is_watched else None
        return resources._wait("colours", "demo", model, on_wait)

    with pytest.raises(kind, match="the disk said no"):
        opened()
    assert opened() == "opened"
    assert opened() == "opened"
    assert len(attempts) == 2
