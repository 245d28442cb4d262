"""Every error a person can cause or meet; this module imports nothing of the package.

    RecommenderError
    ├── ImageError          a picture cannot be read, or is over a limit
    ├── CatalogueError      a catalogue, an item or a feed is missing or wrong
    ├── ModelError          a model folder is missing or wrong, or a tool it needs is
    ├── IndexNotBuilt       no index yet for this catalogue and model
    ├── StaleIndex          the index was made from another model or catalogue
    ├── EngineUnavailable   a vector engine is not installed or does not answer
    └── StorageError        a disk is full, protected or broken

A message says what was expected, what was got, and what to do next. Only the edges (`cli`, `ui`)
catch `RecommenderError`; a programmer's mistake stays a `ValueError` or `TypeError`.
"""


class RecommenderError(Exception):
    """Base of all errors that are the input's or the set-up's fault."""


class ImageError(RecommenderError):
    """A picture cannot be read, or is over a limit."""


class CatalogueError(RecommenderError):
    """A catalogue, an item or a feed is missing or wrong."""


class ModelError(RecommenderError):
    """A model folder is missing or wrong, or a tool that it needs is."""


class IndexNotBuilt(RecommenderError):
    """There is no index yet for this catalogue and model."""


class StaleIndex(RecommenderError):
    """The index was made from another model, or from another state of the catalogue."""


class EngineUnavailable(RecommenderError):
    """A vector engine is not installed or does not answer."""


class StorageError(RecommenderError):
    """A disk is full, protected or broken."""
