"""What an analyst waits for: the first import, the first call, a report of 33 measures and of 330, each question."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from .bench_measures import COPIES, _params
from .streams import markdown, verdicts

ROOT = Path(__file__).parents[2]
ROUNDS = 5
TIMED = """
import sys, time
{before}
began = time.process_time()
{code}
print(time.process_time() - began)
"""
FRAME = """
import numpy as np, pandas as pd
own = pd.DataFrame(np.random.default_rng(1).poisson(40, (60, 200)), pd.period_range("2015-01", periods=60, freq="M"))
"""
QUESTIONS = """
import matplotlib
matplotlib.use("agg")
import papermill
done = papermill.execute_notebook("questions.ipynb", None, engine_name="perf-lib", progress_bar=False)
times = [cell.metadata.papermill.duration for cell in done.cells if cell.cell_type == "code"][3:]
print(sorted(times)[-1])
"""


def _seconds(code: str, before: str = "", cwd: Path = ROOT) -> float:
    """Seconds of a fresh process's processor: the median of some rounds."""
    program = TIMED.format(code=code, before=before)
    rounds = [subprocess.run([sys.executable, "-c", program], cwd=cwd, check=True, capture_output=True, text=True)
              for _ in range(ROUNDS)]  # fmt: skip
    return median(float(each.stdout.split()[-1]) for each in rounds)


def _slowest_question() -> float:
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(ROOT / "params", Path(scratch) / "params")
        shutil.copy(ROOT / "notebooks" / "questions.ipynb", scratch)
        ran = subprocess.run([sys.executable, "-c", QUESTIONS], cwd=scratch, check=True, capture_output=True, text=True)
        return float(ran.stdout.split()[-1])


def run() -> str:
    """The table, and whether the targets are met."""
    pandas = _seconds("import pandas")
    opened = "import perf_lib as pl; pl.open_report('2019-20-Q3')"
    with tempfile.TemporaryDirectory() as scratch:
        _params(Path(scratch), COPIES)
        many = _seconds(opened.split("; ")[1], "from perf_lib import open_report; import perf_lib as pl", Path(scratch))
    few = _seconds(opened.split("; ")[1], "from perf_lib import open_report; import perf_lib as pl")
    front = _seconds("import perf_lib")
    first = _seconds("pl.signals(own)", f"{FRAME}\nimport perf_lib as pl")
    rows = [
        ("import pandas", pandas),
        ("import perf_lib", front),
        ("the first signals of 200 series, pandas loaded", first),
        ("import, and open_report of the sample", _seconds(opened)),
        ("open_report of 33 measures, all loaded", few),
        ("open_report of 330 measures, all loaded", many),
        ("the slowest cell of the twelve questions", _slowest_question()),
    ]
    targets = [
        ("importing perf_lib is a tenth of importing pandas at most", f"{front / pandas:.2f}", front <= 0.1 * pandas),
        ("the first signals cost no more than importing pandas", f"{first / pandas:.2f}", first <= pandas),
        ("330 measures cost at most 8 times 33", f"{many / few:.1f} times", many <= 8 * few),
    ]
    return "\n\n".join(
        [
            "# Lab",
            f"Seconds of the processor in a fresh process, the median of {ROUNDS}; the last row, seconds as they pass.",
            markdown(["what", "seconds"], rows, digits=2),
            "## Targets",
            verdicts(targets),
        ]
    )
