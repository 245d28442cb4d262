"""The compare page: one query to three systems, and the measured quality of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import RecommenderError
from recommender.evaluation.recorded import COLOUR
from recommender.items import Item
from recommender.models import ARTICLE_TITLE, ARTICLE_URL, MODEL_INFOS
from recommender.search.options import SearchOptions
from recommender.search.results import Match
from recommender.ui.components import compare_column, gallery
from recommender.ui.components.compare_column import Found
from recommender.ui.components.gallery import Card
from recommender.ui.parts import filters, quality_panel
from recommender.ui.parts.filters import Filters
from recommender.ui.shared import choice, link, messages, pictures, resources, samples, words
from recommender.ui.shared.link import Here
from recommender.ui.shared.resources import Opening
from recommender.ui.shared.samples import Sample

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from recommender.evaluation.colour_baseline import ColourRecommender
    from recommender.recommend import Recommender

N_MATCHES, N_FOUND = 8, 12
# Systems are compared as they are, without the shop's rules
MODEL_ALONE = SearchOptions(n_neighbors=N_MATCHES, obeys_rules=False)
EXAMPLE_SEED = 0
ARTICLE_LINK = (
    f'<a href="{ARTICLE_URL}" target="_blank" rel="noopener noreferrer">“{ARTICLE_TITLE}”</a>'
)
ABOUT = {
    **{info.name: info.summary for info in MODEL_INFOS},
    COLOUR: "No network at all: counts which colours a picture has, and how much of each.",
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """A product or a photo to search with.

    Attributes
    ----------
    id : of the product or of the photo
    wanted : id of the product in a photo, or empty
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
    st.html(quality_panel.STYLES)
    st.html(
        '<header class="hero"><h1>One search, three answers.</h1>'
        "<p>The same search by our model, by that of the article "
        f"{ARTICLE_LINK}, and by colours alone. Further down: "
        "how well each did in thousands of such searches.</p></header>"
    )
    catalogue = resources.catalogue(choice.catalogue())
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Add products to compare the models on.")
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
    quality_panel.show(catalogue)  # before the answers, as one of them may wait for its index
    _draw_answers(catalogue, query, places)


def _query(catalogue: Catalogue) -> Query:
    """Return the photo or product in the address, or a product picked at random."""
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
    chance = "" if st.query_params.keys() & {"item", "sample"} else ", picked at random"
    st.html(
        f'<section class="asked"><img src="{words.html(query.src)}" width="150" height="150" '
        f'alt="{words.html(query.alt)}"><div><p class="quiet">{what}{chance}</p>'
        f"<h2>{words.html(query.title)}</h2><p>{kind}</p></div></section>"
    )


def _ask_other(catalogue: Catalogue) -> None:
    """Draw the choice of another query: a product by its name, or a customer's photo."""
    with st.expander("Search with something else"):
        text = st.text_input(
            "Search for a product",
            key="compare-search",
            placeholder="Try “red mug” or “ceramic”",
            icon=":material/search:",
        )
        found = filters.select(catalogue, Filters(text=text))[:N_FOUND] if text else []
        if found:
            here = link.here()
            cards = [_product_card(catalogue, item, here) for item in found]
            gallery.show(cards, key="compare-found", name="Products to search with", view=text)
        elif text:
            messages.empty("No products match", "Try a shorter search, or another word.")
        photos = samples.of_products() if catalogue.name == DEMO else ()
        if photos:
            st.html('<h3 class="quiet">Or a customer’s photo</h3>')
            here = link.here()
            cards = [_photo_card(sample, here) for sample in photos]
            gallery.show(cards, key="compare-photos", name="Photos to search with", view="photos")


def _ask_by_chance(catalogue: Catalogue) -> None:
    item = catalogue.items[int(np.random.default_rng().integers(len(catalogue)))]
    st.query_params.from_dict(link.here().kept(item=item.item_id))


def _product_card(catalogue: Catalogue, item: Item, here: Here) -> Card:
    return Card(
        id=item.item_id,
        href=link.address(link.COMPARE, here.kept(item=item.item_id)),
        label=f"{words.name(item)}, search with this",
        alt=words.alternative_text(item),
        src=pictures.item_url(catalogue, item),
        title=words.name(item),
        facts="",
        price="",
    )


