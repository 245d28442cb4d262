"""The why page: a match beside its query, with the parts and colours they share."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recommender.items import Item
from recommender.ui.components import trail
from recommender.ui.components.trail import Way
from recommender.ui.parts import photo_query
from recommender.ui.parts.question import PAGE_OPTIONS, WEIGHTS
from recommender.ui.shared import choice, link, messages, pictures, resources, turns, words

if TYPE_CHECKING:
    from recommender.insights.explain import Explanation
    from recommender.insights.palette import Colour
    from recommender.recommend import Recommender
    from recommender.search.query import EncodedQuery

STYLES = Path(__file__).with_suffix(".css")
CLEARLY = 0.12  # a difference of two similarities worth mentioning


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two pictures.

    Attributes
    ----------
    item : None for a photo
    encoded : None for a product
    """

    id: str
    title: str
    alt: str
    original: str
    kept: str
    item: Item | None = None
    encoded: "EncodedQuery | None" = None


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    recommender = choice.recommender()
    other_id = st.query_params.get("to")
    query = _query(recommender)
    if query is None or not other_id:
        messages.empty("Nothing to compare yet", "Pick a product, then press “Why?” below a match.")
        st.page_link(link.page(link.BROWSE), label="Browse", query_params=link.here().to_shelf())
        return
    recommender.catalogue.get(other_id)  # says so if there is none
    _ways(recommender, query, other_id)
    explainer = resources.explainer(recommender.catalogue.name, recommender.model.name)
    other = _product(recommender, explainer.compared(query.encoded or query.id, other_id))
    with turns.PAGES.left():
        found = (
            explainer.of_items(query.id, other_id)
            if query.encoded is None
            else explainer.of_photo(query.encoded, other_id)
        )
    weight = WEIGHTS.get(st.query_params.get("colour_weight", ""))
    similarity = recommender.similarity(
        query.encoded or query.id,
        other_id,
        colour_weight=weight if recommender.weighs_colour else None,
    )
    st.html(
        f'<header class="hero"><h1>Why these two?</h1><p>{_verdict(found, similarity)}</p></header>'
        '<div class="side-by-side"><section class="pair">'
        f"{_figure(query, found, 0)}{_figure(other, found, 1)}</section>"
        f'<section class="reasons">{_parts(found)}{_colours(found)}'
        f"{_facts(query.item, other.item)}</section></div>"
    )


def _query(recommender: "Recommender") -> Side | None:
    """Return the query: a product, a sample photo, or this visitor's latest photo."""
    item_id = st.query_params.get("item")
    if item_id:
        return _product(recommender, recommender.catalogue.get(item_id))
    seen = photo_query.latest(recommender)
    if seen is None:
        return None
    return Side(
        id=seen.id,
        title=seen.stage.title,
        alt=seen.stage.alt,
        original=seen.stage.original,
        kept=seen.stage.kept,
        encoded=seen.encoded,
    )


def _product(recommender: "Recommender", item: Item) -> Side:
    catalogue = recommender.catalogue
    return Side(
        id=item.item_id,
        title=words.name(item),
        alt=words.alternative_text(item),
        original=pictures.item_url(catalogue, item, "large"),
        kept=pictures.kept_url(catalogue, item, recommender.model, "kept"),
        item=item,
    )


def _ways(recommender: "Recommender", query: Side, other_id: str) -> None:
    """Draw the links back to the answer, and to the matches before and after this one."""
    catalogue, here = recommender.catalogue, link.here()
    item = query.item
    back = (
        Way(
            label=query.title,
            href=link.address(link.LOOKALIKES, here.to_item(item.item_id)),
        )
        if item
        else trail.way_out()
    )
    steps = [trail.way_out(), back] if item else [back]
    ids = link.answer_ids(query.id) or _answer(recommender, query)
    onward = []
    if other_id in ids:
        place = ids.index(other_id)
        for label, step in (("Previous match", place - 1), ("Next match", place + 1)):
            if 0 <= step < len(ids) and ids[step] in catalogue:
                onward.append(Way(label=label, href=link.address(link.WHY, here.to_why(ids[step]))))
    onward.append(Way(label="Close", href=back.href))
    trail.show(steps, "Why?", onward)


