"""The controls of a shop's rules: what may stand beside what, and what must."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from recommender.catalogue import rules, text_search
from recommender.catalogue.rules import Rules
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.items import Item
from recommender.ui.shared import messages, standing, words

Edit = Callable[[Rules], Rules]
MOST_PLACES = 12  # that the page offers
N_FOUND = 20
SWITCHES = {
    "in_stock": ("Only what is in stock", "A product whose stock is not known may come."),
    "same_category": ("Only the same category", ""),
    "other_brands": ("Never the same brand", ""),
    "fills_up": ("Fill up short rows", "With the most alike of the category."),
}


def ask(catalogue: Catalogue, item: Item, ruled: Rules, shown: Sequence[Item]) -> None:
    """Draw the rules; a change is in force at once, for whoever may change them.

    Parameters
    ----------
    item : whose page is looked at
    shown : what stands beside it now
    """
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
    catalogue: Catalogue, item: Item, ruled: Rules, shown: Sequence[Item], *, is_mine: bool
) -> None:
    names = {each.item_id: words.name(each) for each in shown}
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
    if is_mine:
        _ask_pin(catalogue, item)
    for each in ruled.hidden:
        back = partial(Rules.showing, item_id=each)
        _exception("Never shown", catalogue, each, back, is_mine)
    for each in ruled.hidden_for.get(item.item_id, ()):
        back = partial(Rules.showing, item_id=each, beside=item.item_id)
        _exception("Not beside this one", catalogue, each, back, is_mine)
    for place, each in ruled.pinned_beside(item.item_id).items():
        back = partial(Rules.pinning, beside=item.item_id, place=place)
        _exception(f"Always at place {place}", catalogue, each, back, is_mine)


def _ask_pin(catalogue: Catalogue, item: Item) -> None:
    """Draw the way to give any product a place."""
    with st.expander("Pin any product at a place", icon=":material/add:"):
        text = st.text_input(
            "Its name or number", key="shop-pin", placeholder="Search a product to pin"
        )
        found = _found(catalogue, text or "", item.item_id)
        if not found:
            if text:
                messages.remark("No other product is called so.")
            return
        chosen = st.selectbox(
            "Product",
            found,
            format_func=lambda each: f"{words.name(catalogue.get(each))} ({each})",
            key=f"shop-pinned-{item.item_id}-{text}",
        )
        place = st.number_input("Place", 1, MOST_PLACES, 1, key="shop-place")
        asked = item.item_id
        _button("Pin it here", catalogue, lambda now: now.pinning(asked, int(place), chosen))


def _found(catalogue: Catalogue, text: str, but: str) -> list[str]:
    """Return ids of the products that a text names, by number or by words."""
    named = text.strip()
    if not named:
        return []
    numbered = [named] if named in catalogue else []
    ids = dict.fromkeys([*numbered, *text_search.find(catalogue, named).item_ids[:N_FOUND]])
    return [each for each in ids if each != but]


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
