from pathlib import Path

import pytest

from recommender import config
from recommender.errors import RecommenderError


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, False), ("", False), ("0", False), ("off", False), ("1", True), (" True ", True)],
)
def test_read_only_is_said_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool
) -> None:
    monkeypatch.delenv(config.READ_ONLY, raising=False)
    if value is not None:
        monkeypatch.setenv(config.READ_ONLY, value)
    assert config.read_only() is expected


def test_a_slip_of_the_pen_does_not_open_a_public_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.READ_ONLY, "ture")
    with pytest.raises(RecommenderError, match="must be 1 or 0, got 'ture'"):
        config.read_only()


def test_a_clone_keeps_its_data_beside_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOOKALIKE_HOME")
    assert config.home() == Path(config.__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "~/.local/share/lookalike"),
        ("linux", {"XDG_DATA_HOME": "~/kept"}, "~/kept/lookalike"),
        ("darwin", {}, "~/Library/Application Support/lookalike"),
        ("win32", {"LOCALAPPDATA": "~/AppData/Local"}, "~/AppData/Local/lookalike"),
    ],
)
def test_an_installed_package_keeps_its_data_with_the_persons(
    monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("LOOKALIKE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(config, "PROJECT", config.BUNDLED)
    assert config.home() == Path(expected).expanduser()
