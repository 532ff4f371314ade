"""The processes that a benchmark has under way, known by a word in their environment (Linux)."""

from __future__ import annotations

from pathlib import Path


def marked(mark: str) -> list[Path]:
    """The folders in /proc of processes started with this in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (place / "environ").read_bytes():
                found.append(place)
        except OSError:
            continue
    return found


def memory(places: list[Path]) -> float:
    """What processes take between them, in MiB: pages that several share count once (Pss)."""
    total = 0
    for place in places:
        try:
            lines = (place / "smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cores() -> tuple[int, int]:
    """How long the machine's cores have worked and been idle since it started, in its own ticks."""
    user, nice, system, idle, waiting, *interrupts = map(
        int, Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:8]
    )
    return user + nice + system + sum(interrupts[:2]), idle + waiting
