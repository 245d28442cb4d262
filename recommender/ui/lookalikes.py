"""A product, what the machine kept of it, and the products that look like it."""

import streamlit as st

from recommender.catalogue import Catalogue, Item
from recommender.ui import layout, link, pictures, resources, result, words
from recommender.ui.result import Stage

GALLERY = "lookalikes-gallery"
THEN = '<span class="then" aria-hidden="true">›</span>'


def show() -> None:
    """Draw the page."""
    item_id = st.query_params.get("item")
    if not item_id:
        layout.empty("No product is chosen yet", "Pick one in the gallery, or bring a photo.")
        st.page_link(link.page(link.BROWSE), label="Browse", query_params=link.to_shelf())
        return
    progress = layout.Progress()
    recommender = resources.recommender(
        layout.chosen_catalogue(), layout.chosen_model(), on_wait=progress
    )
    progress.done()
    catalogue = recommender.catalogue
    item = catalogue.get(item_id)
    _trail(catalogue, item)
    stage = Stage(
        title=words.name(item),
        facts=words.facts(item),
        price=words.price(item),
        original=pictures.item_url(catalogue, item, "large"),
        kept=pictures.kept_url(catalogue, item, recommender.model, "kept"),
        lost=pictures.kept_url(catalogue, item, recommender.model, "lost"),
        alt=words.alternative_text(item),
        n_numbers=recommender.model.n_numbers,
    )
    result.draw(
        recommender,
        stage,
        lambda colour: recommender.similar(item_id, result.MAX_NEIGHBOURS, colour=colour),
        key=GALLERY,
        view=item_id,
    )


def _trail(catalogue: Catalogue, item: Item) -> None:
    """The products that led here, each a way back."""
    steps = [catalogue.get(step) for step in link.trail_ids() if step in catalogue]
    with st.container(key="trail", horizontal=True, vertical_alignment="center", gap="xsmall"):
        if st.query_params.get("start") == link.PHOTO:
            st.page_link(
                link.page(link.PHOTO),
                label="Your photo",
                icon=":material/arrow_back:",
                query_params=link.kept(),
            )
        else:
            st.page_link(
                link.page(link.BROWSE),
                label="Browse",
                icon=":material/arrow_back:",
                query_params=link.to_shelf(),
            )
        for step in steps:
            st.html(THEN, width="content")
            st.page_link(
                link.page(link.LOOKALIKES),
                label=words.name(step),
                query_params=link.to_item(step.item_id),
            )
        if steps:
            st.html(
                f'{THEN}<span class="here">{words.html(words.name(item))}</span>', width="content"
            )
        st.page_link(
            link.page(link.BLEND),
            label="Blend with …",
            icon=":material/join_inner:",
            query_params=link.kept(a=item.item_id),
        )
