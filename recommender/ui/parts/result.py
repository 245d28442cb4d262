"""An answer: the query with its reconstruction, and the products that look like it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recommender.ui.components import gallery
from recommender.ui.parts import filters, question, share, understood
from recommender.ui.shared import link, messages, said, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.options import SearchOptions
    from recommender.search.results import Confidence, Result

BESIDE = (2, 5)  # widths of what stands to the left of the query, and of the query
STYLES = Path(__file__).with_suffix(".css")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The query, as shown above the matches.

    Attributes
    ----------
    title, facts, price : of the product, or of the photo
    original, kept, lost : addresses of the three pictures
    alt : alternative text of the original
    code : size of the code that the reconstruction was made from, see `words.code`
    loss : what the reconstruction lacks, see `words.loss`
    heading : "h1" where the title is the page's, else "h2"
    views : addresses of the product's further pictures
    """

    title: str
    facts: Sequence[str] = ()
    price: str = ""
    original: str
    kept: str
    lost: str
    alt: str
    code: str
    loss: str
    heading: str = "h1"
    views: Sequence[str] = ()


def draw(
    recommender: "Recommender",
    stage: Stage,
    answer: "Callable[[SearchOptions], Result]",
    *,
    key: str,
    view: str,
    start: str = "",
    is_private: bool = False,
    beside: Callable[[], None] | None = None,
) -> None:
    """Draw an answer.

    Parameters
    ----------
    answer : searches with the settings of the controls
    key : of the gallery
    view : differs between queries
    start : see `Here.to_item`
    is_private : whether only this visitor has the query, so that a link cannot bring it back
    beside : draws what stands to the left of the query
    """
    st.html(STYLES)
    if beside is None:
        place = st.container()
    else:
        left, place = st.columns(BESIDE, gap="medium")
        with left:
            beside()
    bar = st.container(key="matches-bar", horizontal=True, vertical_alignment="center")
    with bar:
        heading = st.empty()
        item = recommender.catalogue.get(view) if view and not start else None
        asked = question.ask(recommender, item)
        found = answer(asked)
        share.show(recommender, found, asked, view, is_private=is_private)
    with place:
        _draw_stage(stage, found.confidence)
    heading.html(f'<h2 class="bar">{words.TRUST_HEADINGS[found.confidence.level]}</h2>')
    understood.show(
        recommender.catalogue,
        asked.words,
        "but",
        filters.facets(recommender.catalogue).currency,
        cheap="A photo has no price to be cheaper than: name one, such as “under 50”."
        if start == link.PHOTO
        else "Only what costs less than this.",
    )
    number = words.count(len(found.matches), "lookalike")
    said.say(f"{number} of {stage.title}. {words.verdict(found.confidence)}")
    if not found.matches:
        messages.empty("No products match", "Remove a filter, or choose a wider one.")
        with st.container(horizontal_alignment="center"):
            facets = filters.facets(recommender.catalogue)
            st.button("Clear all filters", on_click=question.clear_filters, args=(facets,))
        _draw_below(stage)
        return
    link.remember_answer(view, [match.item.item_id for match in found.matches])
    here = link.here()
    gallery.show(
        [
            gallery.make_card(
                recommender.catalogue, match.item, here, match, start=start, model=recommender.model
            )
            for match in found.matches
        ],
        key=key,
        name="Lookalikes, closest first",
        view=view,
    )
    if found.is_cut:
        messages.remark("Nothing closer: all else is less than half as alike as the first match.")
    elif len(found.matches) < asked.n_neighbors:
        fitting = words.count(len(found.matches), "product matches", "products match")
        messages.remark(f"Only {fitting} the filters.")
    _draw_below(stage)


def _draw_stage(stage: Stage, trust: "Confidence") -> None:
    """Draw the picture, what was kept and lost of it, and how good the matches are."""
    title = f"<{stage.heading}>{words.html(stage.title)}</{stage.heading}>"
    facts = " · ".join(words.html(fact) for fact in stage.facts)
    st.html(
        f'<section class="stage"><div class="about">{title}'
        + (f'<p class="facts">{facts}</p>' if facts else "")
        + (f'<p class="price">{words.html(stage.price)}</p>' if stage.price else "")
        + f'<div class="trust {trust.level}"><b>{words.TRUST_BADGES[trust.level]}</b>'
        f"<span>{words.verdict(trust)}</span></div>{_views(stage)}</div>"
        f'<div class="pictures">{_original(stage)}{_rebuilt(stage)}</div></section>'
    )


def _draw_below(stage: Stage) -> None:
    """Draw what was kept and lost once more, for a phone, which shows it after the matches."""
    st.html(f'<section class="below pictures">{_rebuilt(stage)}</section>')


def _original(stage: Stage) -> str:
    return _figure("original", stage.original, words.html(stage.alt), "Original", "")


def _rebuilt(stage: Stage) -> str:
    alt = words.html(stage.alt)
    kept = f"The same picture, rebuilt by the model. {alt}"
    lost = f"Where the rebuilt picture differs from the original. {alt}"
    loss = f"{stage.loss} The stronger the colour, the more is missing."
    return _figure(
        "kept", stage.kept, kept, "What was kept", f"Rebuilt from {stage.code}"
    ) + _figure("lost", stage.lost, lost, "What was lost", loss)


def _figure(kind: str, src: str, alt: str, caption: str, note: str) -> str:
    """A picture of the stage; a phone loads only those that it shows."""
    return (
        f'<figure class="{kind}"><img src="{words.html(src)}" alt="{alt}" width="400" '
        f'height="400" loading="lazy"><figcaption><b>{caption}</b><span>{note}</span></figcaption>'
        "</figure>"
    )


def _views(stage: Stage) -> str:
    """The product's further pictures, small, each a link to its large one."""
    shown = "".join(
        f'<li><a href="{words.html(src.removesuffix("card"))}large" target="_blank">'
        f'<img src="{words.html(src)}" width="72" height="72" loading="lazy" '
        f'alt="View {number} of {words.html(stage.title)}"></a></li>'
        for number, src in enumerate(stage.views, start=2)
    )
    return f'<ul class="views" aria-label="More views">{shown}</ul>' if shown else ""
