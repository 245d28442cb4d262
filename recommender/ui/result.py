"""An answer: the picture, what was kept and lost of it, and the products that look alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from recommender.ui import gallery, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.results import Result, Trust

DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS = 12, 48
BALANCED = "Balanced"
WEIGHTS: dict[str, float | None] = {
    "Same kind": 0.0,
    BALANCED: None,
    "More colour": 0.35,
    "Same colours": 0.8,
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What stands above the neighbours.

    Attributes
    ----------
    title, facts, price : of the product, or of the photo
    original, kept, lost : addresses of the three pictures
    alt : what the original shows
    n_numbers : how many numbers the reconstruction was made from
    heading : "h1" where the title is the page's, else "h2"
    """

    title: str
    facts: Sequence[str] = ()
    price: str = ""
    original: str
    kept: str
    lost: str
    alt: str
    n_numbers: int
    heading: str = "h1"


def draw(
    recommender: "Recommender",
    stage: Stage,
    ask: Callable[[float | None], "Result"],
    *,
    key: str,
    view: str,
    start: str = "",
) -> None:
    """Draw an answer.

    Parameters
    ----------
    ask : answers with `MAX_NEIGHBOURS` matches, given how much colours count
    key : of the gallery
    view : differs when another question is answered
    start : see `link.to_item`
    """
    place, bar = (
        st.container(),
        st.container(key="matches-bar", horizontal=True, vertical_alignment="center"),
    )
    with bar:
        heading = st.empty()
        colour = _ask_colour() if recommender.weighs_colour else None
        n_neighbors = _ask_number()
    answer = ask(colour)
    with place:
        _draw_stage(stage, answer.trust)
    text = "The nearest we have" if answer.trust.level == "unlike" else "Looks most like it"
    heading.html(f'<h2 class="bar">{text}</h2>')
    gallery.show(
        [
            gallery.make_card(
                recommender.catalogue,
                match.item,
                match.similarity,
                start=start,
                model=recommender.model,
            )
            for match in answer.matches[:n_neighbors]
        ],
        key=key,
        name="Products that look alike, most alike first",
        view=view,
    )


def _ask_colour() -> float | None:
    """How much colours count; None where nothing else was asked for."""
    chosen = st.select_slider(
        "What counts",
        list(WEIGHTS),
        BALANCED,
        key="weigh",
        bind="query-params",
        width=260,
    )
    return WEIGHTS[chosen]


def _ask_number() -> int:
    number: int = st.slider(
        "Show",
        1,
        MAX_NEIGHBOURS,
        DEFAULT_NEIGHBOURS,
        key="k",
        bind="query-params",
        width=240,
    )
    return number


def _draw_stage(stage: Stage, trust: "Trust") -> None:
    """The picture, what was kept and what was lost, and how far to trust the answer."""
    alt = words.html(stage.alt)
    figures = (
        ("original", stage.original, alt, "Original", ""),
        (
            "kept",
            stage.kept,
            f"The same picture as rebuilt by the machine. {alt}",
            "What the machine kept",
            f"Rebuilt from {stage.n_numbers:,} numbers",
        ),
        (
            "lost",
            stage.lost,
            f"Where the rebuilt picture differs from the original. {alt}",
            "What was lost",
            "The stronger the colour, the more is missing",
        ),
    )
    pictures = "".join(
        f'<figure class="{kind}"><img src="{words.html(src)}" alt="{text}" width="400" '
        f'height="400"><figcaption><b>{caption}</b><span>{note}</span></figcaption></figure>'
        for kind, src, text, caption, note in figures
    )
    title = f"<{stage.heading}>{words.html(stage.title)}</{stage.heading}>"
    facts = " · ".join(words.html(fact) for fact in stage.facts)
    st.html(
        f'<section class="stage"><div class="about">{title}'
        + (f'<p class="facts">{facts}</p>' if facts else "")
        + (f'<p class="price">{words.html(stage.price)}</p>' if stage.price else "")
        + f'<div class="trust {trust.level}"><b>{words.TRUST_BADGES[trust.level]}</b>'
        f"<span>{words.verdict(trust)}</span></div></div>"
        f'<div class="pictures">{pictures}</div></section>'
    )
