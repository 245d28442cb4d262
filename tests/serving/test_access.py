"""Who may manage, and how the owner signs in."""

import os
import threading
from pathlib import Path

import pytest

from recommender.config import READ_ONLY
from recommender.errors import RecommenderError
from recommender.serving import access
from recommender.serving.access import COOKIE, Access, Standing
from recommender.serving.hosts import LOCAL

PHRASE = "correct horse"
HERE, ELSEWHERE = {LOCAL: "1"}, {LOCAL: "0"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("settings", "here", "elsewhere"),
    [
        ({}, Standing.LOCAL, Standing.VISITOR),
        ({"password": PHRASE}, Standing.LOCAL, Standing.VISITOR),
        ({"is_open": True}, Standing.LOCAL, Standing.OPEN),
    ],
)
def test_standings(settings: dict[str, object], here: Standing, elsewhere: Standing) -> None:
    guard = Access(**settings)  # type: ignore[arg-type]
    assert guard.standing(HERE, {}) is here
    assert guard.standing(ELSEWHERE, {}) is elsewhere
    assert guard.standing({}, {}) is elsewhere  # no note: the guard did not stand in front


def test_nobody_manages_what_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(READ_ONLY, "1")
    assert Access(is_open=True).standing(HERE, {}) is Standing.READ_ONLY


def test_only_local_visitors_name_folders() -> None:
    assert [each for each in Standing if each.may_name_folders] == [Standing.LOCAL]
    assert {each for each in Standing if each.may_manage} == {
        Standing.LOCAL,
        Standing.OWNER,
        Standing.OPEN,
    }


def test_the_owner_signs_in_and_out() -> None:
    clock = Clock()
    guard = Access(password=PHRASE, clock=clock)
    assert guard.sign_in("wrong horse") is None
    token = guard.sign_in(PHRASE)
    assert token is not None
    assert guard.standing(ELSEWHERE, {COOKIE: token}) is Standing.OWNER
    assert guard.standing(ELSEWHERE, {COOKIE: token + "x"}) is Standing.VISITOR
    guard.sign_out(token)
    assert guard.standing(ELSEWHERE, {COOKIE: token}) is Standing.VISITOR
    token = guard.sign_in(PHRASE) or ""
    clock.now += access.SESSION_S + 1
    assert guard.standing(ELSEWHERE, {COOKIE: token}) is Standing.VISITOR


def test_attempts_are_limited_and_come_back() -> None:
    clock = Clock()
    guard = Access(password=PHRASE, clock=clock)
    for _ in range(access.MAX_ATTEMPTS):
        assert guard.sign_in("wrong horse") is None
    with pytest.raises(RecommenderError, match="too many attempts"):
        guard.sign_in(PHRASE)
    clock.now += access.ATTEMPTS_S
    assert guard.sign_in(PHRASE)


def test_attempts_side_by_side_are_all_counted() -> None:
    guard = Access(password=PHRASE)
    refused = []

    def attempt() -> None:
        try:
            guard.sign_in("wrong horse")
        except RecommenderError:
            refused.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(3 * access.MAX_ATTEMPTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2 * access.MAX_ATTEMPTS


def test_sessions_do_not_pile_up() -> None:
    guard = Access(password=PHRASE)
    first = guard.sign_in(PHRASE) or ""
    for _ in range(2):
        assert guard.sign_in(PHRASE)
    guard._sessions |= {f"session-{number}": 9e9 for number in range(access.MAX_SESSIONS)}
    assert guard.sign_in(PHRASE)
    assert len(guard._sessions) == access.MAX_SESSIONS
    assert guard.standing(ELSEWHERE, {COOKIE: first}) is Standing.VISITOR


def test_the_password_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(access.PASSWORD, PHRASE)
    guard = Access.from_environment(is_open=False)
    assert access.PASSWORD not in os.environ
    assert guard.has_password
    assert PHRASE not in repr(vars(guard))
    monkeypatch.setenv(access.PASSWORD, "short")
    with pytest.raises(RecommenderError, match="at least 8"):
        Access.from_environment(is_open=False)


def test_without_a_password_nobody_signs_in() -> None:
    with pytest.raises(RecommenderError, match=access.PASSWORD):
        Access().sign_in("")


def test_folders_below_those_that_are_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "shop" / "feed", tmp_path / "private"
    inside.mkdir(parents=True)
    outside.mkdir()
    (inside / "way-out").symlink_to(outside)
    assert access.check_folder(outside) == outside.resolve()
    monkeypatch.setenv(access.FOLDERS, str(tmp_path / "shop"))
    assert access.check_folder(inside) == inside.resolve()
    for folder in (outside, inside / "way-out", inside / ".." / ".." / "private", tmp_path):
        with pytest.raises(RecommenderError, match=access.FOLDERS):
            access.check_folder(folder)
