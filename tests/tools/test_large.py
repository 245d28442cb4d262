"""The large catalogue is one like any other: its products are found by looks, words and price."""

from pathlib import Path

import pytest

from recommender.catalogue import text_search
from recommender.catalogue.filters import ItemFilter
from recommender.models import PERCEPTUAL, available_models
from recommender.recommend import Recommender
from tools.large.making import NAME, make

N_ITEMS = 400


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_a_synthetic_catalogue_answers_as_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path))
    make(N_ITEMS)
    recommender = Recommender.open(NAME, PERCEPTUAL)
    assert len(recommender.catalogue) == len(recommender.index) == N_ITEMS
    asked = recommender.catalogue.items[7]
    found = recommender.similar(asked.item_id, n_neighbors=5)
    assert len(found.matches) == 5
    assert asked.item_id not in {match.item.item_id for match in found.matches}
    kinds = [match.item.category for match in found.matches]
    assert asked.category in kinds  # embeddings are those of relatives
    cheap = recommender.similar(asked.item_id, filters=ItemFilter(prices=(0, 50)))
    assert all((match.item.price or 0) <= 50 for match in cheap.matches)
    words = text_search.find(recommender.catalogue, asked.title)
    assert asked.item_id in words.item_ids
