"""The catalogues page: lists them, and imports, updates and deletes a visitor's own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.catalogue.store import Catalogue, catalogues_folder
from recommender.catalogue.store import remove as remove_catalogue
from recommender.config import DEMO
from recommender.errors import CatalogueError, RecommenderError
from recommender.importing import jobs
from recommender.importing.report import ImportReport, Reported, read_report
from recommender.serving.access import Standing
from recommender.spreadsheets import to_csv
from recommender.ui.parts import intake
from recommender.ui.shared import link, messages, pictures, resources, standing, words

STYLES = Path(__file__).with_suffix(".css")
N_THUMBNAILS = 5
N_NOTED_SHOWN = 20
REFRESH_S = 1.0
PAGE = "catalogues"
UPDATE = "update"  # in the address: the catalogue to update
DELETED = "catalogues.deleted"  # the catalogue that a visitor asked to delete
OUTCOMES = {
    "added": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "removed": "removed",
    "skipped": "left out",
}
STATUSES = {
    "waiting": "Getting ready",
    "running": "Preparing pictures",
    "interrupted": "Stopped halfway. Nothing is lost, and it can carry on from there.",
    "failed": "That did not work.",
    "cancelled": "Cancelled. Everything is as it was before.",
    "done": "Done.",
}


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
        _show_jobs()
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
                link.page(PAGE),
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
        link.page(PAGE),
        label="Update",
        icon=":material/sync:",
        query_params=link.here().kept(**{UPDATE: name}),
    )
    report = _report_in(catalogue.folder)
    if report is not None and st.button(
        "Report", key=f"report-{name}", icon=":material/receipt_long:", type="tertiary"
    ):
        _show_report(report)
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


@st.fragment(run_every=REFRESH_S)
def _show_jobs() -> None:
    """Draw imports that run, or have ended and were not closed yet; again every second."""
    seen = st.session_state.setdefault("catalogues.seen", {})
    for name in jobs.noted():
        state = jobs.state(name)
        if state.status in jobs.ENDED and seen.get(name) in jobs.ACTIVE:
            seen[name] = state.status
            st.rerun()  # the whole page, as its list of catalogues has changed
        seen[name] = state.status
        with st.container(key=f"job-{name}", border=True):
            _show_job(name, state)


def _show_job(name: str, state: jobs.State) -> None:
    heading = f'<h2 class="job">{words.html(name)}</h2>'
    if state.status in jobs.ACTIVE:
        st.html(heading)
        share = state.n_done / state.n_all if state.n_all else 0.0
        st.progress(share, text=_progress_text(state))
        _job_button("Cancel", f"cancel-{name}", jobs.cancel, name)
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.html(f'{heading}<p class="ended" role="status">{_ended_text(name, state)}</p>')
        if state.status == "interrupted":
            _job_button("Resume", f"go-{name}", jobs.start, name, type="primary")
            _job_button("Discard", f"cancel-{name}", jobs.cancel, name)
            return
        report = _report_of(name, state)
        if report is not None and st.button("See report", key=f"see-{name}"):
            _show_report(report)
        _job_button("Close", f"close-{name}", jobs.forget, name)


def _job_button(
    label: str,
    key: str,
    action: Callable[[str], object],
    name: str,
    *,
    type: Literal["primary", "secondary"] = "secondary",  # noqa: A002  as Streamlit calls it
) -> None:
    st.button(label, key=key, type=type, on_click=standing.if_managing, args=(action, name))


def _report_of(name: str, state: jobs.State) -> ImportReport | None:
    return _report_in(catalogues_folder() / name) if state.status == "done" else None


def _report_in(folder: Path) -> ImportReport | None:
    """A catalogue's report; one that is damaged is as good as none, and takes nothing else down."""
    try:
        return read_report(folder)
    except CatalogueError:
        return None


def _progress_text(state: jobs.State) -> str:
    if not state.n_all:
        return STATUSES[state.status]
    if state.n_done == state.n_all:
        return "All pictures ready. Building the index"
    return f"{STATUSES[state.status]}: {state.n_done:,} of {state.n_all:,}"


def _ended_text(name: str, state: jobs.State) -> str:
    report = _report_of(name, state)
    if report is not None:
        return f"{STATUSES['done']} {words.count(report.n_items, 'product')}: {_counts(report)}."
    return f"{STATUSES[state.status]} {words.html(words.sentence(state.message))}"


def _counts(report: ImportReport) -> str:
    counts = report.counts
    return ", ".join(f"{counts[key]:,} {text}" for key, text in OUTCOMES.items() if key in counts)


@st.dialog("Import report", width="large")
def _show_report(report: ImportReport) -> None:
    st.html(
        f"<p><strong>{words.html(report.catalogue)}</strong>: "
        f"{words.count(report.n_items, 'product')}; {_counts(report)}.</p>"
    )
    if report.skipped:
        tables = [
            _report_table(f"{group.kind.capitalize()} ({group.n_rows:,})", group.examples)
            for group in report.groups
        ]
        st.html(_report_region("What was left out", tables))
        n_more = len(report.skipped) - sum(len(group.examples) for group in report.groups)
        if n_more > 0:
            st.html(f'<p class="quiet">and {n_more:,} more; the download lists them all.</p>')
    else:
        st.html("<p>Nothing was left out.</p>")
    if report.noted:
        title = f"Came in with a note ({len(report.noted):,})"
        table = _report_table(title, report.noted[:N_NOTED_SHOWN])
        st.html(_report_region("What was repaired", [table]))
    st.download_button(
        "Download all rows as CSV",
        _to_csv(report),
        file_name=f"{report.catalogue}-import.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _report_table(title: str, rows: Sequence[Reported]) -> str:
    cells = "".join(
        f"<tr><td>{words.html(row.source)}</td><td>{words.html(row.reason or row.note)}</td></tr>"
        for row in rows
    )
    return (
        f"<table><caption>{words.html(title)}</caption>"
        '<thead><tr><th scope="col">Where</th><th scope="col">Why</th></tr></thead>'
        f"<tbody>{cells}</tbody></table>"
    )


def _report_region(name: str, tables: Sequence[str]) -> str:
    return (
        f'<div class="report" tabindex="0" role="region" aria-label="{name}">'
        f"{''.join(tables)}</div>"
    )


def _to_csv(report: ImportReport) -> str:
    return to_csv(
        ("where", "product", "outcome", "why", "note"),
        [(row.source, row.item_id, row.outcome, row.reason, row.note) for row in report.rows],
    )


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
