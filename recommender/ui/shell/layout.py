"""What every page has: the theme, the masthead, messages and the foot."""

from pathlib import Path

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.config import (
    ARTICLE,
    DEMO,
    PERCEPTUAL,
    available_models,
    default_model,
    models_for,
)
from recommender.errors import CatalogueError, RecommenderError
from recommender.ui.components import navigation
from recommender.ui.shared import link, words
from recommender.ui.shared.resources import Opening

THEME = Path(__file__).parent / "theme.css"
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 24'%3E"
    "%3Crect x='1' y='1' width='17' height='17' rx='5' fill='%2315181b'/%3E"
    "%3Crect x='11' y='6' width='17' height='17' rx='5' fill='%230a6e68'/%3E%3C/svg%3E"
)
ABOUT_DEMO = (
    "The demo catalogue is synthetic: its products exist only as pictures that this project "
    "rendered, and their names and prices are made up."
)


ABOUT_MODELS = {
    PERCEPTUAL: "The model sees with a network that was trained on a million photos before, and "
    "pools and whitens what that network says; this is why it finds more than the article's "
    "model, which learned from 1,500 pictures alone. ",
    ARTICLE: "This is the article's model. It learned from 1,500 product pictures alone. ",
}


def masthead(current: str) -> None:
    """The wordmark, the ways to the pages, and the choice of catalogue and model.

    Parameters
    ----------
    current : name of the page that is shown
    """
    st.html(THEME)
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        with st.container(key="ways"):
            navigation.show(current)
        _choices()


def chosen_catalogue() -> str:
    """Name of the catalogue in the address, else the demo's, else the first there is.

    Raises
    ------
    CatalogueError : there is none at all
    """
    names = available_catalogues()
    if not names:
        raise CatalogueError(
            "there is no catalogue yet; make one with: "
            "python -m recommender import SOURCE --name NAME"
        )
    return st.query_params.get("catalogue", DEMO if DEMO in names else names[0])


def chosen_model() -> str:
    """Name of the model in the address, else the best there is for the catalogue."""
    catalogue = chosen_catalogue()
    asked: str | None = st.query_params.get("model")
    if asked is None or (asked in available_models() and asked not in models_for(catalogue)):
        return default_model(catalogue)  # not one that was adapted to another catalogue
    return asked


def complain(error: RecommenderError) -> None:
    """Show one clear sentence; the page goes on working."""
    sentence = words.sentence(str(error))
    st.html(
        f'<div class="message" role="alert"><strong>That did not work.</strong> '
        f"{words.html(sentence)}</div>"
    )


def empty(heading: str, text: str) -> None:
    """Say why there is nothing to see, and what to do."""
    st.html(f'<div class="empty"><h2>{words.html(heading)}</h2><p>{words.html(text)}</p></div>')


def remark(text: str) -> None:
    """Say something in passing."""
    st.html(f'<p class="quiet">{words.html(text)}</p>')


class Progress:
    """A bar that appears only if there is something to wait for, and goes when it is done.

    Parameters
    ----------
    doing : what takes its time
    """

    def __init__(self, doing: str = "Looking at every product once") -> None:
        self._doing = doing
        self._place = st.empty()

    def __call__(self, opening: Opening) -> None:
        """Draw how far it is; see `resources.recommender`."""
        if opening.n_all:
            text = f"{self._doing}: {opening.n_done:,} of {opening.n_all:,}"
            self._place.progress(opening.n_done / opening.n_all, text=text)
        else:
            self._place.progress(0.0, text="Waking the model up")

    def done(self) -> None:
        """Take the bar away."""
        self._place.empty()


def foot(catalogue: str) -> None:
    """What a visitor should know about what was shown."""
    text = f"{ABOUT_DEMO} " if catalogue == DEMO else ""
    text += ABOUT_MODELS.get(chosen_model(), "")
    st.html(
        f'<footer class="foot"><p>{text}Photos that you upload stay on the computer that runs '
        "this page and are forgotten when you leave it.</p></footer>"
    )


def _choices() -> None:
    catalogues, models = available_catalogues(), models_for(chosen_catalogue())
    if len(catalogues) < 2 and len(models) < 2:  # noqa: PLR2004  nothing to choose from
        return
    with st.popover("Settings", key="settings", type="tertiary", icon=":material/tune:"):
        if len(catalogues) > 1:
            _choice("catalogue", "Catalogue", catalogues, chosen_catalogue())
        if len(models) > 1:
            _choice("model", "Model", models, chosen_model())


def _choice(name: str, label: str, options: list[str], chosen: str) -> None:
    key = f"choose-{name}"
    index = options.index(chosen) if chosen in options else None
    st.selectbox(label, options, index=index, key=key, on_change=_choose, args=(name, key))


def _choose(name: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen is None:
        return
    if name == "catalogue":  # a product of one catalogue means nothing in another
        wanted = link.kept(catalogue=chosen)
        st.switch_page(link.page(link.BROWSE), query_params=wanted)
    else:
        st.query_params[name] = chosen
