"""What people wrote, held to the findings: every typed figure and the words beside it, with a verdict each.

traced: a fact of the measure and months that the sentence names is printed so. contradicts: a closed reading, or the
sentence itself, says otherwise. sourced: not ours, and its source is given. checked: a person has answered for it.
not traced: none of these; the nearest facts are offered as bindings. A bound figure needs no verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perf_lib.commentary import claims, closed
from perf_lib.commentary.answers import Recorded
from perf_lib.commentary.facts import Fact, Facts
from perf_lib.commentary.figures import SMALL, TENS
from perf_lib.commentary.names import Names
from perf_lib.commentary.periods import Calendar
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.sentences import Answer, Sentence, Text, sentences, sourced
from perf_lib.commentary.trace import MOST_FIGURES, Trace, Tracer
from perf_lib.findings.finding import Finding
from perf_lib.words import wording
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.quarters import Quarter

FIELDS = ("file", "line", "sentence", "text", "verdict", "meaning", "measure", "period", "right", "offers")


_MAY_STATE = re.compile(
    rf"\d|{'|'.join((*SMALL, *TENS, *MONTH_NAMES))}|hal[fv]|third|quarter|fifth|tenth|year|month|doubl|treb|tripl|twic",
    re.IGNORECASE,
)
"""What a sentence has a trace of that states a figure or speaks of months; without any it is not read further."""


@dataclass(frozen=True)
class Check:
    """One figure or word, and what came of it.

    meaning: what it was taken to mean, in words. period: a month (2019-12), a quarter (2019-20-Q3), "12 months to
    2019-12", or "2019-04 to 2019-12"; a change is named by its later months. right: what the data say there.
    """

    file: str
    line: int
    sentence: str
    text: str
    verdict: str
    meaning: str | None = None
    measure: str | None = None
    period: str | None = None
    right: str | None = None
    offers: tuple[Fact, ...] = ()
    """Facts that it may have been meant to be, each with the binding that prints it."""
    binding: str | None = None
    source: str | None = None
    answer: Answer | None = None
    place: tuple[int, int] | None = None
    """Where it stands in the file; None for a word, or where it is not known."""
    is_figure: bool = True

    @property
    def is_open(self) -> bool:
        """Whether it keeps a pack from being signed off: a figure that nobody answers for."""
        return self.verdict == "contradicts" or (self.verdict == "not traced" and self.is_figure)

    def what_to_do(self) -> str:
        """What a person may do about it, in a few words; empty where nothing is to be done."""
        offered = "; or ".join(f"{each.binding} for {each.printed} ({each.words})" for each in self.offers)
        if self.verdict == "contradicts":
            return ", or ".join(filter(None, [f"write {self.right}", offered]))
        if not self.is_open:
            return ""
        answer = "give a (source: …), or answer <!-- checked: reason, name -->"
        return f"bind {offered}; {answer}" if offered else answer

    def line_for_people(self) -> str:
        """The check in one line: where, the figure, what it was taken to mean."""
        words = {
            "traced": f"is {self.meaning}",
            "contradicts": f"contradicts the data: {self.meaning}, {self.right}",
            "not traced": "is not traced to the data",
            "sourced": f"is not in the data; source: {self.source}",
            "checked": f"was checked by {self.answer.name}: {self.answer.reason}" if self.answer else "was checked",
        }[self.verdict]
        return f"{self.file}, line {self.line}: {self.text!r} {words}"

    def as_dict(self) -> dict[str, Any]:
        """The check as `perf-lib check --json` prints it."""
        offers = [{"printed": each.printed, "words": each.words, "binding": each.binding} for each in self.offers]
        return {name: getattr(self, name) for name in FIELDS} | {"offers": offers}


@dataclass(frozen=True)
class Checked:
    """Every sentence that people wrote with its checks, and what reviewers should know besides."""

    sentences: tuple[tuple[Sentence, tuple[Check, ...]], ...]
    warnings: tuple[str, ...] = ()

    @property
    def checks(self) -> list[Check]:
        """All checks in order."""
        return [check for _, checks in self.sentences for check in checks]

    def of(self, *verdicts: str) -> list[Check]:
        """The checks of some verdicts."""
        return [check for check in self.checks if check.verdict in verdicts]

    @property
    def open(self) -> list[Check]:
        """Figures that keep a pack from being signed off."""
        return [check for check in self.checks if check.is_open]

    def counts(self) -> str:
        """How many figures were checked, and what came of them, in one line."""
        tally = Counter(check.verdict for check in self.checks)
        parts = [
            f"{tally[verdict]} {words}"
            for verdict, words in (
                ("traced", "traced to the data"), ("contradicts", "contradicted by it"), ("not traced", "not traced"),
                ("sourced", "with a source"), ("checked", "checked by a person"),
            )
        ]  # fmt: skip
        return f"{wording.counted(len(self.checks), 'figure or word', 'figures and words')}: {', '.join(parts)}"


def check(
    texts: Iterable[Text],
    findings: Mapping[str, Finding],
    quarter: Quarter,
    sources: Mapping[str, str] | None = None,
    warnings: Sequence[str] = (),
    recorded: Recorded = (),
) -> Checked:
    """What people wrote of a quarter, held to its findings.

    sources: where figures that are not in the data come from, by a phrase of the sentence they stand in. recorded: the
    answers that the last pack's record keeps.
    """
    reader = _Reader(findings, quarter, sources or {}, recorded)
    return Checked(tuple(pair for text in texts for pair in reader.text(text)), tuple(warnings))


class _Reader:
    def __init__(
        self, findings: Mapping[str, Finding], quarter: Quarter, sources: Mapping[str, str], recorded: Recorded
    ) -> None:
        self.findings, self.sources, self.recorded = findings, sources, recorded
        self.calendar = Calendar(quarter)
        self.facts = Facts(findings, quarter)
        self.tracer = Tracer(self.facts)
        measures = {code: finding.measure for code, finding in findings.items()}
        self.names = Names(measures, {code: finding.areas for code, finding in findings.items()})
        areas = {finding.area for finding in self.facts.findings.values()}
        self.area_words = frozenset(word for area in areas for word in area.lower().split())

    def text(self, text: Text) -> Iterator[tuple[Sentence, tuple[Check, ...]]]:
        """A text's sentences, each with its checks."""
        carried: str | None = None
        of_text = [*sentences(text)]
        words = {sentence.text for sentence in of_text}
        for sentence in of_text:
            carried = None if sentence.starts_block else carried
            sense = Sense(sentence, self.calendar, self.names, carried)
            checks = self.checks(sense) if self.findings else []
            yield sentence, tuple(self._settled(sentence, each, words) for each in checks)
            carried = sense.strong[0].code if sense.strong else carried

    def checks(self, sense: Sense) -> list[Check]:
        """The checks of one sentence, in the order of its words."""
        if not _MAY_STATE.search(sense.text):
            return []
        if len(sense.figures) > MOST_FIGURES:
            return [self._check(sense, Trace(figure)) for figure in sense.figures if not sense.is_bound(figure)]
        traces = [trace for figure in sense.figures if (trace := self.tracer.trace(sense, figure))]
        wrong = dict(closed.disagreeing(sense, traces))
        checks = [
            (each.figure.start, self._check(sense, each, wrong.get(each.figure)))
            for each in traces
            if not sense.is_bound(each.figure)
        ]
        taken = {at for trace in traces for at in range(*trace.figure.span)}
        for claim in claims.claims(self.facts, sense, traces):
            if not taken & {claim.start, claim.end - 1}:
                checks.append((claim.start, self._of_claim(sense, claim)))
        return [each for _, each in sorted(checks, key=lambda pair: pair[0])]

    def _check(self, sense: Sense, trace: Trace, size: float | None = None) -> Check:
        """The check of a figure. size: what it should be by the other figures of its sentence, which it is not."""
        figure, fact, verdict = trace.figure, trace.fact, "traced"
        if fact is None:
            fact = closed.contradicted(sense, trace, self.area_words) if self._reaches_the_quarter(trace) else None
            verdict = "contradicts" if fact is not None else "not traced"
        offers: list[Fact] = []
        if verdict != "traced" and len(sense.figures) <= MOST_FIGURES:
            offers = [replace(each, binding=_binding(sense, each)) for each in self.tracer.offers(sense, trace)]
        places = sense.sentence.places
        check = replace(
            _new(sense, figure.start, figure.end, verdict, fact),
            offers=tuple(offers),
            binding=_binding(sense, fact) if fact is not None and verdict == "traced" else None,
            place=(places[figure.start], places[figure.end - 1] + 1) if len(places) >= figure.end else None,
        )
        if size is None:
            return check
        meaning, right = "the difference of the sentence's own figures", wording.number(size, 0 if size % 1 == 0 else 1)
        return replace(check, verdict="contradicts", meaning=meaning, right=right, offers=())

    def _reaches_the_quarter(self, trace: Trace) -> bool:
        """Whether a measure's figures do not stop early: else nobody knows which year "the year" is."""
        codes = {fact.code for fact in trace.nearest}
        return all(self.facts.windows(code)["rolling_12"].last == self.facts.last for code in codes)

    def _of_claim(self, sense: Sense, claim: claims.Claim) -> Check:
        fact = claim.fact
        verdict = "traced" if claim.is_right else "contradicts" if claim.is_opposed else "not traced"
        check = replace(_new(sense, claim.start, claim.end, verdict, fact), is_figure=False)
        if fact is None:
            return replace(check, meaning="the figures of the sentence", right="the other way")
        if fact.against is None:
            return check
        way = "rise" if fact.way > 0 else "fall"
        return replace(check, right=f"a {way} of {fact.printed}" if fact.way else "no change")

    def _settled(self, sentence: Sentence, check: Check, words: Collection[str]) -> Check:
        """A check with the sentence's source, or with a person's answer that has not lapsed."""
        if check.verdict not in ("contradicts", "not traced"):
            return check
        answer = self._answer(sentence, check, words)
        if answer is not None:
            return replace(check, verdict="checked", answer=answer)
        source = sourced(sentence, self.sources)
        if source is not None and check.verdict == "not traced":
            return replace(check, verdict="sourced", source=source)
        return check

    def _answer(self, sentence: Sentence, check: Check, words: Collection[str]) -> Answer | None:
        """The answer that is on record for this figure; or the one in the text, unless it was given for other words.

        words: the sentences of the text as they are now.
        """
        of_file = [each for each in self.recorded if each.file == check.file]
        for each in of_file:
            if (each.sentence, each.text, each.right) == (check.sentence, check.text, check.right or ""):
                return Answer(each.reason, each.name)
        same = [each for each in of_file if (each.reason, each.name) == sentence.answer]
        has_lapsed = any(each.sentence not in words or each.text == check.text for each in same)
        return None if has_lapsed else sentence.answer


def _new(sense: Sense, start: int, end: int, verdict: str, fact: Fact | None) -> Check:
    """A check of the letters from start to end of a sentence, held to a fact or to none."""
    sentence = sense.sentence
    return Check(
        sentence.file,
        sentence.line,
        sentence.text,
        sentence.text[start:end].strip(),
        verdict,
        meaning=fact.words if fact else None,
        measure=fact.code if fact else next(iter(sense.codes(start)), None),
        period=str(fact.span) if fact and fact.span else None,
        right=fact.printed if fact else None,
    )


def _binding(sense: Sense, fact: Fact) -> str:
    owner = "" if fact.code == sense.sentence.code else f"{fact.code}."
    return f"{{{{ {owner}{fact.binding} }}}}" if fact.binding else ""
