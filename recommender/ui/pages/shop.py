"""The shop page: lookalikes on a product page, the shop's rules for them, and the script."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue import rules, text_search
from recommender.catalogue.rules import Rules
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import CatalogueError
from recommender.items import Item
from recommender.search.options import SearchOptions
from recommender.ui.parts import counting
from recommender.ui.shared import choice, link, messages, pictures, standing, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.results import Match

STYLES = Path(__file__).with_suffix(".css")
Edit = Callable[[Rules], Rules]
N_SHOWN = 6
OPTIONS = SearchOptions(n_neighbors=N_SHOWN, group_duplicates=True, only_alike=True)
ACCENT = "#0a6e68"
SWITCHES = {
    "in_stock": ("Only what is in stock", "A product whose stock is not known may come."),
    "same_category": ("Only the same category", ""),
    "other_brands": ("Never the same brand", ""),
    "fills_up": ("Fill up short rows", "With the most alike of the category."),
}


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    recommender = choice.recommender()
    catalogue = recommender.catalogue
    st.html(
        '<header class="hero"><h1>Put it on your shop.</h1>'
        "<p>See lookalikes on a product page, say what may stand beside what, and copy one line "
        "into your shop.</p></header>"
    )
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Add products, and see them here.")
        return
    st.page_link(
        link.page("catalogues"),
        label="Bring your own products first: your shop’s export is recognised",
        icon=":material/upload:",
    )
    item = _ask_product(catalogue)
    if item is None or not _are_readable(catalogue):
        return
    preview, controls = st.columns([3, 2], gap="large")
    with controls:
        accent = st.color_picker("Your colour", ACCENT, key="accent")
        ruled = rules.read(catalogue.folder)
        shown = recommender.similar(item.item_id, OPTIONS).matches
        _ask_rules(recommender, item, ruled, shown)
    with preview:
        _draw_preview(catalogue, item, shown, accent)
        if not ruled.is_empty:
            plain = replace(OPTIONS, obeys_rules=False)
            before = recommender.similar(item.item_id, plain).matches
            row = _row(catalogue, before)
            st.html(f'<section class="shop-row"><h3>Without your rules</h3>{row}</section>')
    _draw_script(catalogue, item, accent)


def _ask_product(catalogue: Catalogue) -> Item | None:
    text = st.text_input(
        "Product on the page",
        key="shop-product",
        placeholder="Search a product to try it with",
        icon=":material/search:",
    )
    found = text_search.find(catalogue, text or "").item_ids
    if not found:
        messages.remark("No product is called so.")
        return None
    return catalogue.get(found[0])


def _are_readable(catalogue: Catalogue) -> bool:
    """Whether the rules can be read; where not, draw the way out for their owner."""
    try:
        rules.read(catalogue.folder)
    except CatalogueError as error:
        messages.complain(error)
        if standing.current().may_manage:
            st.button(
                "Begin anew, without rules",
                on_click=standing.if_managing,
                args=(rules.begin_anew, catalogue.folder),
            )
        return False
    return True


def _ask_rules(
    recommender: "Recommender", item: Item, ruled: Rules, shown: "tuple[Match, ...]"
) -> None:
    """Draw the rules; a change is in force at once, for whoever may change them."""
    catalogue = recommender.catalogue
    is_mine = standing.current().may_manage
    st.html("<h2>Rules</h2>")
    if not is_mine:
        messages.remark("You see the shop’s rules; only its owner can change them.")
    for name, (label, text) in SWITCHES.items():
        st.toggle(
            label,
            value=getattr(ruled, name),
            key=_key(name, ruled),
            help=text or None,
            disabled=not is_mine,
            on_change=_switch,
            args=(catalogue, name, _key(name, ruled)),
        )
    st.slider(
        "At least this alike",
        0,
        90,
        round(100 * ruled.least_similarity),
        step=5,
        format="%d %%",
        key=_key("least", ruled),
        disabled=not is_mine,
        on_change=_set_least,
        args=(catalogue, _key("least", ruled)),
    )
    _ask_exceptions(catalogue, item, ruled, shown, is_mine=is_mine)
    _keep(catalogue, ruled, is_mine=is_mine)


def _ask_exceptions(
    catalogue: Catalogue, item: Item, ruled: Rules, shown: "tuple[Match, ...]", *, is_mine: bool
) -> None:
    names = {match.item.item_id: words.name(match.item) for match in shown}
    if names and is_mine:
        chosen = st.selectbox(
            "One of those shown",
            list(names),
            format_func=names.__getitem__,
            key=f"shop-match-{item.item_id}",
        )
        asked = item.item_id
        with st.container(horizontal=True, gap="small"):
            _button("Never show it", catalogue, lambda now: now.hiding(chosen))
            _button("Not beside this one", catalogue, lambda now: now.hiding(chosen, asked))
            _button("Always first here", catalogue, lambda now: now.pinning(asked, 1, chosen))
    for each in ruled.hidden:
        back = partial(Rules.showing, item_id=each)
        _exception("Never shown", catalogue, each, back, is_mine)
    for each in ruled.hidden_for.get(item.item_id, ()):
        back = partial(Rules.showing, item_id=each, beside=item.item_id)
        _exception("Not beside this one", catalogue, each, back, is_mine)
    for place, each in ruled.pinned_beside(item.item_id).items():
        back = partial(Rules.pinning, beside=item.item_id, place=place)
        _exception(f"Always at place {place}", catalogue, each, back, is_mine)


def _exception(what: str, catalogue: Catalogue, item_id: str, back: Edit, is_mine: bool) -> None:
    """Draw one rule about one product, with a button that takes it away."""
    name = words.name(catalogue.get(item_id)) if item_id in catalogue else item_id
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<p><b>{words.html(what)}:</b> {words.html(name)}</p>")
        if is_mine:
            _button("Remove", catalogue, back, key=f"{what}-{item_id}")


def _keep(catalogue: Catalogue, ruled: Rules, *, is_mine: bool) -> None:
    """Draw the ways back, out and in."""
    with st.container(horizontal=True, gap="small"):
        if is_mine:
            st.button(
                "Undo",
                icon=":material/undo:",
                disabled=not rules.n_undoable(catalogue.folder),
                on_click=standing.if_managing,
                args=(rules.undo, catalogue.folder),
            )
        st.download_button(
            "Download the rules",
            rules.to_json(ruled),
            file_name=f"{catalogue.name}-rules.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
    if is_mine:
        given = st.file_uploader("Take over rules from a file", type=["json"], key="shop-rules")
        if given is not None and st.button("Take them over", key="shop-take-over"):
            try:
                taken = rules.from_json(given.getvalue().decode("utf-8", "replace"))
            except CatalogueError as error:
                messages.complain(error)
            else:
                standing.if_managing(rules.change, catalogue.folder, taken)
                st.rerun()


def _draw_preview(
    catalogue: Catalogue, item: Item, shown: "tuple[Match, ...]", accent: str
) -> None:
    picture = words.html(pictures.item_url(catalogue, item, "large"))
    st.html(
        f'<section class="shop-page" style="--shop:{words.html(accent)}" '
        'aria-label="A product page of your shop, as an example">'
        f'<div class="shop-product"><img src="{picture}" alt="{words.html(words.name(item))}" '
        'width="360" height="360"><div>'
        f"<h2>{words.html(words.name(item))}</h2><p>{words.html(words.price(item))}</p>"
        '<span class="shop-buy">Add to basket</span></div></div>'
        f'<div class="shop-row"><h3>You may also like</h3>{_row(catalogue, shown)}</div></section>'
    )


def _row(catalogue: Catalogue, shown: "tuple[Match, ...]") -> str:
    if not shown:
        return "<p>Nothing is left to show: the rules leave all out.</p>"
    cards = "".join(
        f'<li><img src="{words.html(pictures.item_url(catalogue, match.item))}" alt="" '
        f'width="150" height="150" loading="lazy"><span>{words.html(words.name(match.item))}</span>'
        f"<b>{words.html(words.price(match.item))}</b></li>"
        for match in shown
    )
    return f"<ul>{cards}</ul>"


def _draw_script(catalogue: Catalogue, item: Item, accent: str) -> None:
    server = str(st.context.url or "").split("/shop", 1)[0].rstrip("/") or "https://YOUR-SERVER"
    named = "" if catalogue.name == DEMO else f' catalogue="{words.html(catalogue.name)}"'
    st.html(
        "<h2>One line for your shop</h2><p>Put it where the recommendations belong, with the "
        "number of the page’s product as <code>item</code>. Your shop’s address must be among "
        "those that the server’s owner allows (<code>LOOKALIKE_API_ORIGINS</code>).</p>"
    )
    st.code(
        f'<script src="{server}/widget.js" async></script>\n'
        f'<lookalike-products item="{words.html(item.item_id)}"{named} '
        f'style="--lookalike-accent: {accent}"></lookalike-products>',
        language="html",
        wrap_lines=True,
    )
    counting.ask(catalogue)
    st.page_link(
        link.page("health"),
        label="What was shown and clicked",
        icon=":material/bar_chart:",
        query_params=link.here().kept(),
    )
    st.html(
        f'<p>Or ask for the products yourself: <a href="{words.html(server)}/api" '
        'target="_blank">the API, with examples</a>.</p>'
    )


def _key(name: str, ruled: Rules) -> str:
    """Name a widget by what is in force, so that an undo shows in it."""
    value = ruled.least_similarity if name == "least" else getattr(ruled, name)
    return f"shop-{name}-{value}"


def _button(label: str, catalogue: Catalogue, edit: Edit, key: str = "") -> None:
    st.button(
        label,
        key=f"shop-{label}-{key}",
        on_click=standing.if_managing,
        args=(rules.edit, catalogue.folder, edit),
    )


def _switch(catalogue: Catalogue, name: str, key: str) -> None:
    changes: dict[str, Any] = {name: bool(st.session_state[key])}
    standing.if_managing(rules.edit, catalogue.folder, lambda now: replace(now, **changes))


def _set_least(catalogue: Catalogue, key: str) -> None:
    least = st.session_state[key] / 100
    standing.if_managing(
        rules.edit, catalogue.folder, lambda now: replace(now, least_similarity=least)
    )
