"""The catalogue and the model that the address names, and the recommender of both."""

from typing import TYPE_CHECKING

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.config import DEMO
from recommender.errors import CatalogueError
from recommender.models import available_models, default_model, models_for
from recommender.ui.shared import messages, resources

if TYPE_CHECKING:
    from recommender.recommend import Recommender


def catalogue() -> str:
    """Return the name of the catalogue in the address, else the demo's, else the first's.

    Raises
    ------
    CatalogueError : there are no catalogues
    """
    names = available_catalogues()
    if not names:
        raise CatalogueError(
            "there is no catalogue yet; import one with: "
            "python -m recommender import SOURCE --name NAME"
        )
    return st.query_params.get("catalogue", DEMO if DEMO in names else names[0])


def model() -> str:
    """Return the name of the model in the address, else of the best one for the catalogue."""
    name = catalogue()
    asked: str | None = st.query_params.get("model")
    if asked is None or (asked in available_models() and asked not in models_for(name)):
        return default_model(name)  # not one that was adapted to another catalogue
    return asked


def recommender() -> "Recommender":
    """Open the recommender of both, with a progress bar while its index is built.

    Raises
    ------
    RecommenderError : it cannot be opened
    """
    progress = messages.Progress()
    opened = resources.recommender(catalogue(), model(), on_wait=progress)
    progress.done()
    return opened
