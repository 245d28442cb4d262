"""The lookalikes page: a product, its reconstruction, and the products that look like it."""

import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.ui.components import trail
from recommender.ui.components.trail import Way
from recommender.ui.parts import result
from recommender.ui.parts.result import Stage
from recommender.ui.shared import choice, link, messages, pictures, words

GALLERY = "lookalikes-gallery"


def show() -> None:
    """Draw the page."""
    item_id = st.query_params.get("item")
    if not item_id:
        messages.empty("No product chosen yet", "Pick one in the gallery, or bring a photo.")
        st.page_link(link.page(link.BROWSE), label="Browse", query_params=link.here().to_shelf())
        return
    recommender = choice.recommender()
    catalogue, index = recommender.catalogue, recommender.index
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
        code=words.code(recommender.model),
        loss=words.loss(float(index.reconstruction_errors[index.row(item_id)])),
        views=tuple(
            pictures.item_url(catalogue, item.showing(picture)) for picture in item.more_images
        ),
    )
    result.draw(
        recommender,
        stage,
        lambda asked: recommender.similar(item_id, asked),
        key=GALLERY,
        view=item_id,
    )


def _trail(catalogue: Catalogue, item: Item) -> None:
    """Draw links to the products that led here, and to the pages that take up this one."""
    here = link.here()
    steps = [catalogue.get(step) for step in here.trail_ids() if step in catalogue]
    trail.show(
        [
            trail.way_out(),
            *(
                Way(
                    label=words.name(step),
                    href=link.address(link.LOOKALIKES, here.to_item(step.item_id)),
                )
                for step in steps
            ),
        ],
        words.name(item),
        [
            Way(label="Blend with …", href=link.address(link.BLEND, here.kept(a=item.item_id))),
            Way(
                label="Compare models",
                href=link.address(link.COMPARE, here.kept(item=item.item_id)),
            ),
        ],
    )
