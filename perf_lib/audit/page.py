"""The audit as reviewers read it: what is wrong, what has no source, then what each sentence was held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perf_lib.audit import Audit, Check
from perf_lib.findings.finding import Finding
from perf_lib.views import html
from perf_lib.views.dashboard import table
from perf_lib.views.html import Fragment
from perf_lib.words import wording

_VERDICTS = {
    "agrees": "right",
    "contradicts": "contradicted by the data",
    "unsupported": "not in the data, no source",
    "sourced": "not in the data, source given",
}


def page(audit: Audit, findings: Mapping[str, Finding]) -> Fragment:
    """The whole page for reviewers."""
    shown = html.heading(2, "Audit of the commentary", "audit")
    shown += html.paragraphs(
        [f"{audit.counts()}. A figure that is looked up is right by construction and not counted."]
    )
    shown += contradictions(audit, findings)
    shown += _unsupported(audit)
    if audit.warnings:
        shown += html.heading(3, "Warnings", "audit-warnings") + html.paragraphs(list(audit.warnings))
    for file in dict.fromkeys(sentence.file for sentence, _ in audit.sentences):
        shown += _file(file, [checks for sentence, checks in audit.sentences if sentence.file == file], findings)
    return shown


def contradictions(audit: Audit, findings: Mapping[str, Finding]) -> Fragment:
    """What the data contradict, as a draft's opening page lists it."""
    wrong = audit.of("contradicts")
    heading = html.heading(3, "Contradicted by the data", "audit-contradicted")
    if not wrong:
        return heading + html.paragraphs(["The data contradict no figure of the commentary."])
    rows = [(*_said(each), each.right or "", _against(each, findings)) for each in wrong]
    headings = ["Where", "Sentence", "Says", "The data say", "For"]
    return heading + table("Figures contradicted by the data", headings, rows, words=range(5))


def _unsupported(audit: Audit) -> Fragment:
    unknown = audit.of("unsupported")
    heading = html.heading(3, "Not in the data", "audit-unsupported")
    if not unknown:
        return heading + html.paragraphs(["Every figure that is not in the data has its source."])
    rows = [_said(each) for each in unknown]
    return heading + table("Figures without a source", ["Where", "Sentence", "Says"], rows, words=range(3))


def _file(file: str, checked: Sequence[Sequence[Check]], findings: Mapping[str, Finding]) -> Fragment:
    rows = []
    for checks in checked:
        for at, each in enumerate(checks):
            sentence = each.sentence if at == 0 else "the same sentence"
            told = each.source if each.verdict == "sourced" else each.right
            held = ", ".join(filter(None, (told, _against(each, findings))))
            rows.append((sentence, f"“{each.text}”", held, _VERDICTS[each.verdict]))
    code = file.rsplit("/", 1)[-1].removesuffix(".md")
    title = findings[code].measure.title if code in findings else wording.sentence_case(code.replace("_", " "))
    heading = html.heading(3, title, "audit-" + file.replace("/", "-").replace(".", "-"))
    if rows:
        heading += table(f"What {file} says", ["Sentence", "Checked", "Against", "Verdict"], rows, words=range(4))
    silent = sum(not checks for checks in checked)
    if rows and not silent:
        return heading
    count = wording.sentence_case(wording.counted(silent, "sentence"))
    return heading + html.paragraphs([f"{count} without a typed figure."])


def _said(check: Check) -> tuple[str, str, str]:
    """Where a check stands, in which sentence, and what it says."""
    return f"{check.file}, line {check.line}", check.sentence, f"“{check.text}”"


def _against(check: Check, findings: Mapping[str, Finding]) -> str:
    title = findings[check.measure].measure.title if check.measure and check.measure in findings else None
    return ", ".join(filter(None, (title, check.period)))
