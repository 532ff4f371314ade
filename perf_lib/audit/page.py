"""The audit as reviewers read it: what is wrong, what has no source, then what each sentence was held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perf_lib.audit import Audit, Check
from perf_lib.findings.finding import Finding
from perf_lib.views import html
from perf_lib.views.dashboard import table
from perf_lib.views.html import EMPTY, Fragment
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
    shown += _warnings(audit)
    for file in dict.fromkeys(sentence.file for sentence, _ in audit.sentences):
        shown += _file(file, [checks for sentence, checks in audit.sentences if sentence.file == file], findings)
    return shown


def contradictions(audit: Audit, findings: Mapping[str, Finding]) -> Fragment:
    """What the data contradict, as a draft's opening page lists it."""
    wrong = audit.of("contradicts")
    heading = html.heading(3, "Contradicted by the data", "audit-contradicted")
    if not wrong:
        return heading + html.paragraphs(["The data contradict no figure of the commentary."])
    rows = [
        (_place(each), each.sentence, f"“{each.text}”", each.right or "", _against(each, findings)) for each in wrong
    ]
    headings = ["Where", "Sentence", "Says", "The data say", "For"]
    return heading + table("Figures contradicted by the data", headings, rows, words=range(5))


def _unsupported(audit: Audit) -> Fragment:
    unknown = audit.of("unsupported")
    heading = html.heading(3, "Not in the data", "audit-unsupported")
    if not unknown:
        return heading + html.paragraphs(["Every figure that is not in the data has its source."])
    rows = [(_place(each), each.sentence, f"“{each.text}”") for each in unknown]
    return heading + table("Figures without a source", ["Where", "Sentence", "Says"], rows, words=range(3))


def _warnings(audit: Audit) -> Fragment:
    if not audit.warnings:
        return EMPTY
    return html.heading(3, "Warnings", "audit-warnings") + html.paragraphs(list(audit.warnings))


def _file(file: str, checked: Sequence[Sequence[Check]], findings: Mapping[str, Finding]) -> Fragment:
    rows, silent = [], 0
    for checks in checked:
        silent += not checks
        for at, each in enumerate(checks):
            told = each.source if each.verdict == "sourced" else each.right
            held = ", ".join(part for part in (told, _against(each, findings)) if part)
            rows.append(
                (each.sentence if at == 0 else "the same sentence", f"“{each.text}”", held, _VERDICTS[each.verdict])
            )
    heading = html.heading(3, file, "audit-" + file.replace("/", "-").replace(".", "-"))
    if not rows:
        return heading + html.paragraphs([f"{_sentences(silent)} without a typed figure."])
    shown = heading + table(f"What {file} says", ["Sentence", "Checked", "Against", "Verdict"], rows, words=range(4))
    return shown + html.paragraphs([f"{_sentences(silent)} without a typed figure."]) if silent else shown


def _sentences(count: int) -> str:
    return wording.sentence_case(wording.counted(count, "sentence"))


def _place(check: Check) -> str:
    return f"{check.file}, line {check.line}"


def _against(check: Check, findings: Mapping[str, Finding]) -> str:
    title = findings[check.measure].measure.title if check.measure and check.measure in findings else ""
    return ", ".join(part for part in (title, check.period or "") if part)
