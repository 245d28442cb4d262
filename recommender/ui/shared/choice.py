"""The catalogue and the model that the address names, and the recommender of both."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.config import DEMO
from recommender.errors import CatalogueError
from recommender.models import available_models, default_model, models_for
from recommender.ui.shared import link, messages, resources

if TYPE_CHECKING:
    from recommender.recommend import Recommender


_CURRENT = "choice.current"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Choice that a run draws, and what there was to choose from when it began.

    Attributes
    ----------
    catalogues, models : names; the models are those that suit the catalogue
    catalogue, model : the chosen ones
    """

    catalogues: list[str]
    models: list[str]
    catalogue: str
    model: str


def settle() -> None:
    """Read the address and look through the folders, once for a run.

    Raises
    ------
    CatalogueError : there are no catalogues
    """
    names = available_catalogues()
    if not names:
        raise CatalogueError(
            "there is no catalogue, and the demo's files are gone; once they are back, try again"
        )
    here = link.here()
    name = here.get("catalogue", DEMO if DEMO in names else names[0])
    models, asked = models_for(name), here.get("model")
    # not one that was fine-tuned to another catalogue
    if not asked or (asked not in models and asked in available_models()):
        asked = default_model(name)
    st.session_state[_CURRENT] = Choice(
        catalogues=names, models=models, catalogue=name, model=asked
    )


def current() -> Choice:
    """Return what this run draws; see `settle`."""
    chosen: Choice = st.session_state[_CURRENT]
    return chosen


def catalogue() -> str:
    """Return the name of the catalogue in the address, else the demo's, else the first's."""
    return current().catalogue


def model() -> str:
    """Return the name of the model in the address, else of the best one for the catalogue."""
    return current().model


def recommender() -> "Recommender":
    """Open the recommender of both, with a progress bar while its index is built.

    Raises
    ------
    RecommenderError : it cannot be opened
    """
    progress = messages.Progress()
    chosen = current()
    opened = resources.recommender(chosen.catalogue, chosen.model, on_wait=progress)
    progress.done()
    return opened
