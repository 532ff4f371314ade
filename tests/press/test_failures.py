"""Notebooks that fail: the others finish, what ran is kept with the error marked, the earlier pack stays."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from builders import PARAMS, ROOT
from conftest import SECRET
from doors import command, digests, notebooks, with_cell
from packs import LOCK, QUARTER, record, texts

RAISING, DYING = "5_service_delivery_plan", "6_dashboard"


@pytest.fixture(scope="module")
def failure(pack, tmp_path_factory):
    """A run over an earlier pack in which a cell of one notebook raises and another's kernel is killed, as
    the system does when memory runs out."""
    folder = tmp_path_factory.mktemp("failure")
    spoilt = notebooks(folder / "notebooks", "0_introduction", RAISING, DYING)
    with_cell(spoilt / f"{RAISING}.ipynb", 'raise ValueError("the third of\\nthe month")')
    with_cell(spoilt / f"{DYING}.ipynb", "import os\n\nos.kill(os.getpid(), 9)")
    shutil.copytree(pack, folder / "out" / QUARTER)
    said = command("perf-lib", "run", QUARTER, "--params", PARAMS, "--notebooks", spoilt, "--outputs", folder / "out",
        PERF_LIB_PASSWORD=SECRET,
    )  # fmt: skip
    return said, folder / "out"


def kept(out: Path, name: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(out / f"{QUARTER}.failed" / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    return [output for cell in cells for output in cell.outputs if output.output_type == "error"]


def test_failed_notebooks_are_said_in_one_line_with_exit_code_1(failure):
    said, _ = failure
    assert said.returncode == 1
    assert "the pack is made" not in said.stdout
    assert "Traceback" not in said.stderr + said.stdout
    last = said.stderr.splitlines()[-1]
    assert re.search(rf"^perf-lib: {RAISING}, cell \d+: ValueError: the third of;", last), last
    assert re.search(rf"{DYING}, .*[Kk]ernel died", last), last
    assert f"{QUARTER}.failed" in last


def test_failed_notebooks_leave_the_earlier_pack_as_it_was(failure, pack):
    _, out = failure
    assert digests(out / QUARTER) == digests(pack)
    assert sorted(path.name for path in out.iterdir()) == [LOCK, QUARTER, f"{QUARTER}.failed"]


def test_the_other_notebooks_are_executed_and_kept(failure):
    _, out = failure
    cells = kept(out, "0_introduction")
    assert all(cell.execution_count for cell in cells)
    assert not errors(cells)
    assert "Police" in json.dumps(cells)
    assert sorted(p.name for p in (out / f"{QUARTER}.failed").iterdir()) == [
        *(f"{name}.ipynb" for name in ("0_introduction", RAISING, DYING)), "run.json",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [RAISING, DYING])
def test_a_failed_notebook_is_kept_as_far_as_it_came_with_its_error(failure, name):
    _, out = failure
    cells = kept(out, name)
    shown = [cell for cell in cells if any(output.output_type == "execute_result" for output in cell.outputs)]
    assert shown, "what ran before the failure is not kept"
    assert errors(cells) or "died" in json.dumps(cells), "the error is not marked"
    assert not cells[-1].outputs  # the cell after the failure did not run


def test_the_record_of_a_failed_run_says_which_cell_and_why(failure):
    _, out = failure
    told = {each["name"]: each for each in record(out / f"{QUARTER}.failed")["notebooks"]}
    assert told["0_introduction"]["result"] == "kept"  # as the earlier pack has it: nothing of it had changed
    assert "error" not in told["0_introduction"]
    assert re.fullmatch(r"cell \d+: ValueError: the third of", told[RAISING]["error"])
    assert re.match(r"cell \d+: .*Kernel died", told[DYING]["error"])


def test_what_a_failed_run_leaves_names_neither_machine_nor_secret(failure):
    said, out = failure
    traces = {str(ROOT), str(Path.home()), sys.prefix, tempfile.gettempdir() + os.sep, SECRET}
    kept_files = [path for path in (out / f"{QUARTER}.failed").rglob("*") if path.is_file()]
    assert len(kept_files) == 4
    for text in (said.stdout, *(text for path in kept_files for text in texts(path))):
        assert not [trace for trace in traces if len(trace) > 3 and trace in text]


def test_a_notebook_that_exceeds_its_time_limit_is_ended_and_said(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", RAISING)
    with_cell(spoilt / f"{RAISING}.ipynb", "import time\n\ntime.sleep(600)")
    said = command(
        "perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out", "--time-limit", "15"
    )
    assert said.returncode == 1
    assert re.search(r"cell \d+: it exceeded its time limit of 15 seconds", said.stderr.splitlines()[-1])
    assert errors(kept(tmp_path / "out", RAISING))


SILENT = """
import sys
from pathlib import Path
from perf_lib.press import execute
execute.SILENCE = 1
source, target, folder, scratch, params = map(Path, sys.argv[1:])
parameters = {"quarter": "2019-20-Q3", "params": str(params)}
print(execute.execute(execute.Task(source, target, parameters, folder, scratch, kernel=True)).error)
"""


def test_a_kernel_that_falls_silent_is_not_said_to_be_out_of_time(tmp_path):
    # nbclient raises the same error when what a finished cell printed does not arrive, as on a machine overloaded.
    spoilt = notebooks(tmp_path / "notebooks", RAISING) / f"{RAISING}.ipynb"
    with_cell(spoilt, "get_ipython().kernel.iopub_thread.stop()")
    said = command(sys.executable, "-c", SILENT, spoilt, tmp_path / "done.ipynb", ROOT, tmp_path / "own", PARAMS)
    assert re.search(r"cell \d+: its kernel fell silent: .* within 1 seconds", said.stdout), said.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the page that hangs is one by being forked with it")
def test_a_page_whose_rendering_hangs_is_ended_and_said(tmp_path):
    said = command(sys.executable, "-c", HANGING, tmp_path)
    assert said.stdout == "hanging: its rendering exceeded its time limit of 1 seconds\n", said.stderr


HANGING = """
import sys, time
from functools import partial
from pathlib import Path
from nbformat.v4 import new_notebook
from perf_lib.words.errors import PerfError
from perf_lib.press import exporters, work
from perf_lib.press.jobs import Job, Jobs

