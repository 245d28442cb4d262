"""The browse page: a gallery to find a product to start from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from recommender.catalogue.filters import ItemFilter
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.items import Item
from recommender.ui.components import gallery
from recommender.ui.parts import chips, filters, latest_photo, understood
from recommender.ui.parts.filters import Facets, Filters
from recommender.ui.shared import choice, link, messages, resources, said, words

STYLES = Path(__file__).with_suffix(".css")
PER_PAGE = 24
FEW_PILLS = 12  # fit into two rows
MAX_PILLS = 40  # more categories than this go into a list
KEYS = ("q", "category", "colour", "material", "price")  # of the filters
COLUMNS = {"category": "categories", "colour": "colours", "material": "materials"}
GALLERY = "browse-gallery"
ALL_SHOWN = "browse.all-categories"


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    catalogue = resources.catalogue(choice.catalogue())
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Bring products in, or open another one.")
        with st.container(horizontal_alignment="center"):
            st.page_link(link.page(link.CATALOGUES), label="Catalogues")
        return
    _welcome(catalogue)
    facets = filters.facets(catalogue)
    chosen = _ask(catalogue, facets)
    link.remember_shelf()
    found = filters.select(catalogue, chosen)
    chips.show(("colour", "material", "price"), facets, "chips", _first_page)
    understood.show(catalogue, chosen.text, "q", facets.currency)
    if not found:
        said.say("No products match")
        messages.empty("No products match", "Remove a filter, or try other words.")
        st.button("Show everything", key="show-everything", on_click=_clear, args=(facets,))
        return
    _draw(catalogue, found)


def _welcome(catalogue: Catalogue) -> None:
    kind = "synthetic products, rendered by this project" if catalogue.name == DEMO else "products"
    st.html(
        '<header class="hero"><h1>Like one? Find more like it.</h1>'
        "<p>Pick a product or bring your own photo. You get the products that look most like it, "
        "and the picture as our neural network rebuilds it.</p>"
        f'<p class="quiet">{len(catalogue):,} {kind}</p></header>'
    )


def _ask(catalogue: Catalogue, facets: Facets) -> Filters:
    # Read before they are drawn: each widget offers what the others leave
    held = {key: filters.held(key, getattr(facets, name)) for key, name in COLUMNS.items()}
    prices = st.session_state.get("price")
    is_narrowed = facets.prices is not None and prices not in (None, filters.whole(facets.prices))
    counts = filters.count(
        catalogue,
        Filters(
            text=str(st.session_state.get("q") or st.query_params.get("q", "")),
            item_filter=ItemFilter(
                categories=held["category"],
                colours=held["colour"],
                materials=held["material"],
                prices=prices if is_narrowed else None,
            ),
        ),
    )
    with st.container(key="finder", horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            "Search",
            key="q",
            bind="query-params",
            placeholder="Try “red mugs”, “chair under 100” or “rote Tasse”",
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=_first_page,
        )
        latest_photo.offer()
        with st.popover("Filters", icon=":material/filter_list:"):
            colours = filters.several(
                "Colour", "colour", counts.colours, held["colour"], _first_page
            )
            materials = filters.several(
                "Material", "material", counts.materials, held["material"], _first_page
            )
            prices = filters.price_range(facets.prices, "price", _first_page, facets.currency)
        order = st.selectbox(
            "Sort by",
            list(filters.ORDERS),
            format_func=filters.ORDERS.__getitem__,
            key="sort",
            bind="query-params",
            label_visibility="collapsed",
            on_change=_first_page,
            width=190,
        )
    return Filters(
        text=text or "",
        item_filter=ItemFilter(
            categories=_categories(counts.categories, held["category"]),
            colours=colours,
            materials=materials,
            prices=prices,
        ),
        order=order or filters.FEATURED,
    )


def _categories(counts: Mapping[str, int], held: Sequence[str]) -> list[str]:
    categories = filters.offered(counts, held)
    if len(categories) < 2 and not held:  # noqa: PLR2004  nothing to choose from
        return []
    if len(categories) > MAX_PILLS:
        return filters.several("Category", "category", counts, held, _first_page)
    is_long = len(categories) > FEW_PILLS
    shows_all = not is_long or st.session_state.get(ALL_SHOWN, False)
    with st.container(key="all-categories" if shows_all else "some-categories", gap="xsmall"):
        chosen = st.pills(
            "Category",
            categories,
            selection_mode="multi",
            key="category",
            bind="query-params",
            format_func=words.choice,
            label_visibility="collapsed",
            on_change=_first_page,
        )
        if is_long:
            label = "Fewer categories" if shows_all else f"All {len(categories)} categories"
            icon = ":material/expand_less:" if shows_all else ":material/expand_more:"
            st.button(label, key="more-categories", type="tertiary", icon=icon, on_click=_turn_over)
    return chosen


def _draw(catalogue: Catalogue, found: Sequence[Item]) -> None:
    n_pages = -(-len(found) // PER_PAGE)
    place = st.container(key="shelf")
    page = 1
    if n_pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = st.pagination(n_pages, key="page", bind="query-params")
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    here = link.here()
    with place:
        if len(found) < len(catalogue):
            st.html(f'<p class="quiet">{words.count(len(found), "product")}</p>')
        on_sheet = f", page {page} of {n_pages}" if n_pages > 1 else ""
        said.say(words.count(len(found), "product") + on_sheet)
        gallery.show(
            [gallery.make_card(catalogue, item, here) for item in shown],
            key=GALLERY,
            name="Products",
            view=f"{catalogue.name}/{page}",
        )


def _first_page() -> None:
    """Go back to the first page, since another search has other pages."""
    st.session_state["page"] = 1


def _turn_over() -> None:
    st.session_state[ALL_SHOWN] = not st.session_state.get(ALL_SHOWN, False)


def _clear(facets: Facets) -> None:
    for key in KEYS:
        filters.forget(key, facets)
    _first_page()
