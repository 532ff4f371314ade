"""What the symbols say, said in words: exceptionally high, a significant trend, in line with peers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import pandas as pd

from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.figures import Judge
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense
from perf_lib.audit.spans import Span, month_of
from perf_lib.audit.subjects import hedged, subject_loosely
from perf_lib.audit.verdicts import MOST, Found, Verdict, Verdicts
from perf_lib.findings import symbols
from perf_lib.words import wording

_EXCEPTIONAL = Words(
    r"\b(?:(?:exceptional(?:ly)?|significant(?:ly)?|unusual(?:ly)?)\s+(?:(?P<high>high)|(?P<low>low))|(?P<n>one|1|three|3|eight|8)[\s-]month\s+(?:exceptional(?:ly)?\s+|significant(?:ly)?\s+)?(?:(?P<high2>high)|(?P<low2>low))s?|exceptional\s+(?P<n2>one|three|eight)[\s-]month\s+(?:(?P<high3>high)|(?P<low3>low)))\b"
)
_TREND = Words(
    r"\bsignificant(?:ly)?\s+(?:\w+\s+){0,3}?(?:(?P<up>increas\w+|upward|rising)|(?P<down>decreas\w+|reduc\w+|downward|falling|declin\w+))(?:\s+(?:overall\s+)?trend)?\b|\btrend\s+(?:\w+\s+){0,3}?significant(?:ly)?\s+(?:(?P<up2>upward|increasing)|(?P<down2>downward|decreasing))"
)
_STANDING = Words(
    r"\b(?:(?P<line>in[\s-]?line)\s+with|(?P<above>above|higher\s+than|greater\s+than|more\s+than|worse\s+than)|(?P<below>below|lower\s+than|less\s+than|under|fewer\s+than))\b(?=\s+(?:\S+\s+){0,8}?(?:peers?|MSG|most\s+similar|similar\s+(?:forces|areas|group)|group['’]s|group\s+average))"
)


def exceptional(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Months said to be exceptionally high or low."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_EXCEPTIONAL.finditer(sense.text), MOST):
        code = _signal_subject(sense, facts, found.start())
        if code is None or hedged(sense, found.start()):
            continue
        finding = facts.findings[code]
        side = "high" if any(found[g] for g in ("high", "high2", "high3")) else "low"
        said = (found["n"] or found["n2"] or "one").lower()
        size = {"1": "one", "3": "three", "8": "eight"}.get(said, said)
        plain = found["n"] is None and found["n2"] is None
        stems = [f"month_{side}"] if size == "one" else [f"{size}_months_{side}"]
        stems += [f"three_months_{side}"] if plain else []
        at = _signal_month(sense, facts, found.start())
        if at not in finding.signal_history.index:
            continue
        met = any(
            stem in h and bool(h.loc[at, stem])
            for stem in stems
            for h in (finding.signal_history, finding.calibrated_history)
            if at in h.index
        )
        if not met and plain and at != facts.calendar.quarter.last:
            known = facts.months(code)
            year = [v for m, v in known.items() if facts.calendar.year.first <= m <= facts.calendar.year.last]
            met = bool(year) and known.get(at.ordinal) == (max(year) if side == "high" else min(year))
        said_now = wording.listed([symbols.BY_CODE[c].words for c in sorted(finding.signals)]) or "nothing exceptional"
        if not met and (last := _when(facts, code, stems)) is not None:
            said_now = f"last in {wording.month(last)}"
        fact = Fact(0.0, code, Span(at.ordinal, at.ordinal), said_now if not met else symbols.BY_CODE[stems[0]].words)
        yield found.start(), found.end(), Verdict("agrees" if met else "contradicts", fact, code)


def _when(facts: Facts, code: str, stems: Sequence[str]) -> pd.Period | None:
    history = facts.findings[code].signal_history
    columns = [stem for stem in stems if stem in history.columns]
    if not columns:
        return None
    months = history.index[history[columns].fillna(False).astype(bool).any(axis=1)]
    return months.max() if len(months) else None


def _signal_subject(sense: Sense, facts: Facts, place: int) -> str | None:
    code = subject_loosely(sense, place) or sense.sentence.code
    if code is None or sense.is_foreign(place) or code not in facts.findings:
        return None
    return code if facts.findings[code].measure.has_signals and facts.findings[code].arithmetic else None


def _signal_month(sense: Sense, facts: Facts, place: int) -> pd.Period:
    told = [p for p in sense.periods if p.spans and not p.since and not p.relation]
    near = sorted(told, key=lambda p: abs(p.start - place))
    if not near:
        return facts.calendar.quarter.last
    months = [p for p in near if p.spans[0].length == 1]
    return month_of((months or near)[0].spans[0].last)


def trends(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Trends said to be significant."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_TREND.finditer(sense.text), MOST):
        code = _signal_subject(sense, facts, found.start())
        if code is None or hedged(sense, found.start()):
            continue
        finding = facts.findings[code]
        way = "increasing" if found["up"] or found["up2"] else "decreasing"
        codes = {f"discrete_{way}", f"rolling_{way}"}
        met = codes & (finding.signals | finding.calibrated_signals)
        said = (
            wording.listed([symbols.BY_CODE[c].words for c in sorted(met or finding.signals)]) or "no significant trend"
        )
        span = facts.calendar.year
        yield (
            found.start(),
            found.end(),
            Verdict("agrees" if met else "contradicts", Fact(0.0, code, span, said), code),
        )


def standings(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Where the area is said to stand among its peers."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_STANDING.finditer(sense.text), MOST):
        codes, _ = sense.measures(found.start(), found.end())
        code = next((c for c in codes if c in facts.findings), None)
        if code is None or hedged(sense, found.start()):
            continue
        comparison = facts.findings[code].peers
        if comparison is None:
            continue
        at = comparison.position
        if found["line"]:
            standings = {comparison.standing, at.calibrated}
            right = any(standing in ("in_line_above", "in_line_below") for standing in standings)
            if re.search(r"\b(?:trend|rise|rose|fall|fell|increase|decrease|change)\w*\b", sense.text, re.I):
                continue
        else:
            right = (at.rate > at.average) == bool(found["above"])
            if re.search(r"\bsignificantly\s+$", sense.text[: found.start()], re.I):
                right = comparison.standing == ("greater_than_peers" if found["above"] else "less_than_peers")
        span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
        said = symbols.BY_CODE[comparison.standing].words
        yield (
            found.start(),
            found.end(),
            Verdict("agrees" if right else "contradicts", Fact(at.rate, code, span, said), code),
        )
