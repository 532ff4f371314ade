"""Figures that a public report may not show, and every way in which one might be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from perf_lib.findings.finding import WITHHELD, Finding
from perf_lib.report import Report
from perf_lib.stats import series
from perf_lib.stats.series import Figure
from perf_lib.words import wording

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_TOKEN = re.compile(r"(?<![\w.,:])[−-]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+:\d{2}|\d+(?:\.\d+)?)(?![\w:]|[.,]\d)")
_DATE = re.compile(rf"\b\d{{1,2}} (?:{MONTHS})\b|\b(?:{MONTHS}) \d{{4}}\b|\b(?:19|20)\d\d(?:-\d\d)?(?:-Q\d)?\b|\bQ\d\b")
_SPAN = re.compile(r"\b\d+(?: \w+)? (?:months?|years?|weeks?|quarters?)\b")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b((?:\W+\w+){{1,3}})", re.IGNORECASE)


@dataclass(frozen=True)
class Secret:
    """One figure that may not be shown: whose, which, and the forms in which it might be printed."""

    code: str
    label: str
    forms: frozenset[str]
    count: int | None = None


@dataclass(frozen=True)
class Secrets:
    """All such figures of one measure, by the form in which they might be printed."""

    code: str
    names: tuple[str, ...]
    """What the measure is called, in small letters: where one of these stands beside a figure, it is that measure's."""
    units: frozenset[str]
    own_words: frozenset[str]
    """Numbers in the measure's own name, which are no figures: section 136, within 10 days."""
    by_form: dict[str, Secret]

    @classmethod
    def of(cls, finding: Finding, figures: Iterable[tuple[str, float, bool]]) -> Secrets:
        """From a Finding and the labelled figures to be kept; the last says whether it is the measure's own unit."""
        measure = finding.measure
        by_form: dict[str, Secret] = {}
        for label, value, own in figures:
            whole = int(value) if float(value).is_integer() else None
            secret = Secret(measure.code, label, forms(value, finding if own else None), whole)
            by_form |= dict.fromkeys(secret.forms, secret)  # the newest has the last word
        said = [measure.title, measure.noun, measure.code, measure.code.replace("_", " "), *measure.also_called]
        words = " ".join([measure.noun, measure.singular or "", measure.unit, measure.of or ""]).lower()
        units = frozenset(word for word in re.findall(r"[a-z]+", words) if len(word) > 4)
        numbers = frozenset(re.findall(r"\d+", " ".join(said)))
        return cls(measure.code, tuple(name.lower() for name in said), units, numbers, by_form)

    def named_in(self, text: str) -> bool:
        """Whether a text speaks of the measure."""
        small = text.lower()
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", small) for name in self.names)

    def found_in(self, text: str) -> Iterator[tuple[str, Secret]]:
        """The figures of the measure that a text holds, dates and spans of time apart, as written there."""
        for written in numbers(text):
            if written in self.by_form and written not in self.own_words:
                yield written, self.by_form[written]

    def spelt_in(self, text: str) -> Iterator[tuple[str, Secret]]:
        """Counts of the measure that a text spells out beside what is counted: three crimes."""
        counts = {secret.count: secret for secret in self.by_form.values() if secret.count is not None}
        for found in _WORD.finditer(text):
            count = _WORDS[found[1].lower()]
            if count in counts and self.units & set(re.findall(r"[a-z]+", found[2].lower())):
                yield found[1], counts[count]


def numbers(text: str) -> list[str]:
    """The numbers in a text as they are written, without dates and spans of time.

    >>> numbers("There were 1,496 on 4 December 2019, 12.2 per cent fewer than in the 12 months before")
    ['1,496', '12.2']
    """
    return [found[1] for found in _TOKEN.finditer(_SPAN.sub(" ", _DATE.sub(" ", text)))]


