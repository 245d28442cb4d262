from pathlib import Path

import pytest

from recommender.cli.parser import make_parser
from recommender.config import home, write_json
from recommender.evaluation import recorded
from recommender.evaluation.recorded import Question
from recommender.models import ARTICLE, PERCEPTUAL


def record(model: str, key: str, value: float, **more: object) -> None:
    """Pretend that a model of one's own was measured."""
    folder = home() / "models" / model
    write_json(folder / "config.json", {})
    evaluation = {
        "precision_at_4": value,
        "n_queries": 20,
        "n_gallery": 20,
        "intervals": {"precision_at_4": [value - 0.1, value + 0.1]},
        "baselines": {"colour": {"precision_at_4": 0.3}, "random": {"precision_at_4": 0.1}},
        **more,
    }
    write_json(folder / "metrics.json", {"evaluations": {key: evaluation}})


def test_figures_of_all_systems_stand_together() -> None:
    key = "shop / shop / category"
    record(PERCEPTUAL, key, 0.8)
    record(ARTICLE, key, 0.5)
    (answer,) = recorded.answers("shop")
    assert answer.question == Question(key=key, measure="precision_at_4")
    assert [(figure.system, figure.value) for figure in answer.figures] == [
        (PERCEPTUAL, 0.8),
        (ARTICLE, 0.5),
        ("colour", 0.3),
        ("random", 0.1),
    ]
    assert answer.figures[0].interval == pytest.approx((0.7, 0.9))
    assert answer.figures[2].interval is None


def test_what_only_one_model_was_asked_is_not_compared() -> None:
    record(PERCEPTUAL, "shop / shop / category", 0.8)
    record(ARTICLE, "other / other / category", 0.5)
    assert recorded.answers("shop") == []
    assert recorded.answers_elsewhere("shop") == []
    assert recorded.rebuilding() == []


def test_weaknesses_are_the_labels_found_worst() -> None:
    values = {"a": 0.9, "b": 0.2, "c": 0.5, "d": 0.4}
    labels = {name: {"precision_at_4": value} for name, value in values.items()}
    record(PERCEPTUAL, "shop / shop / category", 0.8, per_label=labels)
    record(ARTICLE, "shop / shop / category", 0.5)
    (weakness,) = recorded.weaknesses("shop")
    assert weakness.system == PERCEPTUAL
    assert weakness.labels == (("b", 0.2), ("d", 0.4), ("c", 0.5))


def test_every_question_was_answered_by_what_ships() -> None:
    asked = {answer.question for answer in recorded.answers_elsewhere("nothing")}
    assert asked == set(recorded.QUESTIONS)


def test_what_ships_is_compared_with_file_formats_of_its_size() -> None:
    ours, article, *formats = recorded.rebuilding()
    assert (ours.system, article.system) == (PERCEPTUAL, ARTICLE)
    assert [row.system for row in formats] == ["JPEG", "WebP"]
    assert all(row.n_bytes <= ours.n_bytes for row in formats)


def test_the_command_is_one_that_there_is() -> None:
    words = recorded.command("shop", ARTICLE).split()
    assert words[:3] == ["python", "-m", "recommender"]
    options = make_parser().parse_args(words[3:])
    assert (options.catalogue, options.model) == ("shop", ARTICLE)
    assert options.record == Path("models/article/metrics.json")
