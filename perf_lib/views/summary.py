"""The first page: what a panel member reads first, and how sure one can be of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import FALSE_DISCOVERY, POSSIBLE
from perf_lib.views import narrative
from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording

POINTS = 6
"""Main points: as many as a reader keeps."""


def summary(findings: Mapping[str, Finding]) -> Fragment:
    """Six main points, how many measures stand how, and what cannot be told, with its last known figure."""
    everything = list(findings.values())
    unlike = _unlike(findings)
    points = [_point(finding) for finding in unlike[:POINTS]]
    more = [_link(finding, narrative.verdict_words(finding)) for finding in unlike[POINTS:]]
    untold, counts, method = _untold(everything), _counts(everything), _method(everything)
    html = fill("summary.html.j2", points=points, more=more, untold=untold, counts=counts, method=method)
    lines = [f"{each['lead']}: {each['title']}{each['rest']}" for each in points]
    lines += [f"{each['title']}: {each['words']}" for each in more]
    lines += [f"{each['words']}: {', '.join(_text(one) for one in each['measures'])}" for each in untold]
    lines += [", ".join(f"{number} {words}" for words, number in counts), method]
    return Fragment(html, "\n".join(lines))


def main(findings: Mapping[str, Finding]) -> list[Finding]:
    """The measures of the main points."""
    return _unlike(findings)[:POINTS]


def _unlike(findings: Mapping[str, Finding]) -> list[Finding]:
    """Measures that are unlike what was expected: the clear ones first, and the surest of each grade."""
    unlike = [finding for finding in findings.values() if finding.verdict.is_unlike]
    return sorted(unlike, key=lambda f: (f.verdict.grade != "clear", f.verdict.chance or 0.0))


def _point(finding: Finding) -> dict[str, str]:
    """One sentence: the figure and the way it went, the measure, what was expected, and whether that is good."""
    figure, beside = narrative.lead(finding)
    return {
        "code": finding.measure.code,
        "title": finding.measure.title,
        "lead": f"{wording.sentence_case(figure)}, {narrative.verdict_words(finding)}",
        "rest": f"{beside}{narrative.EFFECT[finding.verdict.good]}{narrative.still(finding)}.",
    }


def _link(finding: Finding, words: str) -> dict[str, str]:
    return {"code": finding.measure.code, "title": finding.measure.title, "words": words}


def _text(link: Mapping[str, str]) -> str:
    return f"{link['title']} ({link['words']})" if link["words"] else link["title"]


def _untold(everything: Sequence[Finding]) -> list[dict[str, Any]]:
    """Measures of which it cannot be told, by the reason, each with its last known figure."""
    reasons: dict[str, list[dict[str, str]]] = {}
    for finding in everything:
        if finding.verdict.grade == "cannot tell":
            words = wording.sentence_case(finding.verdict.reason)
            reasons.setdefault(words, []).append(_link(finding, narrative.last_known(finding)))
    return [{"words": words, "measures": measures} for words, measures in reasons.items()]


def _counts(everything: Sequence[Finding]) -> list[tuple[str, int]]:
    """How many measures are graded how, and how many met their target."""
    words = {"clear": "clearly unlike", "possible": "perhaps unlike", "as expected": "as expected"}
    words |= {"cannot tell": "cannot be told"}
    counts = [(said, sum(f.verdict.grade == grade for f in everything)) for grade, said in words.items()]
    targets = [f.target.word for f in everything if f.target is not None]
    if targets:
        counts += [("target met", targets.count("met")), ("target missed", targets.count("not met"))]
    if "near" in targets:
        counts.append(("near its target", targets.count("near")))
    return counts


def _method(everything: Sequence[Finding]) -> str:
    """How a grade comes about, in one footnote."""
    share, chance = round(1 / FALSE_DISCOVERY), round(1 / POSSIBLE)
    method = (
        "What is expected of a measure comes from its own last five years, allowing for season and chance. “Clearly” "
        f"is said where at most 1 in {share} such findings is expected to be false, “perhaps” where chance alone would "
        f"do as much 1 time in {chance}."
    )
    if any("illustrative" in f.origin_of(f.quarter.last - 59, f.quarter.last) for f in everything):
        method += " Some months are made up, for illustration, and were never published."
    return method
