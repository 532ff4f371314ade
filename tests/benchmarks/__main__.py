"""Run the benchmarks (all, or those named), print their tables and write each to results/<name>.md."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Run each benchmark named, or all of them; returns the exit code."""
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := set(wanted) - set(names):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        return 2
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # one core, said before a benchmark loads NumPy
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    for name in wanted or names:
        began = time.perf_counter()
        text = importlib.import_module(f"{__package__}.bench_{name}").run()
        (results / f"{name}.md").write_text(text.rstrip() + "\n", encoding="utf-8")
        print(f"{text.rstrip()}\n\n({name}: {time.perf_counter() - began:.0f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
