"""The key that rounds a public report's counts, beside the params folder, and the draws that were printed.

Neither is ever printed or put under version control: with the key, anybody could try out which counts round so.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.words.errors import InputError

KEY, DRAWS = "rounding.key", "rounding.draws"
VARIABLE = "PERF_ROUNDING_KEY"
SHORTEST = 16
"""Characters that a key has at least."""


def key_path(params: Path) -> Path:
    """The key's file: beside the params folder."""
    return params.resolve().parent / KEY


def read_key(params: Path) -> bytes:
    """The key, from the environment or from its file; InputError says how to make one where there is none."""
    path = key_path(params)
    text = os.environ.get(VARIABLE) or (path.read_text(encoding="utf-8") if path.is_file() else "")
    if len(text.strip()) < SHORTEST:
        problem = f"the key has fewer than {SHORTEST} characters" if text.strip() else "there is no key"
        raise InputError(
            f"{shown(path)}: a public report rounds its counts by a key, and {problem}; make one by `perf-lib init`, "
            f"or give the body's own in {VARIABLE}"
        )
    return text.strip().encode()


def make_key(params: Path) -> Path | None:
    """Make a key where there is none, for its owner's eyes; None where there is one, which is never replaced."""
    path = key_path(params)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror}") from None
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(secrets.token_hex(32) + "\n")
    return path


def read_draws(params: Path) -> dict[str, tuple[float, ...]]:
    """Draws that earlier packs printed, and what they tell, by what they are kept by; the newest of each."""
    path = key_path(params).with_name(DRAWS)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {name: tuple(map(float, figures)) for name, *figures in map(str.split, lines)}


def keep_draws(params: Path, draws: Mapping[str, tuple[float, ...]]) -> None:
    """Add the draws of a finished pack to those of earlier ones."""
    recorded = read_draws(params)
    new = [f"{name} {' '.join(map(repr, draw))}\n" for name, draw in draws.items() if recorded.get(name) != draw]
    if new:
        with key_path(params).with_name(DRAWS).open("a", encoding="utf-8", newline="\n") as file:
            file.write("".join(new))
