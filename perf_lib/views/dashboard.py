"""Tables of a Finding: headline box, key to symbols, Appendix A, the quarter's exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from perf_lib.config.settings import Highlights
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding, QuarterFigure
from perf_lib.findings.symbols import Symbol
from perf_lib.stats import series, spc
from perf_lib.stats.series import Figure
from perf_lib.views import narrative
from perf_lib.views.charts.canvas import data_uri
from perf_lib.views.charts.sparkline import sparkline
from perf_lib.views.html import Fragment, fill, paragraphs
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

STANDS = {"": "", "at the end of": "at each quarter's end", "in": "in each quarter's last month"}
"""When the figures of a headline box stand, by how sentences say it."""
CRITERIA = {
    "significant_change": ("Significant change", "No measure shows one."),
    "of_concern": ("Of particular concern", "None was named this quarter."),
    "excellent_work": ("Excellent work or progress", "None was named this quarter."),
    "in_the_news": ("In the local or national news", "None was named this quarter."),
}
"""The report's own four criteria for what is put before the panel; the first is computed."""


def headline_box(finding: Finding) -> Fragment:
    """The measure's quarters of the financial year, each with its 12 months, its verdict and its symbols."""
    measure = finding.measure
    twelve, single = measure.has_year and not measure.stands_at, not measure.spans_a_year
    restated = any(first is not None for line in finding.box for _, first, _ in line.then_and_now)
    headings = ["Figure"] * single + ["12 months"] * twelve + ["First published"] * restated
    lines = [
        {
            "quarter": wording.sentence_case(line.quarter.name.removeprefix("quarter ")),
            "cells": [_with_margin(finding, line.value)] * single
            + [_with_margin(finding, line.rolling)] * twelve
            + [_first_published(finding, line)] * restated,
        }
        for line in finding.box
    ]
    not_supplied = f"{wording.sentence_case(wording.NOT_SUPPLIED)}."
    verdict = not_supplied if finding.as_at is None else narrative.verdict(finding)
    html = fill(
        "headline.html.j2",
        measure=measure,
        marking=measure.marking,
        year=finding.quarter.financial_year,
        facts=_facts(finding),
        headings=headings,
        lines=lines,
        verdict=verdict,
        symbols=_icons(finding),
    )
    text = ", ".join(f"{line['quarter']}: {' / '.join(line['cells'])}" for line in lines)
    return Fragment(html, f"{measure.title}: {text}; {verdict}")


def _facts(finding: Finding) -> str:
    """What the box's figures are in, the target, and the last known figure where the quarter has none."""
    measure = finding.measure
    is_clock = measure.unit == wording.SECONDS and not measure.decimals
    unit = "Minutes and seconds" if is_clock else wording.sentence_case(measure.unit)
    facts = [
        f"{unit} in 12 months" if measure.spans_a_year else f"{unit}, {STANDS[measure.traits.stands]}".rstrip(", ")
    ]
    if finding.target is not None:
        facts.append(f"target {narrative.aim(finding)}: {finding.target.word or 'no figure'}")
    if not finding.is_current and finding.as_at is not None:
        figure = narrative.in_prose(finding.rolling.value, measure)
        year = "" if finding.rolling.value is None or measure.spans_a_year else f" ({figure} in 12 months)"
        facts.append(f"last known: {narrative.last_known(finding)}{year}")
    return "; ".join(facts)


def _with_margin(finding: Finding, figure: Figure) -> str:
    text = finding.measure.in_table(figure.value)
    return text if figure.margin is None or figure.value is None else f"{text} ±{wording.number(figure.margin, 1)}"


def key(findings: Mapping[str, Finding]) -> Fragment:
    """The sixteen symbols, their rule in plain English, and how often chance alone would show each."""
    tested = sum(1 for finding in findings.values() if finding.arithmetic)
    outlined = {*symbols.FALSE_ALARMS, *symbols.OUTSIDE}
    rows = [
        {
            "uri": symbols.icon_uri(symbol.code),
            "outline": symbols.icon_uri(symbol.code, outline=True) if symbol.code in outlined else None,
            "words": symbol.words,
            "meaning": symbol.meaning,
            "chance": _chance(symbol),
        }
        for symbol in symbols.SYMBOLS
    ]
    appearance = (
        "A symbol drawn solid goes with the measure's verdict, which allows for season and chance; one drawn in "
        "outline shows by its rule alone. The last column says how often each rule shows on a measure in which nothing "
        "has changed, in either direction, at a quarter's end. For peers it is an area like any other of its group."
    )
    by_chance = [wording.number(tested * rate / 100) for rate in (spc.ANY_FALSE_ALARM, symbols.ANY_SOLID)]
    false_alarms = (
        f"Of the {tested} measures that are tested month by month, chance alone would show a symbol on about "
        f"{by_chance[0]}, and a solid one on about {by_chance[1]}."
    )
    text = "\n".join(f"{row['words']}: {row['meaning']}" for row in rows)
    return paragraphs([appearance, *[false_alarms] * (tested > 0)]) + Fragment(fill("key.html.j2", rows=rows), text)


def dashboard(findings: Mapping[str, Finding], priorities: Mapping[int, str]) -> Fragment:
    """Appendix A: every measure's quarter, year, change, target, two years at a glance, symbols and verdict."""
    tables = [
        {"title": f"{number}. {title}", "rows": [_row(f) for f in findings.values() if f.measure.priority == number]}
        for number, title in priorities.items()
    ]
    priority_tables = [table for table in tables if table["rows"]]
    html = fill("dashboard.html.j2", title="Appendix A: dashboard", priorities=priority_tables)
    return Fragment(html, "\n".join(f"{f.measure.title}: {narrative.context(f)}" for f in findings.values()))


