"""What holds the parts together: the import table, the public names, the documents."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import recommender
from recommender.cli.parser import make_parser

PACKAGE = Path(recommender.__file__).parent
ROOT = PACKAGE.parent

# The rooms from the ground up: a room imports only rooms on the lines above its own, and itself.
LAYERS = (
    ("errors", "metrics", "items", "jpeg", "metadata", "spreadsheets", "srgb", "types"),
    ("storage",),
    ("config", "locks", "memo", "repair"),
    ("damage",),
    ("models",),
    ("images", "foreground", "augmentation"),
    ("feeds",),
    ("inference",),
    ("catalogue",),
    ("search",),
    ("insights",),
    ("importing",),
    ("recommend",),
    ("evaluation",),
    ("training",),
    ("serving",),
    ("api", "cli", "ui"),
)
LEVELS = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
OUTSIDE = {"__init__", "__main__"}  # the public names, and the way in from the shell


# The page's rooms, from the ground up, by the same rule
PAGE_LAYERS = ("shared", "components", "parts", "pages", "shell")
PAGE = PACKAGE / "ui"


def imported_modules(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
            if node.module == "recommender":
                names |= {f"recommender.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def imported_names(file: Path) -> set[str]:
    """Full names, such as "recommender.ui.shared.link" for what is taken out of a package."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def modules() -> list[Path]:
    return sorted(file for file in PACKAGE.rglob("*.py") if room_of(file) not in OUTSIDE)


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    "file", modules(), ids=lambda file: file.relative_to(PACKAGE).as_posix().removesuffix(".py")
)
def test_imports_point_to_the_rooms_above(file: Path) -> None:
    room = room_of(file)
    found = {
        module.split(".")[1]
        for module in imported_modules(file)
        if module.startswith("recommender.")
    } - {room, "__version__"}
    beside_or_below = {other for other in found if LEVELS[other] >= LEVELS[room]}
    assert not beside_or_below, f"{room} imports {beside_or_below}"


def test_every_room_has_its_layer() -> None:
    assert {room_of(file) for file in PACKAGE.rglob("*.py")} - OUTSIDE == set(LEVELS)


@pytest.mark.parametrize(
    "file",
    sorted(PAGE.glob("*/**/*.py")),
    ids=lambda file: file.relative_to(PAGE).as_posix().removesuffix(".py"),
)
def test_the_page_is_built_from_the_ground_up(file: Path) -> None:
    room, piece = file.relative_to(PAGE).with_suffix("").parts[:2]
    for name in imported_names(file):
        if not name.startswith("recommender.ui."):
            continue
        other, imported = name.split(".")[2:4]
        assert PAGE_LAYERS.index(other) <= PAGE_LAYERS.index(room), f"{room} imports {name}"
        # a page is imported at its first visit, by its name
        assert other != "pages", f"{room}/{piece} imports a page: {imported}"
        if other == room == "components":
            assert imported in (piece, "component"), f"{piece} imports its sister {imported}"


def test_every_part_of_the_page_has_its_layer() -> None:
    assert {file.parent.name for file in PAGE.glob("*/__init__.py")} == set(PAGE_LAYERS)


def test_heavy_libraries_stay_in_their_rooms() -> None:
    for file in modules():
        roots = {module.partition(".")[0] for module in imported_modules(file)}
        if room_of(file) != "training":
            assert not roots & {"tensorflow", "keras"}, file
        if room_of(file) != "ui":
            assert "streamlit" not in roots, file


def test_importing_the_package_does_nothing() -> None:
    script = (
        "import sys; import recommender; "
        "print(sorted({'numpy', 'PIL', 'sklearn', 'streamlit', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_public_names() -> None:
    assert recommender.__all__ == [
        "Confidence", "EncodedQuery", "ItemFilter", "Match", "Recommender", "RecommenderError",
        "Reconstruction", "Result", "SearchOptions", "__version__",
    ]  # fmt: skip
    for name in recommender.__all__:
        assert getattr(recommender, name)
        assert getattr(getattr(recommender, name), "__name__", name) == name
    with pytest.raises(AttributeError, match="no attribute"):
        _ = recommender.nothing


def test_every_command_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    parser = make_parser()
    (commands,) = (action.choices for action in parser._actions if action.choices)
    for command in commands:
        assert f"python -m recommender {command}" in readme, command


def test_every_dependency_has_its_reason_and_its_lock() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").lower()
    locked = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            name = re.split(r"[<>=\[ ;]", line)[0].lower()
            if name and not name.startswith(("#", "-")):
                assert name in locked, f"{name} is not in constraints.txt"
                assert f"`{name}`" in architecture, f"{name} has no reason in ARCHITECTURE.md"


@pytest.mark.parametrize(
    ("lock", "needs"),
    [
        ("requirements.lock", ["requirements-package.txt"]),
        (
            "requirements-dev.lock",
            [f"requirements-{part}.txt" for part in ("milvus", "train", "dev")],
        ),
    ],
)
def test_what_is_installed_is_locked_by_the_hashes_of_the_tested_versions(
    lock: str, needs: list[str]
) -> None:
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^([\w.-]+)==(\S+)([^\n]*)((?:\n    --hash=.*)*)", text, re.MULTILINE)
    tested = dict(
        line.split(" ;")[0].split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    )
    for name, version, _, hashes in entries:
        assert tested[name] == version, name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", hashes), name
    locked = {name for name, *_ in entries}
    for line in "\n".join((ROOT / file).read_text() for file in needs).splitlines():
        name = re.split(r"[<>=\[ ;]", line)[0].lower()
        assert not name or name.startswith(("#", "-")) or name in locked, name
    assert f"--require-hashes -r {lock}" in (ROOT / "Makefile").read_text()
