"""The document that the browser draws the map from."""

import json

from recommender.insights.embedding_map import lay_out
from recommender.recommend import Recommender
from recommender.ui.shared import map_document


def test_the_document_of_the_map(shop_recommender: Recommender) -> None:

    content = json.loads(map_document.document(shop_recommender, lay_out(shop_recommender.index)))
    columns = ("titles", "alts", "prices", "pictures", "x", "y", "kinds")
    assert content["ids"] == [item.item_id for item in shop_recommender.catalogue]
    assert {len(content[column]) for column in columns} == {18}
    assert [region["name"] for region in content["regions"]] == ["bar", "box", "disc"]
    row = content["ids"].index("disc-red-0")
    assert content["regions"][content["kinds"][row]]["name"] == "disc"
