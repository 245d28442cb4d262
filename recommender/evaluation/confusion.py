"""Draws which labels the neighbours of each label have."""

import importlib.util
from pathlib import Path
from typing import Any

from recommender.catalogue.store import Catalogue
from recommender.errors import ModelError
from recommender.evaluation.evaluate import labelled
from recommender.evaluation.scores import MAX_LABELS


def check(asking: Catalogue, label: str, *, is_gallery: bool) -> None:
    """Refuse what could not be drawn, before anything is measured for it.

    Raises
    ------
    CatalogueError : no item has the label
    ModelError : matplotlib is missing, or there are too many labels for a picture
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise ModelError("matplotlib is missing: pip install -r requirements-train.txt")
    n_labels = len(set(labelled(asking, label, is_gallery=is_gallery)[1]))
    if n_labels > MAX_LABELS:
        raise ModelError(f"{n_labels} labels do not fit into a picture; at most {MAX_LABELS} do")


def draw(figures: dict[str, Any], file: Path) -> None:
    """Save a picture of which labels the neighbours of each label have.

    Parameters
    ----------
    figures : as `evaluate` gives them, of what `check` has passed
    """
    from matplotlib.figure import Figure

    table = figures["confusion"]
    side = 2.5 + 0.28 * len(table["columns"])
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(table["shares"], cmap="Greens", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(table["columns"])), table["columns"], rotation=90, fontsize=8)
    axes.set_yticks(range(len(table["rows"])), table["rows"], fontsize=8)
    axes.set_xlabel("label of the five nearest")
    axes.set_ylabel("label of the query")
    for row, shares in enumerate(table["shares"]):
        for column, share in enumerate(shares):
            if share >= 0.05:  # noqa: PLR2004  smaller ones would only be noise
                colour = "white" if share > 0.5 else "black"  # noqa: PLR2004
                axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=6,
                          color=colour)  # fmt: skip
    figure.savefig(file, dpi=120)
