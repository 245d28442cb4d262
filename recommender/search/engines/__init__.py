"""Nearest-neighbour engines behind one protocol, and the choice of one.

`exact` compares every row; `hnsw` asks a graph of neighbours in this process, by FAISS; `milvus`
asks a Milvus server, a cluster, or Milvus Lite in a file.
"""

from recommender.search.engines.base import Allowed, Embeddings, Engine, Floats, Keys, Mask
from recommender.search.engines.choice import AUTO, ENGINES, choose_engine, make_engine
from recommender.search.engines.exact import ExactEngine
from recommender.search.engines.milvus import discard_replaced

__all__ = [
    "AUTO",
    "ENGINES",
    "Allowed",
    "Embeddings",
    "Engine",
    "ExactEngine",
    "Floats",
    "Keys",
    "Mask",
    "choose_engine",
    "discard_replaced",
    "make_engine",
]
