"""Settings and where things lie: frozen dataclasses, stored as JSON beside what they made."""

import dataclasses
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from recommender.errors import CatalogueError, ModelError, RecommenderError

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "bundled"  # an installed package holds here what a clone has beside it
PROJECT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent
ASSETS = PROJECT / "assets"
MODELS = PROJECT / "models"
USER_DATA = {  # by system: the variable that names the folder, and the folder without it
    "darwin": ("XDG_DATA_HOME", "~/Library/Application Support"),
    "win32": ("LOCALAPPDATA", "~/AppData/Local"),
}
DEMO = "demo"
ARTICLE, PERCEPTUAL = "article", "perceptual"
MAX_NAME = 64
NAME_PATTERN = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MAX_NAME - 1}}}")
MODEL_FORMAT = 1
READ_ONLY = "LOOKALIKE_READ_ONLY"
SWITCHED_ON, SWITCHED_OFF = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def home() -> Path:
    """Return the folder of the person's own catalogues, models and indexes.

    `$LOOKALIKE_HOME` names it. Otherwise it is `data/` in a clone, and the folder that the system
    keeps for a person's programs where the package is installed.
    """
    chosen = os.environ.get("LOOKALIKE_HOME")
    if chosen:
        return Path(chosen).expanduser()
    return _user_data() / "lookalike" if PROJECT == BUNDLED else PROJECT / "data"


def _user_data() -> Path:
    variable, default = USER_DATA.get(sys.platform, ("XDG_DATA_HOME", "~/.local/share"))
    return Path(os.environ.get(variable) or default).expanduser()


def read_only() -> bool:
    """Whether visitors may only look: no catalogue is managed, no finding dismissed.

    Set by `$LOOKALIKE_READ_ONLY`, or by `streamlit run app.py -- --read-only`. Raises
    `RecommenderError` for a value that is neither yes nor no: a public demo must not be left open
    by a slip of the pen.
    """
    value = os.environ.get(READ_ONLY, "").strip().lower()
    if value not in (*SWITCHED_ON, *SWITCHED_OFF):
        raise RecommenderError(f"{READ_ONLY} must be 1 or 0, got {value!r}")
    return value in SWITCHED_ON


def check_name(name: str) -> str:
    """Return `name` if it can safely be a folder's name; raise `CatalogueError` otherwise."""
    if not NAME_PATTERN.fullmatch(name):
        raise CatalogueError(
            f"{name!r} cannot be a name: use up to 64 lower-case letters, digits, - and _"
        )
    return name


class Settings:
    """JSON round trip of a frozen dataclass."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild settings from JSON; raises `ValueError` for one that does not exist."""
        known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"{cls.__name__} has no setting {', '.join(unknown)}")
        return cls(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, kw_only=True)
class ArticleConfig(Settings):
    """The article's network and its training.

    Attributes
    ----------
    image_size_px : side of the square input
    filters : of the encoder's convolutions; the decoder mirrors them
    epochs, batch_size, learning_rate : of Adam, with Keras's defaults otherwise
    train_fraction : the rest is held out and measures the model
    seed : of the split, the initial weights and the order of the batches
    """

    image_size_px: int = 150
    filters: tuple[int, ...] = (16, 8, 8)
    epochs: int = 20
    batch_size: int = 32
    learning_rate: float = 1e-3
    train_fraction: float = 0.7
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.train_fraction < 1:
            raise ValueError(f"train_fraction must lie between 0 and 1, got {self.train_fraction}")
        if min(self.image_size_px, self.epochs, self.batch_size, *self.filters) < 1:
            raise ValueError(f"sizes and counts must be positive, got {self}")


