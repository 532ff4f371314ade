"""A literal figure held against the data: what it is said to be, which facts it could stand for, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from perf_lib.audit.candidates import facts_for, nearest, said_of_peers
from perf_lib.audit.facts import Facts
from perf_lib.audit.literals import Literal
from perf_lib.audit.nouns import attached, is_figure, multiplies, took
from perf_lib.audit.patterns import Words
from perf_lib.audit.plainness import is_plain, plainly_stated
from perf_lib.audit.reach import reach
from perf_lib.audit.roles import role
from perf_lib.audit.sense import Sense
from perf_lib.audit.sums import follows
from perf_lib.audit.verdicts import UNSUPPORTED, Memory, Verdict

_WISHED = Words(r"\b(?:(?-i:may)|might|could|would|will|can|should|to|not|never)\s+(?:\w+\s+)?$")

_WHOLE = Words(r"\d\s+(?:out\s+)?of\s+(?:the\s+|all\s+|its\s+|our\s+)?(?:(?:quarter|year|month)['’]s\s+)?$")
_OF_MONTHS = Words(
    r"[\s-]+(?:lowest|highest|best|worst|largest|smallest|busiest|quietest)\b(?:\s+(?:month|quarter|figure|total))?\s+(?:of\s+the\s+(?:year|quarter|last)|in\s+the\s+(?:year|quarter|last)|since|after|on\s+record)\b"
)


class Judge:
    """Holds the figures of one sentence against the facts."""

    def __init__(self, sense: Sense, facts: Facts) -> None:
        self.sense, self.facts = sense, facts
        self.memory = Memory()

    def judge(self, literal: Literal) -> Verdict | None:
        """The verdict on a figure; None for one that is no claim (a word of number in ordinary language)."""
        if literal.kind == "money":
            return UNSUPPORTED
        if literal.kind == "months":
            return None  # a time, unless something lasted it: then it is read as a run of months
        if literal.kind == "rank" and _OF_MONTHS.match(self.sense.text, literal.end):
            return None  # among months, not areas: read with its superlative
        named, _ = self.sense.measures(literal.start, literal.end)
        codes = [code for code in named if code in self.facts.findings]
        noun = attached(self.sense, self.facts, literal, codes)
        if (
            literal.kind == "count"
            and literal.in_words
            and literal.value <= 12
            and not is_figure(self.sense, self.facts, literal, codes, noun)
        ):
            return None
        if literal.kind == "multiple" and _WISHED.search(self.sense.text[: literal.start]):
            return None
        if literal.kind == "multiple" and not multiplies(self.sense, literal):
            return Verdict("unsupported")
        if literal.kind == "days" and not any("day" in self.facts.findings[c].measure.unit for c in codes):
            return None if literal.in_words or not took(self.sense) else UNSUPPORTED
        verdict = self._held(literal, codes, noun)
        if verdict.verdict == "unsupported":
            sums = follows(self.sense, self.memory, literal)
            if sums is not None:
                verdict = sums
        if verdict.verdict != "agrees" and _WHOLE.search(self.sense.text[: literal.start]):
            verdict = self._whole(literal) or verdict
        self.memory.end = literal.end
        self.memory.fact = verdict.fact
        return verdict

    def _whole(self, literal: Literal) -> Verdict | None:
        """What a figure is a part of: 3,751 of the quarter's 10,876 crimes, which is another measure's figure."""
        reached = reach(self.sense, literal)
        for code, finding in self.facts.findings.items():
            spans = reached.spans or tuple(self.facts.usual(code)[:3])
            fact = next((f for f in self.facts.levels(code, spans) if literal.fits(f.value)), None)
            if finding.measure.kind == "count" and fact is not None:
                return Verdict("agrees", fact, code)
        return None

    def _held(self, literal: Literal, codes: Sequence[str], noun: bool | None) -> Verdict:
        reached = reach(self.sense, literal)
        is_foreign = self.sense.is_foreign(literal.start)
        first: Verdict | None = None
        for code in codes[:4]:
            measure = self.facts.findings[code].measure
            said_to_be, way = role(self.sense, self.memory, literal, measure)
            if code == codes[0]:
                self.memory.role, self.memory.way = said_to_be, way
            facts, clear = facts_for(self.sense, self.facts, literal, code, said_to_be, reached, codes)
            if is_foreign and said_to_be not in ("rank", "rate", "size"):
                facts, clear = said_of_peers(self.sense, self.facts, literal, code), False
            slack = 2.0 if reached.own else 1.5
            match = next(
                (
                    fact
                    for fact in facts
                    if literal.fits(fact.value, slack) and (not way or not fact.way or fact.way == way)
                ),
                None,
            )
            match = match or next((fact for fact in facts if literal.fits(fact.value, slack)), None)
            if match is not None:
                if noun is False and said_to_be in ("level", "share"):
                    continue  # so many of something else is not this figure, though it is as many
                if not clear and said_to_be == "level" and literal.said in ("over", "under"):
                    continue  # "up to 30 per cent" is too loose to have been meant of a share nobody named
                return Verdict("agrees", match, code)
            if (
                first is None
                and facts
                and clear
                and noun is not False
                and is_plain(self.sense, self.facts, literal, said_to_be, reached.named, noun)
                and (
                    measure.kind != "count"
                    or said_to_be not in ("level", "average")
                    or plainly_stated(self.sense, literal)
                )
            ):
                first = Verdict("contradicts", nearest(literal, facts), code)
        if first is not None:
            return first
        guess = codes[0] if codes and noun is not False and not is_foreign else None
        return Verdict("unsupported", None, guess)
