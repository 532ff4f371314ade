"""Tables of a Finding: headline box, key to symbols, Appendix A, the quarter's exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from perf_lib import narrative, series, symbols, wording
from perf_lib.findings import Finding, QuarterFigure
from perf_lib.markup import Fragment, fill, paragraphs
from perf_lib.quarters import Quarter
from perf_lib.settings import Highlights
from perf_lib.symbols import Symbol

CRITERIA = {
    "significant_change": ("Significant change", "No measure shows one by the published rules."),
    "of_concern": ("Of particular concern", "None was named this quarter."),
    "excellent_work": ("Excellent work or progress", "None was named this quarter."),
    "in_the_news": ("In the local or national news", "None was named this quarter."),
}
"""The report's own four criteria for what is put before the panel; the first is computed."""

# Exceptional months, as the report means them. Trends are left out: their published tests show on most series.
EXCEPTIONAL = tuple(f"{span}_{side}" for span in ("month", "three_months", "eight_months") for side in ("high", "low"))


def headline_box(finding: Finding) -> Fragment:
    """The measure's quarters of the financial year, each with its 12 months, and its symbols."""
    measure = finding.measure
    quarters = [line for line in finding.box if _any(line)] or list(finding.box[-1:])
    twelve = measure.kind != "survey" or measure.covers_months == 12
    single = measure.kind not in ("rolling",) and measure.covers_months == 1
    restated = any(line.first_value is not None or line.first_rolling is not None for line in quarters)
    headings = ["Figure"] * single + ["12 months"] * twelve + ["First published"] * restated
    lines = [
        {
            "quarter": wording.sentence_case(line.quarter.name.removeprefix("quarter ")),
            "cells": [_cell(finding, line.value.value)] * single
            + [_cell(finding, line.rolling.value)] * twelve
            + [_first(finding, line)] * restated,
        }
        for line in finding.box
    ]
    html = fill(
        "headline.html.j2",
        measure=measure,
        marking=measure.marking,
        year=finding.quarter.financial_year,
        headings=headings,
        lines=lines,
        symbols=_icons(symbols.shown(finding)),
        no_symbols=no_symbols(finding),
    )
    told = ", ".join(f"{line['quarter']}: {' / '.join(line['cells'])}" for line in lines)
    return Fragment(html, f"{measure.title}: {told}; {narrative.context(finding)}")


def key(findings: Mapping[str, Finding]) -> Fragment:
    """The sixteen symbols, their rule in plain English, and how often chance alone would show each."""
    tested = sum(1 for finding in findings.values() if finding.measure.dashboard and finding.arithmetic)
    rows = [
        {"uri": symbols.icon_uri(s.code), "words": s.words, "meaning": s.meaning, "chance": _chance(s)}
        for s in symbols.SYMBOLS
    ]
    html = fill("key.html.j2", rows=rows, tested=tested)
    return Fragment(html, "\n".join(f"{row['words']}: {row['meaning']}" for row in rows))


def dashboard(findings: Mapping[str, Finding], priorities: Mapping[int, str]) -> Fragment:
    """Appendix A: twelve months, the quarter, the rolling figure and its change, symbols and a few words."""
    first = next(iter(findings.values()))
    months = first.last_12.index
    tables = [
        {
            "title": f"{number}. {title}",
            "rows": [
                _row(finding)
                for finding in findings.values()
                if finding.measure.priority == number and finding.measure.dashboard
            ],
        }
        for number, title in priorities.items()
    ]
    html = fill(
        "dashboard.html.j2",
        title="Appendix A: dashboard",
        priorities=[table for table in tables if table["rows"]],
        months=[wording.short_month(month) for month in months],
    )
    words = [f"{f.measure.title}: {narrative.context(f)}" for f in findings.values() if f.measure.dashboard]
    return Fragment(html, "\n".join(words))


def exceptions(findings: Mapping[str, Finding], highlights: Highlights) -> Fragment:
    """What is put before the panel, under the report's four criteria."""
    found = {code: finding for code, finding in findings.items() if significant(finding)}
    tagged = {"significant_change": {code: _said(finding) for code, finding in found.items()}, **dict(highlights)}
    groups = [
        {
            "title": title,
            "none": none,
            "lines": [_exception(findings[code], words) for code, words in tagged[name].items()],
        }
        for name, (title, none) in CRITERIA.items()
    ]
    told = [
        f"{title}: {', '.join(findings[code].measure.title for code in tagged[name]) or 'none'}"
        for name, (title, _) in CRITERIA.items()
    ]
    return Fragment(fill("exceptions.html.j2", groups=groups), "\n".join(told))


