"""Messages to a visitor: an error, an empty view, a remark, and progress."""

import streamlit as st

from recommender.errors import RecommenderError
from recommender.ui.shared import words
from recommender.ui.shared.resources import Opening


def complain(error: RecommenderError) -> None:
    """Show an error as one clear sentence; the page goes on working."""
    sentence = words.sentence(str(error))
    st.html(
        f'<div class="message" role="alert"><strong>That did not work.</strong> '
        f"{words.html(sentence)}</div>"
    )


def empty(heading: str, text: str) -> None:
    """Say why there is nothing to see, and what to do."""
    st.html(f'<div class="empty"><h2>{words.html(heading)}</h2><p>{words.html(text)}</p></div>')


def remark(text: str) -> None:
    """Say something in passing."""
    st.html(f'<p class="quiet">{words.html(text)}</p>')


class Progress:
    """A bar that appears only if there is something to wait for, and goes when it is done.

    Parameters
    ----------
    doing : what takes its time
    """

    def __init__(self, doing: str = "Looking at every product once") -> None:
        self._doing = doing
        self._place = st.empty()

    def __call__(self, opening: Opening) -> None:
        """Draw how far it is; see `resources.recommender`."""
        if opening.n_all:
            text = f"{self._doing}: {opening.n_done:,} of {opening.n_all:,}"
            self._place.progress(opening.n_done / opening.n_all, text=text)
        else:
            self._place.progress(0.0, text="Waking the model up")

    def done(self) -> None:
        """Take the bar away."""
        self._place.empty()
