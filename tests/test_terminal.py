"""What a person sees at a terminal of 80 columns and 24 lines."""

from __future__ import annotations

import sys

import pytest
from builders import PARAMS, report

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