def exceptions(findings: Mapping[str, Finding], highlights: Highlights) -> Fragment:
    """What is put before the panel, under the report's four criteria."""
    changed = {
        code: narrative.verdict_words(finding) for code, finding in findings.items() if finding.verdict.grade == "clear"
    }
    words_by_criterion = {"significant_change": changed, **dict(highlights)}
    groups, texts = [], []
    for criterion, (title, none) in CRITERIA.items():
        lines = [
            {"code": code, "title": findings[code].measure.title, "words": words}
            for code, words in words_by_criterion[criterion].items()
        ]
        groups.append({"title": title, "none": none, "lines": lines})
        texts.append(f"{title}: {', '.join(str(line['title']) for line in lines) or 'none'}")
    return Fragment(fill("exceptions.html.j2", groups=groups), "\n".join(texts))


def months_table(finding: Finding) -> Fragment:
    """The measure's last twelve months as a table, with the same months a year before."""
    months, now = finding.last_12.index, finding.last_12["value"]
    before, rolling = finding.months["value"].reindex(months - 12), finding.rolling_months.reindex(months)
    rows = [
        (wording.short_month(month), *(finding.measure.in_table(value) for value in values))
        for month, *values in zip(months, now, before, rolling, strict=True)
    ]
    headings = [finding.measure.traits.heading, "Figure", "A year before", "12 months to the month"]
    width = len(headings) - finding.measure.stands_at
    rows = [row[:width] for row in rows]
    return table(f"{finding.measure.title}: the last twelve months", headings[:width], rows)


def table(
    caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], words: Sequence[int] = (0,)
) -> Fragment:
    """Any small table, its first column heading its rows; `words` are the columns that hold words, not figures."""
    html = fill("table.html.j2", caption=caption, headings=headings, rows=rows, words=words)
    return Fragment(html, "\n".join([caption, *(" | ".join(row) for row in rows)]))


def table_of(frame: pd.DataFrame, caption: str) -> Fragment:
    """Anybody's frame as a table; numbers as tables print them, with one decimal where a column has any."""
    if not caption.strip():
        raise InputError("table: caption is empty; write what the table shows")
    shown = frame.reset_index() if frame.index.name is not None else frame
    columns, words = [], [0]
    for at, (_, cells) in enumerate(shown.items()):
        if pd.api.types.is_numeric_dtype(cells):
            decimals = int(bool((cells.dropna() % 1).any()))
            columns.append([wording.value_in_table(float(cell), "", decimals) for cell in cells])
        else:
            columns.append([*map(str, cells)])
            words.append(at)
    return table(caption, [*map(str, shown)], [*zip(*columns, strict=True)], words)


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
            *(wording.number(row[month]) for month in (before, now)),
            wording.change_in_table(row[now] - row[before], "count"),
            wording.change_per_cent_in_table(series.change_per_cent(row[now], row[before])),
        )
        for reason, row in counts.iterrows()
    ]
    twelve = [f"12 months to {wording.short_month(month)}" for month in (before, now)]
    return table(caption, ["Reason", *twelve, "Change", "Change, %"], rows)


def _row(finding: Finding) -> dict[str, object]:
    measure, drawing, target = finding.measure, sparkline(finding), finding.target
    quarter = None if measure.spans_a_year else finding.value.value
    return {
        "code": measure.code,
        "title": measure.title,
        "quarter": finding.measure.in_table(quarter),
        "rolling": "–" if measure.stands_at else measure.in_table(finding.rolling.value),
        "change": narrative.change_in_table(finding),
        "target": "–" if target is None else narrative.TARGET_SHAPES[target.word],
        "spark": None if drawing is None else data_uri(drawing),
        "says": _says(finding),
        "symbols": _icons(finding),
        "context": narrative.context(finding),
    }


def _says(finding: Finding) -> str:
    """What the dashboard can be filtered by, in the words of its script."""
    filters = {
        "exceptional": finding.verdict.grade == "clear",
        "symbols": bool(symbols.shown(finding)),
        "better": finding.verdict.good is True,
        "worse": finding.verdict.good is False,
        "missing": not finding.is_current or symbols.lacks_data(finding),
    }
    return " ".join(word for word, holds in filters.items() if holds)


def _icons(finding: Finding) -> list[dict[str, str]]:
    """The measure's symbols: solid where the verdict bears them out, else in outline and with words for it."""
    icons = []
    for symbol in symbols.shown(finding):
        solid = symbols.is_supported(symbol, finding)
        words = wording.sentence_case(symbol.words) + narrative.EFFECT[symbols.is_good(symbol, finding.measure)]
        uri = symbols.icon_uri(symbol.code, outline=not solid)
        icons.append({"uri": uri, "words": words if solid else f"{words} (may be chance)"})
    return icons


def _chance(symbol: Symbol) -> str:
    rate = (symbols.FALSE_ALARMS | symbols.PEER_FALSE_ALARMS).get(symbol.code)
    return "–" if rate is None else f"{wording.number(rate, 1)}%"


def _first_published(finding: Finding, line: QuarterFigure) -> str:
    """The figures first published, where they differ from today's in what is printed."""
    pairs = [pair for _, *pair in line.then_and_now if pair[0] is not None]
    printed = [[finding.measure.in_table(value) for value in pair] for pair in pairs]
    if all(first == now for first, now in printed):
        return "the same" if printed else ""
    return " / ".join(first for first, _ in printed)
