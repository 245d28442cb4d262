"""Changes bytes as damage, chance and malice do."""

import numpy as np

TELLING = (
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"../",
    b"/etc/passwd",
    b"\xed\xa0\x80",  # a lone surrogate
    b"%00",
    b"=1+1",
    b"\n",
    b'"',
    b"<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    b"[" * 900,
    b"http://[",
    b"9" * 400,
    b"nan",
)
MAX_CHANGES, MAX_BYTES = 8, 200_000


def mutate(seed: bytes, other: bytes, chance: np.random.Generator) -> bytes:
    """Return bytes like `seed`, with up to eight changes; some are taken from `other`."""
    data = bytearray(seed)
    for _ in range(int(chance.integers(1, MAX_CHANGES + 1))):
        at = int(chance.integers(len(data) + 1))
        length = int(chance.integers(1, 64))
        kind = int(chance.integers(6))
        if kind == 0 and at < len(data):
            data[at] ^= 1 << int(chance.integers(8))
        elif kind == 1 and at < len(data):
            data[at] = int(chance.integers(256))
        elif kind == 2:  # noqa: PLR2004  as the others, one kind of change
            del data[at : at + length]
        elif kind == 3:  # noqa: PLR2004
            data[at:at] = TELLING[int(chance.integers(len(TELLING)))]
        elif kind == 4:  # noqa: PLR2004
            start = int(chance.integers(len(other) + 1))
            data[at : at + length] = other[start : start + length]
        else:
            data[at:at] = data[at : at + length]
    return bytes(data[:MAX_BYTES])
