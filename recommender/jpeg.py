"""Reads how much work a JPEG file asks for, without decoding it.

A progressive JPEG refines its picture scan by scan, and a decoder goes over all coefficients at
each. Cameras and web tools write 6 to 10 scans; a file of half a megabyte can hold thousands and
keep a decoder busy for minutes. So scans are counted before any is decoded.

References: ITU-T Recommendation T.81, annex B.
"""

import re

SOI, SOS, EOI = b"\xff\xd8", 0xDA, 0xD9
# The next marker that begins a segment: no stuffed zero, fill byte, restart or start of image
MARKER = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")
MAX_SEGMENTS = 10_000  # a photo has some twenty; following millions would be work as well


def is_jpeg(data: bytes) -> bool:
    """Return whether bytes begin as a JPEG file does."""
    return data[:2] == SOI


def count_scans(data: bytes, *, most: int) -> int:
    """Count the scans of a JPEG file; stops counting above `most`.

    Damaged files are counted as far as their markers can be followed; a file of countless
    segments counts as more than `most`.

    Parameters
    ----------
    data : the file's bytes
    most : the answer is exact up to here; any larger one means "more"
    """
    n_scans, at = 0, len(SOI)
    for _ in range(MAX_SEGMENTS):
        found = MARKER.search(data, at)
        if found is None or found[1][0] == EOI or n_scans > most:
            return n_scans
        n_scans += found[1][0] == SOS
        at = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2], "big"))
    return most + 1
