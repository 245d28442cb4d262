"""A button that copies the page's address."""

from recommender.ui.components.component import mount


def show() -> None:
    """Draw the button."""
    mount("copy_link", key="copy-link")
