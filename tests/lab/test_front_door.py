"""The front door: names, what Tab and help say of each, how fast it opens, and frames of every shape."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys

import jedi
import numpy as np
import pandas as pd
import pytest
from builders import report

import perf_lib as pl
from perf_lib.stats import spc
from perf_lib.words.errors import InputError

MONTHS = pd.period_range("2015-01", periods=60, freq="M")
WIDE = pd.DataFrame(np.random.default_rng(0).poisson(50, (60, 3)), MONTHS, ["North", "South", "West"])
LONG = WIDE.rename_axis("month").reset_index().melt("month", var_name="district", value_name="thefts")
FUNCTIONS = [name for name in pl.__all__ if inspect.isfunction(getattr(pl, name))]
OF_FRAMES = [name for name in FUNCTIONS if getattr(pl, name).__module__.startswith("perf_lib.lab")]


def test_the_names_are_those_of_the_table_and_those_that_type_checkers_see():
    assert sorted(" ".join(pl._MODULES.values()).split()) == sorted(pl.__all__) == sorted(dir(pl))
    source = inspect.getsource(pl).split("if TYPE_CHECKING")[1].split("__version__")[0]
    lines = re.findall(r"from perf_lib\.([\w.]+) import (?:\(([^)]*)\)|(.*))", source)
    seen = {module: sorted(re.findall(r"\w+", one or other)) for module, one, other in lines}
    assert seen == {module: sorted(names.split()) for module, names in pl._MODULES.items()}
    for name in pl.__all__:
        assert getattr(pl, name).__name__ == name


def test_importing_it_loads_nothing_and_the_published_rules_load_no_page_and_no_chart():
    code = (
        "import sys, json; before = {*sys.modules}; import perf_lib as pl; first = {*sys.modules} - before;"
        "pl.signals; print(json.dumps([sorted(first), sorted(sys.modules)]))"
    )
    first, later = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert [name for name in first if name.startswith(("perf_lib.", "pandas", "numpy"))] == []
    heavy = {"matplotlib", "pydantic", "jinja2", "mistune", "duckdb", "perf_lib.report", "perf_lib.views"}
    assert heavy & {*later} == set()


def test_a_mistyped_name_is_answered_with_the_right_one():
    with pytest.raises(AttributeError, match=r"perf_lib has no 'signal'; did you mean signals\?"):
        pl.signal  # noqa: B018 - asked for, to be refused
    with pytest.raises(AttributeError, match="it has InputError, Quarter"):
        pl.zzzzz  # noqa: B018 - asked for, to be refused


@pytest.mark.parametrize("name", OF_FRAMES)
def test_each_says_its_shapes_units_errors_and_source_and_has_an_example(name):
    words = inspect.getdoc(getattr(pl, name))
    assert ">>> " in words
    assert "Raises InputError" in words
    assert "Any" not in re.sub(r"\*\*style: .Any.", "", str(inspect.signature(getattr(pl, name))))
    for parameter in inspect.signature(getattr(pl, name)).parameters:
        assert parameter in words or re.search(r"[Aa]rguments as in|as in `", words), parameter
    summary = words.split("\n\n")[0]
    assert len(summary) < 130


def test_none_is_a_synonym_of_another():
    summaries = [inspect.getdoc(getattr(pl, name)).split("\n")[0] for name in FUNCTIONS]
    assert len(set(summaries)) == len(FUNCTIONS)
    bodies = [getattr(pl, name).__code__.co_code for name in FUNCTIONS]
    assert len(set(bodies)) == len(FUNCTIONS)
    tables = {name: getattr(pl, name)(WIDE) for name in ("signals", "expected", "expected_months", "forecast",
                                                         "year_on_year", "rolling", "read_monthly")}  # fmt: skip
    shapes = {(tuple(map(str, each.columns)), len(each)) for each in tables.values()}
    assert len(shapes) == len(tables) - 1  # rolling and read_monthly are of one shape, and of other figures
    assert not tables["rolling"].equals(tables["read_monthly"])


@pytest.mark.parametrize(
    ("data", "arguments"),
    [
        (WIDE, {}),
        (WIDE.set_axis(MONTHS.to_timestamp()), {}),
        (WIDE.set_axis(MONTHS.to_timestamp(how="end")), {}),
        (WIDE.set_axis(MONTHS.astype(str)), {}),
        (WIDE.iloc[::-1], {}),
        (WIDE.rename_axis("month").reset_index(), {}),
        (LONG, {}),
        (LONG.assign(month=LONG["month"].dt.to_timestamp()), {}),
        (LONG.assign(month=LONG["month"].astype(str)).sample(frac=1, random_state=1), {}),
        (LONG.set_index("month"), {}),
        (LONG.assign(year=1, force="Here"), {"date": "month", "value": "thefts", "series": "district"}),
        (LONG.assign(year=1), {"value": "thefts"}),
    ],
)  # fmt: skip
def test_frames_of_every_shape_are_read_alike_and_left_alone(data, arguments):
    before = data.copy()
    read = pl.read_monthly(data, **arguments)
    pd.testing.assert_frame_equal(read, WIDE.astype(float), check_names=False, check_freq=False)
    pd.testing.assert_frame_equal(data, before)


def test_a_series_and_files_are_read_too(tmp_path):
    pd.testing.assert_series_equal(
        pl.read_monthly(WIDE["North"])["North"], WIDE["North"].astype(float), check_names=False
    )
    LONG.assign(month=LONG["month"].astype(str)).to_csv(tmp_path / "long.csv", index=False)
    WIDE.set_axis(MONTHS.to_timestamp()).reset_index(names="month").to_excel(tmp_path / "w.xlsx", index=False)
    for file in ("long.csv", "w.xlsx"):
        read = pl.read_monthly(tmp_path / file)
        pd.testing.assert_frame_equal(read, WIDE.astype(float), check_names=False, check_freq=False)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (WIDE.reset_index(drop=True), r"not plain which column has the months: no column has any; pl.read_monthly\("),
        (LONG.assign(force="Here"), r"names the series: it may be 'district' or 'force'; pl.read_monthly\("),
        (LONG.assign(n=1), r"the values: it may be 'thefts' or 'n'; pl.read_monthly\("),
        (pd.concat([LONG, LONG.iloc[:1]]), "North, 2015-01 appears more than once; add its rows up first"),
        (pd.concat([WIDE, WIDE.iloc[:1]]), "2015-01 appears more than once"),
        ([1, 2], "a list is no monthly figures; write a frame, a Series or a table's path"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_write(data, hint):
    with pytest.raises(InputError, match=hint):
        pl.read_monthly(data)


def test_a_wrong_column_is_answered_with_the_right_one():
    with pytest.raises(InputError, match="there is no column 'distrit'; did you mean district"):
        pl.read_monthly(LONG, series="distrit")


def test_the_faces_answer_as_the_library_does():
    rules = spc.signals(WIDE, every_month=True)
    pd.testing.assert_frame_equal(pl.signals(LONG, months=60), rules, check_freq=False)
    newest = pl.expected(WIDE, quarters=3)
    assert newest.loc["North"].index.astype(str).tolist() == ["2019-06", "2019-09", "2019-12"]
    alone = pl.expected(WIDE.loc[:"2019-09"]).xs("2019-09", level="month")
    pd.testing.assert_frame_equal(
        newest.xs("2019-09", level="month").drop(columns="grade"), alone.drop(columns="grade")
    )
    assert pl.rolling(WIDE).iloc[-1].tolist() == WIDE.iloc[-12:].sum().tolist()
    of = WIDE * 3
    share = pl.rolling(WIDE, "proportion", of)
    assert share.iloc[-1].tolist() == pytest.approx((100 * WIDE.iloc[-12:].sum() / of.iloc[-12:].sum()).tolist())
    assert pl.rate(WIDE, pd.Series({"North": 1000.0, "South": 2000.0, "West": 500.0})).iloc[
        0
    ].tolist() == pytest.approx([WIDE.iloc[0, 0], WIDE.iloc[0, 1] / 2, WIDE.iloc[0, 2] * 2])
    short = pl.forecast(WIDE.assign(New=np.where(np.arange(60) > 50, 5.0, np.nan)))
    assert short.loc["New", "why"].iloc[0].startswith("needs 24 months of history")
    assert short.loc["North", "rolling"].notna().all()
    ranges = pl.expected_months(WIDE, dates=True).loc["North"]
    assert isinstance(ranges.index, pd.DatetimeIndex)
    inside = ranges["observed"].between(ranges["lower"], ranges["upper"])[ranges["lower"].notna()]
    assert 0.8 < inside.mean() <= 1


def test_of_200_steady_series_few_are_graded_clear_and_a_changed_one_is():
    values = np.random.default_rng(3).poisson(50, (60, 200))
    values[-3:, 7] *= 2
    grades = pl.expected(pd.DataFrame(values, MONTHS))["grade"].droplevel("month")
    assert grades[7] == "clear"
    assert (grades == "clear").sum() <= 3


def test_an_area_without_rates_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="did you mean North"):
        pl.peers(WIDE, "Nort")


def test_the_plots_draw_on_the_callers_axes_and_leave_settings_alone():
    from matplotlib import pyplot, rcParams

    before = dict(rcParams)
    _, axes = pyplot.subplots(2, 2)
    assert pl.plot_months(WIDE, axes[0, 0]) is axes[0, 0]
    assert pl.plot_expected(WIDE["North"], ax=axes[0, 1]) is axes[0, 1]
    assert pl.plot_peers(WIDE, "North", axes[1, 0]) is axes[1, 0]
    cases, of = pd.Series({"A": 30, "B": 38, "C": 80}), pd.Series({"A": 100, "B": 120, "C": 150})
    assert pl.funnel(cases, of, ax=axes[1, 1]) is axes[1, 1]
    assert len(pl.facet(WIDE, columns=2).axes) == 3
    assert dict(rcParams) == before
    pyplot.close("all")
    with pytest.raises(InputError, match="draws one series, not 3"):
        pl.plot_expected(WIDE)
    with pytest.raises(InputError, match=r"funnel: A: 130 of 100; write 0 or more cases, of no fewer"):
        pl.funnel(cases + 100, of)


def test_jedi_completes_every_object_that_an_analyst_holds():
    one = report()["sexual_offences"]
    names = {"pl": pl, "report": report(), "one": one, "finding": one.finding, "verdict": one.finding.verdict,
             "measure": one.finding.measure, "chart": one.chart(), "quarter": report().quarter,
             "settings": report().settings, "answer": report().what_if("hate_crime")}  # fmt: skip
    wanted = {"pl": "signals", "report": "what_if", "one": "same_month", "finding": "year_on_year", "verdict": "grade",
              "measure": "unit", "chart": "save", "quarter": "previous", "settings": "notes",
              "answer": "summary"}  # fmt: skip
    for name, part in wanted.items():
        offered = {each.name for each in jedi.Interpreter(f"{name}.", [names]).complete()}
        assert part in offered, name
        public = (
            {each for each in vars(type(names[name])) if not each.startswith("_")} if name != "pl" else {*pl.__all__}
        )
        assert public <= offered, name
    (call,) = jedi.Interpreter("pl.signals(", [names]).get_signatures()
    assert call.params[0].name == "data"


def test_the_representations_are_one_screen():
    one = report()["sexual_offences"]
    for shown in (report(), one, one.finding, one.chart(), report().what_if("hate_crime", {"2019-12": 90})):
        assert len(repr(shown).splitlines()) <= 40
        assert len(repr(shown)) < 4000
