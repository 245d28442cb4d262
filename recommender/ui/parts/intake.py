"""The import form: a source, the meaning of its columns, and the catalogue's name."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recommender.catalogue.registry import available_catalogues
from recommender.config import DEMO, NAME_PATTERN
from recommender.errors import CatalogueError, RecommenderError
from recommender.feeds import sources
from recommender.feeds.links import is_link
from recommender.feeds.looking import look_into_file
from recommender.feeds.tables import FEED_SUFFIXES, Overview
from recommender.importing import arrivals, jobs
from recommender.importing.jobs import Order
from recommender.models import default_model
from recommender.serving.access import check_folder
from recommender.ui.shared import messages, standing, words
from recommender.ui.shared.shelf import MARK, SHELF
from recommender.ui.shared.sizes import MAX_UPLOAD_MB

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

UPLOAD, FOLDER = "Upload a file", "A folder on this computer"
TYPES = ["zip", *(suffix[1:] for suffix in sorted(FEED_SUFFIXES))]
ASKED = {
    "image": "Picture",
    "id": "Product number",
    "title": "Name",
    "category": "Category",
    "brand": "Brand",
    "colour": "Colour",
    "material": "Material",
    "price": "Price",
}
NONE = "–"
N_ROWS_SHOWN, N_COLUMNS_SHOWN, CELL_LENGTH = 3, 12, 60  # of a table whose columns are asked for
_SENT, _SEEN = "intake.sent", "intake.seen"
MERGE, REPLACE = "Add and update, keep the rest", "Replace everything"


def show(*, key: str, updated: str = "") -> None:
    """Draw the form.

    Parameters
    ----------
    key : of this form, if there are several
    updated : name of the catalogue to update; empty for a new one
    """
    # other keys after sending, so that the form is empty again
    key = f"{key}-{st.session_state.setdefault(_SENT, 0)}"
    way = UPLOAD
    if standing.current().may_name_folders:  # others must not name folders of this computer
        way = st.segmented_control(
            "Where the products come from",
            [UPLOAD, FOLDER],
            default=UPLOAD,
            required=True,
            key=f"{key}-way",
            label_visibility="collapsed",
        )
    try:
        if way == FOLDER:
            _ask_folder(key, updated)
        else:
            _ask_upload(key, updated)
    except RecommenderError as error:
        messages.complain(error)


def _ask_upload(key: str, updated: str) -> None:
    upload = st.file_uploader(
        f"A zip of pictures, or your shop’s product export, up to {MAX_UPLOAD_MB} MB",
        type=TYPES,
        max_upload_size=MAX_UPLOAD_MB,
        key=f"{key}-upload",
        help="Exports of Shopify, WooCommerce, Google Merchant, Meta, Magento, PrestaShop and Wix "
        "are recognised. "
        "A zip may hold an export together with its pictures. "
        "Larger ones come in as a folder, on the computer that runs this page.",
    )
    if upload is None:
        return
    overview = _looked_into(upload)
    _ask_rest(key, updated, upload.name, overview, upload)


def _looked_into(upload: "UploadedFile") -> Overview | None:
    """Return what an upload holds; read once, not at every run of the page."""
    known = st.session_state.get(_SEEN)
    if known is not None and known[0] == upload.file_id:
        return known[1]  # type: ignore[no-any-return]
    if upload.getbuffer() == MARK:
        with st.spinner("Reading the file"):
            overview = look_into_file(SHELF.find(upload.file_id), upload.name)
    else:
        overview = sources.look_into(upload.name, upload)
    st.session_state[_SEEN] = (upload.file_id, overview)
    return overview


def _keep(name: str, upload: "UploadedFile") -> Path:
    """Hand an upload over to an import; returns its path."""
    if upload.getbuffer() == MARK:
        return arrivals.adopt(name, upload.name, SHELF.find(upload.file_id))
    return arrivals.receive(name, upload.name, io.BytesIO(upload.getbuffer()))


def _ask_folder(key: str, updated: str) -> None:
    text = st.text_input(
        "Folder, zip or list",
        key=f"{key}-folder",
        placeholder="/home/me/pictures",
        help="Every picture becomes a product, every folder a category. If the folder holds one "
        "product list, that list is read instead.",
    )
    if not text:
        return
    path = check_folder(Path(text.strip()))
    with sources.open_source(path) as source:
        found = source.feed()
    overview = None if found is None else found.overview()
    _ask_rest(key, updated, path.name, overview, path)


def _ask_rest(
    key: str,
    updated: str,
    source_name: str,
    overview: Overview | None,
    source: "Path | UploadedFile",
) -> None:
    columns: dict[str, str] = {}
    fetches = False
    if overview is None:
        st.html('<p class="quiet">Every picture becomes a product, every folder a category.</p>')
    else:
        columns = _ask_columns(key, overview)
        fetches = _ask_fetching(key, overview, columns)
    includes_hidden = overview is not None and st.checkbox(
        "Bring in drafts and hidden products too",
        key=f"{key}-hidden",
        help="Without this, what your shop hides stays out and is counted in the report.",
    )
    name = updated or _ask_name(key, source_name)
    is_update = bool(updated) and (
        st.radio("What happens to existing products", [MERGE, REPLACE], key=f"{key}-how") == MERGE
    )
    label = "Update" if updated else "Add catalogue"
    is_known = overview is None or bool(overview.layout)
    is_ready = bool(name) and (is_known or "image" in columns)
    if not st.button(label, type="primary", key=f"{key}-begin", disabled=not is_ready):
        return
    standing.check_managing()
    if jobs.state(name).status in jobs.ACTIVE:
        raise CatalogueError(f"an import into {name!r} is under way: wait for it, or cancel it")
    is_upload = not isinstance(source, Path)
    path = source if isinstance(source, Path) else _keep(name, source)
    jobs.begin(
        Order(
            name=name,
            source=str(path.resolve()),
            model=default_model(name),
            column_map=columns,
            is_update=is_update,
            fetches=fetches,
            is_upload=is_upload,
            source_name=source.name if is_upload else "",
            is_new=not updated,
            includes_hidden=includes_hidden,
        )
    )
    st.session_state[_SENT] += 1
    st.query_params.pop("update", None)
    st.rerun()


def _ask_columns(key: str, overview: Overview) -> dict[str, str]:
    """Draw the choice of columns and return the chosen column of each target."""
    what = words.count(overview.n_rows, "row")
    if overview.layout:
        st.html(f"<p>{words.html(overview.layout)}, {what}. All columns are recognised.</p>")
        return {}
    st.html(f"<p>A list of {what}. Which column is which?</p>")
    st.html(_first_rows(overview))
    options = [NONE, *filter(None, overview.header)]
    chosen: dict[str, str] = {}
    with st.container(key=f"{key}-columns", horizontal=True, gap="small"):
        for target, label in ASKED.items():
            guess = overview.columns.get(target, "")
            column = st.selectbox(
                label,
                options,
                index=options.index(guess) if guess in options else 0,
                key=f"{key}-column-{target}",
                width=200,
            )
            if column != NONE:
                chosen[target] = column
    if "image" not in chosen:
        st.html('<p class="quiet">Choose the column that names the pictures.</p>')
    return chosen


def _first_rows(overview: Overview) -> str:
    """Return the first rows as a table, for whoever has to say what its columns mean."""
    header = overview.header[:N_COLUMNS_SHOWN]
    names = "".join(f'<th scope="col">{words.html(name)}</th>' for name in header)
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{words.html(row.get(name, '')[:CELL_LENGTH])}</td>" for name in header)
        + "</tr>"
        for row in overview.examples[:N_ROWS_SHOWN]
    )
    return (
        '<div class="report" tabindex="0" role="region" aria-label="First rows"><table>'
        f"<caption>First rows</caption><thead><tr>{names}</tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def _ask_fetching(key: str, overview: Overview, columns: dict[str, str]) -> bool:
    column = columns.get("image") or overview.columns.get("image", "")
    if not any(is_link(record.get(column, "")) for record in overview.examples):
        return False
    return st.checkbox(
        "Download its pictures from the web",
        value=bool(overview.layout),  # a shop's own export names the shop's own pictures
        key=f"{key}-fetch",
        help="Without this, products whose picture is a link are left out.",
    )


def _ask_name(key: str, source_name: str) -> str:
    """Draw the field for a name and return a valid one that is free, else an empty one."""
    slug = re.sub(r"[^a-z0-9]+", "-", Path(source_name).stem.lower()).strip("-")[:64]
    name = st.text_input("Name of the catalogue", value=slug, key=f"{key}-name-{slug}")
    if not name:
        return ""
    if not NAME_PATTERN.fullmatch(name):
        st.html(
            '<p class="quiet" role="alert">Use lower-case letters, digits, - and _, '
            "starting with a letter or digit.</p>"
        )
        return ""
    if name == DEMO or name in available_catalogues():
        st.html(
            f'<p class="quiet" role="alert">A catalogue named {words.html(name)} already exists. '
            "Choose another name, or update that one.</p>"
        )
        return ""
    return name
