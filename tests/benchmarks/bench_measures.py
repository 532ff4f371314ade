"""Ten times as many measures: what their pack costs beside the sample's, and what a job of it holds in memory."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import yaml

from .streams import markdown, verdicts

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"
COPIES = 10
PROGRAM = """
import resource, sys
from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter

run(Quarter.parse("2019-20-Q3"), sys.argv[1], sys.argv[2], sys.argv[3])
own, jobs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(sum(each.ru_utime + each.ru_stime for each in (own, jobs)), jobs.ru_maxrss / 1024)
"""


def _copied(entry: dict[str, Any], number: int) -> dict[str, Any]:
    """A measure of the catalogue under another code, related to others of the same copy."""
    related = {key: f"{entry[key]}_{number}" for key in ("breakdown_of", "of_measure") if entry.get(key)}
    return {key: value for key, value in entry.items() if key != "also_called"} | (related if number else {})


def _params(folder: Path, copies: int) -> Path:
    """The sample's params with every measure so many times."""
    params = Path(shutil.copytree(ROOT / "params", folder / "params"))
    catalogue = yaml.safe_load((params / "measures.yaml").read_text(encoding="utf-8"))
    suffixes = ["", *(f"_{number}" for number in range(1, copies))]
    many = {f"{code}{end}": _copied(entry, n) for n, end in enumerate(suffixes) for code, entry in catalogue.items()}
    (params / "measures.yaml").write_text(yaml.safe_dump(many, sort_keys=False), encoding="utf-8")
    months = pd.read_csv(ROOT / "perf_lib" / "sample" / "monthly.csv", dtype=str, keep_default_na=False)
    every = pd.concat([months.assign(measure=months["measure"] + end) for end in suffixes])
    every.to_csv(params / "months.csv", index=False)
    settings = yaml.safe_load((params / "settings.yaml").read_text(encoding="utf-8"))
    settings["inputs"]["monthly"] = "months.csv"
    (params / "settings.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return params


def _notebooks(folder: Path, codes: list[str]) -> Path:
    """A notebook for each copy of the sample's measures, each measure in five calls, and the dashboard."""
    place = folder / "notebooks"
    place.mkdir()
    shutil.copy(ROOT / "notebooks" / "6_dashboard.ipynb", place)
    head = [
        cell for cell in nbformat.read(place / "6_dashboard.ipynb", as_version=4).cells if cell.metadata.get("tags")
    ]
    for number in range(0, len(codes), 33):
        calls = [f'report["{code}"].{part}()' for code in codes[number : number + 33]
                 for part in ("headline", "sentences", "chart", "peers", "projection")]  # fmt: skip
        calls.insert(0, f'report.section("Measures from {number + 1}")')
        cells = [*head, *(nbformat.v4.new_code_cell(call) for call in calls)]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), place / f"1_{number:03}.ipynb")
    return place


def _cost(copies: int) -> tuple[int, float, float]:
    """How many measures, the processor time of their pack, and the most memory that one job of it held, in MiB."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        params = _params(folder, copies)
        codes = list(yaml.safe_load((params / "measures.yaml").read_text(encoding="utf-8")))
        notebooks = _notebooks(folder, codes)
        command = [sys.executable, "-c", PROGRAM, params, folder / "outputs", notebooks]
        ran = subprocess.run(list(map(str, command)), cwd=folder, check=True, capture_output=True, text=True)
        seconds, memory = map(float, ran.stdout.split()[-2:])
        return len(codes), seconds, memory


def run() -> str:
    """The table, and whether the targets are met."""
    few, seconds, memory = _cost(1)
    many, more_seconds, more_memory = _cost(COPIES)
    rows = [(str(few), seconds, memory), (str(many), more_seconds, more_memory)]
    dearer, larger = more_seconds / seconds, more_memory / memory
    targets = [
        (f"{many} measures cost at most 9 times {few}", f"{dearer:.1f} times", dearer <= 9),
        ("a job holds at most 1.2 times the memory", f"{larger:.2f} times", larger <= 1.2),
    ]
    return "\n\n".join(
        [
            "# Measures",
            "A pack with a notebook for every 33 measures, each in five calls, and the dashboard. Seconds of "
            "processors, all processes; memory: the largest job, with what it shares with the press.",
            markdown(["measures", "seconds", "MiB"], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
