"""The installed package: what the wheel holds, and that it works from any folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tools.serving import ROOT, Server, free_port, wait_until_healthy
from tools.wheel import FOLDER, bundled_files

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
# All that a source distribution would hold; the folder's other content must not be needed
SOURCES = ("assets/catalogue", "models", "recommender", "tools", "LICENSES", ".streamlit")
MAX_BYTES = 25_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "bundled")
        )
    for file in (*ROOT.glob("*.*"), ROOT / "LICENSE", ROOT / "NOTICE"):
        if file.is_file():
            shutil.copy(file, source)
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_holds_the_package_the_page_the_demo_and_the_models(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "recommender").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".txt"
    }
    bundled = {f"{FOLDER}/{name}" for name in bundled_files()}
    assert {name for name in held if not name.endswith(".txt")} == package | bundled
    for name in ("app.py", "assets/catalogue/items.csv", "models/perceptual/encoder.tflite"):
        assert f"{FOLDER}/{name}" in held
    assert not [name for name in held if name.endswith((".h5", "weights.npz", "backbone.npz"))]
    assert wheel.stat().st_size < MAX_BYTES


def test_the_wheel_names_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()
    lines = [line for line in text.splitlines() if line.startswith("Requires-Dist:")]
    needed = {line.split()[1] for line in lines if "extra ==" not in line}
    listed = (ROOT / "requirements-package.txt").read_text().splitlines()
    assert needed == {line for line in listed if line and not line.startswith("#")}


@pytest.mark.slow
def test_the_installed_command_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LOOKALIKE", "PYTHON"))
    }
    environment["HOME"] = environment["USERPROFILE"] = str(tmp_path / "person")
    environment.pop("XDG_DATA_HOME", None)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    binaries = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run(
        [binaries / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel],
        check=True,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [binaries / "lookalike", "similar", "mug-01-navy", "-k", "3", "--json"],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["matches"]) == 3
    serve(binaries / "lookalike", elsewhere, environment)
    assert not list(elsewhere.iterdir())
    assert list((tmp_path / "person").rglob("lookalike/catalogues/demo/catalogue.db"))


def serve(command: Path, folder: Path, environment: dict[str, str]) -> None:
    """Start the page, and see that it answers with the look that ships."""
    port = free_port()
    process = subprocess.Popen(
        [command, "demo", "--headless", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_until_healthy(server)
        for path in (
            "/",
            "/api/items/mug-01-navy",
            "/fonts/schibsted-grotesk-latin-wght-normal.woff2",
        ):
            with urlopen(server.address + path, timeout=30) as answer:  # noqa: S310
                assert answer.status == 200
    finally:
        server.stop()
