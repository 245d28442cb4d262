"""The tour: the product in five screens, for a projector."""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from recommender.items import Item
from recommender.ui.components import tour
from recommender.ui.components.tour import Figure, Group, MapView, Slide, Way
from recommender.ui.parts import story
from recommender.ui.parts.story import Story
from recommender.ui.shared import (
    choice,
    link,
    map_document,
    messages,
    pictures,
    resources,
    words,
)

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.results import Match

LEAST_PRODUCTS = 2


def show() -> None:
    """Draw the page."""
    name, model = choice.catalogue(), choice.model()
    progress = messages.Progress()
    recommender = resources.recommender(name, model, on_wait=progress)
    if len(recommender.catalogue) < LEAST_PRODUCTS:
        messages.empty("There is no story to tell yet", "Add a few products first.")
        return
    colours = resources.colours(name, on_wait=progress)
    explainer = resources.explainer(name, model, on_wait=progress)
    resources.embedding_map(name, model, on_wait=progress)
    with st.spinner("Choosing an example"):
        told = story.tell(recommender, explainer, colours)
    progress.done()
    here = link.here()
    step = here.get("step", "1")
    asked: link.Parameters = (
        {"sample": told.sample.id}
        if told.sample
        else {"item": told.item.item_id if told.item else ""}
    )
    page = link.PHOTO if told.sample else link.LOOKALIKES
    tour.show(
        _slides(recommender, told),
        [
            Way(label="Try your own photo", href=link.address(link.PHOTO, here.kept())),
            Way(label="Open this example", href=link.address(page, here.kept(**asked))),
            Way(label="Browse", href=link.address(link.BROWSE, here.kept())),
        ],
        at=max(0, int(step) - 1) if step.isdecimal() else 0,
    )


def _slides(recommender: "Recommender", told: Story) -> list[Slide]:
    n_items = words.count(len(recommender.catalogue), "product")
    query = _query(recommender, told)
    return [
        Slide(
            title="It begins with a photo." if told.sample else "It begins with a picture.",
            text="What a customer saw: no name, no number, and another light than in the shop."
            if told.sample
            else "A product as the shop shows it. Not one word about it is used.",
            groups=[
                Group(figures=[query], is_large=True),
                Group(
                    figures=[],
                    label=f"Which of {n_items} {'is this' if told.sample else 'look like it'}?",
                ),
            ],
        ),
        Slide(
            title="The very product, first." if _is_found(told) else "Its lookalikes, at once.",
            text=f"Found among {n_items} in {told.elapsed_ms:.0f} ms, by looks alone. "
            "The others look most like it.",
            groups=[
                Group(figures=[query], is_large=True),
                Group(figures=[_found(recommender, told, match) for match in told.matches]),
            ],
        ),
        _why(recommender, told, query),
        Slide(
            title="Everything has its place.",
            text=f"All {n_items} on one map, laid out by their pictures. Lookalikes lie side by "
            f"side: the answer is one spot.",
            map=MapView(
                places=map_document.places_url(recommender),
                sheets=map_document.sheets_url(recommender.catalogue),
                name=f"Map of {n_items}; the products of the answer are ringed",
                ids=[match.item.item_id for match in told.matches],
            ),
        ),
        _against_colours(recommender, told),
    ]


def _why(recommender: "Recommender", told: Story, query: Figure) -> Slide:
    found = told.explanation
    names = list(dict.fromkeys(first.name for first, _ in found.shared))
    parts = words.count(len(found.parts), "detail matches", "details match")
    reasons = [parts] if found.parts else []
    if names:
        reasons.append(f"both show {words.listed(names[:3])}")
    reason = words.sentence(", and ".join(reasons)) if reasons else "The pictures as a whole match."
    other = _figure(recommender, told.compared)
    return Slide(
        title=f"{words.similarity(told.similarity)} alike, and why.",
        text=f"{reason} Only the pictures were compared.",
        groups=[
            Group(
                figures=[
                    _ringed(
                        query,
                        "The photo" if told.sample else "The pick",
                        [part.first for part in found.parts],
                    )
                ],
                is_large=True,
            ),
            Group(
                figures=[
                    _ringed(other, words.name(told.compared), [part.second for part in found.parts])
                ],
                is_large=True,
            ),
        ],
    )


def _against_colours(recommender: "Recommender", told: Story) -> Slide:
    def marked(match: "Match") -> Figure:
        kind = match.item.category.replace("_", " ")
        if not told.category or not kind:
            return _figure(recommender, match.item)
        is_right = match.item.category == told.category
        return _figure(recommender, match.item, kind, "right" if is_right else "wrong")

    ours, theirs = (
        Group(label=label, figures=[marked(match) for match in matches])
        for label, matches in (("Our model", told.matches), ("Colours alone", told.by_colour))
    )
    if not told.category:
        text = "The same search by our model, and by the colours of the pictures alone."
    else:
        text = (
            f"Of the six closest, {told.n_right} are of the same kind with our model, "
            f"{told.n_right_by_colour} when only colours are compared."
        )
    return Slide(title="Colours alone see less.", text=text, groups=[ours, theirs])


def _is_found(told: Story) -> bool:
    return bool(told.sample and told.matches[0].item.item_id == told.sample.item_id)


def _query(recommender: "Recommender", told: Story) -> Figure:
    if told.sample:
        src = pictures.sample_url(told.sample, "large")
        return Figure(src=src, alt=f"Customer photo: {told.sample.title}")
    item = told.item or told.compared
    return _figure(recommender, item)


def _found(recommender: "Recommender", told: Story, match: "Match") -> Figure:
    caption = f"{words.similarity(match.similarity)} alike"
    item = match.item.showing(match.image)
    if told.sample and match.item.item_id == told.sample.item_id:
        return _figure(recommender, item, "The same one", "right")
    return _figure(recommender, item, caption)


def _figure(
    recommender: "Recommender",
    item: Item,
    caption: str = "",
    mark: Literal["", "right", "wrong"] = "",
) -> Figure:
    return Figure(
        src=pictures.item_url(recommender.catalogue, item, "large"),
        alt=words.alternative_text(item),
        caption=caption,
        mark=mark,
    )


def _ringed(figure: Figure, caption: str, rings: list[tuple[float, float]]) -> Figure:
    return replace(figure, caption=caption, rings=rings)
