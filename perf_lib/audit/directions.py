"""Words of direction held against the data: rose, fell, lower than, the highest since, four months below average.

A word is only judged where it is said of a measure: as its verb, in "a fall in …", beside its figure. What may, could
or should happen, and what is denied, is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, islice, product

import pandas as pd

from perf_lib.audit.facts import MOST, Fact, Facts, Found, Verdict, Verdicts
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Words
from perf_lib.audit.movements import SAME, alone, beside_figures, hedged, subject_loosely, unchanged
from perf_lib.audit.periods import Span, month_of
from perf_lib.audit.roles import DOWN_VERB, UP_VERB
from perf_lib.audit.sense import Sense
from perf_lib.commentary.numbers import NUMBER, ORDINALS, SMALL, number
from perf_lib.findings import symbols
from perf_lib.stats import spc
from perf_lib.words import wording

Whose = Callable[[Sense, Facts, int, int], str | None]
Reader = Callable[[Sense, Facts, re.Match[str], str], Verdict | None]

# --- Months in a row, and months above or below an average

_RUN = Words(
    rf"\b(?P<n>{NUMBER})[\s-]+(?P<row>(?:consecutive|successive|straight|running)\s+)?months?\b(?P<after>\s+(?:in\s+a\s+row|running|in\s+succession))?"
)
_AVERAGE = Words(
    r"\b(?:(?P<up>above|higher\s+than|over|exceed\w*|more\s+than)|(?P<down>below|lower\s+than|under|less\s+than|fewer\s+than))(?=\s+(?:the\s+|its\s+|their\s+|this\s+|an\s+)?(?:(?:monthly|yearly|annual|long-term|year['’]s|12-month|24-month|usual|normal)\s+)?(?:average|mean)\b)"
)
_MOVING = Words(
    rf"\b(?:each|every|for|consecutive|successive|row|running)\b.{{0,40}}?(?:{UP_VERB}|{DOWN_VERB})|(?:{UP_VERB}|{DOWN_VERB})\s+(?:in\s+each\s+of|for|each|every|in\s+every)"
)
_SOME_OF = rf"\b{NUMBER}\s+of\s+the\s+"
_AVERAGE_OF = Words(
    r"\b(?:average|mean)\s+(?:(?:of|over|in)\s+(?:the\s+)?|for\s+the\s+)(?:(?:past|last|previous|preceding)\s+)?$"
)


def runs(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """So many months in a row that rose, fell, or stood above or below an average."""
    text, before = sense.text, sense.text[: found.start()]
    read = number(found["n"])
    if read is None or not 2 <= read[0] <= 24 or sense.is_foreign(found.start()):
        return None
    chained = bool(found["row"] or found["after"])
    # The average of six months, and three of the last six months, are no runs.
    if (not chained and _AVERAGE_OF.search(before)) or re.search(rf"{_SOME_OF}(?:\w+\s+)?$", before, re.I):
        return None
    side, moving = _AVERAGE.search(text), _MOVING.search(text)
    if not (side or moving or chained):
        return None
    ways = [1 if side["up"] else -1] if side else [1, -1]
    lengths = _lengths(sense, facts, code, ways, average=bool(side) or not moving, moving=not side)
    if not lengths:
        return None
    wanted, end = int(read[0]), _run_end(sense, facts)
    held = next((length for length in lengths if length >= wanted), lengths[0])
    fact = Fact(held, code, Span.ending(end, held) if held else None, wording.counted(held, "month"))
    return Verdict.of(max(lengths) >= wanted, fact, code)


def _run_end(sense: Sense, facts: Facts) -> int:
    calendar = facts.calendar
    ends = [span.last for p in sense.periods if not p.since and not p.counted for span in p.spans]
    return max((end for end in ends if calendar.year.first <= end <= calendar.last), default=calendar.last)


def _lengths(sense: Sense, facts: Facts, code: str, ways: Sequence[int], average: bool, moving: bool) -> list[int]:
    known = facts.months(code)
    end = min(_run_end(sense, facts), max(known, default=facts.calendar.last))
    lengths = []
    for way in ways:
        holding = []
        if average:
            for mean in facts.usual_averages(code):
                holding.append({at for at, value in known.items() if (value - mean) * way > 0})
        if moving:
            holding.append({at for at, value in known.items() if (value - known.get(at - 1, value)) * way > 0})
        lengths += [next(length for length in count() if end - length not in months) for months in holding]
    return lengths


def averages(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """Months said to be above or below the usual."""
    start, end = found.span()
    if sense.is_foreign(start) or sense.speaks_of_peers(start) or re.search(_SOME_OF, sense.text, re.I):
        return None
    told = [
        p.spans[0]
        for p in sense.periods
        if p.spans and not p.since and not p.vague and max(s.length for s in p.spans) <= 11 and p.start <= end + 60
    ]
    months = list(facts.within(code, told[0]).values()) if told else []
    if not months:
        return None
    way, means = 1 if found["up"] else -1, facts.usual_averages(code)
    right = any(all((value - mean) * way > 0 for value in months) for mean in means)
    if not right and told[0].length == 3 and not re.search(r"\b(?:each|all|every|months)\b", sense.text, re.I):
        right = any((sum(months) / len(months) - mean) * way > 0 for mean in means)
    said = f"an average of {facts.printed(code, means[0])} a month"
    return Verdict.of(right, Fact(means[0], code, told[0], said), code)


# --- The highest, the lowest, the third lowest since: months held against months, quarters against quarters, areas against areas

_SUPERLATIVE = Words(
    r"\b(?:(?P<high>highest|largest|biggest|greatest|most|peak(?:ed)?|longest|slowest|record\s+high|busiest|high\s+point)|(?P<low>lowest|smallest|fewest|least|shortest|fastest|quickest|record\s+low|quietest|low\s+point)|(?P<best>best)|(?P<worst>worst))\b(?!\s+(?:similar|of\s+(?:the|these|those|them|all|which|its)\b(?!\s+(?:year|quarter|last|past|twelve|12|period))|likely|common|often|people|force|serious|vulnerable|recent\b))"
)


def superlatives(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """What is said to be the most or the least of its kind."""
    text, (start, end) = sense.text, found.span()
    if found[0].lower() in ("most", "least", "best", "worst") and not re.search(r"\bthe\s+$", text[:start]):
        return None
    better = facts.findings[code].measure.better
    high = bool(found["high"] or (found["best"] and better == "higher") or (found["worst"] and better == "lower"))
    around = text[max(0, start - 30) : end + 40]
    if re.search(r"\b(?:nationally|forces|peers?|group|MSG|country|England)\b|\brate\b.{0,12}$", around):
        return _rank(sense, facts, code, start, high)
    return _extreme(sense, facts, code, found, high)


def _rank(sense: Sense, facts: Facts, code: str, start: int, high: bool) -> Verdict | None:
    in_group, in_country = facts.ranks(code)
    rank = in_group if re.search(r"\b(?:peers?|group|MSG|similar)\b", sense.text) else in_country
    if rank is None or any(each.kind == "rank" and each.end <= start < each.end + 12 for each in sense.literals):
        return None
    return Verdict.of(rank.place == (rank.size if high else 1), Fact(rank.place, code, rank.span, rank.words), code)


def _extreme(sense: Sense, facts: Facts, code: str, found: re.Match[str], high: bool) -> Verdict | None:
    before = re.search(r"\b(\w+)[\s-]+$", sense.text[: found.start()])
    place = ORDINALS.get(before[1].lower(), 1) if before else 1
    scopes, subjects = _scope_and_subject(sense, facts, found, code)
    first: Verdict | None = None
    for subject, scope in product(subjects, scopes or _usual_scopes(facts, code)):
        values = _comparable(facts, code, subject, scope)
        own = facts.figure(code, subject).value
        if own is None or len(values) < 2:
            continue
        ordered = sorted(values.items(), key=lambda item: item[1], reverse=high)
        span, value = ordered[min(place, len(ordered)) - 1]
        when = wording.month(month_of(span.last)) if subject.length == 1 else str(span)
        fact = Fact(value, code, span, f"{when} ({facts.printed(code, value)})")
        verdict = Verdict.of(math.isclose(value, own, rel_tol=1e-4, abs_tol=1e-9), fact, code)
        if verdict.verdict == "agrees":
            return verdict
        first = first or verdict
    return first


def _scope_and_subject(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> tuple[list[Span], list[Span]]:
    text, calendar = sense.text, facts.calendar
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
    near = sense.within(clause, months) or months
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
    calendar, known = facts.calendar, facts.months(code)
    last = max(known, default=calendar.last)
    year, two_years, all_months = Span.ending(last), Span.ending(last, 24), Span(min(known, default=last), last)
    return [year, calendar.calendar_year, calendar.now, calendar.to_date, two_years, all_months]


def _comparable(facts: Facts, code: str, subject: Span, scope: Span) -> dict[Span, float]:
    """The figures that a subject is the highest or lowest of: months with months, quarters with quarters."""
    if subject.length == 1:
        return {Span(at, at): value for at, value in facts.within(code, scope).items()}
    if subject.length == 3:
        first = scope.first if scope.length > 3 else scope.first - 9
        starts = range(subject.first - 3 * ((subject.first - first) // 3), scope.last - 1, 3)
    else:
        starts = range(max(scope.first, subject.first - 60), subject.first + 1)
    spans = [Span(start, start + subject.length - 1) for start in starts]
    return {span: value for span in spans if (value := facts.figure(code, span).value) is not None}


# --- What the symbols say, said in words: exceptionally high, a significant trend, in line with peers

_EXCEPTIONAL = Words(
    r"\b(?:(?:exceptional|significant|unusual)(?:ly)?\s+(?:high|low)|(?:exceptional\s+)?(?P<n>one|1|three|3|eight|8)[\s-]month\s+(?:(?:exceptional|significant)(?:ly)?\s+)?(?:high|low)s?)\b"
)
_TREND = Words(
    r"\bsignificant(?:ly)?\s+(?:\w+\s+){0,3}?(?:(?P<up>increas\w+|upward|rising)|decreas\w+|reduc\w+|downward|falling|declin\w+)(?:\s+(?:overall\s+)?trend)?\b|\btrend\s+(?:\w+\s+){0,3}?significant(?:ly)?\s+(?:(?P<up2>upward|increasing)|downward|decreasing)"
)
_STANDING = Words(
    r"\b(?:(?P<line>in[\s-]?line)\s+with|(?P<above>above|higher\s+than|greater\s+than|more\s+than|worse\s+than)|(?P<below>below|lower\s+than|less\s+than|under|fewer\s+than))\b(?=\s+(?:\S+\s+){0,8}?(?:peers?|MSG|most\s+similar|similar\s+(?:forces|areas|group)|group['’]s|group\s+average))"
)


_WAYS = {"high": "higher", "low": "lower"}


def exceptional(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """Months said to be exceptionally high or low."""
    finding, calendar = facts.findings[code], facts.calendar
    side, size = "high" if "high" in found[0].lower() else "low", (found["n"] or "").lower()
    # Without a number of months, one or three are meant.
    sizes = [SMALL.get(size) or int(size)] if size else [1, 3]
    rules = [
        rule.code for rule in spc.RULES if rule.sds is not None and rule.direction == side and rule.months in sizes
    ]
    at = _signal_month(sense, facts, found.start())
    if at not in finding.signal_history.index:
        return None
    met = any(rule in finding.signal_history and bool(finding.signal_history.loc[at, rule]) for rule in rules) or (
        at == calendar.quarter.last and finding.verdict.way == _WAYS[side]
    )
    if not met and not size and at != calendar.quarter.last:
        year = facts.within(code, calendar.year).values()
        met = bool(year) and facts.months(code).get(at.ordinal) == (max(year) if side == "high" else min(year))
    if met:
        said = symbols.BY_CODE[rules[0]].words
    elif (last := _when(facts, code, rules)) is not None:
        said = f"last in {wording.month(last)}"
    else:
        said = _listed(finding.signals) or "nothing exceptional"
    return Verdict.of(met, Fact(0.0, code, Span(at.ordinal, at.ordinal), said), code)


def _listed(signals: Iterable[str]) -> str:
    return wording.listed([symbols.BY_CODE[code].words for code in sorted(signals)])


def _when(facts: Facts, code: str, rules: Sequence[str]) -> pd.Period | None:
    history = facts.findings[code].signal_history
    columns = [rule for rule in rules if rule in history.columns]
    if not columns:
        return None
    months = history.index[history[columns].fillna(False).astype(bool).any(axis=1)]
    return months.max() if len(months) else None


def _signal_subject(sense: Sense, facts: Facts, place: int, end: int) -> str | None:
    code = subject_loosely(sense, place) or sense.sentence.code
    finding = None if code is None or sense.is_foreign(place) else facts.findings.get(code)
    return code if finding is not None and finding.measure.has_signals and finding.arithmetic else None


def _signal_month(sense: Sense, facts: Facts, place: int) -> pd.Period:
    told = [p for p in sense.periods if p.spans and not p.since and not p.relation]
    if not told:
        return facts.calendar.quarter.last
    nearest = min(told, key=lambda p: (p.spans[0].length > 1, abs(p.start - place)))  # a month before other stretches
    return month_of(nearest.spans[0].last)


def trends(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """Trends said to be significant."""
    finding = facts.findings[code]
    side = "high" if found["up"] or found["up2"] else "low"
    rules = {rule.code for rule in spc.RULES if rule.sds is None and rule.direction == side}
    met = rules & finding.signals
    said = _listed(met or finding.signals) or "no significant trend"
    return Verdict.of(bool(met) or finding.verdict.way == _WAYS[side], Fact(0.0, code, facts.calendar.year, said), code)


def standings(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """Where the area is said to stand among its peers."""
    comparison = facts.findings[code].peers
    if comparison is None:
        return None
    at = comparison.position
    standing = symbols.BY_CODE[comparison.standing]
    right = (at.rate > at.average) == bool(found["above"])
    if found["line"]:
        if re.search(r"\b(?:trend|rise|rose|fall|fell|increase|decrease|change)\w*\b", sense.text, re.I):
            return None
        calibrated = symbols.BY_CODE.get(at.calibrated or "")
        right = any(each is not None and each.direction == "none" for each in (standing, calibrated))
    elif re.search(r"\bsignificantly\s+$", sense.text[: found.start()], re.I):
        right = standing.direction == ("high" if found["above"] else "low")
    span = Span.ending(comparison.month.ordinal)
    return Verdict.of(right, Fact(at.rate, code, span, standing.words), code)


# --- The readers, in order


def _named(sense: Sense, facts: Facts, start: int, end: int) -> str | None:
    return sense.measure(start, end)


def _named_here(sense: Sense, facts: Facts, start: int, end: int) -> str | None:
    return sense.measure(start, end) if sense.sentence.code is not None or sense.mentions else None


READERS: tuple[tuple[Words, Whose, Reader], ...] = (
    (_STANDING, _named, standings),
    (_EXCEPTIONAL, _signal_subject, exceptional),
    (_TREND, _signal_subject, trends),
    (_RUN, _named, runs),
    (_AVERAGE, _named_here, averages),
    (_SUPERLATIVE, _named_here, superlatives),
    (SAME, lambda sense, facts, start, end: subject_loosely(sense, start), unchanged),
)
"""One for each sort of word, the most particular first: the words, whose measure they speak of, and the verdict."""


def directions(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Each word of direction of a sentence that says something of a measure, and its verdict, after its figures."""
    seen: set[int] = set()
    # A word that one has read is not read again.
    for start, end, verdict in chain(_particular(judge), beside_figures(judge, verdicts), alone(judge, verdicts)):
        if not seen & {start, end - 1}:
            seen.update(range(start, end))
            yield start, end, verdict


def _particular(judge: Judge) -> Iterator[Found]:
    sense, facts = judge.sense, judge.facts
    for words, whose, read in READERS:
        for found in islice(words.finditer(sense.text), MOST):
            code = whose(sense, facts, *found.span())
            if code is None or hedged(sense, found.start()):
                continue
            verdict = read(sense, facts, found, code)
            if verdict is not None:
                yield *found.span(), verdict