def _answer(recommender: "Recommender", query: Side) -> list[str]:
    """Search again for a visitor who came by a link, and return the ids of the matches."""
    result = (
        recommender.similar(query.id, PAGE_OPTIONS)
        if query.encoded is None
        else recommender.search(query.encoded, PAGE_OPTIONS)
    )
    return [match.item.item_id for match in result.matches]


def _verdict(found: "Explanation", similarity: float) -> str:
    text = f"These two are <b>{words.similarity(similarity)}</b> alike"
    if found.kind is None or found.colours is None:
        return f"{text}."
    shares = (
        f"<b>{words.similarity(found.kind)}</b> in kind, "
        f"<b>{words.similarity(found.colours)}</b> in colour"
    )
    if found.kind - found.colours > CLEARLY:
        return f"{text}: more in kind than in colour ({shares})."
    if found.colours - found.kind > CLEARLY:
        return f"{text}: more in colour than in kind ({shares})."
    return f"{text}: {shares}."


def _figure(side: Side, found: "Explanation", place: int) -> str:
    marks = "".join(
        f'<span class="mark" aria-hidden="true" data-number="{number}" '
        f'style="left:{x:.1%};top:{y:.1%}"></span>'
        for number, part in enumerate(found.parts, start=1)
        for x, y in [(part.first, part.second)[place]]
    )
    alt, title = words.html(side.alt), words.html(side.title)
    return (
        f'<figure><div class="marked"><img src="{words.html(side.original)}" alt="{alt}" '
        f'width="560" height="560">{marks}</div>'
        f"<figcaption><b>{title}</b><span>"
        f"{_role(side, place)}</span></figcaption>"
        f'<div class="rebuilt"><img src="{words.html(side.kept)}" '
        f'alt="The same picture, rebuilt by the model. {alt}" width="180" height="180">'
        "<span>As the model rebuilds it</span></div></figure>"
    )


def _role(side: Side, place: int) -> str:
    if place:
        return "The match"
    return "Your pick" if side.item else "Your photo"


def _parts(found: "Explanation") -> str:
    if not found.parts:
        text = "No single part stands out; compare the pictures as a whole."
    else:
        details = words.count(len(found.parts), "detail matches", "details match")
        text = (
            f"{details}. The same number marks the same detail in both pictures; 1 is the "
            "clearest match."
        )
    return f"<div><h2>Parts that match</h2><p>{text}</p></div>"


def _colours(found: "Explanation") -> str:
    if found.shared:
        names = dict.fromkeys(first.name for first, _ in found.shared)
        listed = "".join(
            f'<li><i style="background:{_css(first)}"></i><i style="background:{_css(second)}"></i>'
            f"<span>{words.html(first.name)}</span></li>"
            for first, second in found.shared
        )
        text = (
            f"Both show {words.listed(list(names))}. Each pair shows the colour in the first "
            "picture, then in the second."
        )
    else:
        text = "They share none of their main colours."
        listed = "".join(
            f'<li><i style="background:{_css(colour)}"></i>'
            f"<span>{words.html(colour.name)}</span></li>"
            for colour in (found.first_colours[:1] + found.second_colours[:1])
        )
    return f'<div><h2>Shared colours</h2><p>{text}</p><ul class="swatches">{listed}</ul></div>'


def _facts(first: Item | None, second: Item | None) -> str:
    """Return a table of what the shop says about both products."""
    if first is None or second is None:
        return ""
    rows = "".join(
        f"<tr><th>{label}</th><td>{words.html(one)}</td><td>{words.html(other)}</td></tr>"
        for label, one, other in words.side_by_side(first, second)
    )
    if not rows:
        return ""
    return (
        '<div><h2>What the shop says</h2><table class="facts-table"><thead><tr><td></td>'
        "<th>Your pick</th><th>Match</th></tr></thead>"
        f"<tbody>{rows}</tbody></table><p>Only the pictures were compared.</p></div>"
    )


def _css(colour: "Colour") -> str:
    return "rgb({}, {}, {})".format(*colour.rgb)
