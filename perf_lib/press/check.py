"""The check of what people wrote, before a pack may be published: a job of its own, beside the notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from perf_lib.commentary import answers
from perf_lib.press import record
from perf_lib.press.order import Order
from perf_lib.report import Report, open_report
from perf_lib.views.html import EMPTY, Fragment
from perf_lib.words import wording

if TYPE_CHECKING:
    from perf_lib.commentary import check as of_words


@dataclass(frozen=True)
class Checked:
    """What the check found. refusal: why nothing may be published, where that is so. page: for reviewers, who read the
    internal pack. contradictions: what a draft opens with. facts: what the record keeps: answers, and open figures.
    """

    refusal: str | None
    page: Fragment
    contradictions: Fragment
    facts: Mapping[str, Any] = field(default_factory=dict)


def check(order: Order) -> Checked:
    """Bind the commentary and hold it against the data.

    Nothing that the data contradict is published, except as a draft, which says so on every page. Raises InputError,
    one line, for commentary that cannot be bound, as for a wrong name.
    """
    from perf_lib.commentary import page as audit_page

    report = open_report(order.quarter, order.params, order.public)
    _refuse_unbound(report)
    checked = report.checked(answers.read(record.read(order.target)), order.notebooks)
    wrong, refusal = checked.of("contradicts"), None
    if wrong and not order.draft:
        refusal = (
            f"{wording.counted(len(wrong), 'figure')} of the commentary contradicted by the data, the first in "
            f"{wrong[0].line_for_people()}. `perf-lib check {order.quarter}` lists them; --draft prints all the same"
        )
    return Checked(
        refusal,
        EMPTY if report.is_public else audit_page.page(checked, report.findings),
        audit_page.contradictions(checked, report.findings, level=2) if order.draft and not report.is_public else EMPTY,
        record_of(checked, report.is_public),
    )


def _refuse_unbound(report: Report) -> None:
    report.introduction()
    report.deep_dive()
    for path in report.params.commentary_files():
        report[path.stem].commentary()


def record_of(checked: of_words.Checked, is_public: bool) -> dict[str, Any]:
    """What the record of a pack keeps of its check; a public one, only where its open figures stand."""
    left = [
        {"file": each.file, "line": each.line, "text": each.text}
        if is_public
        else each.as_dict() | {"place": list(each.place or ())}
        for each in checked.open
    ]
    settled = [] if is_public else dict.fromkeys(filter(None, map(_given, checked.of("checked"))))
    return {answers.KEY: [asdict(each) for each in settled], answers.OPEN: left}


def _given(check: of_words.Check) -> answers.Given | None:
    if check.answer is None:
        return None
    return answers.Given(
        check.file, check.sentence, check.text, check.right or "", " ".join(check.answer.reason.split()),
        check.answer.name,
    )  # fmt: skip
