"""The answer to a question: the Finding as reported and the Finding as asked, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from perf_lib.config.catalogue import Catalogue
from perf_lib.config.settings import Settings
from perf_lib.config.target import Target
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.symbols import Symbol
from perf_lib.findings.verdict import Grade, clear
from perf_lib.report.contents import Contents
from perf_lib.report.explore.question import Question, as_yaml, frame_for, settings_for
from perf_lib.views import charts, explain, narrative
from perf_lib.views.html import EMPTY, TEMPLATES, Fragment, fill, paragraphs
from perf_lib.words import wording
from perf_lib.words.errors import InputError

FATES = {(True, True): "stays", (False, True): "comes on", (True, False): "goes off"}


@dataclass(frozen=True)
class Answer:
    """A measure as reported (`then`) and as asked (`now`): the same views of two Findings."""

    question: Question
    then: Finding
    now: Finding
    reported: Settings
    asked: Settings

    @property
    def is_changed(self) -> bool:
        """Whether the question changes any figure, break or peer group of the report."""
        asked, reported = self.asked, self.reported
        return (
            bool(self.question.months)
            or self.question.target is not None
            or (asked.breaks, asked.peer_group) != (reported.breaks, reported.peer_group)
        )

    def summary(self) -> Fragment:
        """The measure's figures and message, as reported and as asked."""
        figures = [(words, of(self.then), of(self.now)) for words, of in FIGURES]
        rows = [(words, then, now, then != now) for words, then, now in figures]
        return self._beside(f"{self._title}: figures", "", rows)

    def symbols(self) -> Fragment:
        """The symbols of both Findings, each with its change."""
        before, after = (_shown(finding) for finding in (self.then, self.now))
        rows = [
            {
                "words": wording.sentence_case(symbol.words),
                "then": _icon(symbol, before),
                "now": _icon(symbol, after),
                "fate": FATES[symbol.code in before, symbol.code in after] if self.is_changed else "",
            }
            for symbol in symbols.SYMBOLS
            if symbol.code in {*before, *after}
        ]
        caption = f"{self._title}: symbols"
        html = fill("explore_symbols.html.j2", caption=caption, rows=rows, changed=self.is_changed)
        lines = [f"{row['words']}: {row['fate'] or 'shown'}" for row in rows]
        return Fragment(html, "\n".join(lines or ["No symbol is shown."]))

    def chart(self) -> Fragment:
        """The chart as asked, beside the chart as reported where they differ."""
        if self.now.as_at is None:
            return paragraphs(["Drawn is nothing: no month has a figure."])
        now = charts.monthly(self.now).fragment()
        return _side_by_side(now, charts.monthly(self.then).fragment()) if self.is_changed else now

    def peers(self) -> Fragment:
        """The area among its peers; where the question changes the peers, beside the report's own."""
        if self.now.peers is None and self.then.peers is None:
            return EMPTY

        def comparison(finding: Finding, settings: Settings) -> Fragment:
            if finding.peers is None or settings.peer_group is None:
                return paragraphs(["Too few of the chosen areas have a rate to compare with."])
            sentence = paragraphs([narrative.peers(finding, settings.peer_group)])
            return sentence + charts.peer_rates(finding, settings.peer_group).fragment()

        if self.asked.peer_group == self.reported.peer_group:
            return comparison(self.now, self.asked)
        return _side_by_side(comparison(self.now, self.asked), comparison(self.then, self.reported))

    def arithmetic(self) -> Fragment:
        """The verdict's sums and each rule's, beside those as reported."""
        if not self.now.arithmetic:
            return explain.explain(self.now)
        verdict = self._sums("What was expected", explain.verdict_sums)
        return verdict + self._sums("What each symbol's rule finds", explain.published_sums)

    def yaml(self) -> str:
        """The settings that would make the report say so, to copy into `params/`."""
        return as_yaml(self.question, self.reported, self.asked, self.now)

    @property
    def _title(self) -> str:
        return f"{self.now.measure.title}, {self.now.quarter.name} {self.now.quarter.financial_year}"

    def _sums(self, title: str, sums: Callable[[Finding], Sequence[tuple[str, str, str]]]) -> Fragment:
        rows = []
        before = {words: (sum_, verdict) for words, sum_, verdict in sums(self.then)}
        for words, sum_, verdict in sums(self.now):
            sum_then, verdict_then = before.get(words, ("", ""))
            rows.append((words, f"{sum_then}: {verdict_then}", f"{sum_}: {verdict}", verdict != verdict_then))
        return self._beside(title, "Symbol", rows)

    def _beside(self, caption: str, heading: str, rows: Sequence[tuple[str, str, str, bool]]) -> Fragment:
        html = fill("explore_beside.html.j2", caption=caption, heading=heading, rows=rows, changed=self.is_changed)
        return Fragment(html, "\n".join([caption, *(" | ".join(row[:3]) for row in rows)]))

    def _repr_html_(self) -> str:
        return in_lab(self.symbols() + self.chart() + self.summary() + self.arithmetic())

    def __repr__(self) -> str:
        return "\n".join([self.summary().text, self.symbols().text])


