"""Reading six releases and three years of street files: for one force, and for all 43 in one call."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts.open_data.editions import rates_of
from perf_lib.extracts.open_data.figures import fill, read_folder
from perf_lib.extracts.open_data.forces import force_key, official_name
from perf_lib.extracts.open_data.street import TYPES
from perf_lib.extracts.tables.schema import STREET
from perf_lib.words.quarters import Quarter

from .streams import markdown, verdicts

REAL = Path(os.environ.get("PERF_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ons_pfa"
PARAMS = Path(__file__).parents[2] / "params"
QUARTER, MONTHS = Quarter.parse("2019-20-Q3"), pd.period_range("2017-01", "2019-12", freq="M").astype(str)
TARGET, GOES, ROWS = 1.3, 3, 1000
FORCE = "Norfolk"


def _make(folder: Path, area: str) -> None:
    """A force's street files."""
    slug, name = force_key(area).replace(" ", "-"), official_name(area)
    for month in MONTHS:
        rows = [
            f"{number:064x},{month},{name},{name},-1.7,51.9,On or near Street {number},E0{number % 90:06d},Here 1A,"
            f"{TYPES[number % len(TYPES)]},Under investigation,"
            for number in range(ROWS)
        ]
        text = "\n".join([",".join(STREET.required), *rows])
        (folder / f"{month}-{slug}-street.csv").write_text(f"{text}\n", encoding="utf-8")


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _figures(folder: Path, read: str | None, wanted: Sequence[str] = ()) -> None:
    """Every measure's figures of forces, of all where none is named; `read` is the one whose street files are read."""
    catalogue = read_catalogue(PARAMS / "measures.yaml")
    held = read_folder(folder, QUARTER, read)
    rates_of(catalogue, held.years)
    for area in wanted or held.areas.values():
        figures = held.of(area)
        for measure in catalogue.values():
            fill(measure, figures, QUARTER)


def run() -> str:
    """The table, and whether the target is met."""
    if not REAL.is_dir():
        return "# Forces\n\nNot measured: the publishers' releases are not under PERF_REAL_DATA."
    lines = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for path in REAL.glob("*.xlsx"):
            shutil.copy(path, folder)
        areas = list(read_folder(folder, QUARTER).areas.values())
        for files, forces in ((len(MONTHS), [FORCE]), (len(MONTHS) * len(areas), areas)):
            for area in forces:
                _make(folder, area)
            goes = [
                [
                    _seconds(lambda: _figures(folder, FORCE, [FORCE])),
                    _seconds(lambda: _figures(folder, None, [FORCE])),
                    _seconds(lambda: _figures(folder, None)),
                ]
                for _ in range(GOES)
            ]
            ratios = [[every / own, every / same] for own, same, every in goes]
            medians = [statistics.median(each) for each in (*zip(*goes, strict=True), *zip(*ratios, strict=True))]
            lines.append((f"{files:,} street files", *medians))
    own, same = lines[0][-2], lines[1][-1]
    return "\n\n".join(
        [
            "# Forces",
            f"Six releases of police force area tables and {len(MONTHS)} months of street files, {ROWS:,} rows each, "
            f"of one force and of all; seconds of processor time for the figures of one and of {len(areas)}, "
            f"median of {GOES} goes. One force may have its own street files read alone, or every file; for "
            f"{len(areas)} forces every file is read once.",
            markdown(
                ["folder", "one force, its own files", "one force, every file", "all forces", "to its own", "to every"],
                lines,
            ),
            "## Target",
            verdicts(
                [
                    (
                        f"all forces within {TARGET} times one force's time, {what}",
                        f"{ratio:.2f} times",
                        ratio <= TARGET,
                    )
                    for what, ratio in (("a folder of its street files", own), ("every file of all read", same))
                ]
            ),
        ]
    )
