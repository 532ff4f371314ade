"""What is drawn from the same facts is not drawn again, and what is drawn from others always is."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from builders import PARAMS, report
from nbformat.v4 import new_code_cell, new_notebook, new_output

from perf_lib.findings.finding import Finding
from perf_lib.report import open_report
from perf_lib.views.charts import Chart, cache
from perf_lib.views.charts.cache import fingerprint


@pytest.fixture
def nothing_kept(monkeypatch):
    monkeypatch.setattr(cache, "LAST_PACK", {})


def shown(html: str, key: str):
    """An executed notebook with one drawn part."""
    data, told = {"text/html": html, "text/plain": "words"}, {"text/html": {"drawn_from": key}}
    output = new_output("execute_result", data=data, metadata=told)
    return new_notebook(cells=[new_code_cell(outputs=[output])])


def test_a_part_that_was_drawn_from_the_same_facts_is_taken_and_any_other_drawn(nothing_kept):
    one, other = report()["sexual_offences"], report()["hate_crime"]
    drawn = one.chart()
    assert isinstance(drawn, Chart)
    assert drawn._repr_html_()[1] == {"drawn_from": drawn.drawn_from}
    cache.keep([shown("<p>kept</p>", drawn.drawn_from)])
    assert one.chart()._repr_html_() == ("<p>kept</p>", {"drawn_from": drawn.drawn_from})
    assert repr(one.chart()) == "words"
    assert isinstance(other.chart(), Chart)
    assert one.peers().html != "<p>kept</p>"


def test_a_report_opened_again_or_elsewhere_draws_from_the_same_facts(tmp_path):
    elsewhere = shutil.copytree(PARAMS, tmp_path / "moved")
    first, second = (open_report("2019-20-Q3", params) for params in (PARAMS, elsewhere))
    assert fingerprint(first.settings.peer_group) == fingerprint(second.settings.peer_group)
    for code in first:
        assert fingerprint(first[code].finding) == fingerprint(second[code].finding), code


@pytest.mark.parametrize("name", [field.name for field in fields(Finding)])
def test_every_fact_of_a_finding_counts(name):
    one, other = report()["sexual_offences"].finding, report()["violence_against_the_person"].finding
    unlike = {
        "quarter": one.quarter.previous,
        "area": "Elsewhere",
        "as_at": one.quarter.first,
        "previous": one.value,
        "highlights": ("another",),
        "verdict_before": one.verdict,
        "suspect_months": ("another",),
        "target": "another",
        "areas": {"North": one.months},
    }
    theirs = unlike.get(name, getattr(other, name))
    assert fingerprint(replace(one, **{name: theirs})) != fingerprint(one)


def test_one_month_more_or_less_counts():
    finding = report()["sexual_offences"].finding
    months = finding.months.copy()
    months.loc[months.index[-1], "value"] += 1
    assert fingerprint(replace(finding, months=months)) != fingerprint(finding)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([[1], 2], [[1, 2]]),
        ({"a": None}, {"a": "None"}),
        (np.array([1, 2]), np.array([1, 2], dtype="int32")),
        (pd.Series([1.0, None]), pd.Series([1.0, 0.0])),
        (pd.Series(["a", None]), pd.Series(["a", "nan"])),
        (pd.period_range("2019-01", periods=2, freq="M"), pd.period_range("2019-01", periods=2, freq="Q")),
        (frozenset({"a", "b"}), frozenset({"a"})),
    ],
)
def test_what_is_not_the_same_has_another_fingerprint(one, other):
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(one)


def test_what_cannot_be_told_apart_has_none():
    with pytest.raises(TypeError, match="function has no fingerprint"):
        fingerprint(shown)
