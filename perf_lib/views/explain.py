"""The arithmetic behind each symbol, in words and numbers that a person can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from perf_lib.findings import analysis, symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import FALSE_DISCOVERY, POSSIBLE
from perf_lib.stats import spc
from perf_lib.stats.suspected_breaks import ALPHA, FALSE_ALARM, LevelShift
from perf_lib.views import html, narrative
from perf_lib.views.dashboard import table
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording

_SIDE = {"high": (">", "+"), "low": ("<", "−")}
"""How a rule's sum compares, and to which side of the average its limit lies."""


def explain(finding: Finding) -> Fragment:
    """How the verdict came about, each symbol's sum for the newest month, and which symbols past months showed."""
    measure = finding.measure
    title = f"{measure.title}, {finding.quarter.label}"
    verdict = paragraphs([f"{measure.title}: {narrative.verdict_words(finding)}."])
    sums = table(f"{title}: what was expected", ["Months", "Arithmetic", "Chance"], verdict_sums(finding))
    if not finding.arithmetic:
        no_symbols = f"Symbols for months and trends do not apply to a {measure.kind} measure."
        told = (sums if finding.year_on_year else html.EMPTY) + paragraphs([grade_sum(finding), no_symbols])
        return verdict + told
    return (
        verdict
        + sums
        + paragraphs([grade_sum(finding)])
        + table(f"{title}: symbols", ["Symbol", "Arithmetic", "Shows"], published_sums(finding))
        + table("Symbols of past months", ["Month", "Symbols"], _past(finding))
        + suspected_break(finding)
    )


def verdict_sums(finding: Finding) -> list[tuple[str, str, str]]:
    """Each stretch of months that is judged: which, what was observed where what was expected, and the chance."""
    rows = []
    for each in finding.judged.values():
        months = wording.month(each.last) if each.first == each.last else wording.span(each.first, each.last)
        sums = f"{_number(each.observed)} where {_number(each.expected)} was expected, {_number(each.lower)} to "
        rows.append((months, f"{sums}{_number(each.upper)} in 95 of 100 cases", _p(abs(each.p))))
    year = finding.year_on_year
    if year is not None:
        sums = f"{_number(year.now)} against {_number(year.before)}"
        if not pd.isna(year.lower):
            units = {"per cent": wording.per_cent, "percentage points": wording.percentage_points, "its own": _number}
            change, lower, upper = (units[year.unit](value) for value in (year.change, year.lower, year.upper))
            sums += f", a change of {change}; {lower} to {upper} in 95 of 100 cases"
        rows.append(("This year against last", sums, _p(year.p)))
    return rows


def grade_sum(finding: Finding) -> str:
    """How the chances make a grade."""
    told = finding.verdict
    if told.chance is None:
        return f"Nothing can be told: {told.reason}."
    rate = wording.per_cent(100 * FALSE_DISCOVERY)
    together = "Months, quarter, eight months and year together have" if finding.judged else "The year has"
    return (
        f"{together} {_p(told.chance)}{' (Cauchy combination)' if finding.judged else ''}. Under "
        f"{POSSIBLE:g} a measure is possibly unlike what was expected; it is clearly so where it is also among those "
        f"of which at most {rate} are expected to be false (Benjamini and Hochberg). The verdict: "
        f"{narrative.verdict_words(finding)}."
    )


def suspected_break(finding: Finding) -> Fragment:
    """Where the level of the months looks to have changed for good, with the lines that would put it on record.

    For analysts: nothing is applied until a person does. Empty for a measure whose months cannot be tested.
    """
    code = finding.measure.code
    shift = analysis.suspected_breaks({code: finding.comparable}).get(code)
    if shift is None:
        return html.EMPTY
    if shift.history is None or shift.month is None:
        return paragraphs([f"A break in the level cannot be looked for: {shift.why_not}."])
    window = f"in the {shift.history} months to {wording.month(finding.quarter.last)}"
    if not shift.suspected:
        return paragraphs([f"No break in the level is suspected {window}."])
    return paragraphs([_suspicion(finding, shift, window)]) + html.lines_to_paste(break_lines(finding, shift.month))


def break_lines(finding: Finding, month: pd.Period) -> str:
    """The lines of settings that put a process change in the measure on record, for a person to finish."""
    return (
        f"  - measures: [{finding.measure.code}]\n"
        "    kind: process change\n"
        f"    first: {month.start_time:%Y-%m-%d}\n"
        "    reason: What changed, and how it is known.\n"
        "    author: Who says so"
    )


