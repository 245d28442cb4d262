"""A few visitors while one attacker of each kind is at work; all are answered as they should be.

How long visitors wait is measured by `python -m tools.siege`, with thirty of them.
"""

import time
from pathlib import Path

import pytest

from recommender.api.limits import PER_MINUTE
from tools.serving import serving
from tools.siege import ATTACKS, Client, besiege

VISITORS, SECONDS, START_S = 4, 6, 120


def test_visitors_are_answered_while_attackers_are_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PER_MINUTE, "100000")  # visitors and attackers share one address here
    with serving(tmp_path, tmp_path / "server.log") as server:
        client, end = Client(server.address), time.monotonic() + START_S
        while client.ask("GET", "/api/items/mug-01-navy/similar", None, {}) != 200:
            assert time.monotonic() < end
            time.sleep(0.5)
        siege = besiege(server.address, n_visitors=VISITORS, seconds=SECONDS, with_attackers=True)
        assert server.process.poll() is None
    assert set(siege.statuses["visitor"]) == {200}
    for how in ATTACKS:
        statuses = siege.statuses[how.__name__]
        assert statuses, f"{how.__name__} was not tried"
        assert not statuses.keys() & {200, 500}, (how.__name__, statuses)
