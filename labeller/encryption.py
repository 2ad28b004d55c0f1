"""An encrypted catalogue: its key, and the one library that may open such a file.

SQLCipher seals each page (AES-256-CBC, HMAC-SHA-512) of the file and of its log under a key that the application
hands in. It is a SQLite of its own: a file that one of the two libraries has open must not be opened by the other in
the same process, which would drop its locks. So the name of a file says which of the two it belongs to, and whether
there is a key decides between them, here alone. The library is imported only where there is one.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import cast

KEY_BYTES = 32
PLAIN, ENCRYPTED = ".sqlite", ".sqlcipher"
"""What the files of plain and of encrypted catalogues, and of their copies, end in."""

_MODULE = "sqlcipher3.dbapi2"
_SETTINGS = (
    "cipher_log_level = NONE",  # it would write to the standard error output what is told in words
    "temp_store = MEMORY",  # what is sorted is never written in clear
    "cache_size = -65536",  # KiB: a page is decrypted each time that it is not at hand
)


@dataclass(frozen=True, slots=True)
class CatalogueKey:
    """The key of an encrypted catalogue: 32 random bytes, used as they are. Raises ValueError for other lengths."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError("the key of a catalogue has 32 bytes")

    @property
    def literal(self) -> str:
        """The key as SQLCipher takes one that is not to be derived from a passphrase."""
        return f"x'{self.secret.hex()}'"


def suffix(key: CatalogueKey | None) -> str:
    """What the name of a catalogue's file ends in."""
    return PLAIN if key is None else ENCRYPTED


def library(key: CatalogueKey | None) -> ModuleType:
    """The library that opens a catalogue with this key; SQLite's own without one."""
    if key is None:
        return sqlite3
    with nullcontext() if _MODULE in sys.modules else _by_its_own_symbols():
        import sqlcipher3.dbapi2

    return cast(ModuleType, sqlcipher3.dbapi2)


@contextmanager
def _by_its_own_symbols() -> Iterator[None]:
    """Load a library so that it calls its own OpenSSL, whatever was loaded before it.

    TensorFlow offers the functions of its BoringSSL to all that is loaded after it; by these no page would be opened.
    Only glibc mixes libraries up so, and only it has the flag.
    """
    deep = getattr(os, "RTLD_DEEPBIND", 0)
    if not deep:
        yield
        return
    before = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_LOCAL | deep)
    try:
        yield
    finally:
        sys.setdlopenflags(before)


def errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """The errors of SQLite, of SQLCipher where it is in use (neither is a kind of the other's), and others besides."""
    used = sys.modules.get(_MODULE)
    return (*others, sqlite3.Error) if used is None else (*others, sqlite3.Error, used.Error)


def connect(
    path: Path, key: CatalogueKey | None = None, *, read_only: bool = False, seconds: float = 5.0
) -> sqlite3.Connection:
    """Open a database, plain or encrypted; whether the key fits shows when it is first read.

    It waits for `seconds` where another program writes, and may be used by several threads, one at a time.
    Raises an error of `errors()`.
    """
    name = f"{path.resolve().as_uri()}?mode=ro" if read_only else str(path.absolute())
    connection = library(key).connect(name, uri=read_only, timeout=seconds, check_same_thread=False)
    if key is not None:
        _use(connection, key)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
    return cast(sqlite3.Connection, connection)


def _use(connection: sqlite3.Connection, key: CatalogueKey) -> None:
    connection.execute(f'PRAGMA key = "{key.literal}"')


def open_either(path: Path, key: CatalogueKey, *, encrypted: bool) -> sqlite3.Connection:
    """Open a database by SQLCipher, which reads plain ones too, to `attach` one of the other form.

    Nothing else in this process may have it open. Waits for nobody. Raises an error of `errors()`.
    """
    connection = library(key).connect(str(path.absolute()), timeout=0, isolation_level=None)
    if encrypted:
        _use(connection, key)
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return cast(sqlite3.Connection, connection)


def attach(connection: sqlite3.Connection, path: Path, key: CatalogueKey | None) -> None:
    """Make a database beside the one that `open_either` opened, under the name "fresh", encrypted by `key` or plain."""
    connection.execute("ATTACH ? AS fresh KEY ?", (str(path.absolute()), "" if key is None else key.literal))