def significant(finding: Finding) -> bool:
    """Whether the quarter's last months are exceptional by the published rules."""
    return any(code in finding.signals for code in EXCEPTIONAL)


def months_table(finding: Finding) -> Fragment:
    """The measure's last twelve months as a table, with the same months a year before."""
    measure, now = finding.measure, finding.last_12
    before = finding.months.reindex(now.index - 12)
    rows = [
        (
            wording.short_month(month),
            _cell(finding, now.loc[month, "value"]),
            _cell(finding, before["value"].iloc[position]),
            _cell(finding, finding.rolling_months.get(month)),
        )
        for position, month in enumerate(now.index)
    ]
    caption = f"{measure.title}: the last twelve months"
    return table(caption, ["Month", "Figure", "A year before", "12 months to the month"], rows)


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Fragment:
    """Any small table, its first column heading its rows."""
    html = fill("table.html.j2", caption=caption, headings=headings, rows=rows)
    return Fragment(html, "\n".join([caption, *(" ".join(row) for row in rows)]))


def reasons(caption: str, counts: pd.DataFrame, quarter: Quarter) -> Fragment:
    """Counts by reason, twelve months to the quarter's end against the twelve before, with the change.

    counts: reasons in rows, a column for each twelve months by their last month.
    """
    now, before = quarter.last, quarter.last - 12
    if not {now, before} <= set(counts.columns):
        missing = wording.twelve_months_to(before if before not in counts else now)
        return paragraphs([f"{caption}: not supplied for the {missing}."])
    rows = [
        (
            str(reason),
            wording.number(row[before]),
            wording.number(row[now]),
            wording.change_in_table(row[now] - row[before], "count"),
            wording.change_per_cent_in_table(series.change_per_cent(row[now], row[before])),
        )
        for reason, row in counts.iterrows()
    ]
    twelve = [f"12 months to {wording.short_month(month)}" for month in (before, now)]
    return table(caption, ["Reason", *twelve, "Change", "Change, %"], rows)


def no_symbols(finding: Finding) -> str:
    """What stands where symbols would: nothing exceptional is not the same as not enough data."""
    if not finding.arithmetic:
        return "Symbols for months and trends do not apply"
    return "Not enough data" if symbols.lacks_data(finding) else "Nothing exceptional"


def _row(finding: Finding) -> dict[str, object]:
    measure, last_12 = finding.measure, finding.last_12
    change = (
        wording.change_in_table(finding.change, measure.unit, measure.decimals)
        if measure.is_percentage
        else wording.change_per_cent_in_table(finding.change_per_cent)
    )
    return {
        "code": measure.code,
        "title": measure.title,
        "cells": [
            {"text": _cell(finding, row["value"]), "illustrative": row["origin"] == "illustrative"}
            for _, row in last_12.iterrows()
        ],
        "quarter": _cell(finding, finding.value.value if measure.covers_months == 1 else None),
        "rolling": _cell(finding, finding.rolling.value),
        "change": change,
        "symbols": _icons(symbols.shown(finding)),
        "no_symbols": {"Symbols for months and trends do not apply": "–"}.get(no_symbols(finding), no_symbols(finding)),
        "context": narrative.context(finding),
    }


def _exception(finding: Finding, words: str) -> dict[str, object]:
    shown = _icons(symbols.shown(finding))
    return {"code": finding.measure.code, "title": finding.measure.title, "words": words, "symbols": shown}


def _said(finding: Finding) -> str:
    return f"{narrative.message(finding)}."


def _icons(shown: Sequence[Symbol]) -> list[dict[str, str]]:
    return [{"uri": symbols.icon_uri(s.code), "words": wording.sentence_case(s.words)} for s in shown]


def _chance(symbol: Symbol) -> str:
    rate = symbols.FALSE_ALARMS.get(symbol.code)
    return "" if rate is None else f"{wording.number(rate, 1)}%"


def _any(line: QuarterFigure) -> bool:
    return bool(line.value or line.rolling or line.first_value is not None)


def _cell(finding: Finding, value: float | None) -> str:
    return wording.value_in_table(value, finding.measure.unit, finding.measure.decimals)


def _first(finding: Finding, line: QuarterFigure) -> str:
    """The figures first published, where they differ from today's in what is printed."""
    pairs = [(line.first_value, line.value.value), (line.first_rolling, line.rolling.value)]
    if all(first is None for first, _ in pairs):
        return ""
    printed = [_cell(finding, first) for first, now in pairs if first is not None]
    changed = any(first is not None and _cell(finding, first) != _cell(finding, now) for first, now in pairs)
    return " / ".join(printed) if changed else "the same"
