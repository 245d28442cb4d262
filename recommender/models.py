"""Registry of the models, and the folders of those that were trained.

`MODEL_INFOS` is the one place that names the models that this program can train and serve, best
first. A model that was fine-tuned to a catalogue is named after the model that it started from.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from recommender.config import (
    DEMO,
    MAX_NAME,
    MODELS,
    NAME_PATTERN,
    Settings,
    check_name,
    home,
)
from recommender.errors import ModelError

ARTICLE, PERCEPTUAL = "article", "perceptual"
ARTICLE_TITLE = "Autoencoders for product recommendations"
ARTICLE_URL = "https://andre-b-fernandes.github.io/autoencoders-product-recommendations"
MODEL_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """Facts about a model, for whoever offers, compares or trains it.

    Attributes
    ----------
    name : of the model, and of its folder
    title : for people, as a heading
    summary : how it compares pictures, in a sentence
    learned_from : what it was trained on, in a sentence
    metric : what its distances mean: "cosine", of embeddings of unit length, where a similarity is
        the cosine; or "euclidean", of raw latents, where a similarity of one half is the distance
        that is typical between an item and its nearest
    weighs_colour : whether a query may set a colour weight
    can_be_finetuned : whether its training can go on from its weights, on another catalogue
    """

    name: str
    title: str
    summary: str
    learned_from: str
    metric: str
    weighs_colour: bool
    can_be_finetuned: bool


MODEL_INFOS = (
    ModelInfo(
        name=PERCEPTUAL,
        title="Our model",
        summary="Compares features of a network that was trained on a million photos before.",
        learned_from="The model builds on a network that was trained on a million photos before, "
        "trains it on with 6,000 product pictures, and pools and whitens its features; this is why "
        "it finds more than the article's model, which learned from 1,500 pictures alone.",
        metric="cosine",
        weighs_colour=True,
        can_be_finetuned=True,
    ),
    ModelInfo(
        name=ARTICLE,
        title="The article’s model",
        summary="The network of the article that this began with, trained on 1,500 pictures.",
        learned_from="This is the article's model. It learned from 1,500 product pictures alone.",
        metric="euclidean",
        weighs_colour=False,
        can_be_finetuned=False,
    ),
)
BEST, BASELINE = MODEL_INFOS[0].name, MODEL_INFOS[-1].name
_INFO = {info.name: info for info in MODEL_INFOS}
_FINETUNED = next(info.name for info in MODEL_INFOS if info.can_be_finetuned)


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Settings):
    """Description of a trained model, in its folder's `config.json`.

    Attributes
    ----------
    name : the folder's name
    image_size_px : side of the square that the encoder takes
    code : "vector", a latent whose numbers are the code, or "bytes", a latent that is rounded and
        coded in at most `code_bytes`
    code_bytes : that a picture's code may have; 0 for a vector
    latent_shape : of what the decoder reads, without the batch
    decoded_size_px : side of the square that the decoder gives; as the encoder takes, if 0
    metric : "euclidean" on raw latents, "cosine" on unit-length embeddings
    has_maps : whether the encoder's file has a second signature, `maps`: its backbone for pictures
        of any size, see `Autoencoder.look`
    hyperparameters : the architecture's own settings, as it was trained
    format_version : of this file and the files beside it
    """

    name: str
    image_size_px: int
    latent_shape: tuple[int, ...]
    metric: str
    hyperparameters: dict[str, Any] = dataclasses.field(default_factory=dict)
    decoded_size_px: int = 0
    code: str = "vector"
    code_bytes: int = 0
    has_maps: bool = False
    format_version: int = MODEL_FORMAT

    def __post_init__(self) -> None:
        if self.metric not in ("euclidean", "cosine"):
            raise ValueError(f"metric must be euclidean or cosine, got {self.metric!r}")
        if self.code not in ("vector", "bytes"):
            raise ValueError(f"code must be vector or bytes, got {self.code!r}")
        if (self.code == "bytes") != (self.code_bytes > 0):
            raise ValueError(f"a code of {self.code} cannot have {self.code_bytes} bytes at most")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Load `config.json`; raise `ModelError` if the folder holds no usable model."""
        file = folder / "config.json"
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelError(f"there is no model in {folder}{_suggest_models()}") from error
        except (OSError, ValueError) as error:
            raise ModelError(f"{file} cannot be read: {error}") from error
        version = values.get("format_version")
        if version != MODEL_FORMAT:
            raise ModelError(f"{file} has format {version}; this version reads {MODEL_FORMAT}")
        try:
            return cls.from_dict(values)
        except (TypeError, ValueError) as error:
            raise ModelError(f"{file} is not valid: {error}") from error


def model_info(name: str) -> ModelInfo | None:
    """Facts about a model, or about the one that it was fine-tuned from; None if it is unknown."""
    return _INFO.get(name) or (_INFO[_FINETUNED] if _is_finetuned(name) else None)


def model_folder(name: str) -> Path:
    """Folder of a model: the person's own if there is one, else the one that ships."""
    check_name(name)
    own = home() / "models" / name
    return own if (own / "config.json").exists() else MODELS / name


def available_models() -> list[str]:
    """Names of the trained models that can be loaded, sorted."""
    files = [*MODELS.glob("*/config.json"), *(home() / "models").glob("*/config.json")]
    names = {file.parent.name for file in files}
    # a training that was killed leaves a folder behind, whose name no model can have
    return sorted(name for name in names if NAME_PATTERN.fullmatch(name))


def finetuned_model(catalogue: str) -> str:
    """Name of the model that is fine-tuned to a catalogue, whether there is one or not."""
    return f"{_FINETUNED}-{check_name(catalogue)}"[:MAX_NAME]


def models_for(catalogue: str) -> list[str]:
    """Names of the models that suit a catalogue: all but those fine-tuned to another one."""
    own = finetuned_model(catalogue)
    return [name for name in available_models() if name == own or not _is_finetuned(name)]


def default_model(catalogue: str = DEMO) -> str:
    """Name of the best model that there is for a catalogue."""
    names = available_models()
    wanted = (finetuned_model(catalogue), *_INFO)
    return next((name for name in wanted if name in names), BASELINE)


def _is_finetuned(name: str) -> bool:
    return name.startswith(f"{_FINETUNED}-")


def _suggest_models() -> str:
    names = available_models()
    return f"; available: {', '.join(names)}" if names else ""
