"""Opens the demo at the server's start, in the order in which its first visitor needs it.

The gallery needs the catalogue and no network. So the catalogue comes first, while the browser
still fetches Streamlit's own files; model and index wait until the gallery is drawn and its
pictures are fetched, and the processes that decode photos come last. Whoever is quicker than that
opens what they need themselves, and waits no longer than without all this.
"""

import inspect
import threading
from importlib import import_module

from recommender.catalogue import text_search
from recommender.catalogue.registry import available_catalogues
from recommender.config import DEMO
from recommender.errors import RecommenderError
from recommender.models import default_model
from recommender.ui.parts import filters
from recommender.ui.shared import resources

NO_VISITOR_S = 5.0  # then the rest is opened before anybody comes
QUIET_S = 0.6  # without a page drawn or a picture served: the browser has what it shows
MOST_PAUSES = 100  # then the rest is opened, however many visitors come
FIRST, LATER = ("browse",), ("lookalikes", "photo", "why")  # modules of pages, in their order

_visited = threading.Event()


def begin() -> None:
    """Begin to open the demo, without waiting for it."""
    if DEMO in available_catalogues():
        threading.Thread(target=_open, daemon=True).start()


def note_visit() -> None:
    """Note that a page has been drawn or a picture served."""
    _visited.set()


def _open() -> None:
    try:
        _import(FIRST)
        filters.prepare(resources.catalogue(DEMO))
        inspect.stack()  # Streamlit's first run asks for the same; what it looks up is remembered
        _wait_for_quiet()
        recommender = resources.recommender(DEMO, default_model())
        text_search.text_index(resources.catalogue(DEMO))
    except RecommenderError:
        return  # the first visitor gets the same error, and can read it
    _import(LATER)
    resources.DECODER.warm_up()
    resources.computer().prepare(recommender)


def _wait_for_quiet() -> None:
    if not _visited.wait(NO_VISITOR_S):
        return
    for _ in range(MOST_PAUSES):
        _visited.clear()
        if not _visited.wait(QUIET_S):
            return


def _import(names: tuple[str, ...]) -> None:
    for name in names:
        import_module(f"recommender.ui.pages.{name}")
