"""Two reports side by side: what each measure's figures and verdict were and are, and why they differ."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.report.report import Report
from perf_lib.stats.series import YEAR
from perf_lib.views import narrative
from perf_lib.words import wording
from perf_lib.words.errors import InputError


def compare(report: Report, earlier: Report) -> pd.DataFrame:
    """What differs between two reports, and why: a row for each measure of the first.

    Answers with quarter, twelve_months (in the measure's unit) and verdict of both, the earlier's ending in _before,
    and with reasons: months that came in and left, months restated, another target, breaks or peers; empty where there
    are none. Raises InputError for a public report beside an internal one, whose counts are not alike.

    >>> from perf_lib.report import open_report
    >>> told = compare(open_report("2019-20-Q3"), open_report("2019-20-Q2")).loc["sexual_offences"]
    >>> int(told["twelve_months_before"]), int(told["twelve_months"]), told["reasons"]
    (1590, 1496, 'October to December 2019 came in with 308, October to December 2018 left with 402')
    """
    if report.is_public != earlier.is_public:
        raise InputError("a public report's counts are rounded; compare two public reports, or two internal ones")
    rows = {}
    for code, now in report.findings.items():
        before = earlier.findings.get(code)
        reasons = ["not in the earlier report"] if before is None else [*_reasons(now, before)]
        if before and before.peers and report.settings.peer_group != earlier.settings.peer_group:
            reasons.append("another peer group")
        was = {} if before is None else {f"{name}_before": each for name, each in _told(before).items()}
        rows[code] = was | _told(now) | {"reasons": "; ".join(reasons)}
    columns = [f"{name}{end}" for name in ("quarter", "twelve_months", "verdict") for end in ("_before", "")]
    return pd.DataFrame.from_dict(rows, "index").reindex(columns=[*columns, "reasons"]).rename_axis("measure")


def _told(finding: Finding) -> dict[str, object]:
    verdict = narrative.verdict_words(finding)
    return {"quarter": finding.value.value, "twelve_months": finding.rolling.value, "verdict": verdict}


def _reasons(now: Finding, before: Finding) -> Iterator[str]:
    def figure(value: float | None) -> str:
        return now.measure.in_table(value)

    values, were = now.months["value"], before.months["value"]
    if before.as_at is not None and now.as_at is not None and now.as_at > before.as_at and now.measure.is_count:
        spans = (before.as_at + 1, now.as_at, "came in"), (before.as_at + 1 - YEAR, now.as_at - YEAR, "left")
        yield ", ".join(
            f"{wording.span(first, last)} {what} with {figure(values[first:last].sum())}" for first, last, what in spans
        )
    shared = values.index.intersection(were.index)
    restated = [month for month in shared if figure(values[month]) != figure(were[month])]
    if restated:
        newest = restated[-1]
        yield (
            f"{wording.counted(len(restated), 'month')} restated, the newest {wording.month(newest)}: "
            f"{figure(were[newest])}, now {figure(values[newest])}"
        )
    if now.measure.target != before.measure.target:
        yield "another target"
    if now.breaks != before.breaks:
        yield "other breaks on record"
