"""The same question to our model, the article's and colours alone, and what was measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.config import ARTICLE, DEMO, PERCEPTUAL
from recommender.evaluation.recorded import COLOUR
from recommender.items import Item
from recommender.search.results import Match
from recommender.ui.components import gallery
from recommender.ui.components.gallery import Card
from recommender.ui.parts import filters, quality_panel
from recommender.ui.parts.filters import Filters
from recommender.ui.shared import link, pictures, resources, samples, words
from recommender.ui.shared.samples import Sample
from recommender.ui.shell import layout

if TYPE_CHECKING:
    from recommender.evaluation.colour_baseline import ColourRecommender
    from recommender.recommend import Recommender

FOLDER = Path(__file__).parents[1] / "components" / "compare_column"
SCRIPTS = ("../follow.js", "compare_column.js")  # one module in the browser
N_MATCHES, N_FOUND = 8, 12
EXAMPLE_SEED = 0
ABOUT = {
    PERCEPTUAL: "Sees with a network that had looked at a million photos before.",
    ARTICLE: "The network of the article that this began with, taught by 1,500 pictures.",
    COLOUR: "No network at all: counts which colours a picture has, and how much of each.",
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked with.

    Attributes
    ----------
    id : of the product or of the photo
    wanted : id of the product that a photo shows, or empty
    """

    id: str
    title: str
    category: str
    src: str
    alt: str
    wanted: str = ""
    item: Item | None = None
    sample: Sample | None = None


def show() -> None:
    """Draw the page."""
    st.html(FOLDER.parents[1] / "parts" / "quality_panel.css")
    st.html(
        '<header class="hero"><h1>Three ways to look.</h1>'
        "<p>One question, three answers: our model, the article’s, and colours alone. Below is "
        "what was measured of each, on thousands of such questions.</p></header>"
    )
    catalogue = resources.catalogue(layout.chosen_catalogue())
    if not len(catalogue):
        layout.empty("This catalogue is empty", "There is nothing to compare on yet.")
        return
    query = _query(catalogue)
    with st.container(key="compare-asked", horizontal=True, vertical_alignment="center"):
        _draw_query(query)
        st.button(
            "Another product",
            icon=":material/casino:",
            type="primary",
            on_click=_ask_by_chance,
            args=(catalogue,),
        )
    _ask_other(catalogue)
    places = {}
    for system, column in zip(ABOUT, st.columns(3, gap="medium"), strict=True):
        with column:
            places[system] = st.container(key=f"system-{system}")
        places[system].html(
            f'<h2 class="system {system}"><i></i>{quality_panel.NAMES[system]}</h2>'
            f'<p class="quiet system-about">{ABOUT[system]}</p>'
        )
    quality_panel.show(catalogue)  # before the answers: one of them may have to wait for its index
    for system, place in places.items():
        with place:
            _draw_answer(catalogue, query, system)


def _query(catalogue: Catalogue) -> Query:
    """The sample photo or the product in the address, or a product drawn by chance."""
    sample_id = st.query_params.get("sample")
    if sample_id:
        sample = samples.sample(sample_id)
        return Query(
            id=sample.id,
            title=sample.title,
            category=sample.category,
            src=pictures.sample_url(sample),
            alt=f"Customer photo: {sample.title}",
            wanted=sample.item_id if catalogue.name == DEMO else "",
            sample=sample,
        )
    item_id = st.query_params.get("item")
    if item_id is None:
        item = catalogue.items[int(np.random.default_rng(EXAMPLE_SEED).integers(len(catalogue)))]
    else:
        item = catalogue.get(item_id)
    return Query(
        id=item.item_id,
        title=words.name(item),
        category=item.category,
        src=pictures.item_url(catalogue, item),
        alt=words.alternative_text(item),
        item=item,
    )


def _draw_query(query: Query) -> None:
    kind = words.html(words.capitalised(query.category))
    what = "A customer’s photo" if query.sample else "A product"
    chance = "" if st.query_params.keys() & {"item", "sample"} else ", drawn by chance"
    st.html(
        f'<section class="asked"><img src="{words.html(query.src)}" width="150" height="150" '
        f'alt="{words.html(query.alt)}"><div><p class="quiet">{what}{chance}</p>'
        f"<h2>{words.html(query.title)}</h2><p>{kind}</p></div></section>"
    )


