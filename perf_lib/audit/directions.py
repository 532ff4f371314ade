"""Words of direction held against the data: rose, fell, lower than, the highest since, four months below average.

A word is only judged where it is said of a measure: as its verb, in "a fall in …", beside its figure. What may, could
or should happen, and what is denied, is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import pandas as pd

from perf_lib.audit.facts import MOST, Fact, Facts, Found, Verdict, Verdicts
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Words
from perf_lib.audit.movements import alone, beside_figures, hedged, subject_loosely, unchanged
from perf_lib.audit.periods import Span, month_of
from perf_lib.audit.roles import DOWN_VERB, UP_VERB
from perf_lib.audit.sense import Sense
from perf_lib.commentary.numbers import NUMBER, ORDINALS, number
from perf_lib.findings import symbols
from perf_lib.words import wording

# --- Months in a row, and months above or below an average

_RUN = Words(
    rf"\b(?P<n>{NUMBER})[\s-]+(?P<row>(?:consecutive|successive|straight|running)\s+)?months?\b(?P<after>\s+(?:in\s+a\s+row|running|in\s+succession))?"
)
_AVERAGE = Words(
    r"\b(?:(?P<up>above|higher\s+than|over|exceed\w*|more\s+than)|(?P<down>below|lower\s+than|under|less\s+than|fewer\s+than))\s+(?:the\s+|its\s+|their\s+|this\s+|an\s+)?(?:(?:monthly|yearly|annual|long-term|year['’]s|12-month|24-month|usual|normal)\s+)?(?:average|mean)\b"
)
_AVERAGE_OF = Words(
    r"\b(?:average|mean)\s+(?:(?:of|over|in)\s+(?:the\s+)?|for\s+the\s+)(?:(?:past|last|previous|preceding)\s+)?$"
)


def runs(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """So many months in a row that rose, fell, or stood above or below an average."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for found in islice(_RUN.finditer(text), MOST):
        read = number(found["n"])
        if read is None or not 2 <= read[0] <= 24 or hedged(sense, found.start()):
            continue
        chained = bool(found["row"] or found["after"])
        if not chained and _AVERAGE_OF.search(text[: found.start()]):
            continue
        if re.search(rf"\b{NUMBER}\s+of\s+the\s+(?:\w+\s+)?$", text[: found.start()], re.I):
            continue  # three of the last six months: no run
        side = _AVERAGE.search(text)
        moving = re.search(
            rf"\b(?:each|every|for|consecutive|successive|row|running)\b.{{0,40}}?(?:{UP_VERB}|{DOWN_VERB})|(?P<moved>{UP_VERB}|{DOWN_VERB})\s+(?:in\s+each\s+of|for|each|every|in\s+every)",
            text,
            re.I,
        )
        if not (side or moving or chained):
            continue
        codes = sense.measures(found.start(), found.end())
        code = next((c for c in codes if c in facts.findings), None)
        if code is None or sense.is_foreign(found.start()):
            continue
        ways = [1 if side["up"] else -1] if side else [1, -1]
        lengths = _lengths(sense, facts, code, ways, average=bool(side) or not moving, moving=not side)
        if not lengths:
            continue
        count, end = int(read[0]), _run_end(sense, facts)
        held = next((length for length in lengths if length >= count), lengths[0])
        span = Span(end - held + 1, end) if held else None
        fact = Fact(held, code, span, wording.counted(held, "month"))
        yield found.start(), found.end(), Verdict("agrees" if max(lengths) >= count else "contradicts", fact, code)


def _run_end(sense: Sense, facts: Facts) -> int:
    calendar = facts.calendar
    told = [
        s
        for p in sense.periods
        if not p.since and not p.counted
        for s in p.spans
        if s.last <= calendar.last and s.last > calendar.last - 12
    ]
    return max((s.last for s in told), default=calendar.last)


def _lengths(sense: Sense, facts: Facts, code: str, ways: Sequence[int], average: bool, moving: bool) -> list[int]:
    known, end = facts.months(code), _run_end(sense, facts)
    if known:
        end = min(end, max(known))
    out = []
    for way in ways:
        if average:
            for mean in facts.usual_averages(code):
                out.append(_length(end, {at: (value - mean) * way > 0 for at, value in known.items()}))
        if moving:
            rises = {at: at - 1 in known and (value - known[at - 1]) * way > 0 for at, value in known.items()}
            out.append(_length(end, rises))
    return out


def _length(end: int, holds: Mapping[int, bool]) -> int:
    at = end
    while holds.get(at, False):
        at -= 1
    return end - at


