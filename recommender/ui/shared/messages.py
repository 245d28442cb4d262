"""Messages to a visitor: an error, an empty view, a remark, and progress."""

import streamlit as st

from recommender.errors import RecommenderError
from recommender.serving.access import Standing
from recommender.serving.visible import without_commands, without_paths
from recommender.ui.shared import standing, words
from recommender.ui.shared.resources import Opening


def complain(error: RecommenderError) -> None:
    """Show an error as one clear sentence; the page goes on working.

    What a message advises for the command line is left out: the page has ways of its own. Only a
    visitor on this computer is told where on its disk something lies.
    """
    text = without_commands(str(error))
    if standing.current() is not Standing.LOCAL:
        text = without_paths(text)
    sentence = words.sentence(text)
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
    doing : the work that is waited for, in words
    """

    def __init__(self, doing: str = "Preparing every picture once") -> None:
        self._doing = doing
        self._place = st.empty()

    def __call__(self, opening: Opening) -> None:
        """Draw how far the work is; see `resources.recommender`."""
        if opening.n_all:
            text = f"{self._doing}: {opening.n_done:,} of {opening.n_all:,}"
            self._place.progress(opening.n_done / opening.n_all, text=text)
        else:
            self._place.progress(0.0, text="Loading the model")

    def done(self) -> None:
        """Remove the bar."""
        self._place.empty()
