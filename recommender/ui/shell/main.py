"""The script that Streamlit runs at every click: it draws the frame and the chosen page."""

import streamlit as st

from recommender.errors import RecommenderError
from recommender.ui.shared import choice, link, messages
from recommender.ui.shell import layout, warm_up
from recommender.ui.shell.page_list import NAME, PAGES


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title=NAME, page_icon=layout.ICON, layout="wide")
    pages = {
        entry.name: st.Page(
            entry.show,
            title=entry.title,
            url_path=None if entry is PAGES[0] else entry.name,
            default=entry is PAGES[0],
        )
        for entry in PAGES
    }
    link.register(pages)
    link.take_former_names()
    chosen = st.navigation(list(pages.values()), position="hidden")
    try:
        choice.settle()
        layout.masthead(chosen.url_path or PAGES[0].name)
        chosen.run()
        layout.foot(choice.catalogue())
    except RecommenderError as error:
        messages.complain(error)
    warm_up.note_visit()


main()