def _photo_card(sample: Sample, here: Here) -> Card:
    return Card(
        id=sample.id,
        href=link.address(link.COMPARE, here.kept(sample=sample.id)),
        label=f"{sample.title}, search with this photo",
        alt=f"Customer photo: {sample.title}",
        src=pictures.sample_url(sample),
        title=sample.title,
        facts="",
        price="",
    )


def _draw_answers(
    catalogue: Catalogue, query: Query, places: "Mapping[str, DeltaGenerator]"
) -> None:
    """Draw each system's answer as soon as it is ready: one that must be opened delays no other."""
    systems = list(places)
    bars = []
    for place in places.values():
        with place:
            bars.append(messages.Progress())

    def wait(number: int, opening: Opening) -> None:
        with places[systems[number]]:
            bars[number](opening)

    wanted = [("colours", "") if each == COLOUR else ("recommender", each) for each in systems]
    for number in resources.as_ready(wanted, catalogue.name, wait):
        bars[number].done()
        with places[systems[number]]:
            try:
                _draw_answer(catalogue, query, systems[number])
            except RecommenderError as error:
                messages.complain(error)


def _draw_answer(catalogue: Catalogue, query: Query, system: str) -> None:
    """Draw the products that one system found, and how many are of the right kind."""
    matches = _find(catalogue, query, system)
    if query.category:
        n_right = sum(match.item.category == query.category for match in matches)
        st.html(f'<p class="tally">{_tally(catalogue, query, n_right, len(matches))}</p>')
    here = link.here()
    compare_column.show(
        [_found(catalogue, query, match, here) for match in matches],
        key=f"compare-{system}",
        name=f"What {quality_panel.NAMES[system]} found, nearest first",
    )


def _tally(catalogue: Catalogue, query: Query, n_right: int, n_matches: int) -> str:
    """Say how many are of the same kind, of as many as could be."""
    n_others = _kinds(catalogue)[query.category] - (query.item is not None)
    if not n_others:
        return "There is no other product of this kind to be found"
    if n_others < n_matches:
        others = words.count(n_others, "other product", "other products")
        return f"<b>{n_right}</b> found of the {others} of this kind"
    return f"<b>{n_right} of {n_matches}</b> are of the same kind"


@lru_cache(8)
def _kinds(catalogue: Catalogue) -> Counter[str]:
    """Count the products of each kind, once for a catalogue."""
    return Counter(item.category for item in catalogue.items)


def _find(catalogue: Catalogue, query: Query, system: str) -> Sequence[Match]:
    """Return one system's nearest products."""
    if system == COLOUR:
        return _ask_colours(resources.colours(catalogue.name), query)
    return _ask_model(resources.recommender(catalogue.name, system), query)


def _ask_colours(colours: "ColourRecommender", query: Query) -> Sequence[Match]:
    if query.sample:
        return colours.similar_to_pixels(images.load(query.sample.file), N_MATCHES)
    return colours.similar(query.id, N_MATCHES)


def _ask_model(recommender: "Recommender", query: Query) -> Sequence[Match]:
    if query.sample:
        encoded = recommender.encode_image(query.sample.file)
        return recommender.search(encoded, MODEL_ALONE).matches
    return recommender.similar(query.id, MODEL_ALONE).matches


def _found(catalogue: Catalogue, query: Query, match: Match, here: Here) -> Found:
    item = match.item
    mark: Literal["right", "wrong", "unknown"]
    if item.item_id == query.wanted:
        mark, text = "right", "This very product"
    elif not query.category or not item.category:
        mark, text = "unknown", ""
    elif item.category == query.category:
        mark, text = "right", "Same kind"
    else:
        mark, text = "wrong", f"Other kind: {item.category.replace('_', ' ')}"
    return Found(
        href=link.address(link.LOOKALIKES, here.kept(item=item.item_id)),
        src=pictures.item_url(catalogue, item),
        alt=words.alternative_text(item),
        title=words.name(item),
        mark=mark,
        text=text,
    )
