"""Two products, what lies between them, and the real products nearest to each step."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.items import Item
from recommender.ui.components import gallery
from recommender.ui.parts import filters
from recommender.ui.parts.filters import Filters
from recommender.ui.shared import link, pictures, resources, words
from recommender.ui.shell import layout

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.results import Step

FOLDER = Path(__file__).parents[1] / "components" / "blend_slider"
SCRIPTS = ("../follow.js", "blend_slider.js")  # one module in the browser
KEY, CHOICE = "blend", "blend-choice"
FIRST, SECOND = "a", "b"  # in the address
N_CHOICES = 24
N_SEEDS = 1_000_000
EXAMPLE_SEED = 1


def show() -> None:
    """Draw the page."""
    progress = layout.Progress()
    recommender = resources.recommender(
        layout.chosen_catalogue(), layout.chosen_model(), on_wait=progress
    )
    progress.done()
    first, second = (st.query_params.get(end, "") for end in (FIRST, SECOND))
    if bool(first) != bool(second):
        _choose(recommender, recommender.catalogue.get(first or second), FIRST if first else SECOND)
        return
    if not first:
        first, second = recommender.surprise(EXAMPLE_SEED)
    _draw(recommender, *(recommender.catalogue.get(each) for each in (first, second)))


def _draw(recommender: "Recommender", first: Item, second: Item) -> None:
    st.html(
        '<header class="hero"><h1>Between two products.</h1>'
        "<p>Slide from one to the other. The machine draws what lies between them, and below "
        "are the real products that look most like each step.</p></header>"
    )
    _offer(recommender, first, second)
    catalogue = recommender.catalogue
    at = st.query_params.get("at", "")
    _component()(
        key=KEY,
        data={
            "ends": [
                {
                    "title": words.name(item),
                    "alt": words.alternative_text(item),
                    "src": pictures.item_url(catalogue, item),
                    "href": link.address(link.LOOKALIKES, link.to_item(item.item_id)),
                }
                for item in (first, second)
            ],
            "steps": [
                {
                    "src": pictures.between_url(
                        catalogue, first, second, recommender.model, number
                    ),
                    "name": _name(step, first, second),
                    "cards": [
                        _card(catalogue, match.item, match.similarity) for match in step.matches
                    ],
                }
                for number, step in enumerate(recommender.between(first.item_id, second.item_id))
            ],
            "at": min(100, int(at)) if at.isdecimal() else 50,
            "view": f"{catalogue.name}/{recommender.model.name}/{first.item_id}/{second.item_id}",
        },
    )
    st.html(
        '<p class="quiet">How the pictures come about: both products are bent towards a common '
        "outline and mixed, and the machine rebuilds the mix from its "
        f"{recommender.model.n_numbers:,} numbers, as it rebuilds any picture. No such product "
        "exists. Where no plain background shows an outline, one picture fades into the other."
        "</p>"
    )


def _offer(recommender: "Recommender", first: Item, second: Item) -> None:
    """The ways to another pair."""
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
                link.page(link.BLEND), label=label, icon=icon, query_params=link.kept(**wanted)
            )
        st.button(
            "Surprise me",
            icon=":material/casino:",
            type="primary",
            on_click=_surprise,
            args=(recommender,),
        )


def _surprise(recommender: "Recommender") -> None:
    seed = int(np.random.default_rng().integers(N_SEEDS))
    first, second = recommender.surprise(seed)
    st.query_params.from_dict(link.kept(**{FIRST: first, SECOND: second}))


def _choose(recommender: "Recommender", item: Item, end: str) -> None:
    """The other product is to be picked."""
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
        placeholder="Search: red mug, ceramic, …",
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
        found = [match.item for match in recommender.partners(item.item_id)]
        heading = "Close to it, but of another colour or kind"
    if not found:
        layout.empty("Nothing fits that", "Search for less, or for something else.")
        return
    st.html(f'<h2 class="bar">{heading}</h2>')
    cards = [
        replace(
            gallery.make_card(catalogue, each),
            href=link.address(link.BLEND, link.kept(**{end: item.item_id, other: each.item_id})),
            label=f"{words.name(each)}, blend with this",
        )
        for each in found[:N_CHOICES]
    ]
    gallery.show(cards, key=CHOICE, name="Products to blend with", view=f"{item.item_id}/{text}")


def _name(step: "Step", first: Item, second: Item) -> str:
    """What a screen reader calls a step."""
    if step.share in (0, 1):
        return words.name(second if step.share else first)
    share = words.similarity(step.share)
    return f"{share} of the way from {words.name(first)} to {words.name(second)}"


def _card(catalogue: Catalogue, item: Item, similarity: float) -> dict[str, str]:
    return {
        "href": link.address(link.LOOKALIKES, link.to_item(item.item_id)),
        "src": pictures.item_url(catalogue, item),
        "alt": words.alternative_text(item),
        "title": words.name(item),
        "price": words.price(item),
        "similarity": words.similarity(similarity),
    }


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.blend",
        html=(FOLDER / "blend_slider.html").read_text(encoding="utf-8"),
        css=(FOLDER / "blend_slider.css").read_text(encoding="utf-8"),
        js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
    )