def forms(value: float, finding: Finding | None = None) -> frozenset[str]:
    """Every way in which a figure might be printed: grouped or not, rounded or not, as a duration on a clock.

    >>> sorted(forms(1496.0))
    ['1,496', '1,496.0', '1496', '1496.0', '1496.000000']
    """
    size = abs(value)
    own = finding.measure.decimals or 0 if finding is not None else 0
    decimals = {1, 2, own} if size % 1 or finding is not None else {1}
    said = {wording.number(size, each) for each in decimals | ({0} if float(size).is_integer() else set())}
    said |= {repr(float(size)), f"{size:g}", f"{size:.6f}"}
    if finding is not None and finding.measure.unit == wording.SECONDS:
        said.add(wording.clock(size))
    return frozenset(said | {each.replace(",", "") for each in said})


def withheld(internal: Report, public: Report) -> list[Secrets]:
    """The figures of measures in the public report that it withholds."""
    kept = []
    for code, finding in public.findings.items():
        if not finding.is_withheld:
            continue
        whole = internal.findings[code]
        hidden = finding.months.index[finding.months["status"].eq(WITHHELD)]
        figures = [*_months(whole, hidden)]
        for label, now, before in _totals(whole, finding):
            if before.withheld and now.value is not None:
                figures += [(label, now.value, True), *_parts(label, now.numerator, now.denominator)]
        kept.append(Secrets.of(whole, figures))
    return kept


def left_out(internal: Report, public: Report) -> list[Secrets]:
    """The figures of measures that the public report leaves out."""
    kept = []
    for code, finding in internal.findings.items():
        if code in public.left_out:
            figures = [*_months(finding, finding.months.index)]
            for label, figure, _ in _totals(finding, finding):
                if figure.value is not None:
                    figures += [(label, figure.value, True), *_parts(label, figure.numerator, figure.denominator)]
            rolling = finding.rolling_months.dropna()
            figures += [(wording.twelve_months_to(month), value, True) for month, value in rolling.items()]
            figures += [("the change", value, True) for value in (finding.change,) if value is not None]
            kept.append(Secrets.of(finding, figures))
    return kept


def allowed(public: Report) -> frozenset[str]:
    """The figures that a public report is about, in every form, for telling chance likeness from a leak."""
    said: set[str] = set()
    for finding in public.findings.values():
        newest = finding.months.index[-series.YEAR :]
        figures = [value for label, value, own in _months(finding, newest) if own]
        figures += [figure.value for _, figure, _ in _totals(finding, finding) if figure.value is not None]
        for value in figures:
            said |= forms(value, finding)
        said |= set(re.findall(r"\d+", f"{finding.measure.title} {finding.measure.noun}"))  # section 136, 999 calls
    return frozenset(said)


def _months(finding: Finding, months: pd.Index) -> Iterator[tuple[str, float, bool]]:
    rows = finding.months.loc[months]
    for month, row in rows.iterrows():
        if pd.notna(row["value"]):
            yield wording.month(month), float(row["value"]), True
        yield from _parts(wording.month(month), row["numerator"], row["denominator"])


def _parts(label: str, numerator: float | None, denominator: float | None) -> Iterator[tuple[str, float, bool]]:
    if numerator is not None and denominator is not None and pd.notna(numerator) and pd.notna(denominator):
        yield f"{label}, numerator", float(numerator), False
        yield f"{label}, the rest", float(denominator) - float(numerator), False


def _totals(now: Finding, other: Finding) -> Iterator[tuple[str, Figure, Figure]]:
    quarter = now.quarter
    yield quarter.name, now.value, other.value
    if now.as_at is not None:
        yield wording.twelve_months_to(now.as_at), now.rolling, other.rolling
        yield wording.twelve_months_to(now.as_at - 12), now.previous, other.previous
    for one, two in zip(now.box, other.box, strict=True):
        yield one.quarter.label, one.value, two.value
        yield wording.twelve_months_to(one.quarter.last), one.rolling, two.rolling
