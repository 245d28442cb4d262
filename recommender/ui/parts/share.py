"""The share menu: copies a link to an answer, and downloads it as CSV or JSON."""

import json
from typing import TYPE_CHECKING

import streamlit as st

from recommender.spreadsheets import to_csv
from recommender.ui.components import copy_link
from recommender.ui.shared import messages

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.options import SearchOptions
    from recommender.search.results import Result

COLUMNS = ("rank", "item_id", "title", "category", "similarity", "distance", "near_identical")


def show(
    recommender: "Recommender",
    result: "Result",
    asked: "SearchOptions",
    query: str,
    *,
    is_private: bool,
) -> None:
    """Draw the menu.

    Parameters
    ----------
    query : id of the product or photo searched with
    is_private : see `result.draw`
    """
    with st.popover("Share", icon=":material/ios_share:", key="share"):
        copy_link.show()
        if is_private:
            messages.remark("The link keeps your settings. Your photo stays with you.")

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
    """Return an answer as CSV, a row a match."""
    rows: list[tuple[object, ...]] = []
    for rank, match in enumerate(result.matches, start=1):
        item = match.item
        twins = " ".join(twin.item_id for twin in match.near_identical)
        numbers = (f"{match.similarity:.4f}", f"{match.distance:.6f}")
        rows.append((rank, item.item_id, item.title, item.category, *numbers, twins))
    return to_csv(COLUMNS, rows)
