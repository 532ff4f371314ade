"""Figures bound into a person's words: `{{ rolling_12 }}` in commentary becomes "1,496".

Look-ups only. What stands between the braces is a name, or a measure, a dot and a name, or `month("2019-12")`
of either: it is matched, looked up and printed. There is no template engine, so there is nothing to run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.findings.finding import WITHHELD, Finding
from perf_lib.views import narrative
from perf_lib.words import wording
from perf_lib.words.errors import InputError, Undisclosable, suggestion

_BRACES = re.compile(r"\{\{(?P<inside>[^{}]*)\}\}")
_LOOK_UP = re.compile(
    r"(?:(?P<measure>[a-z][a-z0-9_]*)\.)?(?P<name>[a-z][a-z0-9_]*)(?:\(\s*(?P<quote>[\"'])(?P<month>[^\"']*)(?P=quote)\s*\))?"
)


def _change(finding: Finding) -> str:
    if finding.change is None:
        return wording.NOT_SUPPLIED
    if finding.measure.is_percentage:
        return wording.percentage_points(abs(finding.change))
    return narrative.in_prose(abs(finding.change), finding.measure)


def _change_per_cent(finding: Finding) -> str:
    relative = finding.change_per_cent
    return wording.NOT_SUPPLIED if relative is None else wording.per_cent(abs(relative))


def _rate(finding: Finding) -> str:
    return wording.NOT_SUPPLIED if finding.rate is None else narrative.rate_in_prose(finding.rate)


NAMES: Mapping[str, Callable[[Finding], str]] = {
    "quarter": lambda finding: _said(finding.value.value, finding.measure),
    "rolling_12": lambda finding: _said(finding.rolling.value, finding.measure),
    "previous_12": lambda finding: _said(finding.previous.value, finding.measure),
    "change": _change,
    "change_per_cent": _change_per_cent,
    "rate_per_1000": _rate,
}


@dataclass(frozen=True)
class Piece:
    """A stretch of bound commentary: its words, where they stand in the file, whether they were looked up."""

    text: str
    offset: int
    bound: bool = False


def bind(
    text: str, code: str | None, findings: Mapping[str, Finding], path: Path, left_out: Collection[str] = ()
) -> str:
    """The commentary with each `{{ … }}` replaced by its figure in house style.

    code: the measure that a bare name speaks of; None where the text belongs to no measure. left_out: measures that
    a public report leaves out, whose figures it refuses; a figure that it withholds is printed as [c]. Raises
    InputError with file, line and a suggestion for anything in braces that cannot be looked up.
    """
    return "".join(piece.text for piece in pieces(text, code, findings, path, left_out))


def pieces(
    text: str, code: str | None, findings: Mapping[str, Finding], path: Path, left_out: Collection[str] = ()
) -> Iterator[Piece]:
    """The same, piece by piece, so that what was looked up can be told from what was typed."""
    _refuse_left_open(text, path)
    at = 0
    for found in _BRACES.finditer(text):
        yield Piece(text[at : found.start()], at)
        yield Piece(_figure(found, text, code, findings, path, left_out), found.start(), bound=True)
        at = found.end()
    yield Piece(text[at:], at)


def _figure(
    found: re.Match[str],
    text: str,
    code: str | None,
    findings: Mapping[str, Finding],
    path: Path,
    left_out: Collection[str],
) -> str:
    def where() -> str:  # only asked for when refusing: counting lines for every look-up would be slow
        return f"{shown(path)}, line {text.count(chr(10), 0, found.start()) + 1}: {found.group(0)}"

    asked = _LOOK_UP.fullmatch(found["inside"].strip())
    if asked is None:
        raise InputError(
            f'{where()} is not a look-up; allowed: a name ({", ".join(NAMES)}), measure.name, month("2019-12")'
        )
    if (asked["measure"] or code) in left_out:
        raise Undisclosable(f"{where()}: a public report leaves {asked['measure'] or code} out, for its marking")
    finding = _finding(asked["measure"] or code, findings, where)
    if asked["month"] is not None:
        if asked["name"] != "month":
            raise InputError(f"{where()}: only month takes brackets, not {asked['name']}")
        return _month(finding, asked["month"], where)
    if asked["name"] not in NAMES:
        raise InputError(f"{where()}: unknown name {asked['name']!r}; {suggestion(asked['name'], NAMES)}")
    said = NAMES[asked["name"]](finding)
    return wording.WITHHELD if finding.is_withheld and said == wording.NOT_SUPPLIED else said


def _refuse_left_open(text: str, path: Path) -> None:
    """Braces that belong to no whole look-up are a slip of the pen, not prose."""
    at = 0
    for found in [*_BRACES.finditer(text), None]:
        between = text[at : found.start() if found else len(text)]
        stray = next((found_at for mark in ("{{", "}}") if (found_at := between.find(mark)) >= 0), None)
        if stray is not None:
            line = text.count("\n", 0, at + stray) + 1
            alone = between[stray : stray + 2]
            raise InputError(f"{shown(path)}, line {line}: {alone} alone is not a look-up; write {{{{ name }}}}")
        at = found.end() if found else at


def _finding(code: str | None, findings: Mapping[str, Finding], where: Callable[[], str]) -> Finding:
    if code is None:
        raise InputError(f"{where()}: say which measure, as in {{{{ crime_volume.rolling_12 }}}}")
    if code not in findings:
        raise InputError(f"{where()}: unknown measure {code!r}; {suggestion(code, findings)}")
    return findings[code]


def _month(finding: Finding, written: str, where: Callable[[], str]) -> str:
    supplied = finding.months["value"].notna() | finding.months["status"].eq(WITHHELD)
    months = finding.months.loc[supplied, "value"]
    if not MONTH.fullmatch(written):
        raise InputError(f"{where()}: {written!r} is not a month; write it as 2019-12")
    period = pd.Period(written, freq="M")
    if period not in months.index:
        ends = f"{months.index.min()} to {months.index.max()}" if len(months) else "no months at all"
        raise InputError(f"{where()}: {finding.measure.code} has no figure for {written}; it has {ends}")
    value = float(months.loc[period])
    return wording.WITHHELD if wording.is_missing(value) else _said(value, finding.measure)


def _said(value: float | None, measure: Measure) -> str:
    return narrative.in_prose(value, measure)
