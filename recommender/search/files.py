"""Files of an index that several of its states have in common."""

import os
import shutil
from pathlib import Path


def share(file: Path, target: Path) -> None:
    """Give a file that is never written again a second name, or a copy where links cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
