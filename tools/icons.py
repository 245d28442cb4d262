"""Makes the page's icon font from Streamlit's: ``python -m tools.icons``.

Streamlit ships Material Symbols with four thousand icons, 375 kB that a visitor on a slow line
waits for. Kept are those that the page names, and those that Streamlit's own widgets name.
"""

import re
import subprocess
import sys
from pathlib import Path

import streamlit
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
FONT = ROOT / "recommender" / "ui" / "shell" / "fonts" / "material-symbols-rounded-subset.woff2"
STATIC = Path(streamlit.__file__).parent / "static" / "static"
NAMED = re.compile(r":material/([a-z0-9_]+)")
QUOTED = re.compile(r"[\"'`]([a-z0-9_]{3,40})[\"'`]")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def main() -> None:
    """Write the font."""
    (whole,) = (STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")
    known = set(TTFont(whole).getGlyphOrder())
    letters = [TTFont(whole).getBestCmap()[ord(letter)] for letter in LETTERS]
    glyphs = sorted(known & (ours() | streamlits())) + letters
    command = [sys.executable, "-m", "fontTools.subset", str(whole), f"--output-file={FONT}"]
    command += [
        f"--glyphs={','.join(glyphs)}",
        "--no-layout-closure",
        "--layout-features=*",
        "--glyph-names",
    ]
    subprocess.run([*command, "--flavor=woff2"], check=True)
    print(f"{len(glyphs)} glyphs, {FONT.stat().st_size / 1000:.0f} kB")


def ours() -> set[str]:
    """Icons that this project's pages name."""
    return {
        name
        for file in (ROOT / "recommender").rglob("*.py")
        for name in NAMED.findall(file.read_text(encoding="utf-8"))
    }


def streamlits() -> set[str]:
    """Words in Streamlit's scripts, among them every icon that its widgets draw."""
    texts = (file.read_text(encoding="utf-8") for file in (STATIC / "js").glob("*.js"))
    return {name for text in texts for name in QUOTED.findall(text) + NAMED.findall(text)}


def whole() -> set[str]:
    """Icons in Streamlit's font."""
    (file,) = (STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")
    return set(TTFont(file).getGlyphOrder())


def kept() -> set[str]:
    """Icons in the font that is served."""
    return set(TTFont(FONT).getGlyphOrder())


if __name__ == "__main__":
    main()
