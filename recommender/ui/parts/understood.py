"""Says how a text was understood, and offers what leads further where it finds little."""

from collections.abc import Sequence

import streamlit as st

from recommender.catalogue import understood
from recommender.catalogue.store import Catalogue
from recommender.catalogue.understood import CHEAPEST
from recommender.ui.shared import words


def show(
    catalogue: Catalogue, text: str, key: str, currency: str = "", *, cheap: str = CHEAPEST
) -> None:
    """Draw what was corrected and dropped, with the catalogue's words that come nearest.

    Parameters
    ----------
    key : of the widget that the text was written in
    currency : of the prices, or empty
    cheap : says what became of a wish for a low price
    """
    seen = understood.of_text(catalogue, text)
    if sentences := understood.sentences(
        seen, lambda each: words.money(f"{each:g}", currency), cheap
    ):
        st.html(f'<p class="quiet" role="status">{words.html(" ".join(sentences))}</p>')
    if seen.nearest:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="quiet">Did you mean</span>')
            for word, near in seen.nearest:
                st.button(
                    near,
                    key=f"{key}-instead-{word}-{near}",
                    on_click=_replace,
                    args=(key, word, near),
                )


def _replace(key: str, word: str, near: str) -> None:
    """Write another word in the place of one that led nowhere."""
    written: Sequence[str] = str(st.session_state.get(key, "")).split()
    changed = [near if each.casefold() == word else each for each in written]
    st.session_state[key] = " ".join(changed if near in changed else [*changed, near])
