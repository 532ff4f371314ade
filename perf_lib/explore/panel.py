"""The panel of controls: widgets that put a Question together, and show what `ask` answers. No arithmetic here."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import ipywidgets as widgets
import pandas as pd
from markupsafe import escape

from perf_lib import markup, wording
from perf_lib.errors import InputError
from perf_lib.explore.answer import Answer, as_at, ask, in_lab
from perf_lib.explore.question import UNSAID, Question
from perf_lib.findings import Finding
from perf_lib.markup import Fragment
from perf_lib.quarters import Quarter
from perf_lib.report import Report
from perf_lib.settings import Break

RULES = {"Both rules": "both", "Published": "published", "Calibrated": "calibrated"}
TAGS = {
    "Not put before the panel": "",
    "Of particular concern": "of_concern",
    "Excellent work or progress": "excellent_work",
    "In the local or national news": "in_the_news",
}
KINDS = ("exclusion", "data quality", "process change")
TRIED = 24  # months, the newest, whose figure may be tried
QUARTERS = 8  # quarters, the newest, at whose end the figures may be cut
RESTS = 0.2  # seconds
RECORDED = 1e-9  # of the slider's length: as near as this to the figure on record, it is that figure

_WIDE = widgets.Layout(width="auto")
_NARROW = {"description_width": "5.5rem"}


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
        self._make_controls(first.measure.code)
        self._figures, self._symbols, self._chart = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._sums, self._peers_shown = widgets.HTML(), widgets.HTML()
        pages = {"Symbols and chart": [self._symbols, self._chart, self._figures], "Arithmetic": [self._sums]}
        shown = widgets.Tab([widgets.VBox(page) for page in (*pages.values(), [self._peers_shown], [self.yaml])])
        shown.titles = (*pages, "Peers", "Settings to copy")
        self.pages = shown
        self.said = widgets.HTML()
        left = widgets.VBox(self._controls(), layout=widgets.Layout(flex="1 0 18rem", max_width="23rem"))
        right = widgets.VBox(
            [self.said, shown], layout=widgets.Layout(flex="10 1 34rem", min_width="0", overflow="hidden")
        )
        super().__init__([left, right], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        self.add_class("perf-panel")
        self._start_measure()

    # The controls

    def _make_controls(self, code: str) -> None:
        findings = self._report.findings
        self.measure = widgets.Dropdown(
            options=[(f.measure.title, name) for name, f in findings.items()], value=code, description="Measure"
        )
        self.quarter = widgets.Dropdown(options=self._quarters(), value=self._report.quarter, description="Quarter")
        self.since = widgets.SelectionSlider(options=[("all", 0)], description="Months from", continuous_update=False)
        self.rules = widgets.ToggleButtons(options=list(RULES.items()), value="both")
        self.rules.style.button_width = "5.6rem"
        self.month = widgets.Dropdown(description="What if")
        self.figure = widgets.FloatSlider(description="had been", continuous_update=False)
        self.tried = widgets.HTML()
        self.undo = widgets.Button(description="As it was", icon="undo", tooltip="Forget every figure that was tried")
        areas = self._report.arrived.rates
        forces = [] if areas is None else sorted(areas.loc[areas["level"] == "force", "area"].unique())
        own = self._report.settings.body.area
        self.peers = widgets.SelectMultiple(options=[area for area in forces if area != own], rows=9)
        self.on_record = widgets.VBox()
        self.kind = widgets.Dropdown(options=KINDS, description="Kind")
        self.first = widgets.DatePicker(description="First day")
        self.last = widgets.DatePicker(description="Last day")
        self.reason = widgets.Text(description="Reason", placeholder="why they cannot be compared")
        self.author = widgets.Text(description="Author", placeholder="who says so")
        self.add = widgets.Button(description="Add the break", icon="plus")
        self.tag = widgets.Dropdown(options=list(TAGS.items()), description="Put as")
        self.sentence = widgets.Textarea(placeholder="One sentence: why the panel should look at it", rows=3)
        self.yaml = widgets.Textarea(rows=26, layout=widgets.Layout(width="100%"))
        self.yaml.add_class("perf-yaml")
        for control in (self.measure, self.quarter, self.since, self.month, self.figure, self.kind, self.first):
            control.style = _NARROW
        for control in (self.last, self.reason, self.author, self.tag):
            control.style = _NARROW
        for control in (self.measure, self.quarter, self.since, self.month, self.figure, self.peers, self.sentence,
                        self.kind, self.first, self.last, self.reason, self.author, self.tag):  # fmt: skip
            control.layout = _WIDE
        self.measure.observe(lambda _: self._start_measure(), "value")
        self.quarter.observe(lambda _: self._start_measure(), "value")
        self.month.observe(lambda _: self._set_figure(), "value")
        self.figure.observe(lambda change: self._try(change["new"]), "value")
        for control in (self.since, self.rules, self.peers, self.tag, self.sentence, self.reason, self.author):
            control.observe(lambda _: self._show_soon(), "value")
        self.add.on_click(lambda _: self._add_break())
        self.undo.on_click(lambda _: self._forget())

    def _controls(self) -> list[widgets.Widget]:
        break_form = [self.on_record, self.kind, self.first, self.last, self.reason, self.author, self.add]
        more = widgets.Accordion(
            [
                widgets.VBox(break_form),
                widgets.VBox([widgets.HTML("Three areas or more; Ctrl adds one."), self.peers]),
                widgets.VBox([self.tag, self.sentence]),
            ]
        )
        more.titles = ("Breaks", "Peers", "Before the panel")
        tries = [self.month, self.figure, self.tried, self.undo]
        return [self.measure, self.quarter, self.since, self.rules, *tries, more]

    def _quarters(self) -> list[tuple[str, Quarter]]:
        newest = self._report.quarter
        found = [newest]
        while len(found) < QUARTERS:
            found.append(found[-1].previous)
        return [(f"{quarter} ({quarter.span})", quarter) for quarter in found]

    # What a person does

    def _start_measure(self) -> None:
        """Everything as the report has it, for another measure or quarter."""
        self._quiet = True
        self._months, self._added = {}, []
        finding = self._finding()
        months = finding.months.index[finding.months["value"].notna()]
        self.since.options = [(wording.short_month(month), month) for month in months] or [("no month", None)]
        self.since.index = 0
        self.month.options = [(wording.month(month), month) for month in months[::-1][:TRIED]]
        self.month.index = 0 if len(months) else None
        self.reason.value = self.author.value = self.sentence.value = ""
        self.tag.value = ""
        group = self._report.settings.peer_group
        self.peers.value = tuple(group.areas) if group is not None and finding.measure.peers else ()
        self.peers.disabled = finding.measure.peers is None or group is None
        self._list_breaks()
        self._set_figure()
        self._quiet = False
        self.show()

    def _set_figure(self) -> None:
        """The slider at the month's figure, over what the measure has ever been and as much again."""
        month, measure = self.month.value, self._finding().measure
        was_quiet, self._quiet = self._quiet, True
        self.figure.disabled = month is None
        if month is not None:
            values = self._finding().months["value"].astype(float)
            most = 100.0 if measure.is_percentage else max(2 * float(values.max()), 1.0)
            step = 1.0 if measure.kind == "count" or most > 200 else 0.1
            self.figure.min, self.figure.max, self.figure.step = 0.0, max(most, self.figure.value), step
            self.figure.readout_format = ",.0f" if step == 1 else ",.1f"
            self.figure.value = self._months.get(month, float(values[month]))
            self.figure.max = most
        self._quiet = was_quiet

    def _try(self, figure: float) -> None:
        if self._quiet or self.month.value is None:
            return
        month = self.month.value
        self._months[month] = float(figure)
        if abs(figure - self._finding().months["value"].get(month)) < RECORDED * max(1.0, self.figure.max):
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
        if not isinstance(self.first.value, date):
            raise InputError("a break needs its first day")
        last = None if self.kind.value == "process change" else self.last.value
        return Break(
            measures=(self.measure.value,),
            kind=self.kind.value,
            first=self.first.value,
            last=last,
            reason=self.reason.value.strip() or UNSAID,
            author=self.author.value.strip() or UNSAID,
        )

    def _list_breaks(self) -> None:
        """A box to tick for each break of the measure: those on record, then those added here."""
        known = [each for each in self._report.settings.breaks if self.measure.value in each.measures]
        boxes = []
        for each in (*known, *self._added):
            last = "" if each.last is None else f" to {each.last}"
            box = widgets.Checkbox(value=True, description=f"{each.kind}, {each.first}{last}: {each.reason}")
            box.indent, box.layout, box.on = False, _WIDE, each
            box.observe(lambda _: self.show(), "value")
            boxes.append(box)
        self.on_record.children = boxes or (widgets.HTML("No break is on record for this measure."),)

    # What is asked and shown

    def question(self) -> Question:
        """What the controls ask."""
        ticked = {box.on: box.value for box in self.on_record.children if isinstance(box, widgets.Checkbox)}
        return Question(
            measure=self.measure.value,
            quarter=self.quarter.value,
            since=self.since.value if self.since.index else None,
            left_out=frozenset(each for each, on in ticked.items() if not on and each not in self._added),
            added=tuple(each for each in self._added if ticked.get(each, True)),
            peers=None if self.peers.disabled else tuple(self.peers.value),
            months=dict(self._months),
            rules=self.rules.value,
            highlight=(self.tag.value, self.sentence.value) if self.tag.value else None,
            reason=self.reason.value.strip() or UNSAID,
            author=self.author.value.strip() or UNSAID,
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
            answer = ask(self._at(self.quarter.value), self.question())
        except InputError as error:
            self._refuse(error)
            return
        self.answer = answer
        self.said.value = ""
        self.tried.value = in_lab(self._tried(answer.then))
        self._figures.value = in_lab(answer.summary())
        self._symbols.value = in_lab(answer.symbols())
        self._chart.value = in_lab(answer.chart())
        self._sums.value = in_lab(answer.arithmetic())
        self._peers_shown.value = in_lab(answer.peers() if answer.peers().html else _NO_PEERS)
        self.yaml.value = answer.yaml()

    def _tried(self, then: Finding) -> Fragment:
        unit, decimals = then.measure.unit, then.measure.decimals
        lines = []
        for month, figure in sorted(self._months.items()):
            now, was = (wording.value_in_table(v, unit, decimals) for v in (figure, then.months["value"].get(month)))
            lines.append(f"{wording.month(month)}: {now} (was {was})")
        return markup.paragraphs(lines)

    def _refuse(self, error: Exception) -> None:
        self.answer = None
        said = str(error) if isinstance(error, InputError) else _first_complaint(error)
        self.said.value = in_lab(Fragment(f'<p class="refused" role="alert">{escape(said)}</p>', said))

    def _at(self, quarter: Quarter) -> Report:
        if quarter not in self._reports:
            self._reports[quarter] = as_at(self._report, quarter)
        return self._reports[quarter]

    def _finding(self) -> Finding:
        return self._at(self.quarter.value).findings[self.measure.value]


_NO_PEERS = markup.paragraphs(["No peers' figures answer to this measure."])


def _first_complaint(error: Any) -> str:
    """What a strict record says against a break, in its own words."""
    complaints = error.errors(include_url=False) if hasattr(error, "errors") else []
    return str(complaints[0]["msg"]).removeprefix("Value error, ") if complaints else str(error)