def suspected_breaks(findings: Mapping[str, Finding]) -> Fragment:
    """Every measure in which a break is suspected, for analysts, and how many chance alone would name."""
    shifts = analysis.suspected_breaks({code: finding.comparable for code, finding in findings.items()})
    tested = {code: shift for code, shift in shifts.items() if shift.history}
    rows = [
        (findings[code].measure.title, wording.month(shift.month), _change(shift), _p(shift.p))
        for code, shift in tested.items()
        if shift.suspected and shift.month is not None and shift.p is not None
    ]
    by_chance = wording.number(len(tested) * FALSE_ALARM / 100, 1)
    sentences = (
        f"A break in the level was looked for in {len(tested)} measures and is suspected in {len(rows)}; were all of "
        f"them stable, chance would name about {by_chance}. Nothing is applied: what a person knows to be a change in "
        "the counting goes under breaks in settings."
    )
    headings = ["Measure", "First month of the new level", "Change of level", "Every candidate month allowed for"]
    return paragraphs([sentences]) + (table("Suspected breaks", headings, rows) if rows else html.EMPTY)


def _suspicion(finding: Finding, shift: LevelShift, window: str) -> str:
    assert shift.month is not None and shift.p is not None  # noqa: S101 - the caller has asked
    is_illustrative = "illustrative" in finding.origin_of(shift.month - 1, shift.month)
    illustrative = " The months on either side are illustrative." if is_illustrative else ""
    test = _p(shift.p)
    return (
        f"A break is suspected {window}: from {wording.month(shift.month)} the level is {_change(shift)} that before "
        f"({test} with every month that could have been the first allowed for; needs p < {ALPHA:g})."
        f"{illustrative} It may be a change in the world or in the counting, and nothing is applied. A change in the "
        "counting goes on record with these lines, under breaks in settings:"
    )


def _change(shift: LevelShift) -> str:
    assert shift.change is not None  # noqa: S101 - a shift with a month has one
    if pd.isna(shift.change):
        return "above"  # from nought there is no per cent
    size = wording.per_cent if shift.unit == "per cent" else wording.percentage_points
    return f"{size(abs(shift.change))} {'above' if shift.change > 0 else 'below'}"


def published_sums(finding: Finding) -> list[tuple[str, str, str]]:
    """Each published rule for the newest month: the symbol's words, the sum, whether it shows."""
    return [_sum(test, _published(test, finding)) for test in finding.arithmetic.values()]


def _sum(test: spc.Arithmetic, words: str) -> tuple[str, str, str]:
    verdict = "yes" if test.met else "no" if test.enough else "not enough data"
    return symbols.BY_CODE[test.code].words, words, verdict


def _published(test: spc.Arithmetic, finding: Finding) -> str:
    if not test.enough:
        return "a month of its window is missing"
    rule = next(rule for rule in spc.RULES if rule.code == test.code)
    sign, plus = _SIDE[rule.direction]
    if test.p is not None and test.slope is not None:
        slope, t = _number(test.slope, 2), _number(test.t or 0.0, 2)
        return f"slope {slope} a month, t = {t}, {_p(test.p)}; needs t {sign} 0 and p < 0.05"
    assert test.mean is not None and test.sd is not None  # noqa: S101 - a rule that is not a trend has them
    limit = _number(test.mean)
    if rule.sds:
        limit += f" {plus} {'' if rule.sds == 1 else f'{rule.sds:g} × '}{_number(test.sd)}"
    comparison = sign if test.met else f"not all {sign}" if len(test.values) > 1 else f"not {sign}"
    return f"{_numbers(test.values)} {comparison} {limit}"


def _past(finding: Finding) -> Sequence[Sequence[str]]:
    rows = []
    for month in finding.last_12.index:
        met = finding.signal_history.loc[month] if month in finding.signal_history.index else {}
        words = [symbol.words for symbol in symbols.SYMBOLS if bool(met.get(symbol.code, False))]
        rows.append((wording.short_month(month), "; ".join(words) or "none"))
    return rows


def _number(value: float, decimals: int | None = None) -> str:
    """As many decimals as the size deserves, and none that are nought."""
    fine = decimals if decimals is not None else (0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2)
    text = wording.number(value, fine)
    return text.rstrip("0").rstrip(".") if "." in text and decimals is None else text


def _numbers(values: Sequence[float]) -> str:
    return wording.listed([_number(value) for value in values])


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {wording.number(value, 3)}"
