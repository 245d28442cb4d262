"""A contact sheet: rows are designs, columns are looks (``python -m studio.sheet``)."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

from PIL import Image


def sheet(renders: Path, out: Path, categories: list[str], size: int, groups: int) -> None:
    """Lay out the pictures of the categories; several designs stand side by side in a row."""
    designs: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in sorted(renders.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if not categories or record["category"] in categories:
            designs[record["category"], record["design"]].append(path.with_suffix(".webp"))
    columns = max(len(paths) for paths in designs.values())
    rows = -(-len(designs) // groups)
    canvas = Image.new("RGB", (columns * groups * size, rows * size), "white")
    for index, key in enumerate(sorted(designs)):
        for column, path in enumerate(designs[key]):
            place = ((index % groups * columns + column) * size, index // groups * size)
            with Image.open(path) as picture:
                canvas.paste(picture.resize((size - 2, size - 2)), place)
    canvas.save(out)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--category", default="", help="categories, separated by commas")
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--groups", type=int, default=2, help="designs side by side")
    options = parser.parse_args()
    wanted = [name for name in options.category.split(",") if name]
    sheet(options.renders, options.out, wanted, options.size, options.groups)


if __name__ == "__main__":
    main()