def averages(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Months said to be above or below the usual."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_AVERAGE.finditer(sense.text), MOST):
        group = "up" if found["up"] else "down"
        start, end = found.span(group)
        if hedged(sense, start) or sense.is_foreign(start) or sense.speaks_of_peers(start):
            continue
        if re.search(rf"\b{NUMBER}\s+of\s+the\s", sense.text, re.I):
            continue  # three of the last six months
        codes = sense.measures(start, end)
        code = next((c for c in codes if c in facts.findings), None)
        told = [
            p for p in sense.periods if p.spans and not p.since and not p.vague and max(s.length for s in p.spans) <= 11
        ]
        told = [p for p in told if p.end <= start or p.start <= end + 60]
        if code is None or not told or (sense.sentence.code is None and not sense.mentions):
            continue
        spans = list(told[0].spans)
        known = facts.months(code)
        span = spans[0]
        months = [known[at] for at in range(span.first, span.last + 1) if at in known]
        if not months:
            continue
        way = 1 if group == "up" else -1
        means = facts.usual_averages(code)
        right = any(all((value - mean) * way > 0 for value in months) for mean in means)
        if not right and span.length == 3 and not re.search(r"\b(?:each|all|every|months)\b", sense.text, re.I):
            right = any((sum(months) / len(months) - mean) * way > 0 for mean in means)
        fact = Fact(means[0], code, span, f"an average of {facts.printed(code, means[0])} a month")
        yield start, end, Verdict("agrees" if right else "contradicts", fact, code)


# --- The highest, the lowest, the third lowest since: months held against months, quarters against quarters, areas against areas

_SUPERLATIVE = Words(
    r"\b(?:(?P<high>highest|largest|biggest|greatest|most|peak(?:ed)?|longest|slowest|record\s+high|busiest|high\s+point)|(?P<low>lowest|smallest|fewest|least|shortest|fastest|quickest|record\s+low|quietest|low\s+point)|(?P<best>best)|(?P<worst>worst))\b(?!\s+(?:similar|of\s+(?:the|these|those|them|all|which|its)\b(?!\s+(?:year|quarter|last|past|twelve|12|period))|likely|common|often|people|force|serious|vulnerable|recent\b))"
)


def superlatives(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """What is said to be the most or the least of its kind."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for found in islice(_SUPERLATIVE.finditer(text), MOST):
        start, end = found.span()
        around = text[max(0, start - 30) : end + 40]
        rate = re.search(r"\b(?:nationally|forces|peers?|group|MSG|country|England)\b|\brate\b.{0,12}$", around)
        if hedged(sense, start) or (
            found[0].lower() in ("most", "least", "best", "worst") and not re.search(r"\bthe\s+$", text[:start])
        ):
            continue
        codes = sense.measures(start, end)
        code = next((c for c in codes if c in facts.findings), None)
        if code is None or (sense.sentence.code is None and not sense.mentions):
            continue
        measure = facts.findings[code].measure
        high = (
            bool(found["high"])
            or (bool(found["best"]) and measure.better == "higher")
            or (bool(found["worst"]) and measure.better == "lower")
        )
        verdict = (
            _rank(sense, facts, verdicts, code, start, high) if rate else _extreme(sense, facts, code, found, high)
        )
        if verdict is not None:
            yield start, end, verdict


def _rank(sense: Sense, facts: Facts, verdicts: Verdicts, code: str, start: int, high: bool) -> Verdict | None:
    comparison = facts.findings[code].peers
    if comparison is None or any(
        literal.kind == "rank" and literal.end <= start < literal.end + 12 for literal, _ in verdicts
    ):
        return None
    at = comparison.position
    span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
    group = re.search(r"\b(?:peers?|group|MSG|similar)\b", sense.text) is not None
    rank, size = at.rank, at.n
    if not group:
        if at.national_rank is None or at.national_rank_words is None:
            return None
        rank, size = at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1])
    words = at.rank_words if group else str(at.national_rank_words)
    right = (rank == size) if high else (rank == 1)
    return Verdict("agrees" if right else "contradicts", Fact(rank, code, span, words), code)


def _extreme(sense: Sense, facts: Facts, code: str, found: re.Match[str], high: bool) -> Verdict | None:
    place = _ordinal_before(sense, found.start())
    scopes, subjects = _scope_and_subject(sense, facts, found, code)
    if not subjects:
        return None
    best: Verdict | None = None
    for subject in subjects:
        for scope in scopes or _usual_scopes(facts, code):
            values = _comparable(facts, code, subject, scope)
            own = facts.figure(code, subject).value
            if own is None or len(values) < 2:
                continue
            ordered = sorted(values.items(), key=lambda item: item[1], reverse=high)
            target = ordered[min(place, len(ordered)) - 1]
            verdict = "agrees" if math.isclose(target[1], own, rel_tol=1e-4, abs_tol=1e-9) else "contradicts"
            when = wording.month(month_of(target[0].last)) if subject.length == 1 else str(target[0])
            fact = Fact(target[1], code, target[0], f"{when} ({facts.printed(code, target[1])})")
            if verdict == "agrees":
                return Verdict(verdict, fact, code)
            best = best or Verdict(verdict, fact, code)
    return best


def _ordinal_before(sense: Sense, start: int) -> int:
    before = re.search(r"\b(\w+)[\s-]+$", sense.text[:start])
    return ORDINALS.get(before[1].lower(), 1) if before else 1


def _scope_and_subject(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> tuple[list[Span], list[Span]]:
    sense, text, calendar = sense, sense.text, facts.calendar
    scopes: list[Span] = []
    subjects: list[Span] = []
    months = [p for p in sense.periods if p.spans and all(s.length == 1 for s in p.spans) and not p.since]
    for period in sense.periods:
        before = text[max(0, period.start - 20) : period.start].lower()
        if period.since and period.spans:
            # "The lowest since February" may be lower than February's, or the lowest after it.
            scopes += [Span(first, calendar.last) for span in period.spans[:1] for first in (span.first, span.last + 1)]
        elif period.relation or not period.spans or period in months:
            continue
        elif (
            months
            or (
                re.search(r"\b(?:of|in|for|over|during)\s+(?:the\s+|any\s+)?$", before) and period.start > found.start()
            )
            or period.vague
            or re.search(r"\bof\s+$", before)
        ):
            scopes += list(period.spans)
        else:
            subjects += list(period.spans)
    clause = sense.clause_of(found.start())
    near = [p for p in months if clause.start <= p.start < clause.end] or months
    # The figure of the month itself: "peaked in July", "December was the lowest month".
    subjects = [s for p in near[:3] for s in p.spans] or subjects
    if re.search(r"\b(?:on\s+record|ever|of\s+all)\b", text, re.I):
        known = facts.months(code)
        scopes.append(Span(min(known, default=calendar.last), calendar.last))
    if (
        not subjects
        and re.search(r"\b(?:it|this|that|figure|total|number|quarter|month)\b", text[: found.start()], re.I)
        and (scopes or re.search(r"\bmonths?\b", text))
    ):
        quarterly = re.search(r"\bquarter", text, re.I)
        subjects = [calendar.now, *([] if quarterly else [Span(calendar.last, calendar.last), calendar.year])]
    elif not subjects and scopes and re.match(r"\s+quarter(?:ly)?\b", text[found.end() :]):
        subjects = [calendar.now]  # 209, the highest quarterly figure of the year
    elif not subjects and scopes and any(p.since for p in sense.periods):
        subjects = [calendar.now, Span(calendar.last, calendar.last), calendar.year]
    if len(near) > 1 and near is not months and not any(p.start < found.start() for p in near):
        subjects = list(near[0].spans)
    return scopes, subjects


def _usual_scopes(facts: Facts, code: str) -> list[Span]:
    calendar = facts.calendar
    known = facts.months(code)
    last = max(known, default=calendar.last)
    return [
        Span(last - 11, last),
        calendar.calendar_year,
        calendar.now,
        calendar.to_date,
        Span(last - 23, last),
        Span(min(known, default=last), last),
    ]


def _comparable(facts: Facts, code: str, subject: Span, scope: Span) -> dict[Span, float]:
    """The figures that a subject is the highest or lowest of: months with months, quarters with quarters."""
    if subject.length == 1:
        return {Span(at, at): value for at, value in facts.months(code).items() if scope.first <= at <= scope.last}
    if subject.length == 3:
        first = scope.first if scope.length > 3 else scope.first - 9
        starts = range(subject.first - 3 * ((subject.first - first) // 3), scope.last - 1, 3)
    else:
        starts = range(max(scope.first, subject.first - 60), subject.first + 1)
    spans = [Span(start, start + subject.length - 1) for start in starts]
    found = {span: facts.figure(code, span).value for span in spans}
    return {span: value for span, value in found.items() if value is not None}


# --- What the symbols say, said in words: exceptionally high, a significant trend, in line with peers

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
        codes = sense.measures(found.start(), found.end())
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


# --- The readers, in order

READERS: tuple[Callable[[Judge, Verdicts], Iterator[Found]], ...] = (
    standings,
    exceptional,
    trends,
    runs,
    averages,
    beside_figures,
    superlatives,
    unchanged,
    alone,
)
"""One for each sort of word, the most particular first: a word that one has read is not read again."""


def directions(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Each word of direction of a sentence that says something of a measure, and its verdict, after its figures."""
    seen: set[int] = set()
    for read in READERS:
        for start, end, verdict in read(judge, verdicts):
            if not seen & {start, end - 1}:
                seen.update(range(start, end))
                yield start, end, verdict
