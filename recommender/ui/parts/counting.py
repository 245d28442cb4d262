"""The counts of a shop's recommendations: their switch, and what was shown and clicked."""

from pathlib import Path

import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.insights import counts
from recommender.insights.counts import Counts, Pair
from recommender.ui.shared import link, messages, pictures, standing, words

STYLES = Path(__file__).with_suffix(".css")
N_SHOWN = 20
EXPLAIN = (
    "The widget in your shop tells which recommendations came into view and which were clicked: "
    "two products and a day. Nothing about the visitor is kept."
)


def ask(catalogue: Catalogue) -> None:
    """Draw the switch; only the owner can press it."""
    folder = catalogue.folder
    is_on = counts.is_on(folder)
    key = f"counting-{is_on}"  # named by what is in force, as somebody else may change it
    st.toggle(
        "Count what is shown and clicked",
        value=is_on,
        key=key,
        help=EXPLAIN,
        disabled=not standing.current().may_manage,
        on_change=lambda: standing.if_managing(
            lambda: counts.switch(folder, on=bool(st.session_state[key]))
        ),
    )


def show(catalogue: Catalogue) -> None:
    """Draw the switch and the counts, which are a shop's own business."""
    st.html(STYLES)
    if not standing.current().may_manage:
        messages.remark("Only the shop’s owner sees what was shown and clicked.")
        return
    ask(catalogue)
    found = counts.read(catalogue.folder, N_SHOWN)
    for sentence in _remarks(catalogue, found):
        messages.remark(sentence)
    if not found.pairs:
        return
    st.html(_totals(found))
    st.html(_table(catalogue, found))
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the counts as CSV",
            lambda: counts.to_csv(catalogue),
            file_name=f"{catalogue.name}-recommendations.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover("Forget all counts"):
            st.html("<p>This cannot be undone. Download them first, if you want to keep them.</p>")
            st.button(
                "Forget them",
                on_click=standing.if_managing,
                args=(counts.begin_anew, catalogue.folder),
            )


def _remarks(catalogue: Catalogue, found: Counts) -> list[str]:
    """Return what has to be said of the counts, in words."""
    sentences = []
    if found.is_damaged:
        sentences.append("The counts are damaged. Counting begins anew with the next visitor.")
    elif not found.pairs:
        sentences.append(
            "Nothing was counted yet. The first visitor who sees the widget in your shop is."
            if counts.is_on(catalogue.folder)
            else "Nothing is counted. Switch it on to see which recommendations are clicked."
        )
    if found.is_lost:
        sentences.append(f"Counts before {found.begun} were damaged, and are lost.")
    return sentences


def _totals(found: Counts) -> str:
    tiles = (
        (f"{found.shown:,}", f"shown since <time>{found.begun}</time>"),
        (f"{found.clicked:,}", f"clicked, {_share(found.clicked, found.shown)} of those shown"),
        (f"{found.recently_shown:,}", f"shown in the last {counts.RECENT_DAYS} days"),
        (f"{found.recently_clicked:,}", f"clicked in the last {counts.RECENT_DAYS} days"),
    )
    cells = "".join(f"<li><b>{number}</b><span>{label}</span></li>" for number, label in tiles)
    return f'<ul class="tiles">{cells}</ul>'


def _table(catalogue: Catalogue, found: Counts) -> str:
    rows = "".join(_row(catalogue, pair) for pair in found.pairs)
    n_more = found.n_pairs - len(found.pairs)
    caption = "The most clicked" if n_more else "All recommendations"
    more = f'<p class="quiet">and {n_more:,} more; the download lists them all.</p>'
    return (
        '<div class="counts" tabindex="0" role="region" aria-label="Shown and clicked"><table>'
        f"<caption>{caption}</caption><thead><tr>"
        '<th scope="col">Beside</th><th scope="col">Recommended</th><th scope="col">Shown</th>'
        '<th scope="col">Clicked</th><th scope="col">Share</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more if n_more else ''}"
    )


def _row(catalogue: Catalogue, pair: Pair) -> str:
    numbers = (f"{pair.shown:,}", f"{pair.clicked:,}", _share(pair.clicked, pair.shown))
    cells = "".join(f"<td>{number}</td>" for number in numbers)
    beside, recommended = (_product(catalogue, each) for each in (pair.item_id, pair.recommended))
    return f"<tr><td>{beside}</td><td>{recommended}</td>{cells}</tr>"


def _product(catalogue: Catalogue, item_id: str) -> str:
    if item_id not in catalogue:
        return f"{words.html(item_id)} (no longer in the catalogue)"
    item = catalogue.get(item_id)
    address = link.address(link.LOOKALIKES, link.here().to_item(item_id))
    return (
        f'<a href="{words.html(address)}" target="_self"><img width="36" height="36" alt="" '
        f'loading="lazy" src="{words.html(pictures.item_url(catalogue, item))}">'
        f"{words.html(words.name(item))}</a>"
    )


def _share(n_clicked: int, n_shown: int) -> str:
    return f"{100 * n_clicked / n_shown:.1f} %" if n_shown else "–"
