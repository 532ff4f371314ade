"""papermill's engine of ours, which runs a notebook's cells in the process that papermill runs in.

A job of the press has the report open and its libraries loaded, so a notebook starts at once. papermill finds the
engine in its own registry (entry point `papermill.engine`); notebooks, JupyterLab and plain papermill know nothing of
it. With `kernel=True` the same engine uses the ordinary Jupyter kernel instead.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

NAME = "perf-lib"


def __getattr__(name: str) -> Any:
    # papermill asks for the engine while papermill itself is loading, so its base cannot be imported above.
    if name == "CellEngine":
        return _cell_engine()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _cell_engine() -> type:
    import nbformat
    from papermill.engines import NBClientEngine

    class CellEngine(NBClientEngine):
        """Runs cells in this process; on any failure the notebook as far as it came is in the file `partial`."""

        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, kernel: bool = False, partial: str = "", **options: Any
        ) -> Any:
            """Execute the notebook. kernel: by an ordinary Jupyter kernel. partial: a file for the unfinished one."""
            from perf_lib.press import cells

            if partial:
                nbformat.write(nb_man.nb, Path(partial))
            if not kernel:
                cells.run_cells(nb_man, Path(f"{partial}.progress") if partial else None)
                return nb_man.nb
            try:
                with (
                    tempfile.TemporaryFile() as unread,
                    cells.captured(unread),
                ):  # a kernel repeats what its cells print
                    return super().execute_managed_notebook(nb_man, kernel_name, **options)
            except BaseException:
                if partial:
                    nbformat.write(nb_man.nb, Path(partial))
                raise

    return CellEngine
