"""Reading six releases and three years of street files: for one force, and for all 43 in one call."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts.open_data.figures import fill, rates_of, read_folder
from perf_lib.words.quarters import Quarter

from .bench_street import _make
from .streams import markdown, verdicts

REAL = Path(os.environ.get("PERF_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ons_pfa"
PARAMS = Path(__file__).parents[2] / "params"
QUARTER = Quarter.parse("2019-20-Q3")
TARGET, GOES = 1.3, 3
ROWS = 36 * 43 * 1000
FORCE = "Force 00"


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _one(folder: Path) -> None:
    catalogue = read_catalogue(PARAMS / "measures.yaml")
    held = read_folder(folder, QUARTER, FORCE)
    rates_of(catalogue, held.years)
    figures = held.of(FORCE)
    for measure in catalogue.values():
        fill(measure, figures, QUARTER)


def _all(folder: Path) -> None:
    catalogue = read_catalogue(PARAMS / "measures.yaml")
    held = read_folder(folder, QUARTER)
    rates_of(catalogue, held.years)
    for area in held.areas.values():
        figures = held.of(area)
        for measure in catalogue.values():
            fill(measure, figures, QUARTER)


def run() -> str:
    """The table, and whether the target is met."""
    if not REAL.is_dir():
        return f"# Forces\n\nNot measured: the releases are not in {REAL.name} under PERF_REAL_DATA."
    lines, ratios = [], {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for path in REAL.glob("*.xlsx"):
            shutil.copy(path, folder)
        _make(folder, ROWS)
        for what, keep in (("36 street files, of one force", "00"), ("1,548 street files, of 43 forces", "")):
            if keep:
                others = [p for p in folder.glob("*.csv") if f"force-{keep}" not in p.name]
                (Path(made) / "others").mkdir()
                place = Path(tempfile.mkdtemp())
                for path in others:
                    shutil.move(path, place / path.name)
            else:
                for path in place.iterdir():
                    shutil.move(path, folder / path.name)
            pairs = [(_seconds(lambda: _one(folder)), _seconds(lambda: _all(folder))) for _ in range(GOES)]
            one, every = (statistics.median(each) for each in zip(*pairs, strict=True))
            ratios[what] = statistics.median(both / alone for alone, both in pairs)
            lines.append((what, one, every, ratios[what]))
        shutil.rmtree(place)
    ratio = ratios["36 street files, of one force"]
    return "\n\n".join(
        [
            "# Forces",
            f"Six releases of police force area tables and street files of {ROWS // 1548:,} rows each; seconds for the "
            f"figures of one force and of all that the files name, median of {GOES} pairs run in turn.",
            markdown(["folder", "one force", "43 forces", "ratio"], lines),
            "## Target",
            verdicts([(f"43 forces within {TARGET} times one force's time", f"{ratio:.2f} times", ratio <= TARGET)]),
        ]
    )
