"""CONTRIBUTING's recipes hold: each is followed on a copy of the library with a toy, which then works end to end.

A recipe's edits touch just the files that CONTRIBUTING lists under its heading, and no more of them than LIMITS allows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from builders import PARAMS, ROOT

QUARTER = "2019-20-Q3"
LIMITS = {
    "A kind of measure": 3,
    "A symbol rule": 3,
    "A chart": 2,
    "A data source": 3,
    "An output format": 2,
}


class Copy:
    """A copy of the library, params and notebooks, to follow a recipe on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.edited: set[str] = set()
        shutil.copytree(ROOT / "perf_lib", folder / "perf_lib", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(PARAMS, folder / "params", ignore=shutil.ignore_patterns("records"))

    def add(self, file: str, text: str) -> None:
        """Write a new file of the library."""
        assert not (self.folder / file).exists(), file
        self.edited.add(file)
        (self.folder / file).write_text(text, encoding="utf-8")

    def after(self, file: str, line: str, text: str) -> None:
        """Put text below the one line that a pattern fits."""
        self._edit(file, line, lambda match: f"{match[0]}\n{text}")

    def before(self, file: str, line: str, text: str) -> None:
        """Put text above the one line that a pattern fits."""
        self._edit(file, line, lambda match: f"{text}\n{match[0]}")

    def _edit(self, file: str, line: str, change) -> None:
        path = self.folder / file
        text, count = re.subn(rf"^{line}$", change, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1, f"{file}: {count} lines are as {line!r}"
        self.edited.add(file)
        path.write_text(text, encoding="utf-8")

    def run(self, code: str) -> str:
        """What a fresh process prints that imports the copy."""
        before = f"import perf_lib\nassert perf_lib.__file__.startswith({str(self.folder)!r})\n"
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-c", before + code],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def files_of(recipe: str) -> list[str]:
    """The files that CONTRIBUTING lists under a recipe's heading; <name> stands for any."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.split(r"^##+ ", text.split(f"### {recipe}\n")[1], flags=re.MULTILINE)[0]
    return [re.sub("<.*?>", "*", file) for file in re.findall(r"^\d\. `(perf_lib/[^`]+)`", section, re.MULTILINE)]


def assert_only_listed(copy: Copy, recipe: str) -> None:
    """The files edited are those that the recipe lists; an icon and its outline are one drawing."""
    listed = files_of(recipe)
    edited = {file.replace("-outline.svg", ".svg") for file in copy.edited}
    assert len(listed) <= LIMITS[recipe]
    assert [file for file in edited if not any(fnmatch(file, pattern) for pattern in listed)] == []
    assert len(edited) <= len(listed)


def test_every_recipe_lists_files_that_are_there():
    for recipe, limit in LIMITS.items():
        listed = files_of(recipe)
        assert 0 < len(listed) <= limit, recipe
        assert [file for file in listed if "*" not in file and not (ROOT / file).exists()] == []


def with_measure(copy: Copy, kind: str, values: dict[str, float]) -> None:
    """The copy's params, with a measure `toy` of a kind and its months."""
    measure = f"""
toy:
  title: People held at once
  priority: 1
  kind: {kind}
  unit: people
  noun: most people held at once
  singular: person held at once
  better: lower
"""
    with (copy.folder / "params" / "measures.yaml").open("a", encoding="utf-8") as file:
        file.write(measure)
    rows = ["measure,area,month,numerator,denominator,value,origin,status"]
    rows += [f"toy,Wiltshire,{month},,,{value:g},published,final" for month, value in values.items()]
    (copy.folder / "params" / "toy.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    settings = copy.folder / "params" / "settings.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("    - sample:monthly.csv\n", "    - sample:monthly.csv\n    - toy.csv\n"), "utf-8"
    )


def months(*values: float) -> dict[str, float]:
    """Values for the months to December 2019."""
    first = 12 * 2019 + 12 - len(values)
    return {f"{at // 12}-{at % 12 + 1:02d}": value for at, value in enumerate(values, start=first)}


def test_a_kind_of_measure(copy):
    """`peak`: a quarter is its highest month, and so is a year."""
    catalogue, series = "perf_lib/config/catalogue.py", "perf_lib/stats/series.py"
    copy.after(catalogue, r"KindName = Literal\[.*\]", 'KindName = Literal[KindName, "peak"]')
    copy.after(catalogue, r"KINDS: .*= \{", '    "peak": Kind("highest month", chart="points"),')
    copy.before(
        series,
        r'        if self\._measure\.roll_up == "last month":',
        '        if self._measure.roll_up == "highest month":\n'
        '            return Figure(float(columns["value"].max())) if np.isfinite(columns["value"]).all() else NOTHING',
    )
    copy.before(
        series,
        r"        if self\._measure\.year_is_supplied:",
        '        if self._measure.roll_up == "highest month":\n'
        '            return pd.Series(self._columns["value"], self._index).rolling(YEAR).max()',
    )
    with_measure(copy, "peak", months(*[30.0] * 21, 41, 47, 44))
    printed = copy.run(f"""
from perf_lib.report import open_report
report = open_report({QUARTER!r})
finding = report["toy"].finding
print(finding.value.value, finding.rolling.value, finding.previous.value)
print(report["toy"].headline(), report["toy"].sentences(), report["toy"].chart(), report.dashboard())
""")
    assert printed.splitlines()[0] == "47.0 47.0 30.0"
    assert "People held at once" in printed
    assert_only_listed(copy, "A kind of measure")


def test_a_symbol_rule(copy):
    """`two_months_high`: each of the last two months is above the average by more than one standard deviation."""
    copy.after(
        "perf_lib/stats/spc.py",
        r"RULES: tuple\[Rule, \.\.\.\] = \(",
        '    Rule("two_months_high", 2, "high", 1, 24, "Each of two months is above the mean plus 1 SD", 3.0),',
    )
    copy.after(
        "perf_lib/findings/symbols.py",
        r"SYMBOLS: tuple\[Symbol, \.\.\.\] = \(",
        '    Symbol("two_months_high", "two-month high", "Two months are high.", "high", _rule("two_months_high")),',
    )
    drawing = (ROOT / "perf_lib" / "icons" / "month_high.svg").read_text(encoding="utf-8")
    copy.add("perf_lib/icons/two_months_high.svg", drawing)
    copy.add("perf_lib/icons/two_months_high-outline.svg", drawing.replace('fill="currentColor" s', 'fill="none" s'))
    with_measure(copy, "count", months(*[30.0, 32.0] * 12, 50, 50))
    printed = copy.run(f"""
from perf_lib.findings import symbols
from perf_lib.report import open_report
report = open_report({QUARTER!r})
print(*symbols.codes(report["toy"].finding))
print(report["toy"].headline(), report["toy"].explain(), report.key(), report.dashboard())
""")
    assert "two_months_high" in printed.splitlines()[0].split()
    assert printed.count("two-month high") >= 3
    assert_only_listed(copy, "A symbol rule")


def test_a_chart(copy):
    """`report[code].calendar()`: the last twelve months as bars."""
    copy.add(
        "perf_lib/views/charts/calendar.py",
        '''"""A year as bars, a month each."""

from perf_lib.findings.finding import Finding
from perf_lib.views.charts.canvas import BLUE, bars, in_house_style, paper, svg
from perf_lib.views.charts.chart import Chart


@in_house_style()
def calendar(finding: Finding) -> Chart:
    """The last twelve months as bars."""
    table = finding.last_12[["value"]]
    figure, (panel,) = paper(144)
    bars(panel, table["value"], [BLUE] * len(table), 0.8)
    return Chart("A year of months", finding.measure.title, "Twelve bars.", svg(figure), table)
''',
    )
    copy.before(
        "perf_lib/report/report.py",
        r"    def table\(self\) -> Fragment:",
        '''    def calendar(self) -> Chart:
        """The last twelve months as bars."""
        from perf_lib.views.charts.calendar import calendar

        return calendar(self.finding)
''',
    )
    printed = copy.run(f"""
from perf_lib.report import open_report
chart = open_report({QUARTER!r})["sexual_offences"].calendar()
print(len(chart.table), "<svg" in chart.svg, "Twelve bars." in chart.fragment().html)
""")
    assert printed.split() == ["12", "True", "True"]
    assert_only_listed(copy, "A chart")


def test_a_data_source(copy):
    """`inputs: feed: <file>`: months from a JSON file of `{measure: {month: count}}`."""
    copy.add(
        "perf_lib/extracts/feed.py",
        '''"""Counts by the month from a JSON feed."""

import json
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import read_text


def read_feed(path: Path, area: str) -> pd.DataFrame:
    """The tidy monthly frame of a feed."""
    rows = [
        {"measure": code, "area": area, "month": pd.Period(month, freq="M"), "value": float(count)}
        for code, counts in json.loads(read_text(path)).items()
        for month, count in counts.items()
    ]
    columns = ["numerator", "denominator", "margin"]
    return pd.DataFrame(rows).assign(origin="published", status="final", **dict.fromkeys(columns, float("nan")))
''',
    )
    copy.before(
        "perf_lib/config/settings.py",
        r"    records: str \| None = None",
        '    feed: str | None = None\n    """A JSON file of counts by measure and month."""',
    )
    copy.after(
        "perf_lib/report/report.py",
        r"        frames\.append\(extracts\.read_monthly\(.*",
        "    if inputs.feed:\n"
        "        from perf_lib.extracts.feed import read_feed\n\n"
        "        frames.append(read_feed(params.input_path(inputs.feed), area))\n"
        "        frames = [pd.concat(frames, ignore_index=True)]",
    )
    with_measure(copy, "count", {})
    (copy.folder / "params" / "toy.csv").unlink()
    (copy.folder / "params" / "feed.json").write_text(json.dumps({"toy": months(*range(1, 25))}), encoding="utf-8")
    settings = copy.folder / "params" / "settings.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("    - toy.csv\n", "  feed: feed.json\n"), encoding="utf-8")
    printed = copy.run(f"""
from perf_lib.report import open_report
report = open_report({QUARTER!r})
print(report["toy"].finding.value.value)
print(report["toy"].sentences())
""")
    assert printed.splitlines()[0] == str(22.0 + 23 + 24)
    assert_only_listed(copy, "A data source")


def test_an_output_format(copy):
    """`figures.json`: each measure's figure of the quarter, in the pack and in its record."""
    copy.add(
        "perf_lib/views/figures_json.py",
        '''"""Each measure's figure of the quarter as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

from perf_lib.findings.finding import Finding


def write_figures(findings: Mapping[str, Finding], path: Path) -> None:
    """Write them, a measure a key."""
    path.write_text(json.dumps({code: finding.value.value for code, finding in findings.items()}), encoding="utf-8")
''',
    )
    pack = "perf_lib/press/pack.py"
    copy.before(
        pack,
        r"WRITERS: .*",
        """def _write_figures(report: Report, to: Path) -> None:
    from perf_lib.views.figures_json import write_figures

    write_figures(report.findings, to)


""",
    )
    copy.after(pack, r"WRITERS: .*= \{", '    "figures.json": _write_figures,')
    notebooks = copy.folder / "notebooks"
    notebooks.mkdir()
    shutil.copy(ROOT / "notebooks" / "6_dashboard.ipynb", notebooks)
    copy.run(f"""
from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter
run(Quarter.parse({QUARTER!r}))
""")
    made = copy.folder / "outputs" / QUARTER
    assert json.loads((made / "figures.json").read_text(encoding="utf-8"))["sexual_offences"] == 308
    assert "figures.json" in json.loads((made / "run.json").read_text(encoding="utf-8"))["outputs"]
    assert_only_listed(copy, "An output format")
