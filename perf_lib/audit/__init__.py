"""Commentary held against the findings: every literal figure and word of direction, sentence by sentence.

reading, highlights: what people wrote to sentences. literals, periods: what stands in one. sense: its measures, and what
belongs to what. facts: the data, asked. roles: what a figure is said to be, and which months it speaks of. candidates:
which facts it could stand for. figures: the verdict on each figure, from these, from whose it is and from how plainly its
sentence says so. movements, directions: the words of direction, sort by sort.

A figure agrees where it is right, as finely as it was printed, for the measure and months that its sentence speaks
of; it contradicts where the sentence makes plain which figure it means and that is another; it is unsupported where
the data do not hold it and no source is given. A bound figure, `{{ rolling_12 }}`, is right by construction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perf_lib.audit import highlights
from perf_lib.audit.directions import directions
from perf_lib.audit.facts import UNSUPPORTED, Fact, Facts, Verdict
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Literal
from perf_lib.audit.periods import Calendar
from perf_lib.audit.reading import Sentence, Text, sentences, sourced
from perf_lib.audit.sense import Names, Sense
from perf_lib.findings.finding import Finding
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

MOST_FIGURES = 30
"""In a sentence of more figures than this nobody can say which belongs to what: none of them is supported."""
FIELDS = ("file", "line", "sentence", "text", "verdict", "measure", "period", "right")


@dataclass(frozen=True)
class Check:
    """One figure or word of direction, and what came of it.

    verdict: agrees, contradicts, unsupported, or sourced (not in the data, its source given: no finding). period: a
    month (2019-12), a quarter (2019-20-Q3), "12 months to 2019-12", or "2019-04 to 2019-12"; a change is named by its
    later months. right: what the data say there, in house style.
    """

    file: str
    line: int
    sentence: str
    text: str
    verdict: str
    measure: str | None = None
    period: str | None = None
    right: str | None = None
    source: str | None = None

    def line_for_people(self) -> str:
        """The check in one line: where, what is wrong, what would be right."""
        about = f" ({', '.join(filter(None, [self.measure, self.period]))})" if self.measure or self.period else ""
        said = {
            "agrees": f"is right{about}",
            "contradicts": f"contradicts the data{about}; they say {self.right}",
            "unsupported": "is not in the data, and no source is given",
            "sourced": f"is not in the data; source: {self.source}",
        }[self.verdict]
        return f"{self.file}, line {self.line}: {self.text!r} {said}"

    def as_dict(self) -> dict[str, Any]:
        """The check as `perf-lib check --json` prints it."""
        return {name: getattr(self, name) for name in FIELDS}


@dataclass(frozen=True)
class Audit:
    """Every sentence that people wrote with its checks, and what reviewers should know besides."""

    sentences: tuple[tuple[Sentence, tuple[Check, ...]], ...]
    warnings: tuple[str, ...] = ()

    @property
    def checks(self) -> list[Check]:
        """All checks in order, those with a source included."""
        return [check for _, checks in self.sentences for check in checks]

    @property
    def findings(self) -> list[Check]:
        """What `perf-lib check` reports: all but what has a source."""
        return [check for check in self.checks if check.verdict != "sourced"]

    def counts(self) -> str:
        """How many figures were checked, and what came of them, in one line."""
        tally = Counter(check.verdict for check in self.checks)
        return (
            f"{wording.counted(len(self.checks), 'figure')} checked: {tally['agrees']} right, {tally['contradicts']} "
            f"contradicted by the data, {tally['unsupported']} without support, {tally['sourced']} with a source"
        )

    def of(self, verdict: str) -> list[Check]:
        """The checks of one verdict."""
        return [check for check in self.checks if check.verdict == verdict]


def held(
    texts: Iterable[Text],
    findings: Mapping[str, Finding],
    quarter: Quarter,
    sources: Mapping[str, str] | None = None,
    warnings: Sequence[str] = (),
) -> Audit:
    """What people wrote of a quarter, held against its findings.

    sources: where figures that are not in the data come from, by a phrase of the sentence they stand in.
    """
    auditor = _Auditor(findings, quarter, sources or {})
    return Audit(tuple(pair for text in texts for pair in auditor.text(text)), tuple(warnings))


class _Auditor:
    def __init__(self, findings: Mapping[str, Finding], quarter: Quarter, sources: Mapping[str, str]) -> None:
        self.findings, self.sources = findings, sources
        self.calendar = Calendar(quarter)
        self.facts = Facts(findings, self.calendar)
        self.names = Names({code: finding.measure for code, finding in findings.items()})
        self.peers = sorted(self.facts.peers() - {finding.area for finding in findings.values()})

    def text(self, text: Text) -> Iterator[tuple[Sentence, tuple[Check, ...]]]:
        """A text's sentences, each with its checks."""
        carried: str | None = None
        for sentence in sentences(text):
            carried = None if sentence.starts_block else carried
            sense = Sense(sentence, self.calendar, self.names, self.peers, carried)
            yield sentence, tuple(self.checks(sense))
            carried = sense.strong[0].code if sense.strong else carried

    def checks(self, sense: Sense) -> Iterator[Check]:
        """The checks of one sentence, in the order of its words."""
        if not self.findings:
            return
        if len(sense.literals) > MOST_FIGURES:
            checked = [(*each.span, UNSUPPORTED) for each in sense.literals if not sense.is_bound(each)]
        else:
            judge = Judge(sense, self.facts)
            figures = [(literal, judge.judge(literal)) for literal in sense.literals]
            checked = [(*each.span, verdict) for each, verdict in figures if verdict and not sense.is_bound(each)]
            taken = {at for start, end, _ in checked for at in range(start, end)}
            checked += [each for each in directions(judge, figures) if not taken & {each[0], each[1] - 1}]
        source = sourced(sense.sentence, self.sources)
        for start, end, verdict in sorted(checked, key=lambda each: each[:2]):
            yield _check(sense, start, end, verdict, source)


def _check(sense: Sense, start: int, end: int, verdict: Verdict, source: str | None) -> Check:
    sentence = sense.sentence
    found, fact = verdict.verdict, verdict.fact
    states_ours = verdict.why == "arithmetic" or _speaks_for_itself(sense, verdict)
    if source is not None and (found == "unsupported" or (found == "contradicts" and not states_ours)):
        found = "sourced"
    return Check(
        file=sentence.file,
        line=sentence.line,
        sentence=sentence.text,
        text=sentence.text[start:end].strip(),
        verdict=found,
        measure=verdict.measure,
        period=None if fact is None or fact.span is None else str(fact.span),
        right=None if fact is None or found in ("unsupported", "sourced") else fact.said,
        source=source if found == "sourced" else None,
    )


def _speaks_for_itself(sense: Sense, verdict: Verdict) -> bool:
    """Whether a sentence with a source states a figure of ours all the same: measure and months named, nobody quoted."""
    is_named = any(mention.code == verdict.measure for mention in sense.strong)
    is_quoted = re.search("given|said|reported|printed|stated|described|according", sense.text, re.IGNORECASE)
    return is_named and bool(sense.periods) and not is_quoted


__all__ = ["FIELDS", "Audit", "Check", "Fact", "Literal", "Text", "held", "highlights"]
