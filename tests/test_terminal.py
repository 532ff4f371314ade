"""What a person sees at a terminal of 80 columns and 24 lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import PARAMS, ROOT, report
from doors import program

from perf_lib.cli import main


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measure: str, is_terminal: bool) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sys, "argv", ["perf-lib", "explain", "2019-20-Q3", measure, "--params", str(PARAMS)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("measure", ["sexual_offences", "answer_time_crib"])  # a short name, and a long one
def test_explain_says_the_verdict_first_with_its_figures_on_one_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measure: str
) -> None:
    lines = shown(monkeypatch, capsys, measure, is_terminal=True).splitlines()
    title = report()[measure].finding.measure.title
    assert lines[0].startswith(f"{title}: ")
    grade = next(at for at, line in enumerate(lines) if "The verdict: " in line)
    assert grade < 24
    assert max(map(len, lines)) <= 80


def test_on_a_terminal_no_word_is_broken_and_elsewhere_no_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrapped = shown(monkeypatch, capsys, "sexual_offences", is_terminal=True)
    whole = shown(monkeypatch, capsys, "sexual_offences", is_terminal=False)
    assert max(map(len, whole.splitlines())) > 80
    assert wrapped.split() == whole.split()


def test_a_reader_who_goes_loses_what_follows_and_the_command_succeeds() -> None:
    with subprocess.Popen([program("perf-lib"), "inputs", "2019-20-Q3"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full, which Linux has")
@pytest.mark.parametrize("arguments", [["inputs", "2019-20-Q3"], ["--help"]])
def test_a_full_disk_behind_what_is_printed_is_said_in_one_line(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([program("perf-lib"), *arguments], cwd=ROOT, stdout=full, stderr=subprocess.PIPE,
                               encoding="utf-8", check=False)  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr == "perf-lib: what is printed could not be written: No space left on device\n"
