"""What holds the parts together: the import table, the public names, the documents."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import recommender
from recommender import cli

PACKAGE = Path(recommender.__file__).parent
ROOT = PACKAGE.parent

# Each module, and the modules of the package that it may import. ARCHITECTURE.md explains it.
IMAGES = {"images", "config", "errors"}
CATALOGUE = {"catalogue", "locks", "rows", "shops", "tables", "sources", "library", *IMAGES}
ENCODING = {"features", "encoding"}
INDEX = {"index", "engines", "projection", "config", "errors"}
ALLOWED = {
    "errors": set(),
    "metrics": set(),
    "config": {"errors"},
    "images": {"config", "errors"},
    "engines": {"config", "errors"},
    "model": {"config", "errors"},
    "alterations": set(),
    "projection": {"errors"},
    "runtime": {"projection", *IMAGES},
    "locks": set(),
    "catalogue": {"locks", *IMAGES},
    "rows": {"catalogue", *IMAGES},
    "shops": {"rows", "catalogue"},
    "tables": {"rows", "shops", "errors"},
    "sources": {"rows", "tables", *IMAGES},
    "fetch": IMAGES,
    "reports": {"config", "errors"},
    "library": {"catalogue", "rows", "tables", *IMAGES},
    "features": {"errors"},
    "encoding": {"features", "runtime", *IMAGES},
    "jobs": {"feeds", "fetch", "locks", "runtime", "config", "errors"},
    "feeds": {"reports", "fetch", "indexing", "runtime", *ENCODING, *INDEX, *CATALOGUE},
    "index": {"engines", "metrics", "projection", "config", "errors"},
    "indexing": {"runtime", *ENCODING, *INDEX, *CATALOGUE},
    "checkpoints": CATALOGUE,
    "export": {"config", "errors"},
    "train": {"model", "checkpoints", "export", "metrics", *CATALOGUE},
    "backbone": set(),
    "perceptual": {"backbone", "config"},
    "fitting": {"runtime", "projection", "alterations", *CATALOGUE},
    "quantise": {"errors"},
    "export_perceptual": {"perceptual", "backbone", "export", "quantise", "config"},
    "examples": {"export_perceptual", "backbone", "runtime", "train", *CATALOGUE},
    "train_perceptual": {
        "perceptual",
        "backbone",
        "checkpoints",
        "examples",
        "export",
        "export_perceptual",
        "fitting",
        "runtime",
        "train",
        "metrics",
        *CATALOGUE,
    },
    "adapt": {
        "evaluate",
        "export",
        "indexing",
        "recommend",
        "runtime",
        "train",
        "train_perceptual",
        *CATALOGUE,
    },
    "regions": set(),
    "palette": set(),
    "trust": {"alterations", "results", "runtime", *INDEX, *CATALOGUE},
    "explain": {"regions", "palette", "runtime", *INDEX, *IMAGES},
    "duplicates": INDEX,
    "health": {"duplicates", "index", *IMAGES, "catalogue"},
    "related": {"index", "catalogue", "wishes", "config", "errors"},
    "results": {"metrics", *CATALOGUE},
    "blend": {"results", "runtime", "catalogue"},
    "wishes": {"catalogue"},
    "folding": {"duplicates", *INDEX, *CATALOGUE},
    "rerank": INDEX,
    "atlas": {"index", "config", "errors"},
    "quality": {"config", "errors"},
    "colours": {"evaluate", "results", "runtime", *CATALOGUE},
    "recommend": {
        "atlas",
        "blend",
        "explain",
        "trust",
        "folding",
        "rerank",
        "wishes",
        "runtime",
        "feeds",
        "indexing",
        "encoding",
        "metrics",
        "regions",
        "related",
        "health",
        "results",
        *INDEX,
        *CATALOGUE,
    },
    "evaluate": {
        "recommend",
        "indexing",
        "alterations",
        "projection",
        "runtime",
        "metrics",
        "engines",
        *CATALOGUE,
    },
    "throughput": {"encoding", "runtime", *IMAGES},
    "benchmark": {
        "throughput",
        "recommend",
        "projection",
        "runtime",
        "engines",
        "model",
        "train",
        "config",
        "errors",
    },
}
TENSORFLOW = {
    "model",
    "train",
    "backbone",
    "perceptual",
    "export",
    "export_perceptual",
    "checkpoints",
    "train_perceptual",
}


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


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_imports_point_downward(name: str) -> None:
    found = {
        module.removeprefix("recommender.")
        for module in imported_modules(PACKAGE / f"{name}.py")
        if module.startswith("recommender.")
    }
    assert found <= ALLOWED[name], f"{name} imports {found - ALLOWED[name]}"


@pytest.mark.parametrize("file", sorted(PACKAGE.glob("api/*.py")), ids=lambda file: file.stem)
def test_the_api_stands_beside_the_page(file: Path) -> None:
    """It may use all that the page may, but neither the page nor the command line."""
    found = {
        module.partition(".")[2].partition(".")[0]
        for module in imported_modules(file)
        if module.startswith("recommender.")
    }
    assert found <= {"api", "__version__", *ALLOWED}


def test_every_module_is_in_the_table() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    edges = {"__init__", "__main__", "cli", "commands", "train_commands"}
    assert modules - edges == set(ALLOWED)


def test_heavy_libraries_stay_in_their_rooms() -> None:
    for file in PACKAGE.rglob("*.py"):
        roots = {module.partition(".")[0] for module in imported_modules(file)}
        if file.stem not in TENSORFLOW:
            assert not roots & {"tensorflow", "keras"}, file
        if file.parent.name != "ui":
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
    assert recommender.__all__ == ["Recommender", "RecommenderError", "__version__"]
    for name in recommender.__all__:
        assert getattr(recommender, name)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = recommender.nothing


def test_every_command_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    parser = cli._make_parser()
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
