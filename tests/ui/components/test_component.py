"""Scripts that import each other are joined into one that Streamlit can send."""

import re
from pathlib import Path

import pytest
from streamlit import dataframe_util

from recommender.ui.components.component import ROOM, bundle
from tests.ui.conftest import OpenPage

DECLARED = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
FOLDERS = sorted(file.parent for file in ROOM.glob("*/*.html"))


def test_imported_scripts_stand_before_their_importers_once(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "low.js").write_text("export const LOW = 1;\n")
    (tmp_path / "parts" / "middle.js").write_text(
        'import { LOW } from "../low.js";\n\nexport function middle() {\n  return LOW;\n}\n'
    )
    (tmp_path / "high.js").write_text(
        'import { LOW } from "./low.js";\nimport {\n  middle,\n} from "./parts/middle.js";\n\n'
        "export default () => middle() + LOW;\n"
    )
    joined = [line for line in bundle(tmp_path / "high.js").splitlines() if line]
    assert joined == [
        "const LOW = 1;",
        "function middle() {",
        "  return LOW;",
        "}",
        "export default () => middle() + LOW;",
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_component_is_whole(folder: Path) -> None:
    for suffix in (".html", ".css", ".js"):
        assert (folder / folder.name).with_suffix(suffix).exists()
    joined = bundle(folder / f"{folder.name}.js")
    assert len(re.findall(r"^export ", joined, re.MULTILINE)) == 1  # the one that Streamlit calls
    assert not re.search(r"^import ", joined, re.MULTILINE)
    names = DECLARED.findall(joined)
    assert len(names) == len(set(names)), "two scripts declare the same name"


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("", {}),
        ("lookalikes", {"item": "mug-01-navy"}),
        ("photo", {}),
        ("why", {"item": "mug-01-navy", "to": "mug-01-teal"}),
        ("blend", {"a": "mug-01-navy", "b": "vase-01-grey"}),
    ],
)
def test_no_page_makes_streamlit_seek_tables(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str, wanted: dict[str, str]
) -> None:
    sought: list[object] = []

    def seek(value: object) -> dataframe_util.DataFormat:
        sought.append(value)
        return dataframe_util.DataFormat.UNKNOWN

    monkeypatch.setattr(dataframe_util, "determine_data_format", seek)
    assert not open_page(page, **wanted).exception
    assert sought == []  # it would import pandas and pyarrow
