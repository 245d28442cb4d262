"""The sentence that a screen reader reads out."""

from recommender.ui.shared import said


def test_the_last_sentence_is_taken_once() -> None:
    said.say("12 products")
    said.say("3 products")
    assert said.take() == "3 products"
    assert said.take() == ""
