"""Words of direction held against the data: rose, fell, lower than, the highest since, four months below average.

A word is only judged where it is said of a measure: as its verb, in "a fall in …", beside its figure. What may, could
or should happen, and what is denied, is not.

One reader a sort of word, each short, all on the same sentence and the verdicts on its figures: so they share a room.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise

import pandas as pd

from perf_lib import symbols, wording
from perf_lib.audit.facts import Fact
from perf_lib.audit.figures import BETTER, DOWN, UP, WORSE, Judge, Verdict, way_said
from perf_lib.audit.literals import NUMBER, ORDINALS, Literal, number
from perf_lib.audit.names import Mention
from perf_lib.audit.periods import Span, month_of
from perf_lib.measures import Measure

MOST = 12
"""Words of direction of one sort that are looked at in a sentence: no sentence has so many."""
Found = tuple[int, int, Verdict]
"""Where a word of direction stands, and what came of it."""

_UP_VERB = r"(?:rose|risen|increased|grew|grown|climbed|jumped|surged|went\s+up|gone\s+up|is\s+rising|are\s+rising|(?:is|are|was|were|been)\s+(?:rising|increasing|growing|going\s+up))"
_DOWN_VERB = r"(?:fell|fallen|decreased|declined|dropped|dipped|reduced|went\s+down|gone\s+down|shrank|(?:is|are|was|were|been)\s+(?:falling|decreasing|declining|dropping|going\s+down))"
_BETTER_VERB, _WORSE_VERB = r"(?:improved)", r"(?:worsened|deteriorated)"
_VERB = re.compile(
    rf"\b(?:(?P<up>{_UP_VERB})|(?P<down>{_DOWN_VERB})|(?P<better>{_BETTER_VERB})|(?P<worse>{_WORSE_VERB}))\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"\b(?P<art>an?|the|this|that|another|further|no)\s+(?:(?!(?:of|in|its|their|his|her|our|for|on|earlier|previous|past|national|future|long|longer|expected)\b)[\w.,-]+\s+){0,3}?"
    r"(?:(?P<up>increase|rise|growth|jump|upturn|climb|surge)|(?P<down>decrease|fall|drop|reduction|decline|dip|downturn)|(?P<better>improvement)|(?P<worse>worsening|deterioration))\b(?=\s*(?:[.,;:()–]|$|(?:of|in|on|over|from|since|was|is|has|had|by|during|compared|for|and|between|this|last|against|at|when|which|that|comes?|came|but|amounts?)\b))",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:(?P<up>higher|more|longer|slower|up|greater|above)|(?P<down>lower|fewer|less|shorter|quicker|faster|down|below)|(?P<better>better)|(?P<worse>worse))(?:\s+(?:\w+\s+){0,3}?than|\s+on)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:not|never|no|nor|neither|without|(?-i:may)|might|can|cannot|could|would|should|will|if|whether|unless|need|needs|expect\w*|hop(?:e|es|ed)|aim\w*|plan\w*"
    r"|target\w*|likely|forecast\w*|project\w+|seems?|appears?|wants?|when|whenever|until)\b|n['’]t\b|\?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:^|\b)(?:it|this|that|they|these|those|which|(?:the|this|that|its|their|overall|monthly|quarterly|annual|rolling|yearly)\s+(?:\w+\s+){0,1}?(?:figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measure|ratio|share|proportion|percentage|score|time|times|waits?)|numbers|figures|volumes|levels|totals)\b"
    r"[\s\w,'’%.-]{0,60}$",
    re.IGNORECASE,
)
_LINK = r"(?:has|have|had|also|again|slightly|sharply|steadily|markedly|significantly|further|only|then|since|been|was|were|is|are|be|being|continued|to|much|a|little|both|all|each|month|overall|recorded|reported|volumes?|numbers?|figures?|totals?|rates?|levels?|it|they|which|that|itself|together|now|therefore|still|even|substantially|considerably|clearly|consistently|gradually|modestly|in|the|quarter|year|during|over|last|this|three|two|one|four|remained|stayed|rather|far|somewhat|well|twelve|12|months|to|of|for|shows?|showed|saw|seen|by|police|crimes?|offences?|incidents?|calls?|and|on|average|at)"
_GAP = re.compile(
    rf"^(?:\W+|{_LINK}\b|(?:19|20)\d\d\b|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)*$",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:(?P<high>highest|largest|biggest|greatest|most|peak(?:ed)?|longest|slowest|record\s+high|busiest|high\s+point)|(?P<low>lowest|smallest|fewest|least|shortest|fastest|quickest|record\s+low|quietest|low\s+point)|(?P<best>best)|(?P<worst>worst))\b(?!\s+(?:similar|of\s+(?:the|these|those|them|all|which|its)\b(?!\s+(?:year|quarter|last|past|twelve|12|period))|likely|common|often|people|force|serious|vulnerable|recent\b))",
    re.IGNORECASE,
)
_RUN = re.compile(
    rf"\b(?P<n>{NUMBER})[\s-]+(?P<row>(?:consecutive|successive|straight|running)\s+)?months?\b(?P<after>\s+(?:in\s+a\s+row|running|in\s+succession))?",
    re.IGNORECASE,
)
_AVERAGE = re.compile(
    r"\b(?:(?P<up>above|higher\s+than|over|exceed\w*|more\s+than)|(?P<down>below|lower\s+than|under|less\s+than|fewer\s+than))\s+(?:the\s+|its\s+|their\s+|this\s+|an\s+)?(?:(?:monthly|yearly|annual|long-term|year['’]s|12-month|24-month|usual|normal)\s+)?(?:average|mean)\b",
    re.IGNORECASE,
)
_EXCEPTIONAL = re.compile(
    r"\b(?:(?:exceptional(?:ly)?|significant(?:ly)?|unusual(?:ly)?)\s+(?:(?P<high>high)|(?P<low>low))|(?P<n>one|1|three|3|eight|8)[\s-]month\s+(?:exceptional(?:ly)?\s+|significant(?:ly)?\s+)?(?:(?P<high2>high)|(?P<low2>low))s?|exceptional\s+(?P<n2>one|three|eight)[\s-]month\s+(?:(?P<high3>high)|(?P<low3>low)))\b",
    re.IGNORECASE,
)
_TREND = re.compile(
    r"\bsignificant(?:ly)?\s+(?:\w+\s+){0,3}?(?:(?P<up>increas\w+|upward|rising)|(?P<down>decreas\w+|reduc\w+|downward|falling|declin\w+))(?:\s+(?:overall\s+)?trend)?\b|\btrend\s+(?:\w+\s+){0,3}?significant(?:ly)?\s+(?:(?P<up2>upward|increasing)|(?P<down2>downward|decreasing))",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"\b(?:(?P<line>in[\s-]?line)\s+with|(?P<above>above|higher\s+than|greater\s+than|more\s+than|worse\s+than)|(?P<below>below|lower\s+than|less\s+than|under|fewer\s+than))\b(?=\s+(?:\S+\s+){0,8}?(?:peers?|MSG|most\s+similar|similar\s+(?:forces|areas|group)|group['’]s|group\s+average))",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:unchanged|no\s+change|(?:the\s+)?same\s+(?:as|level|number|figure)|identical\s+to)\b", re.IGNORECASE
)


_AVERAGE_OF = re.compile(
    r"\b(?:average|mean)\s+(?:(?:of|over|in)\s+(?:the\s+)?|for\s+the\s+)(?:(?:past|last|previous|preceding)\s+)?$",
    re.IGNORECASE,
)


class Directions:
    """Judges the words of direction of one sentence, after its figures."""

    def __init__(self, judge: Judge, verdicts: Sequence[tuple[Literal, Verdict | None]]) -> None:
        self.judge, self.sense, self.facts = judge, judge.sense, judge.facts
        self.verdicts = verdicts
        self._seen: set[int] = set()

    def found(self) -> Iterator[Found]:
        """Each word of direction that says something of a measure, and its verdict."""
        for read in (
            self._standings,
            self._exceptional,
            self._trends,
            self._runs,
            self._averages,
            self._with_figures,
            self._superlatives,
            self._unchanged,
            self._alone,
        ):
            for start, end, verdict in read():
                if not self._seen & {start, end - 1}:
                    self._seen.update(range(start, end))
                    yield start, end, verdict

    # --- beside a figure

    def _with_figures(self) -> Iterator[Found]:
        text, sense = self.sense.text, self.sense
        for literal, verdict in self.verdicts:
            if verdict is None or literal.kind == "rank":
                continue
            if sense.is_bound(literal):
                verdict = self.judge.judge(literal) or verdict
            measure = self._measure(verdict.measure)
            role, way = self.judge.role(literal, measure)
            if (
                role != "change"
                or not way
                or literal.kind == "multiple"
                or verdict.verdict == "unsupported"
                or verdict.fact is None
            ):
                continue
            at = self._word_near(literal, way, measure)
            if at is None:
                continue
            start, end = at
            if start in self._seen:
                continue
            actual = verdict.fact.way if verdict.verdict == "agrees" else self._way_of(literal, verdict)
            if not actual:
                continue
            before = text[max(0, start - 14) : start].lower()
            if re.search(r"\b(?:not|no|never)\s+(?:an?\s+)?$", before):
                continue
            yield start, end, self._direction(way, actual, verdict.fact, verdict.measure)

    def _way_of(self, literal: Literal, verdict: Verdict) -> int:
        return verdict.fact.way if verdict.fact is not None else 0

    def _direction(self, way: int, actual: int, fact: Fact, code: str | None) -> Verdict:
        if way == actual:
            return Verdict("agrees", fact, code)
        said = f"{'a rise' if actual > 0 else 'a fall'} of {fact.said}"
        return Verdict("contradicts", Fact(fact.value, fact.code, fact.span, said, actual), code)

    def _word_near(self, literal: Literal, way: int, measure: Measure | None) -> tuple[int, int] | None:
        """The direction word that a figure goes with: the nearest before it, else after it, in its clause."""
        sense = self.sense
        clause = sense.clauses[sense.clause_of(literal.start)]
        words = re.compile(
            rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<better>{BETTER})|(?P<worse>{WORSE}))\b", re.IGNORECASE
        )
        all_of = [m for m in words.finditer(sense.text, clause.start, clause.end) if way_said(m, measure) == way]
        before = [m for m in all_of if m.end() <= literal.start]
        after = [m for m in all_of if m.start() >= literal.end]
        near = before[-1] if before else after[0] if after else None
        return None if near is None else near.span()

    def _measure(self, code: str | None) -> Measure | None:
        return None if code is None or code not in self.facts.findings else self.facts.findings[code].measure

    # --- on its own

    def _alone(self) -> Iterator[Found]:
        text, sense = self.sense.text, self.sense
        for pattern in (_VERB, _COMPARED, _NOUN):
            for found in islice(pattern.finditer(text), MOST):
                group = next((g for g in ("up", "down", "better", "worse") if found[g]), None)
                if group is None:
                    continue
                start, end = found.span(group)
                clause = sense.clauses[sense.clause_of(start)]
                if (
                    pattern is _COMPARED
                    and not self._two_figures(start, end)
                    and re.match(
                        r"\s+than\s+(?:a\s+|an\s+)?$",
                        text[end : next((each.start for each in sense.literals if each.start >= end), end)],
                    )
                ):
                    continue  # more than 1,500: a manner of speaking
                if (
                    sense.is_foreign(start)
                    or self._hedged(start)
                    or self._has_figure(start, clause.end, pattern is _COMPARED)
                ):
                    continue
                if pattern is _COMPARED and (compared := self._one_than_other(start, end, found)) is not None:
                    yield start, end, compared
                    continue
                between = self._from_to(start)
                if between is not None and pattern is _VERB:
                    way = (
                        way_said(
                            found,
                            self._measure(sense.measures(start, end)[0][0] if sense.measures(start, end)[0] else None),
                        )
                        or 0
                    )
                    actual = 1 if between[1].value > between[0].value else -1
                    if way and between[0].value != between[1].value:
                        said = f"{'a rise' if actual > 0 else 'a fall'} from {between[0].text} to {between[1].text}"
                        code = next(
                            (v.measure for each, v in self.verdicts if each is between[1] and v is not None), None
                        )
                        fact = Fact(0.0, code or "", None, said, actual)
                        yield start, end, Verdict("agrees" if way == actual else "contradicts", fact, code)
                        continue
                code = self._subject(found, pattern is _NOUN)
                if code is None:
                    continue
                way = way_said(found, self._measure(code)) or 0
                if not way:
                    continue
                if pattern is _NOUN and found["art"].lower() in ("no", "another", "further", "that"):
                    continue
                verdict = self._by_changes(
                    code, start, way, strict=pattern is not _NOUN or found["art"].lower() != "the"
                )
                if verdict is not None:
                    yield start, end, verdict

    def _two_figures(self, start: int, end: int) -> tuple[Literal, Literal] | None:
        """The figures on both sides of "higher than": 90.3 per cent, higher than the 85.6 per cent of before."""
        text = self.sense.text
        before = [literal for literal in self.sense.literals if literal.end <= start]
        after = [literal for literal in self.sense.literals if literal.start >= end]
        if not before or not after or before[-1].kind != after[0].kind:
            return None
        # "208 fewer than the 1,704": there the first figure is the difference.
        apart = re.search(r"[,;]|\b(?:was|were|is|and|which|a|slightly|well|far)\b", text[before[-1].end : start])
        joined = re.fullmatch(r"\s+(?:than\s+)?(?:(?:the|its|their|a|an|in|for)\s+)*", text[end : after[0].start])
        return (before[-1], after[0]) if apart and joined else None

    def _one_than_other(self, start: int, end: int, found: re.Match[str]) -> Verdict | None:
        figures = self._two_figures(start, end)
        if figures is None or figures[0].value == figures[1].value or not (found["up"] or found["down"]):
            return None
        way, actual = 1 if found["up"] else -1, 1 if figures[0].value > figures[1].value else -1
        code = next((v.measure for each, v in self.verdicts if each is figures[0] and v is not None), None)
        said = f"{figures[0].text} is {'more' if actual > 0 else 'less'} than {figures[1].text}"
        return Verdict("agrees" if way == actual else "contradicts", Fact(0.0, code or "", None, said, actual), code)

    def _from_to(self, start: int) -> tuple[Literal, Literal] | None:
        """The two figures that something rose or fell between: fell from 112 to 94."""
        text = self.sense.text
        all_of = [literal for literal in self.sense.literals if literal.start > start][:4]
        for one, other in pairwise(all_of):
            opened = re.search(r"\bfrom\s+(?:\w+\s+){0,3}$", text[max(start, one.start - 30) : one.start])
            if opened and re.fullmatch(r"[^;]{0,60}?\bto\s+(?:\w+\s+){0,3}", text[one.end : other.start]):
                return one, other
        return None

    def _hedged(self, place: int) -> bool:
        """Whether what is said at a place is denied, wished for or supposed."""
        opening = max((c.start for c in self.sense.clauses if c.start <= place), default=0)
        clause_end = next((c.end for c in self.sense.clauses if place < c.end), len(self.sense.text))
        before = self.sense.text[:place] if len(self.sense.clauses) < 40 else self.sense.text[opening:place]
        after = self.sense.text[place:clause_end]
        return (
            _HEDGED.search(before) is not None
            or re.search(r"\b(?:not|(?-i:may)|might|can|could|would|if|should)\b|\?", after) is not None
        )

    def _has_figure(self, start: int, end: int, compared: bool) -> bool:
        """Whether a figure goes with the word, so that it has been judged with it."""
        for literal, verdict in self.verdicts:
            if verdict is None or not (start - 40 < literal.start < end):
                continue
            role, _ = self.judge.role(literal, self._measure(verdict.measure))
            if role == "change":
                return True
            if compared and literal.start < start and not re.search(r"[,;]", self.sense.text[literal.end : start]):
                return True
        return False

    def _subject(self, found: re.Match[str], is_noun: bool) -> str | None:
        """The measure that a word of direction is said of."""
        sense, text = self.sense, self.sense.text
        start = found.start()
        before = [m for m in sense.mentions if m.end <= start and self._is_subject(m)]
        if is_noun:
            tail = re.match(
                r"\s+(?:was\s+)?(?:in|of)\s+(?:the\s+)?(?:(?:number|volume|rate|total|amount|count|level|share|average)\s+(?:of\s+)?)?(?:the\s+|all\s+|recorded\s+|reported\s+)*",
                text[found.end() :],
            )
            if tail:
                at = found.end() + tail.end()
                named = next((m for m in sense.mentions if m.start <= at + 2 <= m.end or m.start == at), None)
                if named is not None:
                    return named.code
                if (
                    not any(p.start <= at <= p.end for p in sense.periods)
                    and text[at : at + 1].isalpha()
                    and not re.match(r"(?:quarter|year|month|last|twelve|12|same|this)", text[at:], re.I)
                ):
                    return None
            if found["art"].lower() == "the" and sense.sentence.code is not None and not before:
                return (
                    sense.sentence.code
                    if re.match(
                        r"\s+(?:in\s+the\s+(?:quarter|year)|over|since|during|is|was|from|comes?|in|on|[.,])",
                        text[found.end() :],
                    )
                    or not tail
                    else None
                )
            if before and _GAP.match(
                re.sub(
                    r"\b(?:there|represents?|represented|records?|shows?|showed|saw|seen|shown|experienced|experiencing|had|with|small|slight|large|significant|steady|marked|sharp)\b",
                    "",
                    text[before[-1].end : start],
                )
            ):
                return before[-1].code
            own = sense.sentence.code or sense.carried
            if own is not None and re.match(
                r"\W*(?:this|that|it|there|which)\s+(?:is|was|represents?|represented|has\s+been|shows?|marks?)\s*$",
                text[:start],
                re.I,
            ):
                return own
            return None
        clause = sense.clauses[sense.clause_of(start)]
        near = [m for m in before if _GAP.match(text[m.end : start])]
        if near:
            return near[-1].code
        own = sense.sentence.code or sense.carried
        lead = text[clause.start : start]
        if own is not None and not before and _PRONOUN.search(lead) and _GAP.match(re.sub(_PRONOUN, "", lead[:0])):
            rest = re.sub(r"^\W*(?:in|during|over|for|since|by|compared)\b[^,]*,", "", lead)
            subject = re.match(
                r"\W*(?:(?:it|this|that|they|these|which)|(?:the|this|that|its)?\s*(?:\w+\s+){0,2}?(?:figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measure|ratio|share|proportion|percentage|score|times?|waits?))\b",
                rest,
                re.I,
            )
            if subject and _GAP.match(rest[subject.end() :]):
                return own
        return None

    def _is_subject(self, mention: Mention) -> bool:
        """Whether a mention names the measure itself: "calls" do not name the time it takes to answer them."""
        measure = self.facts.findings[mention.code].measure
        word = self.sense.text[mention.start : mention.end].lower()
        return not mention.weak or measure.kind == "count" or word.startswith("rate")

    def _by_changes(self, code: str, place: int, way: int, strict: bool) -> Verdict | None:
        changes = [difference for difference, _ in self.facts.changes(code, self.judge.pairs(code, place))]
        if not changes:
            return None
        match = next((c for c in changes if c.way == way), None)
        if match is not None:
            return Verdict("agrees", self._change_said(match), code)
        if all(c.way == 0 for c in changes):
            return None
        return Verdict("contradicts", self._change_said(changes[0]), code)

    def _change_said(self, fact: Fact) -> Fact:
        words = {1: "a rise of", -1: "a fall of", 0: "no change:"}[fact.way]
        return Fact(fact.value, fact.code, fact.span, f"{words} {fact.said}", fact.way)

    def _unchanged(self) -> Iterator[Found]:
        for found in islice(_SAME.finditer(self.sense.text), MOST):
            code = self._subject_loosely(found.start())
            if code is None or self._hedged(found.start()):
                continue
            changes = [c for c, _ in self.facts.changes(code, self.judge.pairs(code, found.start()))]
            if not changes:
                continue
            same = next((c for c in changes if c.said.split()[0].strip("0.,") == ""), None)
            if same is None and all(abs(c.value) <= 0.02 * self._size(c) for c in changes):
                continue  # so little that "unchanged" is a way of speaking
            verdict = "agrees" if same is not None else "contradicts"
            yield found.start(), found.end(), Verdict(verdict, self._change_said(same or changes[0]), code)

    def _size(self, change: Fact) -> float:
        value = None if change.span is None else self.facts.figure(change.code, change.span).value
        return abs(value or 0.0)

    def _subject_loosely(self, place: int) -> str | None:
        before = [m for m in self.sense.mentions if m.start < place]
        if before:
            return before[-1].code
        if _PRONOUN.search(self.sense.text[:place]):
            return self.sense.sentence.code or self.sense.carried
        return None

    # --- highest and lowest

    def _superlatives(self) -> Iterator[Found]:
        sense, text = self.sense, self.sense.text
        for found in islice(_SUPERLATIVE.finditer(text), MOST):
            start, end = found.span()
            around = text[max(0, start - 30) : end + 40]
            rate = re.search(r"\b(?:nationally|forces|peers?|group|MSG|country|England)\b|\brate\b.{0,12}$", around)
            if self._hedged(start) or (
                found[0].lower() in ("most", "least", "best", "worst") and not re.search(r"\bthe\s+$", text[:start])
            ):
                continue
            codes, _ = sense.measures(start, end)
            code = next((c for c in codes if c in self.facts.findings), None)
            if code is None or (sense.sentence.code is None and not sense.mentions):
                continue
            measure = self.facts.findings[code].measure
            high = (
                bool(found["high"])
                or (bool(found["best"]) and measure.better == "higher")
                or (bool(found["worst"]) and measure.better == "lower")
            )
            verdict = self._rank(code, start, high) if rate else self._extreme(code, found, high)
            if verdict is not None:
                yield start, end, verdict

    def _rank(self, code: str, start: int, high: bool) -> Verdict | None:
        comparison = self.facts.findings[code].peers
        if comparison is None or any(
            literal.kind == "rank" and literal.end <= start < literal.end + 12 for literal, _ in self.verdicts
        ):
            return None
        at = comparison.position
        span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
        group = re.search(r"\b(?:peers?|group|MSG|similar)\b", self.sense.text) is not None
        rank, size = at.rank, at.n
        if not group:
            if at.national_rank is None or at.national_rank_words is None:
                return None
            rank, size = at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1])
        words = at.rank_words if group else str(at.national_rank_words)
        right = (rank == size) if high else (rank == 1)
        return Verdict("agrees" if right else "contradicts", Fact(rank, code, span, words), code)

    def _extreme(self, code: str, found: re.Match[str], high: bool) -> Verdict | None:
        facts = self.facts
        place = self._ordinal_before(found.start())
        scopes, subjects = self._scope_and_subject(found, code)
        if not subjects:
            return None
        best: Verdict | None = None
        for subject in subjects:
            for scope in scopes or self._usual_scopes(code, subject):
                values = self._comparable(code, subject, scope)
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

    def _ordinal_before(self, start: int) -> int:
        before = re.search(r"\b(\w+)[\s-]+$", self.sense.text[:start])
        return ORDINALS.get(before[1].lower(), 1) if before else 1

    def _scope_and_subject(self, found: re.Match[str], code: str) -> tuple[list[Span], list[Span]]:
        sense, text, calendar = self.sense, self.sense.text, self.facts.calendar
        scopes: list[Span] = []
        subjects: list[Span] = []
        months = [p for p in sense.periods if p.spans and all(s.length == 1 for s in p.spans) and not p.since]
        for period in sense.periods:
            before = text[max(0, period.start - 20) : period.start].lower()
            if period.since and period.spans:
                scopes += [Span(span.first, calendar.last) for span in period.spans[:1]]
            elif period.relation or not period.spans or period in months:
                continue
            elif (
                months
                or (
                    re.search(r"\b(?:of|in|for|over|during)\s+(?:the\s+|any\s+)?$", before)
                    and period.start > found.start()
                )
                or period.vague
                or re.search(r"\bof\s+$", before)
            ):
                scopes += list(period.spans)
            else:
                subjects += list(period.spans)
        clause = sense.clauses[sense.clause_of(found.start())]
        near = [p for p in months if clause.start <= p.start < clause.end] or months
        # The figure of the month itself: "peaked in July", "December was the lowest month".
        subjects = [s for p in near[:3] for s in p.spans] or subjects
        if re.search(r"\b(?:on\s+record|ever|of\s+all)\b", text, re.I):
            known = self.facts.months(code)
            scopes.append(Span(min(known, default=calendar.last), calendar.last))
        if (
            not subjects
            and re.search(r"\b(?:it|this|that|figure|total|number|quarter|month)\b", text[: found.start()], re.I)
            and (scopes or re.search(r"\bmonths?\b", text))
        ):
            quarterly = re.search(r"\bquarter", text, re.I)
            subjects = [calendar.now, *([] if quarterly else [Span(calendar.last, calendar.last), calendar.year])]
        elif not subjects and scopes and any(p.since for p in sense.periods):
            subjects = [calendar.now, Span(calendar.last, calendar.last), calendar.year]
        if len(near) > 1 and near is not months and not any(p.start < found.start() for p in near):
            subjects = list(near[0].spans)
        return scopes, subjects

    def _usual_scopes(self, code: str, subject: Span) -> list[Span]:
        calendar = self.facts.calendar
        known = self.facts.months(code)
        last = max(known, default=calendar.last)
        return [
            Span(last - 11, last),
            calendar.calendar_year,
            calendar.now,
            calendar.to_date,
            Span(last - 23, last),
            Span(min(known, default=last), last),
        ]

    def _comparable(self, code: str, subject: Span, scope: Span) -> dict[Span, float]:
        """The figures that a subject is the highest or lowest of: months with months, quarters with quarters."""
        if subject.length == 1:
            return {
                Span(at, at): value for at, value in self.facts.months(code).items() if scope.first <= at <= scope.last
            }
        if subject.length == 3:
            first = scope.first if scope.length > 3 else scope.first - 9
            starts = range(subject.first - 3 * ((subject.first - first) // 3), scope.last - 1, 3)
        else:
            starts = range(max(scope.first, subject.first - 60), subject.first + 1)
        spans = [Span(start, start + subject.length - 1) for start in starts]
        found = {span: self.facts.figure(code, span).value for span in spans}
        return {span: value for span, value in found.items() if value is not None}

    # --- runs of months, averages, symbols, standing

    def _runs(self) -> Iterator[Found]:
        text = self.sense.text
        for found in islice(_RUN.finditer(text), MOST):
            read = number(found["n"])
            if read is None or not 2 <= read[0] <= 24 or self._hedged(found.start()):
                continue
            chained = bool(found["row"] or found["after"])
            if not chained and _AVERAGE_OF.search(text[: found.start()]):
                continue
            if re.search(rf"\b{NUMBER}\s+of\s+the\s+(?:\w+\s+)?$", text[: found.start()], re.I):
                continue  # three of the last six months: no run
            side = _AVERAGE.search(text)
            moving = re.search(
                rf"\b(?:each|every|for|consecutive|successive|row|running)\b.{{0,40}}?(?:{_UP_VERB}|{_DOWN_VERB})|(?P<moved>{_UP_VERB}|{_DOWN_VERB})\s+(?:in\s+each\s+of|for|each|every|in\s+every)",
                text,
                re.I,
            )
            if not (side or moving or chained):
                continue
            codes, _ = self.sense.measures(found.start(), found.end())
            code = next((c for c in codes if c in self.facts.findings), None)
            if code is None or self.sense.is_foreign(found.start()):
                continue
            ways = [1 if side["up"] else -1] if side else [1, -1]
            lengths = self._lengths(code, ways, average=bool(side) or not moving, moving=not side)
            if not lengths:
                continue
            count, end = int(read[0]), self._run_end()
            held = next((length for length in lengths if length >= count), lengths[0])
            span = Span(end - held + 1, end) if held else None
            fact = Fact(held, code, span, wording.counted(held, "month"))
            yield found.start(), found.end(), Verdict("agrees" if max(lengths) >= count else "contradicts", fact, code)

    def _run_end(self) -> int:
        calendar = self.facts.calendar
        told = [
            s
            for p in self.sense.periods
            if not p.since and not p.counted
            for s in p.spans
            if s.last <= calendar.last and s.last > calendar.last - 12
        ]
        return max((s.last for s in told), default=calendar.last)

    def _lengths(self, code: str, ways: Sequence[int], average: bool, moving: bool) -> list[int]:
        known, end = self.facts.months(code), self._run_end()
        if known:
            end = min(end, max(known))
        out = []
        for way in ways:
            if average:
                for mean in self.facts.usual_averages(code):
                    out.append(self._length(end, {at: (value - mean) * way > 0 for at, value in known.items()}))
            if moving:
                rises = {at: at - 1 in known and (value - known[at - 1]) * way > 0 for at, value in known.items()}
                out.append(self._length(end, rises))
        return out

    @staticmethod
    def _length(end: int, holds: Mapping[int, bool]) -> int:
        at = end
        while holds.get(at, False):
            at -= 1
        return end - at

    def _averages(self) -> Iterator[Found]:
        for found in islice(_AVERAGE.finditer(self.sense.text), MOST):
            group = "up" if found["up"] else "down"
            start, end = found.span(group)
            if self._hedged(start) or self.sense.is_foreign(start) or self.sense.speaks_of_peers(start):
                continue
            if re.search(rf"\b{NUMBER}\s+of\s+the\s", self.sense.text, re.I):
                continue  # three of the last six months
            codes, _ = self.sense.measures(start, end)
            code = next((c for c in codes if c in self.facts.findings), None)
            told = [
                p
                for p in self.sense.periods
                if p.spans and not p.since and not p.vague and max(s.length for s in p.spans) <= 11
            ]
            told = [p for p in told if p.end <= start or p.start <= end + 60]
            if code is None or not told or (self.sense.sentence.code is None and not self.sense.mentions):
                continue
            spans = list(told[0].spans)
            known = self.facts.months(code)
            span = spans[0]
            months = [known[at] for at in range(span.first, span.last + 1) if at in known]
            if not months:
                continue
            way = 1 if group == "up" else -1
            means = self.facts.usual_averages(code)
            right = any(all((value - mean) * way > 0 for value in months) for mean in means)
            if (
                not right
                and span.length == 3
                and not re.search(r"\b(?:each|all|every|months)\b", self.sense.text, re.I)
            ):
                right = any((sum(months) / len(months) - mean) * way > 0 for mean in means)
            fact = Fact(means[0], code, span, f"an average of {self.facts.printed(code, means[0])} a month")
            yield start, end, Verdict("agrees" if right else "contradicts", fact, code)

    def _exceptional(self) -> Iterator[Found]:
        for found in islice(_EXCEPTIONAL.finditer(self.sense.text), MOST):
            code = self._signal_subject(found.start())
            if code is None or self._hedged(found.start()):
                continue
            finding = self.facts.findings[code]
            side = "high" if any(found[g] for g in ("high", "high2", "high3")) else "low"
            said = (found["n"] or found["n2"] or "one").lower()
            size = {"1": "one", "3": "three", "8": "eight"}.get(said, said)
            plain = found["n"] is None and found["n2"] is None
            stems = [f"month_{side}"] if size == "one" else [f"{size}_months_{side}"]
            stems += [f"three_months_{side}"] if plain else []
            at = self._signal_month(found.start())
            if at not in finding.signal_history.index:
                continue
            met = any(
                stem in h and bool(h.loc[at, stem])
                for stem in stems
                for h in (finding.signal_history, finding.calibrated_history)
                if at in h.index
            )
            if not met and plain and at != self.facts.calendar.quarter.last:
                known = self.facts.months(code)
                year = [
                    v for m, v in known.items() if self.facts.calendar.year.first <= m <= self.facts.calendar.year.last
                ]
                met = bool(year) and known.get(at.ordinal) == (max(year) if side == "high" else min(year))
            said_now = (
                wording.listed([symbols.BY_CODE[c].words for c in sorted(finding.signals)]) or "nothing exceptional"
            )
            if not met and (last := self._when(code, stems)) is not None:
                said_now = f"last in {wording.month(last)}"
            fact = Fact(
                0.0, code, Span(at.ordinal, at.ordinal), said_now if not met else symbols.BY_CODE[stems[0]].words
            )
            yield found.start(), found.end(), Verdict("agrees" if met else "contradicts", fact, code)

    def _when(self, code: str, stems: Sequence[str]) -> pd.Period | None:
        history = self.facts.findings[code].signal_history
        columns = [stem for stem in stems if stem in history.columns]
        if not columns:
            return None
        months = history.index[history[columns].fillna(False).astype(bool).any(axis=1)]
        return months.max() if len(months) else None

    def _signal_subject(self, place: int) -> str | None:
        code = self._subject_loosely(place) or self.sense.sentence.code
        if code is None or self.sense.is_foreign(place) or code not in self.facts.findings:
            return None
        return code if self.facts.findings[code].measure.has_signals and self.facts.findings[code].arithmetic else None

    def _signal_month(self, place: int) -> pd.Period:
        told = [p for p in self.sense.periods if p.spans and not p.since and not p.relation]
        near = sorted(told, key=lambda p: abs(p.start - place))
        if not near:
            return self.facts.calendar.quarter.last
        months = [p for p in near if p.spans[0].length == 1]
        return month_of((months or near)[0].spans[0].last)

    def _trends(self) -> Iterator[Found]:
        for found in islice(_TREND.finditer(self.sense.text), MOST):
            code = self._signal_subject(found.start())
            if code is None or self._hedged(found.start()):
                continue
            finding = self.facts.findings[code]
            way = "increasing" if found["up"] or found["up2"] else "decreasing"
            codes = {f"discrete_{way}", f"rolling_{way}"}
            met = codes & (finding.signals | finding.calibrated_signals)
            said = (
                wording.listed([symbols.BY_CODE[c].words for c in sorted(met or finding.signals)])
                or "no significant trend"
            )
            span = self.facts.calendar.year
            yield (
                found.start(),
                found.end(),
                Verdict("agrees" if met else "contradicts", Fact(0.0, code, span, said), code),
            )

    def _standings(self) -> Iterator[Found]:
        for found in islice(_STANDING.finditer(self.sense.text), MOST):
            codes, _ = self.sense.measures(found.start(), found.end())
            code = next((c for c in codes if c in self.facts.findings), None)
            if code is None or self._hedged(found.start()):
                continue
            comparison = self.facts.findings[code].peers
            if comparison is None:
                continue
            at = comparison.position
            if found["line"]:
                standings = {comparison.standing, at.calibrated}
                right = any(standing in ("in_line_above", "in_line_below") for standing in standings)
                if re.search(r"\b(?:trend|rise|rose|fall|fell|increase|decrease|change)\w*\b", self.sense.text, re.I):
                    continue
            else:
                right = (at.rate > at.average) == bool(found["above"])
                if re.search(r"\bsignificantly\s+$", self.sense.text[: found.start()], re.I):
                    right = comparison.standing == ("greater_than_peers" if found["above"] else "less_than_peers")
            span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
            said = symbols.BY_CODE[comparison.standing].words
            yield (
                found.start(),
                found.end(),
                Verdict("agrees" if right else "contradicts", Fact(at.rate, code, span, said), code),
            )
