"""Limits the size and the rate of one client's requests."""

import ipaddress
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from recommender.errors import RecommenderError
from recommender.images import BYTES_PER_MB

PER_MINUTE, ORIGINS = "LOOKALIKE_API_PER_MINUTE", "LOOKALIKE_API_ORIGINS"
MAX_CLIENTS = 10_000  # remembered at once; the one that has been quiet for longest is forgotten
IPV6_HOUSEHOLD_BITS = 64


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits beyond which a request is refused.

    Attributes
    ----------
    max_body_bytes : of a request
    max_pixels : of a picture
    max_upload_s : for a body to arrive
    per_minute : requests of one client address, on average
    burst : requests of one client address at once
    origins : web origins whose pages may call the API from a browser; none by default
    """

    max_body_bytes: int = 16 * BYTES_PER_MB
    max_pixels: int = 40_000_000
    max_upload_s: float = 30.0
    per_minute: int = 300
    burst: int = 60
    origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if min(self.max_body_bytes, self.max_pixels, self.per_minute, self.burst) < 1:
            raise ValueError(f"limits must be positive, got {self}")

    @classmethod
    def from_environment(cls) -> Self:
        """Limits as `$LOOKALIKE_API_PER_MINUTE` and `$LOOKALIKE_API_ORIGINS` say.

        Raises
        ------
        RecommenderError : the first is no positive number
        """
        text = os.environ.get(PER_MINUTE, str(cls.per_minute))
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise RecommenderError(f"{PER_MINUTE} must be a positive number, got {text!r}")
        origins = os.environ.get(ORIGINS, "").split(",")
        return cls(
            per_minute=int(text),
            burst=max(1, int(text) // 5),
            origins=tuple(origin.strip() for origin in origins if origin.strip()),
        )


class TokenBuckets:
    """A bucket of tokens for each client address; a request takes one, time puts them back.

    Parameters
    ----------
    clock : seconds that only grow
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = limits.per_minute / 60
        self._burst = float(limits.burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> int:
        """Take a token; returns 0, or after how many seconds there will be one."""
        client = _client(address)
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(client, (self._burst, now))
            tokens = min(self._burst, tokens + (now - then) * self._per_second)
            is_granted = tokens >= 1
            self._buckets[client] = (tokens - 1 if is_granted else tokens, now)
            if len(self._buckets) > MAX_CLIENTS:
                self._buckets.popitem(last=False)
        return 0 if is_granted else math.ceil((1 - tokens) / self._per_second)


def _client(address: str) -> str:
    """One household has one bucket, however many IPv6 addresses it has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004  the Internet Protocol's
        return address
    return str(ipaddress.ip_network((parsed, IPV6_HOUSEHOLD_BITS), strict=False))
