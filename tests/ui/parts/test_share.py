"""An answer as a file."""

import csv
import io

from recommender.models import ARTICLE
from recommender.recommend import Recommender
from recommender.ui.parts import share


def test_an_answer_is_taken_along() -> None:
    recommender = Recommender.open("demo", ARTICLE)
    rows = list(
        csv.DictReader(io.StringIO(share.table(recommender.similar("mug-01-navy", n_neighbors=5))))
    )
    assert [row["rank"] for row in rows] == list("12345")
    assert all(row["title"] and 0 <= float(row["similarity"]) <= 1 for row in rows)
