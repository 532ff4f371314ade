"""The panel of controls: widgets that put a Question together and show its Answer. No arithmetic here.

Controls holds the widgets by name; Panel gives them their effects.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import get_args

import ipywidgets as widgets
import pandas as pd
from markupsafe import escape
from pydantic import ValidationError

from perf_lib.config.settings import Break
from perf_lib.findings.finding import Finding
from perf_lib.report import Report
from perf_lib.report.explore.answer import Answer, ask, in_lab
from perf_lib.report.explore.question import UNSAID, Question, Tag
from perf_lib.views import html
from perf_lib.views.dashboard import CRITERIA
from perf_lib.views.html import Fragment
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

TAGS = {"Not put before the panel": ""} | {CRITERIA[tag][0]: tag for tag in get_args(Tag)}
KINDS = ("exclusion", "data quality", "process change")
COPY = "To copy: click into the text, then Ctrl+A and Ctrl+C."
QUARTERS = 8  # the newest quarters whose end may cut the figures
MONTHS = 24  # the newest months whose figure may be tried
PAUSE = 0.2  # seconds without a further move before the panel answers
NEAR = 1e-9  # of the slider's length: a figure this near to the one on record is the one on record

WIDE = widgets.Layout(width="auto")
_NARROW = {"description_width": "5.5rem"}


class Controls(widgets.VBox):
    """Every control by its name, one below another; breaks, peers and highlights folded away."""

    def __init__(self, report: Report, code: str) -> None:
        measures = [(finding.measure.title, name) for name, finding in report.findings.items()]
        self.measure = widgets.Dropdown(options=measures, value=code, description="Measure")
        self.quarter = widgets.Dropdown(options=_quarters(report.quarter), value=report.quarter, description="Quarter")
        self.since = widgets.SelectionSlider(options=[("all", 0)], description="Months from", continuous_update=False)
        self.month = widgets.Dropdown(description="What if")
        self.figure = widgets.FloatSlider(description="had been", continuous_update=False)
        self.tried = widgets.HTML()
        self.undo = widgets.Button(description="As it was", icon="undo", tooltip="Forget every figure that was tried")
        rates, area = report.arrived.rates, report.settings.body.area
        forces = [] if rates is None else sorted(rates.loc[rates["level"] == "force", "area"].unique())
        self.peers = widgets.SelectMultiple(options=[force for force in forces if force != area], rows=9)
        self.on_record = widgets.VBox()
        self.kind = widgets.Dropdown(options=KINDS, description="Kind")
        self.first = widgets.DatePicker(description="First day")
        self.last = widgets.DatePicker(description="Last day")
        self.reason = widgets.Text(description="Reason", placeholder="why they cannot be compared")
        self.author = widgets.Text(description="Author", placeholder="who says so")
        self.add = widgets.Button(description="Add the break", icon="plus")
        self.tag = widgets.Dropdown(options=list(TAGS.items()), description="Put as")
        self.sentence = widgets.Textarea(placeholder="One sentence: why the panel should look at it", rows=3)
        self.yaml = widgets.Textarea(rows=26, layout=widgets.Layout(width="auto"))
        self.yaml.add_class("perf-yaml")
        above = [self.measure, self.quarter, self.since, self.month, self.figure]
        described = [*above, self.kind, self.first, self.last, self.reason, self.author, self.tag]
        for control in described:
            control.style = _NARROW
        for control in (*described, self.peers, self.sentence):
            control.layout = WIDE
        folded = {
            "Breaks": [self.on_record, self.kind, self.first, self.last, self.reason, self.author, self.add],
            "Peers": [widgets.HTML("Three areas or more; Ctrl adds one."), self.peers],
            "Before the panel": [self.tag, self.sentence],
        }
        more = widgets.Accordion([widgets.VBox(part) for part in folded.values()], titles=tuple(folded))
        super().__init__(
            [*above, self.tried, self.undo, more],
            layout=widgets.Layout(flex="1 0 18rem", max_width="23rem", padding="0 10px 0 0"),
        )


class Panel(widgets.HBox):
    """Controls at the left; at the right the measure's figures with the controls' changes."""

    answer: Answer | None = None
    """The answer shown; None while the controls ask for something impossible."""

    def __init__(self, report: Report, measure: str | None = None) -> None:
        self._report = report
        self._at = cache(report.as_at)
        first = report[measure].finding if measure else next(iter(report.findings.values()))
        self._months: dict[pd.Period, float] = {}
        self._added: list[Break] = []
        self._quiet = False
        self._waiting: asyncio.TimerHandle | None = None
        self.controls = controls = Controls(report, first.measure.code)
        controls.measure.observe(lambda _: self._start_measure(), "value")
        controls.quarter.observe(lambda _: self._start_measure(), "value")
        controls.month.observe(lambda _: self._set_figure(), "value")
        controls.figure.observe(lambda change: self._try(change["new"]), "value")
        shown = (controls.since, controls.peers, controls.tag, controls.sentence)
        for control in (*shown, controls.reason, controls.author):
            control.observe(lambda _: self._show_soon(), "value")
        controls.add.on_click(lambda _: self._add_break())
        controls.undo.on_click(lambda _: self._forget())
        self._figures, self._symbols, self._chart = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._sums, self._peers_shown = widgets.HTML(), widgets.HTML()
        pages = {
            "Symbols and chart": [self._symbols, self._chart, self._figures],
            "Arithmetic": [self._sums],
            "Peers": [self._peers_shown],
            "Settings to copy": [widgets.HTML(COPY), self.controls.yaml],
        }
        self.pages = widgets.Tab([widgets.VBox(page) for page in pages.values()], titles=tuple(pages))
        self.refusal = widgets.HTML()
        right_layout = widgets.Layout(flex="10 1 34rem", min_width="0", overflow="hidden")
        right = widgets.VBox([self.refusal, self.pages], layout=right_layout)
        super().__init__([self.controls, right], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        self.add_class("perf-panel")
        self._start_measure()

    # What a person does

    def _start_measure(self) -> None:
        """Set every control as the report has it, for another measure or quarter."""
        controls = self.controls
        self._quiet = True
        self._months, self._added = {}, []
        finding = self._finding()
        months = finding.months.index[finding.months["value"].notna()]
        controls.since.options = [(wording.short_month(month), month) for month in months] or [("no month", None)]
        controls.since.index = 0
        controls.month.options = [(wording.month(month), month) for month in months[::-1][:MONTHS]]
        controls.month.index = 0 if len(months) else None
        controls.reason.value = controls.author.value = controls.sentence.value = controls.tag.value = ""
        group = self._report.settings.peer_group
        controls.peers.disabled = finding.measure.peers is None or group is None or not controls.peers.options
        controls.peers.value = () if group is None or controls.peers.disabled else tuple(group.areas)
        self._list_breaks()
        self._set_figure()
        self._quiet = False
        self.show()

    def _set_figure(self) -> None:
        """Set the slider to the month's figure, on a scale from 0 to twice the measure's highest figure."""
        controls = self.controls
        month, measure = controls.month.value, self._finding().measure
        was_quiet, self._quiet = self._quiet, True
        controls.figure.disabled = month is None
        if month is not None:
            values = self._finding().months["value"].astype(float)
            most = 100.0 if measure.is_percentage else max(2 * float(values.max()), 1.0)
            step = 1.0 if measure.is_count or most > 200 else 0.1
            controls.figure.min, controls.figure.max, controls.figure.step = 0.0, max(most, controls.figure.value), step
            controls.figure.readout_format = ",.0f" if step == 1 else ",.1f"
            controls.figure.value = self._months.get(month, float(values[month]))
            controls.figure.max = most
        self._quiet = was_quiet

    def _try(self, figure: float) -> None:
        if self._quiet or self.controls.month.value is None:
            return
        month = self.controls.month.value
        self._months[month] = float(figure)
        if abs(figure - self._finding().months["value"].get(month)) < NEAR * max(1.0, self.controls.figure.max):
            del self._months[month]  # the figure on record again
        self._show_soon()

    def _forget(self) -> None:
        self._months = {}
        self._set_figure()
        self.show()

    def _add_break(self) -> None:
        controls = self.controls
        if controls.first.value is None:
            self._refuse("a break needs its first day")
            return
        try:
            added = Break(
                measures=(controls.measure.value,),
                kind=controls.kind.value,
                first=controls.first.value,
                last=None if controls.kind.value == "process change" else controls.last.value,
                reason=controls.reason.value.strip() or UNSAID,
                author=controls.author.value.strip() or UNSAID,
            )
        except ValidationError as error:  # its first objection, in its own words
            self._refuse(error.errors(include_url=False)[0]["msg"].removeprefix("Value error, "))
            return
        self._added.append(added)
        self._list_breaks()
        self.show()

    def _list_breaks(self) -> None:
        """Show a box to tick for each break of the measure: those on record, then those added here."""
        on_record = [each for each in self._report.settings.breaks if self.controls.measure.value in each.measures]
        boxes = []
        for each in (*on_record, *self._added):
            last = "" if each.last is None else f" to {each.last}"
            box = widgets.Checkbox(value=True, description=f"{each.kind}, {each.first}{last}: {each.reason}")
            box.indent, box.layout, box.break_ = False, WIDE, each
            box.observe(lambda _: self.show(), "value")
            boxes.append(box)
        self.controls.on_record.children = boxes or (widgets.HTML("No break is on record for this measure."),)

    # The question and its answer

    def question(self) -> Question:
        """The question that the controls put together."""
        controls = self.controls
        ticked = {box.break_: box.value for box in controls.on_record.children if isinstance(box, widgets.Checkbox)}
        return Question(
            measure=controls.measure.value,
            quarter=controls.quarter.value,
            since=controls.since.value if controls.since.index else None,
            left_out=frozenset(each for each, on in ticked.items() if not on and each not in self._added),
            added=tuple(each for each in self._added if ticked.get(each, True)),
            peers=None if controls.peers.disabled else tuple(controls.peers.value),
            months=dict(self._months),
            highlight=(controls.tag.value, controls.sentence.value) if controls.tag.value else None,
            reason=controls.reason.value.strip() or UNSAID,
            author=controls.author.value.strip() or UNSAID,
        )

    def _show_soon(self) -> None:
        """Show the answer after a pause: a dragged slider asks twenty questions, and only the last needs an answer."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel: a script, or a test
            self.show()
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = loop.call_later(PAUSE, self.show)

    def show(self) -> None:
        """Ask, and show the answer; an impossible question gets one line above the last answer."""
        if self._quiet:
            return
        try:
            answer = ask(self._at(self.controls.quarter.value), self.question())
        except InputError as error:
            self._refuse(str(error))
            return
        self.answer = answer
        self.refusal.value = ""
        self.controls.tried.value = in_lab(self._tried(answer.then))
        self._figures.value = in_lab(answer.summary())
        self._symbols.value = in_lab(answer.symbols())
        self._chart.value = in_lab(answer.chart())
        self._sums.value = in_lab(answer.arithmetic())
        no_peers = html.paragraphs(["No peers' figures answer to this measure."])
        self._peers_shown.value = in_lab(answer.peers() if answer.peers().html else no_peers)
        self.controls.yaml.value = answer.yaml()

    def _tried(self, then: Finding) -> Fragment:
        def printed(value: float | None) -> str:
            return wording.value_in_table(value, then.measure.unit, then.measure.decimals)

        months, was = sorted(self._months), then.months["value"]
        words = [f"{wording.month(m)}: {printed(self._months[m])} (was {printed(was.get(m))})" for m in months]
        return html.paragraphs(words)

    def _refuse(self, reason: str) -> None:
        self.answer = None
        self.refusal.value = in_lab(Fragment(f'<p class="refused" role="alert">{escape(reason)}</p>', reason))

    def _finding(self) -> Finding:
        return self._at(self.controls.quarter.value).findings[self.controls.measure.value]


def _quarters(newest: Quarter) -> list[tuple[str, Quarter]]:
    quarters = [newest]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].previous)
    return [(f"{quarter}, to {wording.short_month(quarter.last)}", quarter) for quarter in quarters]
