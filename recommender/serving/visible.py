"""Takes what is the server's own business out of sentences that strangers read."""

import os
import re
import sys
import tempfile
from functools import cache
from pathlib import Path

from recommender.config import ASSETS, MODELS, PROJECT, home

COMMAND = re.compile(r"\b(python -m|pip install|streamlit run)\b")
ABSOLUTE = re.compile(r"(?<![\w:/.])/([\w.+@~ -]*?)((?:/[^\s/:;,'\"()]+)+)")


def without_paths(sentence: str) -> str:
    """Return a sentence in which paths of this computer are shortened to what says enough.

    What lies in the program's own folders keeps its place in them; of any other path the last part
    is left.
    """
    folders = {home(), home().absolute(), ASSETS, MODELS, PROJECT, Path(tempfile.gettempdir())}
    folders |= {Path(sys.prefix), Path.home()}
    names = {str(folder) for folder in folders} | {str(folder.resolve()) for folder in folders}
    for name in sorted(names - {os.sep, "."}, key=len, reverse=True):
        sentence = sentence.replace(name + os.sep, "")
    return ABSOLUTE.sub(_last_part, sentence)


def without_commands(sentence: str) -> str:
    """Return a message without its parts that advise a command line."""
    kept: list[str] = []
    for part in re.split(r"(?<=[.;:!?])\s+", sentence):
        if not COMMAND.search(part):
            kept.append(part)
        elif kept and kept[-1].endswith("with:"):
            kept.pop()
    return " ".join(kept).rstrip(":; ")


@cache
def _top_folders() -> frozenset[str]:
    return frozenset(folder.name for folder in Path("/").iterdir())


def _last_part(found: re.Match[str]) -> str:
    is_ours = found[1] in _top_folders()  # else it is an address on the web, or no path at all
    return found[0].rpartition("/")[2] if is_ours else found[0]
