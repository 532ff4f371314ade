"""A report as frames: tidy, numbers, and copies, so that nothing done to one reaches a page; and an analyst's parts."""

from __future__ import annotations

import pandas as pd
import pytest
from builders import report, text_of
from matplotlib import pyplot

import perf_lib as pl
from perf_lib.views.html import Fragment
from perf_lib.words.errors import InputError


def test_nothing_done_to_a_frame_reaches_a_page():
    one = report()["sexual_offences"]
    before = one.headline().html, one.chart().svg, one.sentences().text
    finding = one.finding
    finding.months["value"] /= 10
    frames = [finding.expected_months, finding.rolling_months, finding.peers.history, finding.projection.table]
    frames += [report().months("sexual_offences"), report().peers_frame("sexual_offences"), report().to_frame()]
    for frame in frames:
        frame.iloc[:] = frame.iloc[0]
    again = report()["sexual_offences"]
    assert (again.headline().html, again.chart().svg, again.sentences().text) == before
    assert again.finding.peers.history.iloc[-1].nunique() > 1


def test_a_row_a_measure_with_verdict_and_interval():
    frame = report().to_frame()
    row = frame.loc["sexual_offences"]
    assert (row["quarter_value"], row["rolling_12"], row["verdict"]) == (308, 1496, "possible")
    assert row["change_lower"] < row["change_per_cent"] < row["change_upper"]
    assert row["change_unit"] == "per cent"
    assert row["expected_low"] < row["expected_high"]
    assert list(frame.index) == list(report())


def test_months_are_tidy_with_dates_on_request():
    frame = report().months("sexual_offences", "hate_crime", dates=True)
    assert frame["month"].dtype.kind == "M"
    quarter = frame[frame["month"] >= "2019-10-01"].groupby("measure")["value"].sum()
    assert quarter.to_dict() == {"hate_crime": 131.0, "sexual_offences": 308.0}  # the report's quarter
    assert isinstance(report().months("hate_crime")["month"].dtype, pd.PeriodDtype)
    assert set(report().months()["measure"]) == set(report())
    wide = pl.read_monthly(frame, date="month", value="value", series="measure")
    assert wide["sexual_offences"].iloc[-3:].tolist() == [112, 102, 94]  # which add up to the quarter's 308


def test_the_same_month_of_earlier_years_by_hand():
    table = report()["sexual_offences"].same_month(3)
    assert table.index.astype(str).tolist() == ["2019-12", "2018-12", "2017-12"]
    assert table["value"].tolist() == [94, 135, 160]
    assert table["change_per_cent"].iloc[0] == pytest.approx(100 * (94 - 135) / 135)
    assert table["rank"].tolist() == [3, 2, 1]


def test_two_quarters_differ_by_the_months_that_came_and_left_and_by_what_was_restated():
    earlier = pl.open_report("2019-20-Q2", report().params.folder)
    told = pl.compare(report(), earlier).loc["sexual_offences"]
    assert told["twelve_months"] == told["twelve_months_before"] + 308 - 402  # 137 + 130 + 135
    same = pl.compare(report(), report())
    assert set(same["reasons"]) == {""}
    assert pl.compare(report(), report().as_at("2019-20-Q2"))["reasons"].str.contains("came in").sum() > 10
    with pytest.raises(InputError, match="compare two public reports, or two internal ones"):
        pl.compare(report(), pl.Report(**{**vars(earlier), "is_public": True}))


def test_a_measure_without_peers_says_so():
    with pytest.raises(InputError, match="conviction_rate has no rates of peers; allowed: "):
        report().peers_frame("conviction_rate")


def test_a_figure_of_mine_has_words_and_figures_and_stands_on_the_page_once():
    frame = pd.DataFrame({"thefts": [10, 12, 11]}, index=["2019-04", "2019-05", "2019-06"])
    drawn = pl.plot_months(frame)
    chart = report().figure(drawn, alt="Thefts rise and fall.", caption="Victims' thefts", data=frame)
    html = chart.fragment().html
    assert 'alt="Thefts rise and fall."' in html
    assert "Victims' thefts" in text_of(html)
    assert "2019-05 12" in text_of(html)
    assert "<details" not in report().figure(drawn, alt="A line.", caption="Bare").fragment().html
    assert pyplot.get_fignums() == []
    with pytest.raises(InputError, match="alt is empty; write in a sentence what the figure shows"):
        report().figure(drawn, alt=" ", caption="Thefts")


def test_a_frame_of_mine_is_a_table_with_heads_and_a_note_has_bound_figures_and_a_number():
    frame = pd.DataFrame(
        {"thefts": [1234, 5], "share": [0.25, 10.0]}, index=pd.Index(["North", "South"], name="District")
    )
    table = report().table(frame, "Thefts by district")
    assert isinstance(table, Fragment)
    assert table.text.splitlines() == ["Thefts by district", "North | 1,234 | 0.3", "South | 5 | 10.0"]
    assert '<th scope="row">North</th>' in table.html
    assert "<caption>Thefts by district</caption>" in table.html
    note = report().note("There were **{{ sexual_offences.quarter }}**.")
    assert "308" in text_of(note.html)
    assert 'class="paragraph commentary"' in note.html
    with pytest.raises(InputError, match="a note in a notebook"):
        report().note("{{ sexual_offense.quarter }}")


def test_the_charts_of_a_measure_go_by_name():
    assert list(report()["crime_volume"].charts()) == ["months", "peers", "peer projection"]
    assert list(report()["conviction_rate"].charts()) == ["months"]
