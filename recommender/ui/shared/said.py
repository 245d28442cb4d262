"""Keeps the sentence that a screen reader reads out once the page is drawn."""

import streamlit as st

_SAID = "said"


def say(sentence: str) -> None:
    """Say what the page now shows; the last sentence of a run counts."""
    st.session_state[_SAID] = sentence


def take() -> str:
    """Return what was said in this run, once; may be empty."""
    said: str = st.session_state.pop(_SAID, "")
    return said
