"""Reads the figures of each model that `evaluate --record` wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.config import read_json
from recommender.inference.autoencoder import Autoencoder
from recommender.models import BEST, MODEL_INFOS, model_folder

COLOUR, CHANCE = "colour", "random"
METRICS_FILE = "metrics.json"
NAMES = tuple(info.name for info in MODEL_INFOS)
N_WEAKEST = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that all models were measured with.

    Attributes
    ----------
    key : of the evaluation in the file, without the model
    measure : its name in the file
    goal : what was aimed at before it was measured, or None
    """

    key: str
    measure: str
    goal: float | None = None

    @property
    def catalogue(self) -> str:
        """Name of the catalogue that was searched."""
        return self.key.partition(" / ")[0]


QUESTIONS = (
    Question(key="demo / demo / category", measure="precision_at_4"),
    Question(key="demo / customer / item_id", measure="recall_at_1", goal=0.74),
    Question(key="demo / customer / item_id", measure="recall_at_5"),
    Question(key="demo / demo / design", measure="precision_at_4"),
    Question(key="style / style / category", measure="precision_at_4", goal=0.90),
    Question(key="style / style / brand", measure="precision_at_4", goal=0.68),
    Question(key="style / altered pictures", measure="recall_at_1", goal=0.985),
    Question(key="clothing-train / clothing-test / category", measure="precision_at_5", goal=0.82),
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value.

    Attributes
    ----------
    system : a model's name, "colour" or "random"
    value : from 0 to 1, large is good
    interval : the bounds of 95 % confidence, or None where none was recorded
    """

    system: str
    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Figures for one question, our own model first.

    Attributes
    ----------
    n_queries, n_gallery : how many asked, among how many
    """

    question: Question
    n_queries: int
    n_gallery: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """The labels that a model finds worst.

    Attributes
    ----------
    labels : each with the share of right ones among the first four neighbours, worst first
    """

    system: str
    labels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """Fidelity of pictures that come back from what was kept of them.

    Attributes
    ----------
    system : a model's name, or a file format's
    psnr : mean peak signal-to-noise ratio, in decibels; large is good
    ssim : mean structural similarity, at most 1; large is good
    n_bytes : mean size of what is kept of a picture
    """

    system: str
    psnr: float
    ssim: float
    n_bytes: int


def answers(catalogue: str) -> list[Answer]:
    """Read the figures of a catalogue; empty unless all models were measured on it."""
    asked = [question for question in QUESTIONS if question.catalogue == catalogue]
    kind = Question(key=f"{catalogue} / {catalogue} / category", measure="precision_at_4")
    return _answers(asked or [kind])


def answers_elsewhere(catalogue: str) -> list[Answer]:
    """Read the figures of all other catalogues that this project measures."""
    return _answers([question for question in QUESTIONS if question.catalogue != catalogue])


def rebuilding() -> list[Rebuilt]:
    """Read how faithfully held-out pictures come back: from each model, then from file formats.

    Empty where it was not measured for all models.
    """
    found = {name: _evaluations(name).get("style / style / category", {}) for name in NAMES}
    if not all("psnr" in figures for figures in found.values()):
        return []
    formats = found[BEST].get("formats", {})
    return [_rebuilt(name, figures) for name, figures in {**found, **formats}.items()]


def _rebuilt(system: str, figures: Mapping[str, Any]) -> Rebuilt:
    n_bytes = figures.get("n_bytes")
    if n_bytes is None:
        n_bytes = Autoencoder(model_folder(system)).code_bytes
    return Rebuilt(
        system=system, psnr=figures["psnr"], ssim=figures["ssim"], n_bytes=round(n_bytes)
    )


def weaknesses(catalogue: str) -> list[Weakness]:
    """Find the labels that each model finds worst, on a catalogue whose kinds were measured."""
    found = []
    for name in NAMES:
        by_label = _evaluations(name).get(f"{catalogue} / {catalogue} / category", {})
        scores = {
            label: float(scores["precision_at_4"])
            for label, scores in by_label.get("per_label", {}).items()
        }
        if scores:
            worst = sorted(scores.items(), key=lambda score: score[1])[:N_WEAKEST]
            found.append(Weakness(system=name, labels=tuple(worst)))
    return found


def command(catalogue: str, model: str) -> str:
    """The command that measures a model on a catalogue and keeps the figures."""
    return (
        f"python -m recommender evaluate --catalogue {catalogue} --model {model} "
        f"--record models/{model}/{METRICS_FILE}"
    )


def _answers(questions: Sequence[Question]) -> list[Answer]:
    measured = {name: _evaluations(name) for name in NAMES}
    return [
        _answer(question, {name: found[question.key] for name, found in measured.items()})
        for question in questions
        if all(question.key in found for found in measured.values())
    ]


def _answer(question: Question, found: Mapping[str, Mapping[str, Any]]) -> Answer:
    ours = found[BEST]
    models = [
        Figure(
            system=name,
            value=float(evaluation[question.measure]),
            interval=_interval(evaluation, question.measure),
        )
        for name, evaluation in found.items()
    ]
    baselines = [
        Figure(system=name, value=float(ours["baselines"][name][question.measure]))
        for name in (COLOUR, CHANCE)
        if name in ours["baselines"]
    ]
    return Answer(
        question=question,
        n_queries=int(ours["n_queries"]),
        n_gallery=int(ours["n_gallery"]),
        figures=(*models, *baselines),
    )


def _interval(evaluation: Mapping[str, Any], measure: str) -> tuple[float, float] | None:
    bounds = evaluation.get("intervals", {}).get(measure)
    return None if bounds is None else (float(bounds[0]), float(bounds[1]))


def _evaluations(model: str) -> dict[str, Any]:
    """The evaluations in a model's file; raises `ModelError` if it is damaged."""
    values = read_json(model_folder(model) / METRICS_FILE, default={})
    found: dict[str, Any] = values.get("evaluations", {})
    return found
