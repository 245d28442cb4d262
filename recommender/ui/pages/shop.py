"""The shop page: lookalikes on a product page, the shop's rules for them, and the script."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recommender.catalogue import rules, text_search
from recommender.catalogue.rules import Rules
from recommender.catalogue.store import Catalogue
from recommender.config import DEMO
from recommender.errors import CatalogueError
from recommender.items import Item
from recommender.search.options import SearchOptions
from recommender.ui.parts import counting, import_jobs, intake, rule_controls
from recommender.ui.shared import choice, link, messages, pictures, standing, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender

STYLES = Path(__file__).with_suffix(".css")
N_SHOWN = 6  # as the widget shows, where nothing has a place behind them
OPTIONS = SearchOptions(n_neighbors=N_SHOWN, group_duplicates=True, only_alike=True)
ACCENT, PAPER, INK = "#0a6e68", "#ffffff", "#15181b"
FONTS = {
    "Like this page": "inherit",
    "Plain": "system-ui, sans-serif",
    "Helvetica": "Helvetica, Arial, sans-serif",
    "Humanist": "Optima, Candara, 'Noto Sans', sans-serif",
    "Serif": "Georgia, 'Times New Roman', serif",
    "Book": "'Iowan Old Style', 'Palatino Linotype', Palatino, serif",
    "Rounded": "ui-rounded, 'Arial Rounded MT Bold', Nunito, sans-serif",
    "Typewriter": "ui-monospace, Menlo, Consolas, monospace",
}
_LATEST = "shop.latest"  # what was shown last, under which rules, and what before those


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    st.html(
        '<header class="hero"><h1>Put it on your shop.</h1>'
        "<p>See lookalikes on a product page, say what may stand beside what, and copy one line "
        "into your shop.</p></header>"
    )
    _choose_catalogue()
    recommender = choice.recommender()
    catalogue = recommender.catalogue
    if not len(catalogue):
        messages.empty("This catalogue is empty", "Add products, and see them here.")
        return
    item = _ask_product(catalogue)
    if item is None or not _are_readable(catalogue):
        return
    preview, controls = st.columns([3, 2], gap="large")
    with controls:
        style = _ask_style()
        ruled = rules.read(catalogue.folder)
        shown = _similar(recommender, item, ruled, obeys=True)
        rule_controls.ask(catalogue, item, ruled, shown)
    with preview:
        before = _before_latest(catalogue, item, ruled, shown)
        news = () if before is None else {each.item_id for each in shown} - set(before)
        _draw_preview(catalogue, item, shown, style, news)
        _draw_effect(recommender, item, ruled, shown, before)
    _draw_script(catalogue, item, st.session_state["shop-accent"])


def _choose_catalogue() -> None:
    """Draw the choice of a catalogue, and the way to bring one."""
    chosen = choice.current()
    names = chosen.catalogues
    key = f"shop-catalogue-{chosen.catalogue}"
    if len(names) > 1 and chosen.catalogue in names:
        st.selectbox(
            "Catalogue",
            names,
            index=names.index(chosen.catalogue),
            key=key,
            on_change=lambda: _open(st.session_state[key]),
        )
    if standing.current().may_manage:
        import_jobs.show()
        with st.expander("Bring your own products", icon=":material/upload:"):
            messages.remark("Your shop’s export is recognised, and its pictures are fetched.")
            intake.show(key="shop")


def _open(name: str) -> None:
    st.query_params["catalogue"] = name
    st.session_state.pop("shop-product", None)


def _similar(
    recommender: "Recommender", item: Item, ruled: Rules, *, obeys: bool
) -> tuple[Item, ...]:
    """Return as many products as the widget shows, or as have a place."""
    most = rule_controls.MOST_PLACES
    n_shown = N_SHOWN if max(ruled.pinned_beside(item.item_id), default=0) <= N_SHOWN else most
    options = replace(OPTIONS, n_neighbors=n_shown, obeys_rules=obeys)
    return tuple(match.item for match in recommender.similar(item.item_id, options).matches)


def _before_latest(
    catalogue: Catalogue, item: Item, ruled: Rules, shown: Sequence[Item]
) -> tuple[str, ...] | None:
    """Return the ids before the latest change of a rule; None where this visit saw none."""
    here, ids = (catalogue.name, item.item_id), tuple(each.item_id for each in shown)
    known = st.session_state.get(_LATEST)
    before: tuple[str, ...] | None = None
    if known is not None and known[0] == here:
        before = known[3] if known[1] == ruled else known[2]
    st.session_state[_LATEST] = (here, ruled, ids, before)
    return before


def _ask_product(catalogue: Catalogue) -> Item | None:
    text = st.text_input(
        "Product on the page",
        key="shop-product",
        placeholder="Search a product to try it with, by name or number",
        icon=":material/search:",
    )
    if text and text.strip() in catalogue:
        return catalogue.get(text.strip())
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


def _ask_style() -> str:
    """Draw the shop's own colours and font; returns them as CSS."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        accent = st.color_picker("Your colour", ACCENT, key="shop-accent")
        paper = st.color_picker("Paper", PAPER, key="shop-paper")
        ink = st.color_picker("Text", INK, key="shop-ink")
        font = st.selectbox("Your font", list(FONTS), key="shop-font", width=170)
    return (
        f"--shop:{accent};--shop-on:{_readable_on(accent)};--shop-paper:{paper};--shop-ink:{ink};"
        f"--shop-font:{FONTS[font]}"
    )


