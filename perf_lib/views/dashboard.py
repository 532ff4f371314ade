"""Tables of a Finding: headline box, key to symbols, Appendix A, the quarter's exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from perf_lib.config.settings import Highlights
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding, QuarterFigure
from perf_lib.findings.symbols import Symbol
from perf_lib.stats import calibrated, series, spc
from perf_lib.views import narrative
from perf_lib.views.charts.canvas import data_uri
from perf_lib.views.charts.sparkline import sparkline
from perf_lib.views.html import Fragment, fill, paragraphs
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

CRITERIA = {
    "significant_change": ("Significant change", "No measure shows one."),
    "of_concern": ("Of particular concern", "None was named this quarter."),
    "excellent_work": ("Excellent work or progress", "None was named this quarter."),
    "in_the_news": ("In the local or national news", "None was named this quarter."),
}
"""The report's own four criteria for what is put before the panel; the first is computed."""


def headline_box(finding: Finding) -> Fragment:
    """The measure's quarters of the financial year, each with its 12 months, and its symbols."""
    measure = finding.measure
    quarters = [line for line in finding.box if _any(line)] or list(finding.box[-1:])
    twelve, single = measure.has_year, not measure.spans_a_year
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
        symbols=_icons(finding),
        no_symbols=no_symbols(finding),
    )
    told = ", ".join(f"{line['quarter']}: {' / '.join(line['cells'])}" for line in lines)
    return Fragment(html, f"{measure.title}: {told}; {narrative.context(finding)}")


def key(findings: Mapping[str, Finding]) -> Fragment:
    """The sixteen symbols, their rule in plain English, and how often chance alone would show each."""
    tested = sum(1 for finding in findings.values() if finding.measure.dashboard and finding.arithmetic)
    rows = [
        {
            "uri": symbols.icon_uri(symbol.code),
            "outline": symbols.icon_uri(symbol.code, outline=True) if _has_outline(symbol) else None,
            "words": symbol.words,
            "meaning": symbol.meaning,
            "chance": _chance(symbol, symbols.FALSE_ALARMS, 0),
            "supported": _chance(symbol, symbols.SUPPORTED_FALSE_ALARMS, 1),
        }
        for symbol in symbols.SYMBOLS
    ]
    drawn = (
        "A symbol drawn solid is borne out by calibrated tests, which allow for season and for neighbouring months "
        "being alike. One drawn in outline shows by the published rule alone. The last two columns say how often each "
        "rule shows on a measure in which nothing has changed, in either direction, at a quarter's end; for peers, on "
        "an area that is one of its group like any other."
    )
    by_chance = [wording.number(tested * rate / 100) for rate in (spc.ANY_FALSE_ALARM, calibrated.ANY_FALSE_ALARM)]
    said = (
        f"Of the {tested} measures in the dashboard that can be tested, chance alone would show a symbol by the "
        f"published rules on about {by_chance[0]}, and a solid one on about {by_chance[1]}."
    )
    html = fill("key.html.j2", rows=rows)
    told = "\n".join(f"{row['words']}: {row['meaning']}" for row in rows)
    return paragraphs([drawn, said]) + Fragment(html, told)


def _has_outline(symbol: Symbol) -> bool:
    return symbol.code in symbols.FALSE_ALARMS or symbol.code in ("greater_than_peers", "less_than_peers")


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
    found = {code: finding for code, finding in findings.items() if finding.is_headline}
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


def table(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[int] = (0,)
) -> Fragment:
    """Any small table, its first column heading its rows; `words` are the columns that hold words, not figures."""
    html = fill("table.html.j2", caption=caption, headings=headings, rows=rows, words=words)
    return Fragment(html, "\n".join([caption, *(" | ".join(row) for row in rows)]))


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
            *(wording.WITHHELD if pd.isna(row[month]) else wording.number(row[month]) for month in (before, now)),
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
    if finding.is_withheld and symbols.lacks_data(finding):
        return "Months are withheld"
    if symbols.lacks_data(finding):
        return "Not enough data"
    return wording.sentence_case(narrative.NO_SYMBOL) if finding.is_headline else "Nothing exceptional"


def _row(finding: Finding) -> dict[str, object]:
    measure, last_12, drawing = finding.measure, finding.last_12, sparkline(finding)
    return {
        "code": measure.code,
        "title": measure.title,
        "cells": [
            {"text": _cell(finding, row["value"]), "illustrative": row["origin"] == "illustrative"}
            for _, row in last_12.iterrows()
        ],
        "quarter": _cell(finding, finding.value.value if measure.covers_months == 1 else None),
        "rolling": _cell(finding, finding.rolling.value),
        "change": narrative.change_in_table(finding),
        "verdict": {True: "better", False: "worse", None: ""}[finding.improved] if finding.moved else "",
        "spark": None if drawing is None else data_uri(drawing),
        "exceptional": finding.is_headline,
        "says": _says(finding),
        "symbols": _icons(finding),
        "no_symbols": "–",  # the context beside it says why
        "context": narrative.context(finding),
    }


def _says(finding: Finding) -> str:
    """What the dashboard can be filtered by, in the words of its script."""
    told = {
        "exceptional": finding.is_headline,
        "symbols": bool(symbols.shown(finding)),
        "better": finding.moved and finding.improved is True,
        "worse": finding.moved and finding.improved is False,
        "missing": not finding.is_current or symbols.lacks_data(finding),
    }
    return " ".join(word for word, holds in told.items() if holds)


def _exception(finding: Finding, words: str) -> dict[str, object]:
    shown = _icons(finding)
    return {"code": finding.measure.code, "title": finding.measure.title, "words": words, "symbols": shown}


def _said(finding: Finding) -> str:
    size = narrative.size_of_change(finding)
    return f"{narrative.message(finding)}. {size}".strip()


def _icons(finding: Finding) -> list[dict[str, str]]:
    """The measure's symbols: solid where the calibrated rules bear them out, in outline and said so where not."""
    icons = []
    for symbol in symbols.shown(finding):
        solid = symbols.is_supported(symbol, finding)
        good = symbols.is_good(symbol, finding.measure)
        words = wording.sentence_case(symbol.words)
        words += {True: ", for the better", False: ", for the worse", None: ""}[good]
        words += "" if solid else " (not borne out)"
        icons.append({"uri": symbols.icon_uri(symbol.code, outline=not solid), "words": words})
    return icons


def _chance(symbol: Symbol, rates: Mapping[str, float], column: int) -> str:
    among_peers = symbols.PEER_FALSE_ALARMS.get(symbol.code)
    rate = among_peers[column] if among_peers else rates.get(symbol.code)
    return "–" if rate is None else f"{wording.number(rate, 1)}%"


def _any(line: QuarterFigure) -> bool:
    return bool(line.value or line.rolling or line.first_value is not None)


def _cell(finding: Finding, value: float | None) -> str:
    if finding.is_withheld and wording.is_missing(value):
        return wording.WITHHELD
    return wording.value_in_table(value, finding.measure.unit, finding.measure.decimals)


def _first(finding: Finding, line: QuarterFigure) -> str:
    """The figures first published, where they differ from today's in what is printed."""
    pairs = [(line.first_value, line.value.value), (line.first_rolling, line.rolling.value)]
    if all(first is None for first, _ in pairs):
        return ""
    printed = [_cell(finding, first) for first, now in pairs if first is not None]
    changed = any(first is not None and _cell(finding, first) != _cell(finding, now) for first, now in pairs)
    return " / ".join(printed) if changed else "the same"
