"""Limits the size and the rate of one client's requests."""

import os
from dataclasses import dataclass
from typing import Self

from recommender.errors import RecommenderError
from recommender.images import BYTES_PER_MB

PER_MINUTE, ORIGINS = "LOOKALIKE_API_PER_MINUTE", "LOOKALIKE_API_ORIGINS"


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
        RecommenderError : the first is not a positive number
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