exporters.filled = lambda *_: time.sleep(600)
with Jobs(1) as jobs:
    jobs.add(Job("hanging", partial(work.render, new_notebook(), Path("hanging"), Path(sys.argv[1], "typst")), 1))
    for done in jobs.results():
        try:
            work._result(done, "hanging: its rendering")
        except PerfError as error:
            print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="the kernel that fails to start is a shell script")
@pytest.mark.parametrize(("retries", "code"), [("0", 1), ("1", 0)])
def test_a_kernel_that_fails_to_start_is_started_again_when_asked(tmp_path, retries, code):
    # A kernel specification whose program ends at once the first time, and is a real kernel the second.
    place = tmp_path / "share" / "kernels" / "python3"
    place.mkdir(parents=True)
    script = place / "start"
    script.write_text(
        f'#!/bin/sh\nif [ ! -e "{place}/once" ]; then touch "{place}/once"; exit 1; fi\n'
        f'exec "{sys.executable}" -m ipykernel_launcher "$@"\n'
    )
    script.chmod(0o755)
    spec = {"argv": [str(script), "-f", "{connection_file}"], "display_name": "Python", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec))
    few = notebooks(tmp_path / "notebooks", RAISING)
    said = command(
        "perf-lib", "run", QUARTER, "--kernels", "--notebooks", few, "--outputs", tmp_path / "out", "--retry", retries,
        JUPYTER_PATH=str(tmp_path / "share"),
    )  # fmt: skip
    assert said.returncode == code, said.stderr
    assert (tmp_path / "out" / QUARTER).exists() == (code == 0)


def test_a_failure_without_an_earlier_pack_leaves_none(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", RAISING)
    with_cell(spoilt / f"{RAISING}.ipynb", "1 / 0")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 1
    assert "ZeroDivisionError: division by zero" in said.stderr.splitlines()[-1]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [LOCK, f"{QUARTER}.failed"]


def test_a_parameter_that_a_notebook_lacks_is_refused_before_anything_runs(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", "0_introduction", DYING)
    path = spoilt / f"{DYING}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('quarter = \\"2019', 'quater = \\"2019'), encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()  # so no notebook was said to be executed either
    assert f"{DYING}.ipynb" in line
    assert "'quarter'" in line
    assert "did you mean quater?" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("empty", ""),
        ("cut short", '{"cells": ['),
        ("not a notebook", "[1, 2]"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path, what, content):
    spoilt = notebooks(tmp_path / "notebooks", "0_introduction")
    (spoilt / "9_spoilt.ipynb").write_text(content, encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2, what
    (line,) = said.stderr.splitlines()
    assert "9_spoilt.ipynb" in line
    assert not (tmp_path / "out").exists()


def test_a_parameters_cell_that_is_not_python_is_refused_in_one_line(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", RAISING)
    path = spoilt / f"{RAISING}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('quarter = \\"2019-20-Q3\\"', 'quarter = \\"2019-20-Q3'), encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()
    assert f"{RAISING}.ipynb" in line
    assert not (tmp_path / "out").exists()


def test_an_outputs_folder_that_is_a_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert "out" in said.stderr.splitlines()[-1]
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"