@dataclass(frozen=True, kw_only=True)
class PerceptualConfig(Settings):
    """The network of `perceptual` and its training.

    Attributes
    ----------
    decoded_size_px : side of the decoded picture
    grid_size, where_filters, n_whole, n_frame : of the code, which has
        grid_size^2 * where_filters + n_whole + n_frame numbers
    grid_weight : of the pooled grid beside the generalised mean
    colour_bins : of lightness, a* and b*
    patch_filters, encoder_filters, encoder_blocks : of the trained half of the encoder
    decoder_filters : of its maps at 15, 30 and 60 pixels
    decoder_blocks : residual blocks at 15 pixels; the finer maps have one less
    epochs, batch_size, learning_rate : of Adam; the rate falls along a cosine
    epoch_size : pictures an epoch, drawn from all training pictures
    train_fraction, seed : of the split, the same as the article's
    adapts : go on from the weights that ship instead of from a linear code
    """

    decoded_size_px: int = 150
    grid_size: int = 15
    where_filters: int = 12
    n_whole: int = 144
    n_frame: int = 7
    n_kind: int = 2360
    grid_weight: float = 0.7
    colour_bins: tuple[int, int, int] = (5, 7, 7)
    patch_filters: int = 64
    encoder_filters: int = 96
    encoder_blocks: int = 1
    decoder_filters: tuple[int, ...] = (128, 96, 48)
    decoder_blocks: int = 3
    epochs: int = 18
    epoch_size: int = 1600
    batch_size: int = 16
    learning_rate: float = 1e-3
    train_fraction: float = 0.7
    seed: int = 0
    adapts: bool = False

    @property
    def n_latent(self) -> int:
        """Numbers in the code."""
        return self.grid_size**2 * self.where_filters + self.n_whole + self.n_frame


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Settings):
    """What a trained model's folder says about itself (`config.json`).

    Attributes
    ----------
    name : the folder's name
    image_size_px : side of the square that the encoder takes
    latent_shape : of the code that the decoder reads, without the batch
    decoded_size_px : side of the square that the decoder gives; as the encoder takes, if 0
    metric : "euclidean" on raw latents, "cosine" on unit-length embeddings
    hyperparameters : the architecture's own settings, as it was trained
    format_version : of this file and the files beside it
    """

    name: str
    image_size_px: int
    latent_shape: tuple[int, ...]
    metric: str
    hyperparameters: dict[str, Any] = dataclasses.field(default_factory=dict)
    decoded_size_px: int = 0
    format_version: int = MODEL_FORMAT

    def __post_init__(self) -> None:
        if self.metric not in ("euclidean", "cosine"):
            raise ValueError(f"metric must be euclidean or cosine, got {self.metric!r}")

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


def model_folder(name: str) -> Path:
    """Folder of a model: the person's own if there is one, else the one that ships."""
    check_name(name)
    own = home() / "models" / name
    return own if (own / "config.json").exists() else MODELS / name


def available_models() -> list[str]:
    """Names of the trained models that can be loaded, sorted."""
    folders = [*MODELS.glob("*/config.json"), *(home() / "models").glob("*/config.json")]
    return sorted({file.parent.name for file in folders})


def adapted_model(catalogue: str) -> str:
    """Name of the model that was adapted to a catalogue, whether there is one or not."""
    return f"{PERCEPTUAL}-{check_name(catalogue)}"[:MAX_NAME]


def models_for(catalogue: str) -> list[str]:
    """Names of the models that suit a catalogue: all but those adapted to another one."""
    own = adapted_model(catalogue)
    return [
        name for name in available_models() if name == own or not name.startswith(f"{PERCEPTUAL}-")
    ]


def default_model(catalogue: str = DEMO) -> str:
    """Name of the model to use where none is asked for: the best one that is there."""
    names = available_models()
    wanted = (adapted_model(catalogue), PERCEPTUAL, ARTICLE)
    return next((name for name in wanted if name in names), ARTICLE)


def read_json(file: Path, *, default: Any) -> Any:
    """Content of a JSON file that may be missing; raises `ModelError` if it is damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} is damaged: {error}") from error


def write_json(file: Path, values: Any) -> None:
    """Write JSON to a temporary name and move it into place."""
    write_atomically(file, (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())


def write_atomically(file: Path, data: bytes, *, is_flushed: bool = True) -> None:
    """Write bytes so that a reader, or a kill, sees the old file or the new one, never half.

    Parameters
    ----------
    is_flushed : wait until the disk has them, so that even a power cut leaves one of the two
    """
    with replacing(file, is_flushed=is_flushed) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(file: Path, *, is_flushed: bool = True) -> Iterator[Path]:
    """A temporary name to write to; what was written is moved into place if nothing failed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield temporary
        if is_flushed:
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _suggest_models() -> str:
    names = available_models()
    return f"; available: {', '.join(names)}" if names else ""