def _ask_other(catalogue: Catalogue) -> None:
    """Other questions: a product by its name, or a customer's photo."""
    with st.expander("Ask with something else"):
        text = st.text_input(
            "Search for a product",
            key="compare-search",
            placeholder="Search: red mug, ceramic, …",
            icon=":material/search:",
        )
        found = filters.select(catalogue, Filters(text=text))[:N_FOUND] if text else []
        if found:
            cards = [_product_card(catalogue, item) for item in found]
            gallery.show(cards, key="compare-found", name="Products to ask with", view=text)
        elif text:
            layout.empty("Nothing fits that", "Search for less, or for something else.")
        photos = samples.all_samples() if catalogue.name == DEMO else ()
        if photos:
            st.html('<h3 class="quiet">Or a customer’s photo</h3>')
            cards = [_photo_card(sample) for sample in photos]
            gallery.show(cards, key="compare-photos", name="Photos to ask with", view="photos")


def _ask_by_chance(catalogue: Catalogue) -> None:
    item = catalogue.items[int(np.random.default_rng().integers(len(catalogue)))]
    st.query_params.from_dict(link.kept(item=item.item_id))


def _product_card(catalogue: Catalogue, item: Item) -> Card:
    return Card(
        id=item.item_id,
        href=link.address(link.COMPARE, link.kept(item=item.item_id)),
        label=f"{words.name(item)}, ask with this",
        alt=words.alternative_text(item),
        src=pictures.item_url(catalogue, item),
        title=words.name(item),
        facts="",
        price="",
    )


def _photo_card(sample: Sample) -> Card:
    return Card(
        id=sample.id,
        href=link.address(link.COMPARE, link.kept(sample=sample.id)),
        label=f"{sample.title}, ask with this photo",
        alt=f"Customer photo: {sample.title}",
        src=pictures.sample_url(sample),
        title=sample.title,
        facts="",
        price="",
    )


def _draw_answer(catalogue: Catalogue, query: Query, system: str) -> None:
    """What one system found, and how much of it is right."""
    tally = st.empty()
    progress = layout.Progress()
    matches = _find(catalogue, query, system, progress)
    progress.done()
    if query.category:
        n_right = sum(match.item.category == query.category for match in matches)
        tally.html(f'<p class="tally"><b>{n_right} of {len(matches)}</b> are of the same kind</p>')
    _component()(
        key=f"compare-{system}",
        data={
            "name": f"What {quality_panel.NAMES[system]} found, nearest first",
            "matches": [_match(catalogue, query, match) for match in matches],
        },
    )


def _find(
    catalogue: Catalogue, query: Query, system: str, on_wait: Callable[[Any], None]
) -> Sequence[Match]:
    """The nearest products as one system sees them."""
    if system == COLOUR:
        colours = resources.colours(catalogue.name, on_wait=on_wait)
        return _ask_colours(colours, query)
    recommender = resources.recommender(catalogue.name, system, on_wait=on_wait)
    return _ask_model(recommender, query)


def _ask_colours(colours: "ColourRecommender", query: Query) -> Sequence[Match]:
    if query.sample:
        return colours.similar_to_pixels(images.load(query.sample.file), N_MATCHES)
    return colours.similar(query.id, N_MATCHES)


def _ask_model(recommender: "Recommender", query: Query) -> Sequence[Match]:
    if query.sample:
        return recommender.similar_to_pixels(images.load(query.sample.file), N_MATCHES).matches
    return recommender.similar(query.id, N_MATCHES).matches


def _match(catalogue: Catalogue, query: Query, match: Match) -> dict[str, str]:
    item = match.item
    if item.item_id == query.wanted:
        mark, text = "right", "This very product"
    elif not query.category or not item.category:
        mark, text = "unknown", ""
    elif item.category == query.category:
        mark, text = "right", "Same kind"
    else:
        mark, text = "wrong", f"Other kind: {item.category.replace('_', ' ')}"
    return {
        "href": link.address(link.LOOKALIKES, link.kept(item=item.item_id)),
        "src": pictures.item_url(catalogue, item),
        "alt": words.alternative_text(item),
        "title": words.name(item),
        "mark": mark,
        "text": text,
    }


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.compare",
        html='<ol class="found"></ol>',
        css=(FOLDER / "compare_column.css").read_text(encoding="utf-8"),
        js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
    )
