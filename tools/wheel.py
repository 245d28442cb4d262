"""Puts the page, the demo catalogue and the models into the wheel; pyproject.toml names it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "recommender/bundled"  # recommender.config looks here where there is no clone
BUNDLED = (
    "app.py",
    ".streamlit/config.toml",
    "assets/catalogue/items.csv",
    "assets/catalogue/customer.csv",
    "assets/catalogue/images/*",
    "assets/catalogue/photos/*",
    "assets/catalogue/rooms.json",
    "assets/catalogue/rooms/*",
    "assets/catalogue/views/*",
    "models/*/*",
    "models/*/index/**/*",
)
ONLY_FOR_TRAINING = (
    "backbone.npz",
    "weights.npz",
    "encoder.weights.h5",
    "decoder.weights.h5",
    "loss.png",
)


def bundled_files(root: Path = ROOT) -> Iterator[str]:
    """Yield the files beside the package that the wheel holds, as paths relative to `root`."""
    for pattern in BUNDLED:
        for file in sorted(root.glob(pattern)):
            if file.is_file() and file.name not in ONLY_FOR_TRAINING:
                yield file.relative_to(root).as_posix()


class BuildWithDemo(build_py):
    """Builds the package, and copies into it the files that a clone has beside it."""

    def run(self) -> None:
        """Copy the package, then what it needs; an editable installation stays in its clone."""
        super().run()
        if self.editable_mode:
            return
        for name in bundled_files():
            target = Path(self.build_lib) / FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
