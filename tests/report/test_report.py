"""The desk as an analyst meets it: Tab, a wrong name, and what a cell shows of each object."""

from __future__ import annotations

import pickle

import pytest
from builders import report, text_of
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from perf_lib.config.catalogue import Catalogue
from perf_lib.findings import analysis
from perf_lib.report import LeftOut, MeasureReport
from perf_lib.report.public import Left
from perf_lib.stats import forecast, series, spc, suspect_months
from perf_lib.words.errors import InputError


@pytest.fixture
def shell():
    """IPython itself, which asks objects what to show and what to complete; a new namespace each time."""
    made = InteractiveShell.instance()
    made.reset(new_session=False)
    made.user_ns["report"] = report()
    yield made
    made.reset(new_session=False)


def completions(shell: InteractiveShell, text: str) -> set[str]:
    with provisionalcompleter():
        return {found.text for found in shell.Completer.completions(text, len(text))}


def test_tab_after_a_bracket_offers_the_measures(shell):
    assert "sexual_offences" in completions(shell, 'report["sex')
    assert len(completions(shell, 'report["satisfaction_')) == 3  # kept informed, ease of contact, treatment


def test_tab_after_a_dot_offers_the_parts_and_nothing_of_pythons():
    assert {"title", "exceptions", "dashboard", "key", "priority"} <= set(dir(report()))
    offered = dir(report()["hate_crime"])
    assert {"headline", "sentences", "chart", "peers", "explain", "table", "commentary"} <= set(offered)
    assert [name for name in offered if name.startswith("_")] == []


def test_a_wrong_name_is_answered_with_the_right_one_in_one_line(shell, capsys):
    shell.run_cell('report["sexual_offense"]')
    assert capsys.readouterr().out.strip() == (
        "UnknownMeasure: there is no measure 'sexual_offense' in the catalogue; did you mean sexual_offences?"
    )


def test_the_report_is_a_mapping_as_python_knows_one():
    assert "sexual_offences" in report()
    assert "sexual_offense" not in report()
    assert report().get("sexual_offense") is None
    with pytest.raises(InputError) as refused:
        report()["sexual_offense"]
    assert str(refused.value).startswith("there is no measure")  # not in the quotation marks of a KeyError


def test_the_report_shows_every_measure_with_its_code_and_figure():
    shown = text_of(report()._repr_html_())
    assert all(f"{code} {finding.measure.title}" in shown for code, finding in report().findings.items())
    assert "sexual_offences Sexual offences 1,496" in shown  # paragraph 115 of the report, its misprint mended


@pytest.mark.parametrize("part", ["headline", "sentences", "chart", "peers", "explain", "table"])
def test_every_part_of_a_measure_has_html_to_show_and_words_for_a_terminal(part, shell):
    made = getattr(report()["sexual_offences"], part)()
    shown, _ = shell.display_formatter.format(made)
    assert text_of(shown["text/html"])
    assert "object at 0x" not in shown["text/plain"]


def test_a_finding_is_a_small_table_and_one_line(shell):
    finding = report()["sexual_offences"].finding
    shown, _ = shell.display_formatter.format(finding)
    assert "| 12 months | 1,496 |" in shown["text/markdown"]
    assert "month_low" in shown["text/plain"]
    assert "\n" not in shown["text/plain"]


def test_every_part_says_what_it_is_when_asked():
    for owner in (report(), report()["hate_crime"]):
        for name in dir(owner):
            documented = getattr(type(owner), name, None)
            assert documented is None or documented.__doc__, name
    assert MeasureReport.__doc__


def test_a_report_given_to_another_process_says_the_same():
    there = pickle.loads(pickle.dumps(report()))
    assert list(there) == list(report())
    for code in ("sexual_offences", "sickness_days_lost", "public_confidence"):
        assert there[code].headline() == report()[code].headline()
        assert there[code].sentences() == report()[code].sentences()
    assert isinstance(there.params.catalogue, Catalogue)


def test_views_compute_nothing(monkeypatch):
    # All arithmetic was done when the report was opened: taken away since, nothing misses it.
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a view computes")

    before = report()
    for module, names in (
        (spc, ("signals", "arithmetic")),
        (analysis, ("analyse", "assess", "verdict", "clear", "level_shift")),
        (forecast, ("project", "project_all")),
        (series, ("rate_per_1000", "RollUp")),
        (suspect_months, ("jumps",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, refuse)
    for part in (before.summary, before.exceptions, before.key, before.dashboard, before.suspicions, before.restated,
                 before.symbol_changes):  # fmt: skip
        part()
    for code in ("sexual_offences", "sickness_days_lost", "public_confidence", "positive_outcome_ratio"):
        one = before[code]
        for part in (one.headline, one.sentences, one.chart, one.peers, one.table):
            part()


def test_of_a_measure_left_out_the_first_part_says_so_and_the_others_are_empty():
    parts = [name for name, part in vars(LeftOut).items() if part is LeftOut._part and not name.startswith("_")]
    assert len(parts) == 9
    others = [name for name in vars(MeasureReport) if not name.startswith("_") and name not in parts]
    assert all(name in vars(LeftOut) for name in others)
    for name in parts:
        left_out = LeftOut("hate_crime", Left("Hate crime", "OFFICIAL-SENSITIVE"))
        assert getattr(left_out, name)().text.splitlines() == [
            "Hate crime",
            "Hate crime: left out of this public report, because it is marked OFFICIAL-SENSITIVE.",
        ]
        assert [getattr(left_out, other)().html for other in parts] == [""] * len(parts)
