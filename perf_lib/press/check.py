"""The check of what people wrote, before a pack may be published: a job of its own, beside the notebooks."""

from __future__ import annotations

from dataclasses import dataclass

from perf_lib.press.order import Order
from perf_lib.report import Report, open_report
from perf_lib.views.html import EMPTY, Fragment
from perf_lib.words import wording


@dataclass(frozen=True)
class Checked:
    """What the check found. refusal: why nothing may be published, where that is so. page: for reviewers, who read the
    internal pack. contradictions: what a draft opens with.
    """

    refusal: str | None
    page: Fragment
    contradictions: Fragment


def check(order: Order) -> Checked:
    """Bind the commentary and hold it against the data.

    Nothing that the data contradict is published, except as a draft, which says so on every page. Raises InputError,
    one line, for commentary that cannot be bound, as for a wrong name.
    """
    from perf_lib.audit import page as audit_page

    report = open_report(order.quarter, order.params, order.public)
    _refuse_unbound(report)
    wrong, refusal = report.audited.of("contradicts"), None
    if wrong and not order.draft:
        refusal = (
            f"{wording.counted(len(wrong), 'figure')} of the commentary contradicted by the data, the first in "
            f"{wrong[0].line_for_people()}. `perf-lib check {order.quarter}` lists them; --draft prints all the same"
        )
    return Checked(
        refusal,
        EMPTY if report.is_public else audit_page.page(report.audited, report.findings),
        audit_page.contradictions(report.audited, report.findings) if order.draft else EMPTY,
    )


def _refuse_unbound(report: Report) -> None:
    report.introduction()
    report.deep_dive()
    for path in report.params.commentary_files():
        report[path.stem].commentary()
