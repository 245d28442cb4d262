"""Milvus: a server or a cluster by its URL, or Milvus Lite by the path of a file.

The address is the environment's: LOOKALIKE_MILVUS, such as http://localhost:19530 or
/var/lib/lookalike.db, with LOOKALIKE_MILVUS_TOKEN where the server asks for one. It is never
written to an index.

A collection holds a key and an embedding for each row, and nothing else. What a shop says of its
products (price, stock, colour) changes daily and is kept once, in the catalogue; a filter arrives
as the keys that pass it. Few keys are named in the search; where many pass, the search asks for
more neighbours and drops those that do not.

Two states of an index share a collection, so that an update sends only what is new. A row that an
update drops is hidden by the new state and deleted by the one after it: until then the state
before, which a kill may leave in force, still finds it.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from recommender.config import read_json, write_json
from recommender.errors import EngineUnavailable, ModelError, StaleIndex
from recommender.search.engines.base import (
    SPARE,
    Allowed,
    Embeddings,
    Floats,
    Keys,
    KeyTable,
    check_asked,
    check_fit,
    nothing,
)

ADDRESS, TOKEN = "LOOKALIKE_MILVUS", "LOOKALIKE_MILVUS_TOKEN"
CONNECT_TIMEOUT_S = 3.0
TIMEOUT_S = 10.0  # of a search; writing may take WRITE_TIMEOUT_S
WRITE_TIMEOUT_S = 300.0
N_LINKS, BUILD_DEPTH, SEARCH_DEPTH = 16, 128, 96  # of the graph, as `hnsw` has them
SENT_BYTES = 8_000_000  # of embeddings at a time; Milvus takes messages of 64 MB
SENT_KEYS = 10_000
FLUSHED_ROWS = 1_000  # fewer wait for others; many, unflushed, Milvus searches by a coarse index
POLL_S = 0.5
MAX_LISTED = 10_000  # keys that a search names
MAX_FOUND = 16_384  # Milvus gives no more neighbours of one query
FEW_SHARE = 0.05  # of the rows, among which Milvus compares one by one (below 7 %)
MARGIN = 1.5  # neighbours asked for, to those expected to pass a filter
SERVER_QUERIES, LITE_QUERIES = 64, 4  # at once; Lite takes memory for each times each row
MISSING = -1  # key of a neighbour that was not found
LITE_SUFFIX = ".db"
DESCRIPTION, KNOWN = "milvus.json", "milvus.npz"

Given = TypeVar("Given")


class MilvusEngine:
    """Search in a Milvus collection.

    A query has at most 16,384 neighbours. A connection that broke is made anew at the next call.

    Parameters
    ----------
    address : URL or path; the environment's by default
    """

    name = "milvus"

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._client: Any = None
        self._connecting = threading.Lock()
        self._collection = ""
        self._table = KeyTable(np.empty(0, np.int64))
        self._hidden = np.empty(0, np.int64)  # in the collection, and no row of ours

    def fit(self, embeddings: Embeddings, keys: Keys) -> Self:
        """Forget everything, and hold these rows in a new collection."""
        check_fit(embeddings, keys)
        self._collection = ""  # made when the first row says how wide it is
        self._table, self._hidden = KeyTable(np.empty(0, np.int64)), np.empty(0, np.int64)
        self.add(embeddings, keys)
        return self

    def add(self, embeddings: Embeddings, keys: Keys) -> None:
        """Hold more rows; a key that is there already gets the new row."""
        check_fit(embeddings, keys)
        if not len(keys):
            return
        if not self._collection:
            self._collection = f"lookalike_{uuid.uuid4().hex[:16]}"
            self._ask(lambda client: self._create(client, embeddings.shape[1]))
        step = max(1, SENT_BYTES // (4 * embeddings.shape[1]))
        for start in range(0, len(keys), step):
            rows = np.asarray(embeddings[start : start + step], np.float32)
            data = [
                {"id": int(key), "embedding": row}
                for key, row in zip(keys[start : start + step], rows, strict=True)
            ]
            self._write("upsert", data=data)
        if len(keys) >= FLUSHED_ROWS:
            self._write("flush")
            self._ask(self._wait_for_graph)
        self._table = KeyTable(np.union1d(self._table.keys, keys))
        self._hidden = np.setdiff1d(self._hidden, keys)

    def remove(self, keys: Keys) -> None:
        """Drop rows; keys that are not there are no error."""
        gone = np.intersect1d(self._table.keys, keys)
        self._delete(gone)
        self._table = KeyTable(np.setdiff1d(self._table.keys, gone))

    def kneighbors(
        self, queries: Floats, n_neighbors: int, *, allowed: Allowed | None = None
    ) -> tuple[Floats, Keys]:
        """Nearest rows of each query, nearest first."""
        check_asked(n_neighbors)
        keys = self._table.keys
        table = self._table
        if allowed is not None:
            table = KeyTable(keys[self._table.positions(allowed)])
        passing = table.keys
        n_found = min(n_neighbors, len(passing), MAX_FOUND)
        if n_found == 0:
            return nothing(len(queries))
        distances = np.full((len(queries), n_found), np.inf, np.float32)
        found = np.full((len(queries), n_found), MISSING, np.int64)
        waiting = np.arange(len(queries))
        for filters, limit in self._ways(passing, n_found):
            asked = [self._search(queries[waiting], limit, listed) for listed in filters]
            short = []
            for place, number in enumerate(waiting):
                near = np.concatenate([answers[place][0] for answers in asked])
                of = np.concatenate([answers[place][1] for answers in asked])
                is_ours = table.holds(of)
                near, of = near[is_ours], of[is_ours]
                order = np.lexsort((of, near))[:n_found]
                distances[number, : len(order)] = near[order]
                found[number, : len(order)] = of[order]
                if len(order) < n_found:
                    short.append(number)
            waiting = np.array(short, np.int64)
            if not len(waiting):
                break
        return distances, found

    def save(self, folder: Path) -> None:
        """Write which collection holds the rows, and which of its keys are no longer ours."""
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / DESCRIPTION, {"collection": self._collection})
        np.savez(folder / KNOWN, keys=self._table.keys, hidden=self._hidden)

    def load(self, folder: Path, embeddings: Embeddings, keys: Keys) -> Self:
        """Hold these rows; those that the collection lacks are sent to it."""
        check_fit(embeddings, keys)
        try:
            self._collection = _collection_of(folder)
            with np.load(folder / KNOWN, allow_pickle=False) as arrays:
                known, hidden = arrays["keys"], arrays["hidden"]
        except (OSError, ValueError, KeyError, ModelError, EOFError) as error:
            raise StaleIndex(f"{folder} names no Milvus collection: index it again") from error
        if not self._collection:
            return self.fit(embeddings, keys)
        if not self._ask(lambda client: client.has_collection(self._collection)):
            raise StaleIndex(
                f"Milvus at {self._shown_address()} has no collection {self._collection}: "
                "index the catalogue again"
            )
        if not self._ask(self._is_loaded):  # once more would undo a number of replicas
            self._write("load_collection")
        kept = np.intersect1d(known, keys)
        self._table, self._hidden = KeyTable(kept), np.union1d(hidden, np.setdiff1d(known, keys))
        fresh = ~np.isin(keys, known)
        if fresh.any() or len(kept) < len(known):
            self._delete(hidden)
            self._hidden = np.setdiff1d(self._hidden, hidden)
            self.add(embeddings[np.flatnonzero(fresh)], keys[fresh])
        return self

    def discard(self) -> None:
        """Delete the collection."""
        self.drop(self._collection)
        self._collection, self._table = "", KeyTable(np.empty(0, np.int64))

    def drop(self, collection: str) -> None:
        """Delete a collection by its name; a missing one is not an error."""
        if collection:
            self._ask(lambda client: client.drop_collection(collection))

    def _ways(self, passing: Keys, n_found: int) -> Iterator[tuple[list[Keys | None], int]]:
        """Yield ways to search, as key lists and a limit: the cheapest first, the last one sure.

        Milvus compares rows one by one where a filter leaves few of them, and is exact there. Where
        it leaves more, its walk through the graph loses neighbours: it is better asked for more
        neighbours than wanted, without a filter, or for few rows at a time.
        """
        n_in_collection = len(self._table.keys) + len(self._hidden)
        n_listed = max(1, min(MAX_LISTED, int(FEW_SHARE * n_in_collection)))
        if len(passing) > n_listed:
            limit = n_found
            if len(passing) < n_in_collection:
                limit = int(MARGIN * n_found * n_in_collection / len(passing))
            yield [None], min(MAX_FOUND, max(limit, n_found + SPARE))
        starts = range(0, len(passing), n_listed)
        yield [passing[start : start + n_listed] for start in starts], n_found

    def _search(
        self, queries: Floats, limit: int, listed: Keys | None
    ) -> list[tuple[Floats, Keys]]:
        settings: dict[str, Any] = {}
        if listed is not None:
            settings["filter"] = f"id in {listed.tolist()}"
        step = LITE_QUERIES if self._is_lite else SERVER_QUERIES
        if len(queries) > step:
            parts = [queries[start : start + step] for start in range(0, len(queries), step)]
            return [each for part in parts for each in self._search(part, limit, listed)]
        answers = self._ask(
            lambda client: client.search(
                self._collection,
                data=list(queries),
                limit=limit,
                anns_field="embedding",
                search_params={"metric_type": "L2", "params": {"ef": max(SEARCH_DEPTH, limit)}},
                timeout=TIMEOUT_S,
                **settings,
            )
        )
        return [
            (
                np.sqrt(np.maximum([hit["distance"] for hit in hits], 0)).astype(np.float32),
                np.array([hit["id"] for hit in hits], np.int64),
            )
            for hits in answers
        ]

    def _create(self, client: Any, n_dims: int) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=n_dims)
        graph = client.prepare_index_params()
        graph.add_index(
            "embedding",
            index_type="HNSW",
            metric_type="L2",
            params={"M": N_LINKS, "efConstruction": BUILD_DEPTH},
        )
        client.create_collection(
            self._collection,
            schema=schema,
            index_params=graph,
            # whoever wrote reads what it wrote; other readers wait for nothing
            consistency_level="Session",
            timeout=WRITE_TIMEOUT_S,
        )

    def _wait_for_graph(self, client: Any) -> None:
        """Wait until the rows that were flushed are in the graph."""
        deadline = time.monotonic() + WRITE_TIMEOUT_S
        while time.monotonic() < deadline:
            state = client.describe_index(self._collection, "embedding")
            if not int(state.get("pending_index_rows", 0)):
                return
            time.sleep(POLL_S)

    def _write(self, what: str, **values: Any) -> None:
        self._ask(
            lambda client: getattr(client, what)(
                self._collection, timeout=WRITE_TIMEOUT_S, **values
            )
        )

    def _is_loaded(self, client: Any) -> bool:
        return bool(client.get_load_state(self._collection)["state"].name == "Loaded")

    def _delete(self, keys: Keys) -> None:
        for start in range(0, len(keys), SENT_KEYS):
            self._write("delete", ids=keys[start : start + SENT_KEYS].tolist())

    def _ask(self, question: Callable[[Any], Given]) -> Given:
        """Ask Milvus; a connection that broke since the last call is made anew, once."""
        exceptions = _failures()
        try:
            return question(self._connected())
        except exceptions:
            self._disconnect()
        try:
            return question(self._connected())
        except exceptions as error:
            self._disconnect()
            raise EngineUnavailable(
                f"Milvus at {self._shown_address()} does not answer: {_reason(error)}. "
                f"Start it, set {ADDRESS} to where it is, or index with --engine exact"
            ) from error

    def _connected(self) -> Any:
        with self._connecting:
            if self._client is None:
                from pymilvus import MilvusClient

                address = self._where()
                if self._is_lite:
                    Path(address).parent.mkdir(parents=True, exist_ok=True)
                self._client = MilvusClient(
                    address, token=os.environ.get(TOKEN, ""), timeout=CONNECT_TIMEOUT_S
                )
            return self._client

    def _disconnect(self) -> None:
        with self._connecting:
            client, self._client = self._client, None
            if client is not None:
                client.close()

    def _where(self) -> str:
        address = self._address or os.environ.get(ADDRESS, "")
        if not address:
            raise EngineUnavailable(
                f"the engine 'milvus' needs an address: set {ADDRESS} to a server's URL, such as "
                f"http://localhost:19530, or to a file that ends in {LITE_SUFFIX}"
            )
        if "://" not in address and not address.endswith(LITE_SUFFIX):
            raise EngineUnavailable(
                f"{ADDRESS} must be a server's URL or a file that ends in {LITE_SUFFIX}, "
                f"got {address!r}"
            )
        return address

    @property
    def _is_lite(self) -> bool:
        return "://" not in self._where()

    def _shown_address(self) -> str:
        """Return the address without what it may hold of names and passwords."""
        scheme, mark, rest = self._where().rpartition("://")
        return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def discard_replaced(saved: Path, successor: Path) -> None:
    """Delete the collection that was saved in a folder, unless the successor's folder names it too.

    A server that is away keeps it.
    """
    if not (saved / DESCRIPTION).exists():
        return
    try:
        collection = _collection_of(saved)
        has_successor = (successor / DESCRIPTION).exists()
        if not has_successor or _collection_of(successor) != collection:
            MilvusEngine().drop(collection)
    except (EngineUnavailable, ModelError, KeyError):
        return  # nothing depends on it


def _collection_of(folder: Path) -> str:
    return str(read_json(folder / DESCRIPTION, default={})["collection"])


def _failures() -> tuple[type[Exception], ...]:
    """Return what Milvus's client raises when the server is away or refuses."""
    try:
        import grpc
        from pymilvus.exceptions import MilvusException
    except ImportError as error:
        raise EngineUnavailable(
            "the engine 'milvus' needs its client: pip install 'lookalike[milvus]'"
        ) from error
    return MilvusException, grpc.RpcError, grpc.FutureTimeoutError, ConnectionError


def _reason(error: Exception) -> str:
    """Return the first line of an error's message."""
    return (str(getattr(error, "message", "")) or str(error)).strip().partition("\n")[0]
