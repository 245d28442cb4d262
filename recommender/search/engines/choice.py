"""The one list of engines, and which of them a catalogue gets where none is named."""

import os
from collections.abc import Callable

from recommender.errors import EngineUnavailable
from recommender.search.engines.base import Engine
from recommender.search.engines.exact import ExactEngine
from recommender.search.engines.hnsw import HnswEngine
from recommender.search.engines.milvus import ADDRESS, MilvusEngine

AUTO = "auto"
MAX_EXACT = 50_000  # pictures; a scan of more takes longer than a visitor's other waits together

_MAKERS: dict[str, Callable[[], Engine]] = {
    ExactEngine.name: ExactEngine,
    HnswEngine.name: HnswEngine,
    MilvusEngine.name: MilvusEngine,
}
ENGINES = tuple(_MAKERS)


def make_engine(name: str) -> Engine:
    """Return a new engine by its name; raises `EngineUnavailable` for one that is not there."""
    maker = _MAKERS.get(name)
    if maker is None:
        raise EngineUnavailable(f"there is no engine {name!r}; available: {', '.join(ENGINES)}")
    return maker()


def choose_engine(name: str, n_rows: int) -> str:
    """Return the engine for a number of pictures: the one that is named, or the one that suits.

    `auto` is Milvus where the environment names an address (LOOKALIKE_MILVUS), exact up to 50,000
    pictures, and hnsw above.

    Raises
    ------
    EngineUnavailable : there is no engine of this name
    """
    if name != AUTO:
        make_engine(name)  # one that is missing should be missed now and not at the first query
        return name
    if os.environ.get(ADDRESS):
        return MilvusEngine.name
    return ExactEngine.name if n_rows <= MAX_EXACT else HnswEngine.name
