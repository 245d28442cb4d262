"""The frame of every page: the theme, the masthead and the foot."""

from pathlib import Path

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.config import DEMO
from recommender.models import model_info
from recommender.ui.components import arrival, navigation
from recommender.ui.components.navigation import Way
from recommender.ui.shared import choice, link, said, words
from recommender.ui.shell.page_list import PAGES

FOLDER = Path(__file__).parent
STYLES = (FOLDER / "tokens.css", FOLDER / "theme.css")
_RECEPTION = "layout.reception"
ABOUT_DEMO = (
    "The demo catalogue is synthetic: this project rendered its pictures and made up the names "
    "and prices."
)


def masthead(current: str) -> None:
    """Draw the wordmark, the links to the pages, and the choice of catalogue and model.

    Parameters
    ----------
    current : name of the page that is shown
    """
    for sheet in STYLES:
        st.html(sheet)
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        with st.container(key="ways"):
            _navigate(current)
        _choices()
    # drawn last, but always at this place: what it remembers would be lost elsewhere
    st.session_state[_RECEPTION] = st.container(key="reception")
    said.take()  # of a run that a click cut short


def receive(current: str) -> None:
    """Receive the visitor, once all else is drawn.

    Parameters
    ----------
    current : name of the page that is shown
    """
    reception = st.session_state.pop(_RECEPTION, None)
    if reception is None:  # there was no catalogue to draw a masthead for
        return
    here = link.here()
    place = "/".join([current, here.get("item"), here.get("sample")])
    with reception:
        arrival.show(place=place, said=said.take())


def ways_out() -> None:
    """Draw what a visitor can do where a page could not be drawn."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Try again", key="try-again")
        if available_catalogues():  # else every page would say the same
            # by addresses of their own: this one may name what is gone
            st.page_link(link.page(link.BROWSE), label="Start page", query_params={})
            st.page_link(link.page(link.CATALOGUES), label="Catalogues", query_params={})


def foot(catalogue: str) -> None:
    """Draw notes on the catalogue, the model and visitors' photos."""
    text = f"{ABOUT_DEMO} " if catalogue == DEMO else ""
    info = model_info(choice.model())
    text += f"{info.learned_from} " if info else ""
    st.html(
        f'<footer class="foot"><p>{text}Photos you upload stay on the computer that runs '
        "this page, and are forgotten when you leave.</p></footer>"
    )


def _navigate(current: str) -> None:
    kept = link.here().kept()
    navigation.show(
        [
            Way(
                label=entry.label,
                href=link.address(entry.name, kept),
                is_current=entry.name == current,
                manages=entry.manages,
            )
            for entry in PAGES
            if entry.in_masthead
        ],
        home=link.address(link.BROWSE, kept),
        steps=link.STEPS,
    )


def _choices() -> None:
    made = choice.current()
    if len(made.catalogues) < 2 and len(made.models) < 2:  # noqa: PLR2004  nothing to choose from
        st.html(f'<p class="where">Catalogue: {words.html(made.catalogue)}</p>')
        return
    with st.popover(
        words.label(f"Catalogue: {made.catalogue}"),
        key="settings",
        type="tertiary",
        icon=":material/tune:",
        help="The catalogue you are in, and the model that compares",
    ):
        if len(made.catalogues) > 1:
            _choice("catalogue", "Catalogue", made.catalogues, made.catalogue)
        if len(made.models) > 1:
            _choice("model", "Model", made.models, made.model)


def _choice(name: str, label: str, options: list[str], current: str) -> None:
    key = f"choose-{name}"
    index = options.index(current) if current in options else None
    st.selectbox(label, options, index=index, key=key, on_change=_choose, args=(name, key))


def _choose(name: str, key: str) -> None:
    wanted = st.session_state[key]
    if wanted is None:
        return
    if name == "catalogue":  # a product of one catalogue means nothing in another
        st.switch_page(link.page(link.BROWSE), query_params=link.here().kept(catalogue=wanted))
    else:
        st.query_params[name] = wanted
