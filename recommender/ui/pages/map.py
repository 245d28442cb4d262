"""The map page: every product on a plane, with lookalikes close together."""

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
        "<p>Products that look alike are close together, placed by their pictures alone. "
        "Zoom in, and pick a product to see its lookalikes.</p></header>"
    )
    name, model = choice.catalogue(), choice.model()
    place = st.empty()
    waiting = _Waiting(place)
    recommender = resources.recommender(name, model, on_wait=waiting)
    catalogue = recommender.catalogue
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Add products, and find them here on a map.")
        return
    resources.embedding_map(name, model, on_wait=waiting)
    here = link.here()
    with place.container():
        map_canvas.show(
            Map(
                name=f"Map of {words.count(len(catalogue), 'product')}",
                places=map_document.places_url(recommender),
                sheets=map_document.sheets_url(catalogue),
                pictures=f"pictures/{catalogue.name}/",
                lookalikes=link.address(link.LOOKALIKES, here.to_item(PLACEHOLDER)),
                browse=link.address(link.BROWSE, here.kept(category=PLACEHOLDER)),
                kinds=list(here.parameters.get("kind", ())),
                look=here.get("look"),
            )
        )
    st.html(
        '<p class="quiet">Trust close neighbours, not distances across the map: two dimensions '
        "cannot hold all the ways in which products differ.</p>"
    )


class _Waiting:
    """A placeholder as tall as the map, with the time waited so far."""

    def __init__(self, place: Any) -> None:
        self._place, self._since, self._said = place, time.monotonic(), ""

    def __call__(self, opening: Opening) -> None:
        seconds = int(time.monotonic() - self._since)
        if opening.n_all:
            text = f"Preparing every picture once: {opening.n_done:,} of {opening.n_all:,}"
        elif seconds:
            text = f"Laying out the map, once for this catalogue: {seconds} s so far"
        else:
            text = "Opening the map"
        if text != self._said:
            self._said = text
            self._place.html(f'<div class="unfolding" role="status"><p>{text}</p></div>')