FIGURES: tuple[tuple[str, Callable[[Finding], str]], ...] = (
    ("The quarter", lambda finding: finding.in_short["quarter"]),
    ("12 months", lambda finding: finding.in_short["12 months"]),
    ("The 12 months before", lambda finding: finding.in_short["before"]),
    ("Target", lambda finding: narrative.target(finding)),
    ("In words", lambda finding: narrative.context(finding)),
)
"""The lines of the summary: words, and the figure in a Finding."""


def ask(report: Contents, question: Question) -> Answer:
    """Both Findings of the question's measure: as reported, and with the question's changes.

    Which measures are clearly unlike what was expected is found again among all of them, this one changed.

    >>> from perf_lib.report import open_report
    >>> answer = ask(open_report("2019-20-Q3"), Question("hate_crime"))
    >>> answer.is_changed, answer.now.value == answer.then.value
    (False, True)
    """
    if report.is_public:  # a reader could find a withheld figure by trying one after another
        raise InputError("a public report is not explored; open the report without public=True")
    measure = report.params.catalogue[question.measure]
    if question.target is not None:
        measure = measure.model_copy(update={"target": Target(level=question.target)})
    report = report.as_at(question.quarter or report.quarter)
    settings = settings_for(report, question)
    arrived = replace(report.arrived, frame=frame_for(report, question))
    measures = Catalogue({measure.code: measure})
    if measure.target is not None and measure.target.measure is not None:
        measures[measure.target.measure] = report.params.catalogue[measure.target.measure]
    now = arrived.findings(measures, settings, report.quarter)[measure.code]
    chances = {code: finding.verdict.chance for code, finding in report.findings.items()}
    exceptional = clear(chances | {measure.code: now.verdict.chance})
    if now.verdict.is_unlike:
        grade: Grade = "clear" if measure.code in exceptional else "possible"
        now = replace(now, verdict=replace(now.verdict, grade=grade))
    return Answer(question, report.findings[measure.code], now, report.settings, settings)


def in_lab(fragment: Fragment) -> str:
    """A fragment with styles of its own: JupyterLab has none of a report's."""
    css = (TEMPLATES / "explore.css").read_text(encoding="utf-8")
    return fill("explore.html.j2", css=css, body=fragment.html)


def _shown(finding: Finding) -> dict[str, bool]:
    """The symbols by code, and whether each is drawn solid."""
    return {symbol.code: symbols.is_supported(symbol, finding) for symbol in symbols.shown(finding)}


def _icon(symbol: Symbol, shown: dict[str, bool]) -> dict[str, str] | None:
    if symbol.code not in shown:
        return None
    solid = shown[symbol.code]
    return {"uri": symbols.icon_uri(symbol.code, outline=not solid), "words": "solid" if solid else "may be chance"}


def _side_by_side(now: Fragment, then: Fragment) -> Fragment:
    html = fill("explore_two.html.j2", now=now.html, then=then.html)
    return Fragment(html, f"As asked\n{now.text}\nAs reported\n{then.text}")
