"""papermill's own engine, which also keeps what a notebook had come to when its kernel died or its time was up.

papermill would have to write the notebook twice a cell to have it then; for a hundred charts that takes longer than
drawing them.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines

NAME = "perf_lib"


class KeepingEngine(NBClientEngine):
    """Executes as papermill does; on any failure the notebook as far as it came is in the file `kept`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, kept: str = "", **more: Any) -> NotebookNode:
        """Execute the notebook; kept: where it goes when that fails."""
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **more)
        except BaseException:
            nbformat.write(nb_man.nb, Path(kept))
            raise


papermill_engines.register(NAME, KeepingEngine)
# What befalls a kernel is said by who asked for it, in one line; papermill's log would say it too, in its own words.
logging.getLogger("papermill").setLevel(logging.CRITICAL)
