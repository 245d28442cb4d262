"""The reception of a visitor at a page, once all of it is drawn.

After a step to another page the focus goes to the page's heading, and the page is scrolled to where
that step of the history was left. What an answer holds is read out by screen readers.
"""

from recommender.ui.components.component import mount


def show(*, place: str, said: str) -> None:
    """Receive the visitor.

    Parameters
    ----------
    place : differs between pages, and between products
    said : one sentence on what the page now shows; may be empty
    """
    mount("arrival", key="arrival", data={"place": place, "said": said})
