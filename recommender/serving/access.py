"""Decides who may manage catalogues: import, update, delete, dismiss, set rules.

| the visitor | may manage |
|---|---|
| on this computer, without a proxy | always, and may name folders of its disk |
| from elsewhere, or through a proxy | after signing in with the owner's password |
| the same, at a server started with `--open` | always |
| anybody, at a server started with `--read-only` | never |

The password comes in `$LOOKALIKE_ADMIN_PASSWORD`. The process keeps a salted scrypt hash of it and
takes it out of its environment, so that no child process or error page can show it.
"""

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Self

from recommender.config import read_only
from recommender.errors import RecommenderError
from recommender.serving.hosts import LOCAL

PASSWORD, FOLDERS = "LOOKALIKE_ADMIN_PASSWORD", "LOOKALIKE_FOLDERS"
COOKIE = "lookalike_admin"
SESSION_S = 12 * 3600.0
MIN_PASSWORD_LENGTH = 8
MAX_ATTEMPTS, ATTEMPTS_S = 5, 60.0  # of all clients together: an attacker has many addresses
MAX_SESSIONS = 100
# Costs of scrypt as OWASP recommends them: 16 MB and some 50 ms an attempt
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1


class Standing(Enum):
    """A visitor's standing."""

    LOCAL = "local"  # on this computer, without a proxy
    OWNER = "owner"  # signed in
    OPEN = "open"  # the owner lets everybody manage
    VISITOR = "visitor"  # could sign in
    READ_ONLY = "read-only"

    @property
    def may_manage(self) -> bool:
        """Whether catalogues may be changed."""
        return self in (Standing.LOCAL, Standing.OWNER, Standing.OPEN)

    @property
    def may_name_folders(self) -> bool:
        """Whether a folder of the server's own disk may be imported."""
        return self is Standing.LOCAL


class Access:
    """Standings and sign-ins of one server; safe to share between threads.

    Parameters
    ----------
    is_open : whether everybody may manage
    password : the owner's, or empty for none
    clock : seconds that only grow

    Raises
    ------
    RecommenderError : the password is too short to be one
    """

    def __init__(
        self,
        *,
        is_open: bool = False,
        password: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if password and len(password) < MIN_PASSWORD_LENGTH:
            raise RecommenderError(
                f"{PASSWORD} must have at least {MIN_PASSWORD_LENGTH} characters"
            )
        self._is_open = is_open
        self._salt = secrets.token_bytes(16)
        self._hash = self._digest(password) if password else None
        self._clock = clock
        self._lock = threading.Lock()
        self._attempts: list[float] = []
        self._sessions: dict[str, float] = {}

    @classmethod
    def from_environment(cls, *, is_open: bool) -> Self:
        """Take the password out of the environment; see the class."""
        return cls(is_open=is_open, password=os.environ.pop(PASSWORD, ""))

    @property
    def has_password(self) -> bool:
        """Whether signing in is possible."""
        return self._hash is not None

    def standing(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Standing:
        """Return a visitor's standing.

        Parameters
        ----------
        headers, cookies : of the request that `hosts.HostGuard` let through; without its note the
            visitor counts as a stranger
        """
        if read_only():
            return Standing.READ_ONLY
        if headers.get(LOCAL) == "1":
            return Standing.LOCAL
        if self._is_open:
            return Standing.OPEN
        return Standing.OWNER if self._is_signed_in(cookies) else Standing.VISITOR

    def sign_in(self, password: str) -> str | None:
        """Return the token of a new session, or None if the password is wrong.

        Raises
        ------
        RecommenderError : no password is set, or there were too many attempts
        """
        if self._hash is None:
            raise RecommenderError(f"signing in needs a password: the owner sets {PASSWORD}")
        with self._lock:
            now = self._clock()
            self._attempts = [then for then in self._attempts if now - then < ATTEMPTS_S]
            if len(self._attempts) >= MAX_ATTEMPTS:
                raise RecommenderError("too many attempts; wait a minute")
            self._attempts.append(now)
        if not hmac.compare_digest(self._digest(password), self._hash):
            return None
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._attempts.pop()
            self._drop_old_sessions()
            self._sessions[_fingerprint(token)] = self._clock() + SESSION_S
        return token

    def sign_out(self, token: str) -> None:
        """End a session; one that has ended already is not an error."""
        with self._lock:
            self._sessions.pop(_fingerprint(token), None)

    def _is_signed_in(self, cookies: Mapping[str, str]) -> bool:
        token = cookies.get(COOKIE)
        if not token:
            return False
        with self._lock:
            return self._sessions.get(_fingerprint(token), 0.0) > self._clock()

    def _drop_old_sessions(self) -> None:
        now = self._clock()
        alive = sorted((end, key) for key, end in self._sessions.items() if end > now)
        self._sessions = {key: end for end, key in alive[-(MAX_SESSIONS - 1) :]}

    def _digest(self, password: str) -> bytes:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=self._salt,
            n=SCRYPT_N,
            r=SCRYPT_R,
            p=SCRYPT_P,
            maxmem=2**26,
        )


def allowed_folders() -> tuple[Path, ...]:
    """Folders below which `$LOOKALIKE_FOLDERS` lets local visitors import; empty for any."""
    listed = os.environ.get(FOLDERS, "").split(os.pathsep)
    return tuple(Path(each).expanduser().resolve() for each in listed if each.strip())


def check_folder(folder: Path) -> Path:
    """Return a folder's real path if the owner allows imports from it.

    Raises
    ------
    RecommenderError : it lies outside of `allowed_folders`, also by way of a link
    """
    real, allowed = folder.expanduser().resolve(), allowed_folders()
    if allowed and not any(real.is_relative_to(each) for each in allowed):
        raise RecommenderError(f"folders may be imported only below those that {FOLDERS} names")
    return real


def _fingerprint(token: str) -> str:
    """A token's hash: a copy of the server's memory must not be a key to it."""
    return hashlib.sha256(token.encode()).hexdigest()
