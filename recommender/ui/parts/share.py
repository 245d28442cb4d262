"""An answer to take along: as a link, as a table, as a document."""

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.ui.parts.question import Question
from recommender.ui.shell import layout

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.results import Result

FOLDER = Path(__file__).parents[1] / "components" / "copy_link"
COLUMNS = ("rank", "item_id", "title", "category", "similarity", "distance", "near_identical")


def show(
    recommender: "Recommender", result: "Result", asked: Question, query: str, *, is_private: bool
) -> None:
    """Draw the ways to take an answer along.

    Parameters
    ----------
    query : what was asked with: a product's id, or a photo's
    is_private : see `result.draw`
    """
    with st.popover("Share", icon=":material/ios_share:", key="share"):
        _copy_button()(key="copy-link")
        if is_private:
            layout.remark("The link keeps your settings. Your photo stays with you.")

        def document() -> str:
            from recommender.search.results import to_dict

            answer = to_dict(
                result,
                recommender.catalogue,
                model=recommender.model.name,
                query=query,
                n_neighbors=asked.n_neighbors,
            )
            for match in answer["matches"]:
                del match["image"]  # a path of the computer that runs the page
            return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"

        for label, data, suffix, mime in (
            ("Download as CSV", lambda: table(result), "csv", "text/csv"),
            ("Download as JSON", document, "json", "application/json"),
        ):
            st.download_button(
                label,
                data,
                file_name=f"lookalikes.{suffix}",
                mime=mime,
                key=f"download-{suffix}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )


def table(result: "Result") -> str:
    """An answer as CSV, a row a match."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for rank, match in enumerate(result.matches, start=1):
        item = match.item
        twins = " ".join(twin.item_id for twin in match.near_identical)
        numbers = (f"{match.similarity:.4f}", f"{match.distance:.6f}")
        writer.writerow([rank, item.item_id, item.title, item.category, *numbers, twins])
    return stream.getvalue()


@cache
def _copy_button() -> Any:
    return st.components.v2.component(
        "lookalike.copy",
        html='<button type="button">Copy link</button><span role="status"></span>',
        css=(FOLDER / "copy_link.css").read_text(encoding="utf-8"),
        js=(FOLDER / "copy_link.js").read_text(encoding="utf-8"),
    )
