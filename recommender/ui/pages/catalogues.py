"""The catalogues page: lists them, and imports, updates and deletes a visitor's own."""

from pathlib import Path

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.catalogue.store import Catalogue
from recommender.catalogue.store import remove as remove_catalogue
from recommender.config import DEMO
from recommender.errors import RecommenderError
from recommender.importing import jobs
from recommender.serving.access import Standing
from recommender.ui.parts import import_jobs, intake
from recommender.ui.shared import link, messages, pictures, resources, standing, words

STYLES = Path(__file__).with_suffix(".css")
N_THUMBNAILS = 5
UPDATE = "update"  # in the address: the catalogue to update
DELETED = "catalogues.deleted"  # the catalogue that a visitor asked to delete


def show() -> None:
    """Draw the page."""
    st.html(STYLES)
    st.html(
        '<header class="hero"><h1>Your catalogues.</h1>'
        "<p>Search your own products instead of ours: bring a folder of pictures, a zip, or your "
        "shop’s export.</p></header>"
    )
    visitor = standing.current()
    is_managed = visitor.may_manage
    if is_managed:
        import_jobs.show()
    names = available_catalogues()
    if not names:
        messages.empty("No catalogues yet", "Add your first one below.")
    for name in names:
        _show_catalogue(name, is_managed=is_managed)
    if is_managed:
        st.html('<h2 class="bar">Add a catalogue</h2>')
        intake.show(key="add")
    _say_who_manages(visitor)


def _say_who_manages(visitor: Standing) -> None:
    """Say who may change catalogues here, and offer the owner to sign in or out."""
    way = ""
    if visitor is Standing.VISITOR and standing.access().has_password:
        way = f' <a href="{standing.SIGN_IN}" target="_self">Sign in</a>'
    elif visitor is Standing.OWNER:
        way = (
            f' <form class="inline" method="post" action="{standing.SIGN_OUT}">'
            "<button>Sign out</button></form>"
        )
    st.html(f'<p class="quiet">{words.html(standing.describe(visitor))}{way}</p>')


def _show_catalogue(name: str, *, is_managed: bool) -> None:
    try:
        catalogue = resources.catalogue(name)
    except RecommenderError as error:
        messages.complain(error)
        return
    with st.container(key=f"shelf-{name}", border=True):
        st.html(_describe(catalogue))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.page_link(
                link.page(link.BROWSE),
                label=f"Browse {name}",
                icon=":material/grid_view:",
                query_params=link.here().kept(catalogue=name),
            )
            if is_managed and name != DEMO:
                _offer_changes(catalogue)
        if is_managed and name != DEMO and st.query_params.get(UPDATE) == name:
            st.html(f'<h3 class="bar">Update {words.html(name)}</h3>')
            intake.show(key=f"update-{name}", updated=name)
            st.page_link(
                link.page(link.CATALOGUES),
                label="Keep it as it is",
                icon=":material/close:",
                query_params=link.here().kept(),
            )


def _describe(catalogue: Catalogue) -> str:
    """Return a catalogue's name, its size and a few of its pictures as HTML."""
    step = max(1, len(catalogue) // N_THUMBNAILS)
    shown = catalogue.items[::step][:N_THUMBNAILS]
    strip = "".join(
        f'<img src="{pictures.item_url(catalogue, item)}" loading="lazy" '
        f'alt="{words.html(words.alternative_text(item))}">'
        for item in shown
    )
    n_categories = len({item.category for item in catalogue if item.category})
    counts = words.count(len(catalogue), "product")
    if n_categories:
        counts += f" in {words.count(n_categories, 'category', 'categories')}"
    return (
        f'<div class="shelf"><div><h2>{words.html(catalogue.name)}</h2>'
        f'<p class="quiet">{counts}</p></div><div class="strip">{strip}</div></div>'
    )


def _offer_changes(catalogue: Catalogue) -> None:
    name = catalogue.name
    st.page_link(
        link.page(link.CATALOGUES),
        label="Update",
        icon=":material/sync:",
        query_params=link.here().kept(**{UPDATE: name}),
    )
    report = import_jobs.report_in(catalogue.folder)
    if report is not None and st.button(
        "Report", key=f"report-{name}", icon=":material/receipt_long:", type="tertiary"
    ):
        import_jobs.show_report(report)
    st.button(
        "Delete",
        key=f"delete-{name}",
        icon=":material/delete:",
        type="tertiary",
        on_click=_ask_to_delete,
        args=(name,),
    )
    if st.session_state.get(DELETED) == name:
        _delete(name, len(catalogue))


def _ask_to_delete(name: str) -> None:
    st.session_state[DELETED] = name


@st.dialog("Delete this catalogue?", on_dismiss=lambda: _ask_to_delete(""))
def _delete(name: str, n_items: int) -> None:
    st.html(
        f"<p>This deletes <strong>{words.html(name)}</strong> and its "
        f"{words.count(n_items, 'product')} from this computer. Your original files stay where "
        "they are.</p>"
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Delete it", type="primary", key="delete-now"):
            try:
                standing.check_managing()
                remove_catalogue(name)
                jobs.forget(name)
            except RecommenderError as error:
                messages.complain(error)
                return
            if st.query_params.get("catalogue") == name:
                st.query_params.pop("catalogue")
            _ask_to_delete("")
            st.rerun()
        if st.button("Keep it", key="keep"):
            _ask_to_delete("")
            st.rerun()
