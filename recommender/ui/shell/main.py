"""The script that Streamlit runs at every click: it draws the frame and the chosen page."""

import sqlite3

import streamlit as st

from recommender.errors import RecommenderError
from recommender.ui.shared import choice, link, messages, trouble, turns
from recommender.ui.shell import layout, warm_up
from recommender.ui.shell.icon import ICON
from recommender.ui.shell.page_list import NAME, PAGES


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title=NAME, page_icon=ICON, layout="wide")
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
    chosen = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(page_title=chosen.title)
    name = chosen.url_path or PAGES[0].name
    link.take_former_names()  # now: before the navigation, a rerun would lead to the first page
    try:
        choice.settle()
        layout.masthead(name)
        if (error := trouble.take()) is not None:
            messages.complain(error)
        chosen.run()
        layout.foot(choice.catalogue())
    except (RecommenderError, OSError, sqlite3.Error) as error:
        messages.complain(trouble.to_tell(error))
        layout.ways_out()
    layout.receive(name)
    warm_up.note_visit()


with turns.PAGES.taken():
    main()
