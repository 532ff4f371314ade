"""The reference's ways of running every night: each is what its scheduler reads, and calls a command that exists."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import shutil
import subprocess

import pytest
import yaml
from builders import ROOT
from typer.testing import CliRunner

from perf_lib.cli import app

SECTION = (ROOT / "REFERENCE.md").read_text(encoding="utf-8").split("## Every night")[1].split("\n## ")[0]
NIGHTLY = r"15 2 \* \* \*"


def block(language: str) -> str:
    """The section's one code block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)
    return found


def calls(text: str) -> list[list[str]]:
    """The perf-lib commands in a text, as the arguments after the program's name."""
    return [shlex.split(found) for found in re.findall(r"perf-lib ((?:run|verify|diff)[^\"`\n]*)", text)]


@pytest.mark.parametrize("arguments", calls(SECTION), ids=" ".join)
def test_every_call_is_one_that_the_command_line_takes(arguments):
    # Options are read before --help is answered: one that does not exist is an error here.
    said = CliRunner().invoke(app, [*arguments, "--help"])
    assert said.exit_code == 0, said.output


def test_the_calls_are_really_seen():
    assert len(calls(SECTION)) >= 8
    assert CliRunner().invoke(app, ["run", "--deu", "--help"]).exit_code == 2


def test_cron_runs_what_is_due_at_night_as_a_user_of_its_own():
    (line,) = block("cron").splitlines()
    found = re.fullmatch(NIGHTLY + r" (\S+) (.+)", line)
    assert found
    assert found[1] != "root"
    assert "run --due" in found[2]


def test_systemd_reads_its_units():
    units = configparser.RawConfigParser(strict=True)
    units.optionxform = str
    units.read_string(block("ini"))
    assert units["Service"]["Type"] == "oneshot"
    assert "perf-lib run --due" in units["Service"]["ExecStart"]
    assert units["Service"]["ExecStart"].startswith("/")  # systemd takes no relative path there
    if shutil.which("systemd-analyze"):
        when = units["Timer"]["OnCalendar"]
        assert subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, check=False).returncode == 0


def test_the_workflow_is_one_that_github_reads():
    workflow = yaml.safe_load(block("yaml"))
    assert re.fullmatch(NIGHTLY, workflow[True]["schedule"][0]["cron"])  # YAML 1.1 reads the key on as true
    steps = workflow["jobs"]["report"]["steps"]
    assert all(("run" in step) != ("uses" in step) for step in steps)
    runs = [step["run"] for step in steps if "run" in step]
    assert any(run.startswith("perf-lib run --due") for run in runs)
    assert any("-c constraints.txt" in run for run in runs)


def test_the_windows_task_is_quoted_as_schtasks_wants_it():
    (line,) = block("bat").splitlines()
    options = dict(re.findall(r'/(TN|SC|ST|TR) (".*?"|\S+)', line))
    assert options["SC"] == "DAILY"
    assert re.fullmatch(r"\d{2}:\d{2}", options["ST"])
    assert options["TR"].count('"') == 2
    assert len(options["TR"]) <= 263  # schtasks takes 261 characters and the two quotation marks
    assert "perf-lib run --due" in options["TR"]


def test_the_airflow_task_is_python_that_runs_what_is_due():
    called = [each for each in ast.walk(ast.parse(block("python"))) if isinstance(each, ast.Call)]
    (made,) = [each for each in called if ast.unparse(each.func) == "BashOperator"]
    given = {each.arg: ast.literal_eval(each.value) for each in made.keywords}
    assert "perf-lib run --due" in given["bash_command"]
    assert given["cwd"].startswith("/")
