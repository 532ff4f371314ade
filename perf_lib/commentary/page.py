"""The audit as reviewers read it: what is contradicted, what is not traced and may be bound, what was answered, then
each file, sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perf_lib.commentary.check import Check, Checked
from perf_lib.findings.finding import Finding
from perf_lib.views import html
from perf_lib.views.dashboard import table
from perf_lib.views.html import Fragment
from perf_lib.words import wording

_VERDICTS = {
    "traced": "traced",
    "contradicts": "contradicted by the data",
    "not traced": "not traced",
    "sourced": "source given",
    "checked": "checked by a person",
}


def page(checked: Checked, findings: Mapping[str, Finding]) -> Fragment:
    """The whole page for reviewers."""
    page = html.heading(2, "Audit of the commentary", "audit")
    page += contradictions(checked, findings)
    page += _not_traced(checked)
    page += _answered(checked)
    if checked.warnings:
        page += html.heading(3, "Warnings", "audit-warnings") + html.paragraphs(list(checked.warnings))
    for file in dict.fromkeys(sentence.file for sentence, _ in checked.sentences):
        page += _file(file, [checks for sentence, checks in checked.sentences if sentence.file == file], findings)
    return page + html.paragraphs(
        [f"{checked.counts()}. A figure that is looked up is right by construction and not counted."]
    )


def contradictions(checked: Checked, findings: Mapping[str, Finding], level: int = 3) -> Fragment:
    """What the data contradict. level: of its heading; 2 where a draft opens with it, right after the title."""
    rows = [
        (*_where(each), each.right or "", ": ".join(filter(None, (_title(each, findings), each.meaning))))
        for each in checked.of("contradicts")
    ]
    heading = html.heading(level, "Contradicted by the data", "audit-contradicted")
    none = "The data contradict no figure of the commentary."
    return heading + _table("Figures contradicted by the data", ["The data say", "Taken to mean"], rows, none)


def _not_traced(checked: Checked) -> Fragment:
    rows = [
        (*_where(each), "; ".join(f"{offer.binding} prints {offer.printed}" for offer in each.offers) or "–")
        for each in checked.of("not traced")
        if each.is_figure
    ]
    heading = html.heading(3, "Not traced", "audit-not-traced")
    title = "Figures not traced, with the nearest that could be bound"
    return heading + _table(title, ["May be bound as"], rows, "Every figure is traced, bound, sourced or checked.")


def _answered(checked: Checked) -> Fragment:
    answered = [(each, each.answer) for each in checked.of("checked") if each.answer]
    if not answered:
        return html.EMPTY
    rows = [(*_where(each), answer.reason, answer.name) for each, answer in answered]
    return html.heading(3, "Checked by a person", "audit-checked") + _table("Answers", ["Reason", "By"], rows, "")


def _table(title: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]], none: str) -> Fragment:
    """Figures with where they stand, and what is said of each; a sentence where there are none."""
    heads = ["Where", "Sentence", "Says", *heads]
    return table(title, heads, rows, words=range(len(heads))) if rows else html.paragraphs([none])


def _file(file: str, checked: Sequence[Sequence[Check]], findings: Mapping[str, Finding]) -> Fragment:
    rows = []
    for checks in checked:
        for at, each in enumerate(checks):
            sentence = each.sentence if at == 0 else "the same sentence"
            words = each.source if each.verdict == "sourced" else each.right
            against = ", ".join(filter(None, (words, each.meaning, _title(each, findings))))
            rows.append((sentence, f"“{each.text}”", against, _VERDICTS[each.verdict]))
    heading = html.heading(3, file, "audit-" + file.replace("/", "-").replace(".", "-"))
    if rows:
        heading += table(f"What {file} says", ["Sentence", "Checked", "Against", "Verdict"], rows, words=range(4))
    silent = sum(not checks for checks in checked)
    if rows and not silent:
        return heading
    count = wording.sentence_case(wording.counted(silent, "sentence"))
    return heading + html.paragraphs([f"{count} without a typed figure."])


def _where(check: Check) -> tuple[str, str, str]:
    """Where a check stands, in which sentence, and what it says."""
    return f"{check.file}, line {check.line}", check.sentence, f"“{check.text}”"


def _title(check: Check, findings: Mapping[str, Finding]) -> str | None:
    return findings[check.measure].measure.title if check.measure and check.measure in findings else None
