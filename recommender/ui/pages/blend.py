"""The blend page: a slider between two products, and the real products closest to each step."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.ui.components import blend_slider, gallery
from recommender.ui.parts import filters
from recommender.ui.parts.filters import Filters
from recommender.ui.shared import choice, link, messages, pictures, resources, trouble, words
from recommender.ui.shared.link import Here

if TYPE_CHECKING:
    from recommender.insights.blend import Blender, Step
    from recommender.recommend import Recommender
    from recommender.search.results import Match

CHOICE = "blend-choice"
FIRST, SECOND = "a", "b"  # in the address
N_CHOICES = 24
N_SEEDS = 1_000_000
EXAMPLE_SEED = 7


def show() -> None:
    """Draw the page."""
    recommender = choice.recommender()
    first, second = (st.query_params.get(end, "") for end in (FIRST, SECOND))
    if bool(first) != bool(second):
        _choose(recommender, recommender.catalogue.get(first or second), FIRST if first else SECOND)
        return
    if not first:
        first, second = _blender(recommender).surprise(EXAMPLE_SEED)
    _draw(recommender, *(recommender.catalogue.get(each) for each in (first, second)))


def _draw(recommender: "Recommender", first: Item, second: Item) -> None:
    blender = _blender(recommender)
    works = blender.works(first.item_id, second.item_id)
    text = (
        "Slide from one to the other. The model draws what lies between, and below are the real "
        "products closest to each step."
        if works
        else "These two do not blend: their shapes differ too much, and a picture between them "
        "would show two ghosts. So slide through the real products that lie between them."
    )
    st.html(f'<header class="hero"><h1>Between two products.</h1><p>{text}</p></header>')
    _offer(recommender, first, second)
    catalogue = recommender.catalogue
    here = link.here()
    at = here.get("at")
    blend_slider.show(
        _end(catalogue, first, here),
        _end(catalogue, second, here),
        [
            blend_slider.Step(
                src=pictures.between_url(catalogue, first, second, recommender.model, number)
                if works
                else _real(catalogue, step, first, second),
                name=_name(step, first, second, is_drawn=works),
                cards=[_card(catalogue, match, here) for match in step.matches],
            )
            for number, step in enumerate(blender.steps(first.item_id, second.item_id))
        ],
        at=min(100, int(at)) if at.isdecimal() else 50,
        view=f"{catalogue.name}/{recommender.model.name}/{first.item_id}/{second.item_id}",
        is_drawn=works,
    )
    if works:
        st.html(
            '<p class="quiet">How it works: both products are bent to a common outline and mixed, '
            f"and the model rebuilds the mix from {words.code(recommender.model)}, as it does "
            "any picture. No such product exists.</p>"
        )


def _real(catalogue: Catalogue, step: "Step", first: Item, second: Item) -> str:
    """Return the address of a step's nearest real product; the ends are the two themselves."""
    if step.share in (0, 1) or not step.matches:
        return pictures.item_url(catalogue, second if step.share > 0.5 else first)  # noqa: PLR2004
    return pictures.item_url(catalogue, step.matches[0].item)


def _offer(recommender: "Recommender", first: Item, second: Item) -> None:
    """Draw the links and buttons that lead to another pair."""
    here = link.here()
    with st.container(key="blend-ways", horizontal=True, vertical_alignment="center", gap="small"):
        for label, icon, wanted in (
            ("Change the first", ":material/edit:", {SECOND: second.item_id}),
            ("Change the second", ":material/edit:", {FIRST: first.item_id}),
            (
                "Swap",
                ":material/swap_horiz:",
                {FIRST: second.item_id, SECOND: first.item_id},
            ),
        ):
            st.page_link(
                link.page(link.BLEND), label=label, icon=icon, query_params=here.kept(**wanted)
            )
        st.button(
            "Surprise me",
            icon=":material/casino:",
            type="primary",
            on_click=trouble.attempt,
            args=(_surprise, recommender),
        )


def _surprise(recommender: "Recommender") -> None:
    seed = int(np.random.default_rng().integers(N_SEEDS))
    first, second = _blender(recommender).surprise(seed)
    st.query_params.from_dict(link.here().kept(**{FIRST: first, SECOND: second}))


def _choose(recommender: "Recommender", item: Item, end: str) -> None:
    """Draw the choice of the other product."""
    catalogue = recommender.catalogue
    other = SECOND if end == FIRST else FIRST
    st.html(
        '<header class="hero chosen">'
        f'<img src="{pictures.item_url(catalogue, item)}" width="96" height="96" '
        f'alt="{words.html(words.alternative_text(item))}">'
        f"<div><h1>Blend it with …</h1><p>{words.html(words.name(item))}</p></div></header>"
    )
    text = st.text_input(
        "Search",
        key="blend-search",
        placeholder="Try “red mug” or “ceramic”",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if text:
        found = [
            each
            for each in filters.select(catalogue, Filters(text=text))
            if each.item_id != item.item_id
        ]
        heading = words.count(len(found), "product") if found else ""
    else:
        found = [match.item for match in _blender(recommender).partners(item.item_id)]
        heading = "They blend well: alike, yet of another colour or kind"
    if not found:
        if text:
            messages.empty("No products match", "Try a shorter search, or another word.")
        else:
            messages.empty("Nothing like it blends with it", "Search for a product to try.")
        return
    st.html(f'<h2 class="bar">{heading}</h2>')
    here = link.here()
    cards = [
        replace(
            gallery.make_card(catalogue, each, here),
            href=link.address(link.BLEND, here.kept(**{end: item.item_id, other: each.item_id})),
            label=f"{words.name(each)}, blend with this",
        )
        for each in found[:N_CHOICES]
    ]
    gallery.show(cards, key=CHOICE, name="Products to blend with", view=f"{item.item_id}/{text}")


def _blender(recommender: "Recommender") -> "Blender":
    return resources.blender(recommender.catalogue.name, recommender.model.name)


def _name(step: "Step", first: Item, second: Item, *, is_drawn: bool) -> str:
    """Return a step's name for a screen reader."""
    if step.share in (0, 1):
        return words.name(second if step.share else first)
    if not is_drawn and step.matches:
        return words.name(step.matches[0].item)
    share = words.similarity(step.share)
    return f"{share} of the way from {words.name(first)} to {words.name(second)}"


def _end(catalogue: Catalogue, item: Item, here: Here) -> blend_slider.End:
    return blend_slider.End(
        title=words.name(item),
        alt=words.alternative_text(item),
        src=pictures.item_url(catalogue, item),
        href=link.address(link.LOOKALIKES, here.to_item(item.item_id)),
    )


def _card(catalogue: Catalogue, match: "Match", here: Here) -> blend_slider.Card:
    item = match.item
    return blend_slider.Card(
        href=link.address(link.LOOKALIKES, here.to_item(item.item_id)),
        src=pictures.item_url(catalogue, item),
        alt=words.alternative_text(item),
        title=words.name(item),
        price=words.price(item),
        similarity=words.similarity(match.similarity),
    )
