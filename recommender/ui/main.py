"""What Streamlit runs at every click: the frame, and in it the page that was asked for."""

import streamlit as st

from recommender.errors import RecommenderError
from recommender.ui import browse, layout, link, lookalikes, photo


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Lookalike", page_icon=layout.ICON, layout="wide")
    pages = {
        link.BROWSE: st.Page(browse.show, title="Lookalike", default=True),
        link.LOOKALIKES: st.Page(
            lookalikes.show, title="Lookalikes · Lookalike", url_path=link.LOOKALIKES
        ),
        link.PHOTO: st.Page(photo.show, title="Your photo · Lookalike", url_path=link.PHOTO),
    }
    link.register(pages)
    chosen = st.navigation(list(pages.values()), position="hidden")
    try:
        layout.masthead()
        chosen.run()
        layout.foot(layout.chosen_catalogue())
    except RecommenderError as error:
        layout.complain(error)


main()
