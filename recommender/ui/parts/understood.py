"""Says how a text was understood, and offers what leads further where it finds little."""

from collections.abc import Sequence

import streamlit as st

from recommender.catalogue import text_search
from recommender.catalogue.store import Catalogue
from recommender.catalogue.text_search import Found
from recommender.ui.shared import words


def show(catalogue: Catalogue, text: str, key: str) -> None:
    """Draw what was corrected and dropped, with the catalogue's words that come nearest.

    Parameters
    ----------
    key : of the widget that the text was written in
    """
    if not text.strip():
        return
    found = text_search.find(catalogue, text)
    sentences = _sentences(found)
    if sentences:
        st.html(f'<p class="quiet" role="status">{words.html(" ".join(sentences))}</p>')
    offered = [
        (word, near)
        for word in found.dropped
        for near in text_search.text_index(catalogue).nearest_words(word)
    ]
    if offered:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="quiet">Did you mean</span>')
            for word, near in offered:
                st.button(
                    near,
                    key=f"{key}-instead-{word}-{near}",
                    on_click=_replace,
                    args=(key, word, near),
                )


def _sentences(found: Found) -> list[str]:
    said = [f"Showing “{meant}” for “{word}”." for word, meant in found.corrected]
    if found.dropped:
        named = words.listed([f"“{word}”" for word in found.dropped])
        rest = " Here is what has the rest." if found.item_ids else ""
        said.append(f"No product has {named}{' as well' if _is_left(found) else ''}.{rest}")
    if found.wanted.least is not None or found.wanted.most is not None:
        said.append(f"Only prices {_amounts(found.wanted.least, found.wanted.most)}.")
    if found.wanted.is_cheap:
        said.append("Cheapest first.")
    return said


def _is_left(found: Found) -> bool:
    return bool(found.item_ids) and len(found.dropped) < len(found.wanted.words)


def _amounts(least: float | None, most: float | None) -> str:
    if least is None:
        return f"up to {most:g}"
    return f"from {least:g}" if most is None else f"from {least:g} to {most:g}"


def _replace(key: str, word: str, near: str) -> None:
    """Write another word in the place of one that led nowhere."""
    written: Sequence[str] = str(st.session_state.get(key, "")).split()
    changed = [near if each.casefold() == word else each for each in written]
    st.session_state[key] = " ".join(changed if near in changed else [*changed, near])
