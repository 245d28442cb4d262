from recommender.config import MODELS
from recommender.inference.autoencoder import Autoencoder
from recommender.ui.shared import words


def test_the_size_of_a_code_is_named_as_its_model_counts() -> None:
    assert words.code(Autoencoder(MODELS / "article")) == "2,888 numbers"
    assert words.code(Autoencoder(MODELS / "perceptual")) == "2.9 kB"
