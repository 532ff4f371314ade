"""The controls of the panel: what can be picked, moved, typed and ticked. What they do is the panel's business."""

from __future__ import annotations

import ipywidgets as widgets

from perf_lib.report import Report
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

RULES = {"Both rule sets": "both", "Published": "published", "Calibrated": "calibrated"}
TAGS = {
    "Not put before the panel": "",
    "Of particular concern": "of_concern",
    "Excellent work or progress": "excellent_work",
    "In the local or national news": "in_the_news",
}
KINDS = ("exclusion", "data quality", "process change")
QUARTERS = 8  # quarters, the newest, at whose end the figures may be cut

WIDE = widgets.Layout(width="auto")
_NARROW = {"description_width": "5.5rem"}


class Controls(widgets.VBox):
    """Every control by its name, one below another; breaks, peers and highlights folded away."""

    def __init__(self, report: Report, code: str) -> None:
        findings = report.findings
        self.measure = widgets.Dropdown(
            options=[(f.measure.title, name) for name, f in findings.items()], value=code, description="Measure"
        )
        self.quarter = widgets.Dropdown(options=_quarters(report.quarter), value=report.quarter, description="Quarter")
        self.since = widgets.SelectionSlider(options=[("all", 0)], description="Months from", continuous_update=False)
        self.rules = widgets.Dropdown(options=list(RULES.items()), value="both", description="Rules")
        self.month = widgets.Dropdown(description="What if")
        self.figure = widgets.FloatSlider(description="had been", continuous_update=False)
        self.tried = widgets.HTML()
        self.undo = widgets.Button(description="As it was", icon="undo", tooltip="Forget every figure that was tried")
        areas = report.arrived.rates
        forces = [] if areas is None else sorted(areas.loc[areas["level"] == "force", "area"].unique())
        own = report.settings.body.area
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
        self.yaml = widgets.Textarea(rows=26, layout=widgets.Layout(width="auto"))
        self.yaml.add_class("perf-yaml")
        for control in (
            self.measure,
            self.quarter,
            self.since,
            self.rules,
            self.month,
            self.figure,
            self.kind,
            self.first,
        ):
            control.style = _NARROW
        for control in (self.last, self.reason, self.author, self.tag):
            control.style = _NARROW
        named = (self.measure, self.quarter, self.since, self.rules, self.month, self.figure)
        in_forms = (self.kind, self.first, self.last, self.reason, self.author, self.tag)
        for control in (*named, *in_forms):
            control.style = _NARROW
        for control in (*named, *in_forms, self.peers, self.sentence):
            control.layout = WIDE
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
        super().__init__(
            [self.measure, self.quarter, self.since, self.rules, *tries, more],
            layout=widgets.Layout(flex="1 0 18rem", max_width="23rem", padding="0 10px 0 0"),
        )


def _quarters(newest: Quarter) -> list[tuple[str, Quarter]]:
    found = [newest]
    while len(found) < QUARTERS:
        found.append(found[-1].previous)
    return [(f"{quarter}, to {wording.short_month(quarter.last)}", quarter) for quarter in found]