def _readable_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour such as "#0a6e68"."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 150  # noqa: PLR2004  by eye
    return INK if is_light else PAPER


def _draw_preview(
    catalogue: Catalogue, item: Item, shown: Sequence[Item], style: str, news: Collection[str]
) -> None:
    picture = words.html(pictures.item_url(catalogue, item, "large"))
    st.html(
        f'<section class="shop-page" style="{words.html(style)}" '
        'aria-label="A product page of your shop, as an example">'
        f'<div class="shop-product"><img src="{picture}" alt="{words.html(words.name(item))}" '
        'width="360" height="360"><div>'
        f"<h2>{words.html(words.name(item))}</h2><p>{words.html(words.price(item))}</p>"
        '<span class="shop-buy">Add to basket</span></div></div>'
        '<div class="shop-row"><h3>You may also like</h3>'
        f"{_row(catalogue, shown, news, 'new')}</div></section>"
    )


def _draw_effect(
    recommender: "Recommender",
    item: Item,
    ruled: Rules,
    shown: Sequence[Item],
    before: tuple[str, ...] | None,
) -> None:
    """Draw what stood there before the latest change, and without any rule."""
    catalogue = recommender.catalogue
    ids = tuple(each.item_id for each in shown)
    plain = None if ruled.is_empty else _similar(recommender, item, ruled, obeys=False)
    if before is not None:
        st.html(f'<p class="shop-effect" role="status">{_effect(before, ids)}</p>')
        if before != ids and (plain is None or before != tuple(each.item_id for each in plain)):
            items = [catalogue.get(each) for each in before if each in catalogue]
            _draw_row(catalogue, "Before your latest change", items, ids)
    if plain is not None:
        _draw_row(catalogue, "Without your rules", plain, ids)


def _effect(before: Sequence[str], after: Sequence[str]) -> str:
    """Return in words what a change of the rules did."""
    n_gone, n_new = len(set(before) - set(after)), len(set(after) - set(before))
    if before == after:
        return "Your latest change changes nothing beside this product."
    if not n_gone and not n_new:
        return "Your latest change put them in another order."
    return f"Your latest change took out {n_gone} and brought in {n_new}."


def _draw_row(
    catalogue: Catalogue, heading: str, items: Sequence[Item], kept: Sequence[str]
) -> None:
    gone = {each.item_id for each in items} - set(kept)
    row = _row(catalogue, items, gone, "taken out")
    st.html(f'<section class="shop-row shop-small"><h3>{heading}</h3>{row}</section>')


def _row(catalogue: Catalogue, items: Sequence[Item], marked: Collection[str], mark: str) -> str:
    """Return a row of cards, some of them marked with a word."""
    if not items:
        return "<p>Nothing is left to show: the rules leave all out.</p>"
    cards = "".join(
        _card(catalogue, each, mark if each.item_id in marked else "") for each in items
    )
    return f"<ul>{cards}</ul>"


def _card(catalogue: Catalogue, item: Item, mark: str) -> str:
    picture = words.html(pictures.item_url(catalogue, item))
    return (
        f'<li class="{mark.replace(" ", "-")}"><img src="{picture}" alt="" width="150" '
        f'height="150" loading="lazy">{f"<em>{mark}</em>" if mark else ""}'
        f"<span>{words.html(words.name(item))}</span><b>{words.html(words.price(item))}</b></li>"
    )


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
