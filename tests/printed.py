"""All the counts that can be read in a public pack, by anybody who has its files: what an attacker starts from.

A figure is named (measure, which count, (first month, last month)), months by ordinals. Which count: 0 is a count or a
share's numerator, 1 what is left of its denominator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
from bs4 import BeautifulSoup

from perf_lib.config.catalogue import Catalogue
from perf_lib.views.charts.canvas import BLUE, ILLUSTRATIVE
from perf_lib.words.quarters import Quarter

Figures = dict[tuple[str, int, tuple[int, int]], float]
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"


def of_tables(months: pd.DataFrame, findings: pd.DataFrame, catalogue: Catalogue) -> Figures:
    """From the workbook's months and findings.csv."""
    read: Figures = {}
    for _, row in months.iterrows():
        t = pd.Period(row["month"], freq="M").ordinal
        _enter(read, catalogue, row["measure"], (t, t), row["value"], row["numerator"], row["denominator"])
        if catalogue[row["measure"]].kind == "count":
            _enter(read, catalogue, row["measure"], (t - 11, t), row["rolling_12"])
    for _, row in findings.iterrows():
        quarter, code = Quarter.parse(row["quarter"]), row["measure"]
        window = quarter.first.ordinal, quarter.last.ordinal
        _enter(read, catalogue, code, window, *(row[f"quarter_{n}"] for n in ("value", "numerator", "denominator")))
        if isinstance(row["as_at"], str):
            t = pd.Period(row["as_at"], freq="M").ordinal
            parts = (row["rolling_12"], row["rolling_12_numerator"], row["rolling_12_denominator"])
            _enter(read, catalogue, code, (t - 11, t), *parts)
            if catalogue[code].kind == "count":
                _enter(read, catalogue, code, (t - 23, t - 12), row["previous_12"])
                if (code, 0, (t - 11, t)) in read:  # the change gives the year before away
                    _enter(read, catalogue, code, (t - 23, t - 12), _less(row["rolling_12"], row["change"]))
    return read


def of_page(page: Path, catalogue: Catalogue, quarter: Quarter) -> Figures:
    """From the HTML report: boxes, tables, Appendix A, figures behind charts, alt texts and the bars themselves."""
    read: Figures = {}
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    titles = {measure.title: code for code, measure in catalogue.items() if measure.kind == "count"}
    for box in soup.select("div.headline[data-measure]"):
        code = box["data-measure"]
        if code not in titles.values():
            continue
        for each, row in zip(quarter.year_to_date, box.select("tbody tr"), strict=True):
            cells = [cell.get_text() for cell in row.select("td")]
            t = each.last.ordinal
            _enter(read, catalogue, code, (t - 2, t), cells[0])
            _enter(read, catalogue, code, (t - 11, t), cells[1])
    for table in soup.select("table"):
        head = [cell.get_text(" ", strip=True) for cell in table.select("thead th")]
        dated = {at: _month(name) for at, name in enumerate(head) if re.fullmatch(r"[A-Z][a-z]{2}-\d\d", name)}
        if head[:1] == ["Measure"] and len(dated) == 12:
            for row in table.select("tbody tr"):
                cells = [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
                code, t = titles.get(cells[0]), quarter.last.ordinal
                if code is not None:
                    for at, month in dated.items():
                        _enter(read, catalogue, code, (month, month), cells[at])
                    _enter(read, catalogue, code, (t - 2, t), cells[head.index("Quarter")])
    for figure in soup.select("figure.chart"):
        _of_chart(read, figure, titles, catalogue)
    return read


def _of_chart(read: Figures, figure: BeautifulSoup, titles: Mapping[str, str], catalogue: Catalogue) -> None:
    alt = figure.img["alt"]
    named = re.match(rf"Bar chart of (.+?), (?:\w+ \d{{4}}|\w+) to ({_MONTH}): ", alt)
    code = titles.get(named[1]) if named else None
    if code is None:
        return
    for value, month in re.findall(rf"([\d,]+) in ({_MONTH})", alt):
        t = pd.Period(pd.to_datetime(month), freq="M").ordinal
        _enter(read, catalogue, code, (t, t), value)
    for month, value in re.findall(rf"12 months to ({_MONTH}) came to ([\d,]+|\[c\])", alt):
        t = pd.Period(pd.to_datetime(month), freq="M").ordinal
        _enter(read, catalogue, code, (t - 11, t), value)
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in figure.select("tbody tr")]
    months = [_month(row[0]) for row in rows]
    for t, row in zip(months, rows, strict=True):
        _enter(read, catalogue, code, (t, t), row[1])
        _enter(read, catalogue, code, (t - 11, t), row[5])
    shown = {t: float(row[1].replace(",", "")) for t, row in zip(months, rows, strict=True) if row[1][0].isdigit()}
    for t, height in _bars(unquote(figure.img["src"].split(",", 1)[1]), shown).items():
        _enter(read, catalogue, code, (t, t), str(round(height)))


def _bars(svg: str, shown: Mapping[int, float]) -> dict[int, float]:
    """The figure that each bar stands for, by its month: heights to scale, the tallest printed one being known."""
    bars, inks = [], f"{BLUE}|{ILLUSTRATIVE}".lower()
    for path in re.findall(rf"<path d='([^']+?)' clip-path='[^']*' style='fill: (?:{inks})'", svg):
        for outline in path.split("z")[:-1]:
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", outline)]
            bars.append((min(numbers[::2]), max(numbers[1::2]) - min(numbers[1::2])))
    assert len(bars) == len(shown)  # a month that is not printed has no bar
    scale = max(height for _, height in bars) / max(shown.values())
    return {t: height / scale for t, (_, height) in zip(sorted(shown), sorted(bars), strict=True) if height > 0}


def _month(written: str) -> int:
    return pd.Period(pd.to_datetime(written, format="%b-%y"), freq="M").ordinal


def _enter(
    read: Figures,
    catalogue: Catalogue,
    code: str,
    window: tuple[int, int],
    value: object,
    numerator: object = None,
    denominator: object = None,
) -> None:
    """Enter what is a figure; two readings of one figure agree, or the pack contradicts itself."""
    kind = catalogue[code].kind
    if kind == "count":
        parts: Iterator[object] = iter([value])
    elif kind == "proportion":
        parts = iter([numerator, _less(denominator, numerator)])
    else:
        return
    for part, each in enumerate(parts):
        number = _number(each)
        if number is not None:
            before = read.setdefault((code, part, window), number)
            assert abs(before - number) < 0.51, f"{code} {window}: {before} in one place and {number} in another"


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return float(value.replace(",", "")) if _NUMBER.fullmatch(value) else None
    return None if value is None or pd.isna(value) else float(value)


def _less(one: object, other: object) -> float | None:
    first, second = _number(one), _number(other)
    return None if first is None or second is None else first - second
