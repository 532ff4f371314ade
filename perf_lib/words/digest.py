"""SHA-256 digests, as records and file names carry them."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256(path: Path) -> str:
    """The digest of a file, read in pieces: it may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_text(text: str) -> str:
    """The digest of a text as UTF-8.

    >>> sha256_of_text("94")[:8]
    'e3d6c4d4'
    """
    return hashlib.sha256(text.encode()).hexdigest()
