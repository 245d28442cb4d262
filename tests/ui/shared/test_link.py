"""Addresses: which parameters a link takes along, and how seldom the page's own are read."""

from typing import Any

import pytest

from recommender import models
from recommender.catalogue import registry
from recommender.ui.shared.link import LOOKALIKES, MAX_TRAIL, Here, address


def here(**parameters: list[str]) -> Here:
    return Here(parameters)


def test_settings_stay_and_the_rest_goes() -> None:
    at = here(catalogue=["shop"], n_neighbors=["5"], q=["mug"], only=["mug", "cup"])
    assert at.kept(item="a") == {"catalogue": "shop", "n_neighbors": "5", "item": "a"}
    assert at.with_filters()["only"] == ["mug", "cup"]


def test_a_step_onward_leaves_a_trail_and_a_step_back_shortens_it() -> None:
    assert here(item=["b"], via=["a"]).to_item("c")["via"] == ["a", "b"]
    assert here(item=["c"], via=["a", "b"]).to_item("b")["via"] == ["a"]
    long = [str(number) for number in range(MAX_TRAIL)]
    assert here(item=["x"], via=long).to_item("y")["via"] == [*long[1:], "x"]
    assert "via" not in here().to_item("a")


def test_a_trail_that_starts_at_a_photo_remembers_it() -> None:
    at = here(sample=["s"], cut=["0,0,1,1"])
    assert at.to_item("a", start="photo") == {
        "item": "a", "start": "photo", "sample": "s", "cut": "0,0,1,1",
    }  # fmt: skip
    assert "sample" not in at.to_item("a")


def test_the_way_to_a_reason_names_both() -> None:
    found = here(item=["a"], via=["z"], hue=["red"]).to_why("b")
    assert found == {"item": ["a"], "via": ["z"], "to": "b", "hue": ["red"]}
    assert address("why", found) == "why?item=a&via=z&to=b&hue=red"


@pytest.mark.parametrize(("page", "wanted"), [("", {}), (LOOKALIKES, {"item": "mug-01-navy"})])
def test_a_run_reads_its_address_and_the_folders_a_few_times(
    open_page: Any, monkeypatch: pytest.MonkeyPatch, page: str, wanted: dict[str, str]
) -> None:
    from recommender.ui.shared import choice, link

    counts = {"address": 0, "catalogues": 0, "models": 0}

    def counted(name: str, call: Any) -> Any:
        def count(*arguments: Any) -> Any:
            counts[name] += 1
            return call(*arguments)

        return count

    monkeypatch.setattr(link, "here", counted("address", link.here))
    listing = counted("catalogues", registry.available_catalogues)
    monkeypatch.setattr(choice, "available_catalogues", listing)
    monkeypatch.setattr(choice, "models_for", counted("models", models.models_for))
    assert not open_page(page, **wanted).exception
    assert counts["catalogues"] == counts["models"] == 1
    assert 1 < counts["address"] < 8  # and not once for each card's links
