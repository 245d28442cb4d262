"""Imports under way or just ended: how far they are, what came of them, and another try."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import streamlit as st

from recommender.catalogue.store import catalogues_folder
from recommender.errors import CatalogueError
from recommender.importing import jobs
from recommender.importing.report import ImportReport, Reported, read_report
from recommender.serving.visible import without_commands
from recommender.spreadsheets import to_csv
from recommender.ui.shared import standing, words

STYLES = Path(__file__).with_suffix(".css")
N_NOTED_SHOWN = 20
REFRESH_S = 1.0
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


@st.fragment(run_every=REFRESH_S)
def show() -> None:
    """Draw imports that run, or have ended and were not closed yet; again every second."""
    st.html(STYLES)
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
            show_report(report)
        if jobs.can_retry(name):
            _job_button("Try again", f"retry-{name}", jobs.retry, name)
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
    return report_in(catalogues_folder() / name) if state.status == "done" else None


def report_in(folder: Path) -> ImportReport | None:
    """Return a catalogue's report; one that is damaged is as good as none."""
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
        told = f"{STATUSES['done']} {words.count(report.n_items, 'product')}: {_counts(report)}."
        missing = words.count(state.n_missing, "product")
        return f"{told} Pictures of {missing} are missing." if state.n_missing else told
    return f"{STATUSES[state.status]} {words.html(words.sentence(without_commands(state.message)))}"


def _counts(report: ImportReport) -> str:
    counts = report.counts
    return ", ".join(f"{counts[key]:,} {text}" for key, text in OUTCOMES.items() if key in counts)


@st.dialog("Import report", width="large")
def show_report(report: ImportReport) -> None:
    """Draw what came in and what did not."""
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
