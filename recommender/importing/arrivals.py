"""Visitors' files on their way into an import: kept until it ends, removed when it never begins."""

import contextlib
import shutil
import time
import uuid
from pathlib import Path
from typing import BinaryIO

from recommender.config import check_name, home
from recommender.importing import jobs

CHUNK_BYTES = 1 << 20
ABANDONED_S = 3600.0  # another server may be just bringing one in


def receive(name: str, file_name: str, stream: BinaryIO) -> Path:
    """Keep a visitor's file until the import that it belongs to has ended; returns its path.

    Every file has a folder of its own: two visitors who choose the same name keep their files.
    """
    path = _place(name, file_name)
    try:
        with path.open("wb") as target:
            shutil.copyfileobj(stream, target, CHUNK_BYTES)
    except OSError:  # a full disk must not keep the half that it took
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
    return path


def adopt(name: str, file_name: str, file: Path) -> Path:
    """Move a visitor's file that lies on the same disk, instead of copying it; see `receive`."""
    path = _place(name, file_name)
    file.replace(path)
    return path


def drop_abandoned() -> None:
    """Remove visitors' files that no import names, such as a kill leaves halfway through a copy."""
    with contextlib.suppress(OSError):
        for folder in list((home() / "jobs").glob(f"*/{jobs.UPLOAD}*")):
            is_old = time.time() - folder.stat().st_mtime > ABANDONED_S
            noted = jobs.order(folder.parent.name) if is_old else None
            if is_old and (noted is None or Path(noted.source).parent.name != folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def _place(name: str, file_name: str) -> Path:
    folder = home() / "jobs" / check_name(name) / f"{jobs.UPLOAD}{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder / f"source{Path(file_name).suffix.lower()}"
