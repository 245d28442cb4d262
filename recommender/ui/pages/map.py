"""The catalogue as a picture: every product on a plane, what looks alike close together."""

import time
from pathlib import Path
from typing import Any

import streamlit as st

from recommender.ui.components import map_canvas
from recommender.ui.components.map_canvas import PLACEHOLDER, Map
from recommender.ui.shared import choice, link, map_document, messages, resources, words
from recommender.ui.shared.resources import Opening

STYLES = Path(__file__).with_suffix(".css")


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    st.html(
        '<header class="hero"><h1>The whole shop at a glance.</h1>'
        "<p>What looks alike to the machine lies together; nobody told it what anything is. "
        "Zoom in, and pick a product to see its lookalikes.</p></header>"
    )
    name, model = choice.catalogue(), choice.model()
    place = st.empty()
    waiting = _Waiting(place)
    recommender = resources.recommender(name, model, on_wait=waiting)
    catalogue = recommender.catalogue
    if not len(catalogue):
        messages.empty("This catalogue is empty", "There is nothing to draw a map of yet.")
        return
    resources.embedding_map(name, model, on_wait=waiting)
    with place.container():
        map_canvas.show(
            Map(
                name=f"Map of {words.count(len(catalogue), 'product')}",
                places=map_document.places_url(recommender),
                sheets=map_document.sheets_url(catalogue),
                pictures=f"pictures/{catalogue.name}/",
                lookalikes=link.address(link.LOOKALIKES, link.to_item(PLACEHOLDER)),
                browse=link.address(link.BROWSE, link.kept(category=PLACEHOLDER)),
                kinds=st.query_params.get_all("kind"),
                look=st.query_params.get("look", ""),
            )
        )
    st.html(
        '<p class="quiet">Near neighbours can be trusted, distances across the map cannot: a plane '
        "has no room for all the ways in which products differ.</p>"
    )


class _Waiting:
    """Stands where the map will be, as tall as it, and says how long it has been."""

    def __init__(self, place: Any) -> None:
        self._place, self._since, self._said = place, time.monotonic(), ""

    def __call__(self, opening: Opening) -> None:
        seconds = int(time.monotonic() - self._since)
        if opening.n_all:
            text = f"Looking at every product once: {opening.n_done:,} of {opening.n_all:,}"
        elif seconds:
            text = f"Laying out the map, once for this catalogue. {seconds} s so far."
        else:
            text = "Unfolding the map"
        if text != self._said:
            self._said = text
            self._place.html(f'<div class="unfolding" role="status"><p>{text}</p></div>')
