"""The catalogues by name: the person's own, and the demo catalogue that ships."""

import dataclasses
from pathlib import Path

from recommender import images, storage
from recommender.catalogue.store import Catalogue, NewerCatalogue, catalogues_folder, replace
from recommender.config import ASSETS, DEMO, check_name
from recommender.errors import CatalogueError, StorageError
from recommender.feeds.rows import Row
from recommender.feeds.tables import read_table
from recommender.items import Item, Picture

DEMO_FEED = ASSETS / "catalogue" / "items.csv"


def open_catalogue(name: str) -> Catalogue:
    """Open a catalogue by name; the demo catalogue is set up at its first use.

    Raises
    ------
    CatalogueError : there is no such catalogue
    """
    folder = catalogues_folder() / check_name(name)
    if name == DEMO and DEMO_FEED.exists():
        return _open_demo(folder)
    if not (folder / "catalogue.db").exists():
        names = ", ".join(available_catalogues())
        raise CatalogueError(
            f"there is no catalogue {name!r}; available: {names}. "
            f"Make one with: python -m recommender import SOURCE --name {name}"
        )
    return Catalogue(folder)


def available_catalogues() -> list[str]:
    """Names of the catalogues that can be opened, sorted, the demo catalogue among them."""
    names = {file.parent.name for file in catalogues_folder().glob("*/catalogue.db")}
    if DEMO_FEED.exists():
        names.add(DEMO)
    return sorted(names)


def _open_demo(folder: Path) -> Catalogue:
    """The demo catalogue, made from `assets/catalogue` or brought up to date with it.

    Its pictures stay where they are: they came with the clone and need no second copy.
    """
    version = images.content_fingerprint(DEMO_FEED.read_bytes())
    file = folder / "catalogue.db"
    facts = {"version": version, "feed": str(DEMO_FEED)}
    try:
        known = Catalogue(folder) if file.exists() else None
        if known is not None and all(known.fact(name) == value for name, value in facts.items()):
            return known
        return _write_demo(folder, facts)
    except (StorageError, NewerCatalogue):  # what lies there stays, or nothing can be written
        return Catalogue.unsaved(folder, _demo_items(), facts)
    except CatalogueError:  # damaged: all of it can be made again
        with storage.if_possible():
            file.unlink(missing_ok=True)
            return _write_demo(folder, facts)
        return Catalogue.unsaved(folder, _demo_items(), facts)


def _write_demo(folder: Path, facts: dict[str, str]) -> Catalogue:
    replace(folder, _demo_items(), facts)
    return Catalogue(folder)


def _demo_items() -> list[Item]:
    """The demo's products; one whose picture is gone is left out, and the others stay."""
    return [_to_item(row) for row in read_feed(DEMO_FEED) if Path(row.picture).is_file()]


def read_feed(feed: Path) -> list[Row]:
    """Rows of a feed that ships, with the paths of their pictures made absolute."""
    return [
        dataclasses.replace(row, pictures=tuple(str(feed.parent / each) for each in row.pictures))
        for row in read_table(feed.read_bytes(), feed.name, {})
        if isinstance(row, Row)
    ]


def _to_item(row: Row) -> Item:
    cover, *others = (
        Picture(path=path, sha256=images.content_fingerprint(Path(path).read_bytes()))
        for path in row.pictures
        if Path(path).is_file()
    )
    return Item(
        item_id=row.item_id,
        image=cover.path,
        image_sha256=cover.sha256,
        more_images=tuple(others),
        price=row.price,
        attributes=row.attributes,
        **row.fields,
    )
