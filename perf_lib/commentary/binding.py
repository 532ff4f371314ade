"""Figures bound into a person's words: `{{ rolling_12 }}` in commentary becomes "1,496".

Look-ups only: a name, or a measure, a dot and a name, with months in brackets where the name takes them, stands between
the braces: `{{ crime_volume.quarter }}`; of an area below the whole, `{{ crime_volume@Swindon.quarter }}`. It is
matched, looked up and printed. There is no template engine, so there is nothing to run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from perf_lib.commentary.facts import NAMES, Facts
from perf_lib.commentary.facts import look_up as find
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.findings.finding import Finding
from perf_lib.views import narrative
from perf_lib.words import wording
from perf_lib.words.errors import InputError, Undisclosable, suggestion

_BRACES = re.compile(r"\{\{(?P<inside>[^{}]*)\}\}")
_LOOK_UP = re.compile(
    r"""
    (?: (?P<measure>[a-z][a-z0-9_]*)? (?: @ (?P<area>[^.@{}()"']+) )? \. )?
    (?P<name>[a-z][a-z0-9_]*)
    (?: \( (?P<brackets> \s* (?: "[^"']*" | '[^"']*' ) (?: \s*,\s* (?: "[^"']*" | '[^"']*' ) ){0,2} \s* ) \) )?
    """,
    re.VERBOSE,
)


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
    a public report leaves out, whose figures are refused. Raises InputError with file, line and a suggestion for
    anything in braces that cannot be looked up.
    """
    return "".join(piece.text for piece in pieces(text, code, findings, path, left_out))


def pieces(
    text: str, code: str | None, findings: Mapping[str, Finding], path: Path, left_out: Collection[str] = ()
) -> Iterator[Piece]:
    """The commentary as `bind` gives it, piece by piece: a bound figure can be told from a typed one."""
    stray = re.search(r"\{\{|\}\}", _BRACES.sub(lambda braces: " " * len(braces[0]), text))
    if stray:  # braces that belong to no whole look-up are a slip of the pen, not prose
        line = _line(path, text, stray.start())
        raise InputError(f"{line}: {stray[0]} alone is not a look-up; write {{{{ name }}}}")
    at = 0
    for braces in _BRACES.finditer(text):
        yield Piece(text[at : braces.start()], at)
        yield Piece(_figure(braces, code, findings, path, left_out), braces.start(), bound=True)
        at = braces.end()
    yield Piece(text[at:], at)


def _figure(
    braces: re.Match[str], code: str | None, findings: Mapping[str, Finding], path: Path, left_out: Collection[str]
) -> str:
    where = f"{_line(path, braces.string, braces.start())}: {braces[0]}"
    look_up = _LOOK_UP.fullmatch(braces["inside"].strip())
    if look_up is None:
        allowed = 'a name such as rolling_12, measure.name, month("2019-12")'
        raise InputError(f"{where} is not a look-up; allowed: {allowed}")
    name, code = look_up["name"], look_up["measure"] or code
    if code in left_out:
        raise Undisclosable(f"{where}: a public report leaves {code} out, for its marking")
    if code is None:
        raise InputError(f"{where}: say which measure, as in {{{{ crime_volume.rolling_12 }}}}")
    if code not in findings:
        raise InputError(f"{where}: unknown measure {code!r}; {suggestion(code, findings)}")
    finding = findings[code]
    if (area := look_up["area"]) is not None:
        if area not in finding.areas:
            raise InputError(f"{where}: no figures of {code} for {area!r}; {suggestion(area, finding.areas)}")
        code = f"{code}@{area}"
    facts = Facts({finding.measure.code: finding} if name != "share" else findings, finding.quarter)
    arguments = [one or other for one, other in re.findall(r"""\"([^"']*)\"|'([^"']*)'""", look_up["brackets"] or "")]
    if name not in NAMES and name not in facts.windows(code):
        names = [*facts.windows(code), *NAMES]
        raise InputError(f"{where}: unknown name {name!r}; {suggestion(name, names)}")
    if name == "month":
        return _month(facts.findings[code], arguments, where)
    try:
        fact = find(facts, code, name, arguments)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if fact is not None:
        return fact.printed
    return wording.NOT_SUPPLIED


def _line(path: Path, text: str, at: int) -> str:
    return f"{shown(path)}, line {text.count(chr(10), 0, at) + 1}"


def _month(finding: Finding, arguments: list[str], where: str) -> str:
    month = arguments[0] if arguments else ""
    values = finding.months["value"].dropna()
    if not MONTH.fullmatch(month) or len(arguments) > 1:
        raise InputError(f"{where}: {month!r} is not a month; write it as 2019-12")
    period = pd.Period(month, freq="M")
    if period not in values.index:
        span = f"{values.index.min()} to {values.index.max()}" if len(values) else "no months at all"
        raise InputError(f"{where}: {finding.measure.code} has no figure for {month}; it has {span}")
    return narrative.in_prose(float(values.loc[period]), finding.measure)
