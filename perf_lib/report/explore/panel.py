"""The panel of controls: widgets that put a Question together, and show what `ask` answers. No arithmetic here."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import ipywidgets as widgets
import pandas as pd
from markupsafe import escape

from perf_lib.config.settings import Break
from perf_lib.findings.finding import Finding
from perf_lib.report import Report
from perf_lib.report.explore.answer import Answer, as_at, ask, in_lab
from perf_lib.report.explore.controls import WIDE, Controls
from perf_lib.report.explore.question import UNSAID, Question
from perf_lib.views import html
from perf_lib.views.html import Fragment
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

TRIED = 24  # months, the newest, whose figure may be tried
COPY = "To copy: click into the text, then Ctrl+A and Ctrl+C."
RESTS = 0.2  # seconds
RECORDED = 1e-9  # of the slider's length: as near as this to the figure on record, it is that figure


class Panel(widgets.HBox):
    """Controls at the left, and at the right what the measure's figures say with what they change."""

    answer: Answer | None = None
    """What is shown; None while the controls ask for something that cannot be."""

    def __init__(self, report: Report, measure: str | None = None) -> None:
        self._reports = {report.quarter: report}
        self._report = report
        first = report[measure].finding if measure else next(iter(report.findings.values()))
        self._months: dict[pd.Period, float] = {}
        self._added: list[Break] = []
        self._quiet = False
        self._waiting: asyncio.TimerHandle | None = None
        self.controls = Controls(report, first.measure.code)
        self._wire()
        self._figures, self._symbols, self._chart = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._sums, self._peers_shown = widgets.HTML(), widgets.HTML()
        pages = {
            "Symbols and chart": [self._symbols, self._chart, self._figures],
            "Arithmetic": [self._sums],
            "Peers": [self._peers_shown],
            "Settings to copy": [widgets.HTML(COPY), self.controls.yaml],
        }
        shown = widgets.Tab([widgets.VBox(page) for page in pages.values()], titles=tuple(pages))
        self.pages = shown
        self.said = widgets.HTML()
        right = widgets.VBox(
            [self.said, shown], layout=widgets.Layout(flex="10 1 34rem", min_width="0", overflow="hidden")
        )
        super().__init__([self.controls, right], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        self.add_class("perf-panel")
        self._start_measure()

    def _wire(self) -> None:
        had = self.controls
        had.measure.observe(lambda _: self._start_measure(), "value")
        had.quarter.observe(lambda _: self._start_measure(), "value")
        had.month.observe(lambda _: self._set_figure(), "value")
        had.figure.observe(lambda change: self._try(change["new"]), "value")
        for control in (
            had.since,
            had.rules,
            had.peers,
            had.tag,
            had.sentence,
            had.reason,
            had.author,
        ):
            control.observe(lambda _: self._show_soon(), "value")
        had.add.on_click(lambda _: self._add_break())
        had.undo.on_click(lambda _: self._forget())

    # What a person does

    def _start_measure(self) -> None:
        """Everything as the report has it, for another measure or quarter."""
        had = self.controls
        self._quiet = True
        self._months, self._added = {}, []
        finding = self._finding()
        months = finding.months.index[finding.months["value"].notna()]
        had.since.options = [(wording.short_month(month), month) for month in months] or [("no month", None)]
        had.since.index = 0
        had.month.options = [(wording.month(month), month) for month in months[::-1][:TRIED]]
        had.month.index = 0 if len(months) else None
        had.reason.value = had.author.value = had.sentence.value = ""
        had.tag.value = ""
        group = self._report.settings.peer_group
        had.peers.disabled = finding.measure.peers is None or group is None or not had.peers.options
        had.peers.value = () if group is None or had.peers.disabled else tuple(group.areas)
        self._list_breaks()
        self._set_figure()
        self._quiet = False
        self.show()

    def _set_figure(self) -> None:
        """The slider at the month's figure, over what the measure has ever been and as much again."""
        had = self.controls
        month, measure = had.month.value, self._finding().measure
        was_quiet, self._quiet = self._quiet, True
        had.figure.disabled = month is None
        if month is not None:
            values = self._finding().months["value"].astype(float)
            most = 100.0 if measure.is_percentage else max(2 * float(values.max()), 1.0)
            step = 1.0 if measure.is_count or most > 200 else 0.1
            had.figure.min, had.figure.max, had.figure.step = (
                0.0,
                max(most, had.figure.value),
                step,
            )
            had.figure.readout_format = ",.0f" if step == 1 else ",.1f"
            had.figure.value = self._months.get(month, float(values[month]))
            had.figure.max = most
        self._quiet = was_quiet

    def _try(self, figure: float) -> None:
        if self._quiet or self.controls.month.value is None:
            return
        month = self.controls.month.value
        self._months[month] = float(figure)
        if abs(figure - self._finding().months["value"].get(month)) < RECORDED * max(1.0, self.controls.figure.max):
            del self._months[month]  # back where it was
        self._show_soon()

    def _forget(self) -> None:
        self._months = {}
        self._set_figure()
        self.show()

    def _add_break(self) -> None:
        try:
            self._added.append(self._break())
        except (InputError, ValueError) as error:
            self._refuse(error)
            return
        self._list_breaks()
        self.show()

    def _break(self) -> Break:
        had = self.controls
        if not isinstance(had.first.value, date):
            raise InputError("a break needs its first day")
        last = None if had.kind.value == "process change" else had.last.value
        return Break(
            measures=(had.measure.value,),
            kind=had.kind.value,
            first=had.first.value,
            last=last,
            reason=had.reason.value.strip() or UNSAID,
            author=had.author.value.strip() or UNSAID,
        )

    def _list_breaks(self) -> None:
        """A box to tick for each break of the measure: those on record, then those added here."""
        known = [each for each in self._report.settings.breaks if self.controls.measure.value in each.measures]
        boxes = []
        for each in (*known, *self._added):
            last = "" if each.last is None else f" to {each.last}"
            box = widgets.Checkbox(value=True, description=f"{each.kind}, {each.first}{last}: {each.reason}")
            box.indent, box.layout, box.on = False, WIDE, each
            box.observe(lambda _: self.show(), "value")
            boxes.append(box)
        self.controls.on_record.children = boxes or (widgets.HTML("No break is on record for this measure."),)

    # What is asked and shown

    def question(self) -> Question:
        """What the controls ask."""
        had = self.controls
        ticked = {box.on: box.value for box in had.on_record.children if isinstance(box, widgets.Checkbox)}
        return Question(
            measure=had.measure.value,
            quarter=had.quarter.value,
            since=had.since.value if had.since.index else None,
            left_out=frozenset(each for each, on in ticked.items() if not on and each not in self._added),
            added=tuple(each for each in self._added if ticked.get(each, True)),
            peers=None if had.peers.disabled else tuple(had.peers.value),
            months=dict(self._months),
            rules=had.rules.value,
            highlight=(had.tag.value, had.sentence.value) if had.tag.value else None,
            reason=had.reason.value.strip() or UNSAID,
            author=had.author.value.strip() or UNSAID,
        )

    def _show_soon(self) -> None:
        """Show once the hand rests: a slider that is dragged asks twenty questions and wants the last one's answer."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel: a script, or a test
            self.show()
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = loop.call_later(RESTS, self.show)

    def show(self) -> None:
        """Ask again, and show the answer; a question that cannot be is said in one line above the last answer."""
        if self._quiet:
            return
        try:
            answer = ask(self._at(self.controls.quarter.value), self.question())
        except InputError as error:
            self._refuse(error)
            return
        self.answer = answer
        self.said.value = ""
        self.controls.tried.value = in_lab(self._tried(answer.then))
        self._figures.value = in_lab(answer.summary())
        self._symbols.value = in_lab(answer.symbols())
        self._chart.value = in_lab(answer.chart())
        self._sums.value = in_lab(answer.arithmetic())
        self._peers_shown.value = in_lab(answer.peers() if answer.peers().html else _NO_PEERS)
        self.controls.yaml.value = answer.yaml()

    def _tried(self, then: Finding) -> Fragment:
        unit, decimals = then.measure.unit, then.measure.decimals
        lines = []
        for month, figure in sorted(self._months.items()):
            now, was = (wording.value_in_table(v, unit, decimals) for v in (figure, then.months["value"].get(month)))
            lines.append(f"{wording.month(month)}: {now} (was {was})")
        return html.paragraphs(lines)

    def _refuse(self, error: Exception) -> None:
        self.answer = None
        said = str(error) if isinstance(error, InputError) else _first_complaint(error)
        self.said.value = in_lab(Fragment(f'<p class="refused" role="alert">{escape(said)}</p>', said))

    def _at(self, quarter: Quarter) -> Report:
        if quarter not in self._reports:
            self._reports[quarter] = as_at(self._report, quarter)
        return self._reports[quarter]

    def _finding(self) -> Finding:
        return self._at(self.controls.quarter.value).findings[self.controls.measure.value]


_NO_PEERS = html.paragraphs(["No peers' figures answer to this measure."])


def _first_complaint(error: Any) -> str:
    """What a strict record says against a break, in its own words."""
    complaints = error.errors(include_url=False) if hasattr(error, "errors") else []
    return str(complaints[0]["msg"]).removeprefix("Value error, ") if complaints else str(error)
