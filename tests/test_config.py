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
