"""Makes a large catalogue: SQLite products, an index of synthetic embeddings, shared pictures.

A product is a relative of one of the demo's: of the same kind, colour and material, with an
embedding that is a mixture of its and its neighbours'. Brands, names, prices and stock are drawn.
Nothing is encoded: pictures are the demo's, each used by many products under a hash of its own.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue import store
from recommender.catalogue.registry import open_catalogue
from recommender.config import DEMO, MODELS
from recommender.evaluation.synthetic import embeddings_like
from recommender.inference.autoencoder import Autoencoder
from recommender.items import OUT_OF_STOCK, Item
from recommender.models import PERCEPTUAL
from recommender.search import build, growth
from recommender.search import index as indexes
from recommender.search.engines import AUTO, choose_engine
from recommender.search.index import Index
from recommender.search.names import NameColumn
from recommender.search.parts import Part

NAME = "large"
N_BRANDS, N_SERIES = 1_500, 20_000
SOLD_OUT, WITHOUT_PRICE = 0.1, 0.01  # shares of the products
SYLLABLES = ("al", "bor", "dan", "el", "fin", "gar", "hol", "is", "kar", "lun", "mor", "nor")
ENDINGS = ("a", "berg", "dal", "en", "holm", "ia", "mar", "o", "sund", "vik")
SEED = 0


def make(n_items: int) -> None:
    """Write the catalogue `NAME`, and its index, where `LOOKALIKE_HOME` says."""
    rng = np.random.default_rng(SEED)
    demo = open_catalogue(DEMO)
    model = Autoencoder.open(PERCEPTUAL)
    shown = build.latest([MODELS / PERCEPTUAL / "index"], model)
    if shown is None:
        raise SystemExit("the demo's index is missing: run python -m recommender index")
    embeddings, sources = embeddings_like(np.asarray(shown.embeddings), n_items, rng)
    relatives = [demo.get(shown.ids[row]) for row in range(len(shown))]
    items = list(_items(relatives, sources, rng))
    folder = store.catalogues_folder() / NAME
    store.replace(folder, items)
    errors = np.asarray(shown.reconstruction_errors)[sources]
    index = _index(items, embeddings, errors, shown)
    indexes.save(growth.calibrated(index), build.places(folder, model)[0])


def _items(
    relatives: list[Item], sources: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[Item]:
    n_items = len(sources)
    brands, series = _names(N_BRANDS, rng), _names(N_SERIES, rng)
    # few brands and series have most of the products
    of_brand, of_series = (
        np.minimum(rng.zipf(1.3, n_items) - 1, n - 1) for n in (N_BRANDS, N_SERIES)
    )
    covers = rng.integers(len(relatives), size=n_items)
    prices = np.round(np.exp(rng.normal(4, 1, n_items)), 2)
    draws = rng.random((n_items, 2))
    for number, source in enumerate(sources):
        like, item_id = relatives[source], f"p-{number:07}"
        yield Item(
            item_id=item_id,
            image=str(relatives[covers[number]].image),
            image_sha256=hashlib.sha256(item_id.encode()).hexdigest(),
            title=f"{series[of_series[number]]} {like.title}",
            category=like.category,
            brand=brands[of_brand[number]],
            colour=like.colour,
            material=like.material,
            price=None if draws[number, 1] < WITHOUT_PRICE else float(prices[number]),
            attributes={
                "currency": "EUR",
                "availability": OUT_OF_STOCK if draws[number, 0] < SOLD_OUT else "in stock",
            },
        )


def _names(n: int, rng: np.random.Generator) -> list[str]:
    """Return names that could be those of brands or series."""
    found: dict[str, None] = {}
    while len(found) < n:
        parts = rng.choice(SYLLABLES, rng.integers(2, 5))
        found["".join([*parts, rng.choice(ENDINGS)]).capitalize()] = None
    return list(found)[:n]


def _index(
    items: list[Item],
    embeddings: NDArray[np.float16],
    errors: NDArray[np.float32],
    shown: Index,
) -> Index:
    part = Part(
        embeddings=embeddings,
        errors=errors,
        names=NameColumn.of(item.item_id for item in items),
        contents=growth.contents_of([(item.item_id, item.image_sha256) for item in items]),
    )
    return indexes.of_parts(
        [part],
        np.empty(0, np.int64),
        nearest_quantiles=shown.nearest_quantiles,
        metric=shown.metric,
        model=shown.model,
        catalogue=store.fingerprint(items),
        engine_name=choose_engine(AUTO, len(items)),
        engine_choice=AUTO,
        projection=shown.projection,
        n_fitted=len(items),
    )
