"""Notices files that were damaged after they were written.

A flipped bit in an array makes no error, only wrong answers. So a folder of files that are never
written again is sealed with a checksum of each, and a damaged one is found before it is used.
"""

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.config import write_json

SEAL = "checksums.json"
CHUNK_BYTES = 1 << 20
# What NumPy, and the zip and deflate readers beneath it, raise on damaged files
READERS_ERRORS = (
    TypeError,
    KeyError,
    EOFError,
    SyntaxError,
    AttributeError,
    MemoryError,  # a damaged header asks for more than there is
    NotImplementedError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def seal(folder: Path) -> None:
    """Write the checksums of a folder's files; none of them may change afterwards."""
    sums = {file.name: _checksum(file) for file in sorted(folder.iterdir()) if file.is_file()}
    write_json(folder / SEAL, sums)


def verify(folder: Path) -> None:
    """Compare a folder's files with its seal; one that was never sealed passes.

    Raises
    ------
    ValueError : a file is missing or damaged
    """
    try:
        sums = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    if not isinstance(sums, dict):
        raise ValueError(f"{SEAL} is damaged")
    for name, expected in sums.items():
        file = folder / Path(name).name
        if not file.is_file() or _checksum(file) != expected:
            raise ValueError(f"{name} is damaged")


def read_arrays(file: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of an .npz file, whose own checksums are compared.

    Raises
    ------
    OSError : it is missing
    ValueError : it is damaged
    """
    try:
        # opened here: NumPy leaves a damaged file open
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except READERS_ERRORS as error:
        raise ValueError(f"{file.name} is damaged: {error}") from error


def _checksum(file: Path) -> str:
    found = 0
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            found = zlib.crc32(chunk, found)
    return f"{found:08x}"
