from pathlib import Path

import numpy as np
import pytest

from recommender import images
from recommender.catalogue.registry import open_catalogue
from recommender.errors import CatalogueError, ModelError
from recommender.evaluation import confusion, views
from recommender.evaluation.evaluate import (
    evaluate,
    evaluate_altered,
)
from recommender.evaluation.views import evaluate_views
from recommender.importing.importer import import_source
from recommender.models import ARTICLE
from recommender.recommend import Recommender
from tests.conftest import draw


def test_figures_and_baselines(shop_recommender: Recommender) -> None:
    figures = evaluate(shop_recommender)
    assert (figures["n_queries"], figures["n_gallery"]) == (18, 18)
    assert set(figures["baselines"]) == {"random", "pixels", "colour"}
    assert figures["precision_at_4"] > figures["baselines"]["random"]["precision_at_4"]
    assert figures["psnr"] > 15
    assert 0 < figures["ssim"] < 1


def test_precision_is_what_the_neighbours_say(shop_recommender: Recommender) -> None:
    right = [
        match.item.category == item.category
        for item in shop_recommender.catalogue
        for match in shop_recommender.similar(item.item_id, n_neighbors=4).matches
    ]
    figures = evaluate(shop_recommender)
    assert figures["precision_at_4"] == pytest.approx(np.mean(right), abs=1e-4)


def test_another_catalogue_may_ask(shop_recommender: Recommender, shop: Path) -> None:
    (shop / "feed.csv").write_text("image,item_id,kind\ndisc-red-0.png,disc-red-0,disc\n")
    import_source(shop, "photos", column_map={"id": "image", "category": "kind"})
    figures = evaluate(shop_recommender, open_catalogue("photos"))
    assert (figures["n_queries"], figures["queries"]) == (1, "photos")


def test_recall_of_the_right_product(shop_recommender: Recommender, shop: Path) -> None:
    (shop / "feed.csv").write_text(
        "name,image,item_id\na,disc-red-0.png,disc-red-0\nb,bar-blue-0.png,box-red-1\n"
    )
    import_source(shop, "photos", column_map={"id": "name"})
    figures = evaluate(shop_recommender, open_catalogue("photos"), label="item_id")
    assert figures["n_gallery"] == 18
    assert figures["recall_at_1"] == 0.5


def test_recall_by_covers_and_by_all_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    draw("disc", "red").save(folder / "a.png")
    draw("bar", "blue").save(folder / "a-2.png")
    draw("bar", "green").save(folder / "b.png")
    (folder / "feed.csv").write_text("id,image,images\na,a.png,a-2.png\nb,b.png,\n")
    import_source(folder, "shop")
    draw("bar", "blue", shift_px=1).save(folder / "photo.png")
    (folder / "photos.csv").write_text("id,image,item_id\np,photo.png,a\nq,b.png,b\n")
    import_source(folder / "photos.csv", "photos")
    figures = evaluate_views(Recommender.open("shop", ARTICLE), open_catalogue("photos"))
    assert (figures["n_gallery"], figures["n_pictures"]) == (2, 3)
    assert figures["of_several"]["n_queries"] == 1
    assert figures["of_several"]["one"]["recall_at_1"] == 0
    assert figures["of_several"]["all"]["recall_at_1"] == 1
    assert figures["of_all"]["all"]["recall_at_1"] == 1
    assert len(views.describe(figures)) == 5


def test_altered_pictures_ask_for_their_originals(shop_recommender: Recommender) -> None:
    figures = evaluate_altered(shop_recommender, n_queries=9)
    assert (figures["n_queries"], figures["n_gallery"]) == (9, 18)
    assert 0 <= figures["recall_at_1"] <= figures["recall_at_5"] <= 1
    assert evaluate_altered(shop_recommender, n_queries=9) == figures  # the same alterations
    assert set(figures["baselines"]) == {"pixels", "colour"}


def test_a_label_that_nothing_has_is_refused(shop_recommender: Recommender) -> None:
    with pytest.raises(CatalogueError, match="material"):
        evaluate(shop_recommender, label="material")


def test_a_confusion_that_would_not_fit_is_refused_before_any_work(
    shop_recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    confusion.check(shop_recommender.catalogue, "category", is_gallery=True)
    monkeypatch.setattr(confusion, "MAX_LABELS", 2)
    with pytest.raises(ModelError, match="3 labels do not fit"):
        confusion.check(shop_recommender.catalogue, "category", is_gallery=True)


def test_the_confusion_is_drawn(shop_recommender: Recommender, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    confusion.draw(evaluate(shop_recommender), tmp_path / "confusion.png")
    assert images.load(tmp_path / "confusion.png").shape[2] == 3
