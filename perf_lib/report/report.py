"""The report: all that a notebook or an analyst touches.

report = open_report("2019-20-Q3")
report["sexual_offences"].headline()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from perf_lib import extracts
from perf_lib.commentary import binding
from perf_lib.config import markings
from perf_lib.config.catalogue import Catalogue
from perf_lib.config.settings import Params, PeerGroup, Settings, find_params, newest_in, read_params
from perf_lib.config.yaml import shown
from perf_lib.extracts import Ledger
from perf_lib.findings import revisions
from perf_lib.findings.finding import Finding
from perf_lib.report import frames
from perf_lib.report.contents import Arrived, Contents
from perf_lib.report.known_parts import by_answer
from perf_lib.report.public import Left, marked, open_public
from perf_lib.views import areas, changes, charts, coverage, dashboard, explain, html, markdown, narrative, summary
from perf_lib.views.charts import Chart
from perf_lib.views.charts.cache import drawn_once
from perf_lib.views.html import Fragment
from perf_lib.words import wording
from perf_lib.words.errors import InputError, UnknownMeasure, suggestion
from perf_lib.words.quarters import Quarter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from perf_lib.commentary.answers import Recorded
    from perf_lib.commentary.check import Checked
    from perf_lib.commentary.sentences import Text
    from perf_lib.report.explore.answer import Answer


class MeasureReport:
    """One measure in one quarter, shown part by part; each part is one call in a notebook."""

    def __init__(self, report: Report, finding: Finding) -> None:
        self._report, self._finding = report, finding

    @property
    def finding(self) -> Finding:
        """All that may be said of the measure; a copy, so that nothing done to its frames reaches a page."""
        return frames.copied(self._finding)

    def headline(self) -> Fragment:
        """The headline box: the financial year's quarters, the figures first published, the verdict, the symbols."""
        return dashboard.headline_box(self._finding)

    def sentences(self) -> Fragment:
        """Computed sentences: the totals, the change on the year, what is to come, the target."""
        finding = self._finding
        first = f"{narrative.figures(finding)} {narrative.change(finding)}".strip()
        second = f"{narrative.outlook(finding)} {narrative.target(finding)}".strip()
        note = " ".join([finding.measure.note or "", *narrative.breaks(finding)]).strip()
        return html.paragraphs([text for text in (first, second, note) if text])

    def chart(self) -> Chart | Fragment:
        """The months with what was expected of them, above the rolling 12 months; empty without a figure."""
        if self._finding.as_at is None:
            return html.EMPTY
        return drawn_once(charts.monthly, self._finding)

    def at_a_glance(self) -> Fragment:
        """The headline box and the chart."""
        drawn = self.chart()
        return self.headline() + (drawn.fragment() if isinstance(drawn, Chart) else drawn)

    def peers(self) -> Fragment:
        """Where the area stands among its peers and whether it moves as they do; empty where the measure has none.

        A sentence and two charts side by side: the year's rates, and the rate's course beside the group's average.
        """
        group = self._report.settings.peer_group
        return html.EMPTY if self._finding.peers is None or group is None else drawn_once(_peers, self._finding, group)

    def charts(self) -> dict[str, Chart]:
        """Its charts to take away, by name: months, peers, peer projection; those that can be drawn."""
        group = self._report.settings.peer_group
        drawn: dict[str, Chart | Fragment] = {"months": self.chart()}
        if self._finding.peers is not None and group is not None:
            drawn["peers"] = charts.peer_rates(self._finding, group)
            drawn["peer projection"] = charts.peer_projection(self._finding, group)
        return {name: each for name, each in drawn.items() if isinstance(each, Chart)}

    def same_month(self, years: int = 12) -> pd.DataFrame:
        """The quarter's last month beside the same month of earlier years: value, change in per cent, rank, origin."""
        return frames.same_month(self._finding, years)

    def areas(self) -> Fragment:
        """The measure in each area below the whole: a table with verdicts, and a chart an area; empty without areas."""
        code = self._finding.measure.code
        parts = {area: found[code] for area, found in self._report.areas.items() if code in found}
        return areas.areas(self._finding, parts)

    def explain(self) -> Fragment:
        """How the verdict came about, the arithmetic behind every symbol, and the symbols of past months."""
        return explain.explain(self._finding)

    def table(self) -> Fragment:
        """The last twelve months, with the same months a year before."""
        return dashboard.months_table(self._finding)

    def commentary(self) -> Fragment:
        """What a person wrote about the measure this quarter, its figures bound."""
        code = self._finding.measure.code
        return self._report.bound(self._report.params.commentary(code), code, f"commentary/{code}.md")

    def __dir__(self) -> list[str]:
        return _parts_of(self)

    def _repr_html_(self) -> str:
        return self.headline().html

    def __repr__(self) -> str:
        return f"{self.headline()}\n{self.sentences()}"


def _peers(finding: Finding, group: PeerGroup) -> Fragment:
    sentence = html.paragraphs([narrative.peers(finding, group)])
    rates, course = charts.peer_rates(finding, group), charts.peer_projection(finding, group)
    return sentence + (charts.abreast(rates, course) if isinstance(course, Chart) else rates.fragment() + course)


class LeftOut(MeasureReport):
    """A measure that a public report leaves out: its first part says so, and every other part is empty."""

    def __init__(self, code: str, left: Left) -> None:
        self._code, self._left, self._is_named = code, left, False

    def _part(self) -> Fragment:
        if self._is_named:
            return html.EMPTY
        self._is_named = True
        return html.heading(3, self._left.title, self._code) + html.paragraphs([self._left.sentence], "left-out")

    headline = sentences = chart = at_a_glance = peers = areas = explain = table = commentary = _part

    @property
    def finding(self) -> Finding:
        """Nothing is said of it."""
        raise InputError(self._left.sentence)

    def charts(self) -> dict[str, Chart]:
        """None is drawn of it."""
        return {}

    def same_month(self, years: int = 12) -> pd.DataFrame:
        """Nothing is said of it."""
        raise InputError(self._left.sentence)

    def _repr_html_(self) -> str:
        return html.paragraphs([self._left.sentence]).html

    def __repr__(self) -> str:
        return self._left.sentence


@dataclass(frozen=True)
class Report(Contents, Mapping[str, MeasureReport]):
    """One quarter's report: measures by code, and the parts about all of them.

    >>> report = open_report("2019-20-Q3")
    >>> report["hate_crime"].finding
    Finding of Hate crime, 2019-20-Q3: quarter 131; 12 months 619; before 693; verdict as expected; ...
    >>> report["sexual_offense"]
    Traceback (most recent call last):
    perf_lib.words.errors.UnknownMeasure: there is no measure 'sexual_offense' in the catalogue; ...
    """

    @property
    def marking(self) -> str:  # not Marking: Tab in JupyterLab stumbles over the Literal of a property
        """The highest marking of the report and its contents, printed on every page."""
        parts = [finding.measure.marking for finding in self.findings.values()]
        files = [] if self.is_public else self.settings.inputs.markings.values()
        return markings.highest([self.settings.marking, *parts, *files]) or self.settings.marking

    def __getitem__(self, code: str) -> MeasureReport:
        if code in self.left_out:
            return LeftOut(code, self.left_out[code])
        if code not in self.findings:
            near = suggestion(str(code), self.findings)
            raise UnknownMeasure(f"there is no measure {code!r} in the catalogue; {near}")
        return MeasureReport(self, self.findings[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __repr__(self) -> str:
        return f"Report of {self.settings.body.name} for {self.quarter.label}: {len(self)} measures"

    def __dir__(self) -> list[str]:
        return _parts_of(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.findings)

    def _repr_html_(self) -> str:
        """The title, and every measure with its code: the word between the square brackets."""
        rows = [
            (code, f.measure.title, f.in_short["12 months"], narrative.context(f)) for code, f in self.findings.items()
        ]
        caption = f"{self.settings.body.force}, {self.quarter.label}: {len(self)} measures"
        table = dashboard.table("Measures by code", ["Code", "Measure", "12 months", "In words"], rows)
        return html.folded(caption, table.html)

    def to_frame(self) -> pd.DataFrame:
        """A row a measure, numbers as they are: figures, change with its interval, verdict, what was expected."""
        return frames.of_findings(self.findings)

    def months(self, *codes: str, dates: bool = False) -> pd.DataFrame:
        """A row for each month of some measures, or of all: value, rolling 12 months, expected range, origin.

        dates: first days of months, as seaborn wants them, in place of Periods.
        """
        return frames.of_months({code: self[code].finding for code in codes or self.findings}, dates)

    def peers_frame(self, code: str) -> pd.DataFrame:
        """A measure's 12-month rates per 1,000 residents: a row a month, a column an area of the peer group."""
        peers = self[code].finding.peers
        if peers is None:
            has = suggestion("", [name for name, each in self.findings.items() if each.peers is not None])
            raise InputError(f"{code} has no rates of peers; {has}")
        return peers.history

    def what_if(
        self,
        code: str,
        months: Mapping[str, float] | None = None,
        exclude: Sequence[str] = (),
        target: float | None = None,
        since: str | None = None,
        peers: Sequence[str] | None = None,
    ) -> Answer:
        """What would be said of a measure if something had been otherwise, beside what is said of it.

        months: figures by month, as {"2019-12": 110}, in the measure's unit. exclude: months left out of comparisons.
        target: another. since: the first month compared with. peers: the areas compared with. Raises InputError for a
        month that the measure does not have, and for a figure that it cannot have.
        """
        from perf_lib.report.explore import answer, question  # here: a report needs neither

        return answer.ask(self, question.of_call(code, months or {}, exclude, target, since, peers))

    def title(self) -> Fragment:
        """The report's title: body, quarter, panel."""
        body, quarter, day = self.settings.body, self.quarter, self.settings.panel_date
        panel = f"For the {body.panel}" + (f", {day.day} {day:%B %Y}" if day else "")
        filled = html.fill("title.html.j2", body=body, quarter=quarter, panel=panel, span=quarter.span)
        title = Fragment(filled, f"{body.name}: {quarter.label}. {panel}")
        return title + html.paragraphs([self.rounding]) if self.is_public else title

    @property
    def rounding(self) -> str:
        """What a public report says of its counts, on its first page and in its spreadsheets."""
        return narrative.ROUNDED.format(self.settings.rounding_base)

    @property
    def printed_settings(self) -> Settings:
        """The settings as spreadsheets print them: a public report's say first that its counts are rounded."""
        notes = (*([self.rounding] if self.is_public else []), *self.settings.notes)
        return self.settings.model_copy(update={"notes": notes})

    def summary(self) -> Fragment:
        """The first page: six main points, how many measures stand how, and what cannot be told."""
        return summary.summary(self.findings)

    def introduction(self) -> Fragment:
        """What a person wrote to open the report, its figures bound."""
        return self.bound(self.params.introduction(), None, "introduction.md")

    def about_the_data(self) -> Fragment:
        """What readers must know of all figures, and who the peers are."""
        notes, group = [*self.settings.notes, charts.HOW_TO_READ], self.settings.peer_group
        if group is not None:
            members = f"The {group.name} ({group.abbreviation}): {wording.listed(sorted(group.areas))}."
            notes.append(f"{members} {group.note or ''}".strip())
        if self.is_public:
            measures = [finding.measure for finding in self.findings.values()]
            notes += [f"{each.title}: printed exactly, because {each.safe}." for each in measures if each.safe]
        notes += [left.sentence for left in self.left_out.values()]
        return html.paragraphs(notes)

    def exceptions(self) -> Fragment:
        """What goes before the panel under the report's four criteria; the first is computed."""
        return dashboard.exceptions(self.findings, self.settings.highlights)

    def unusual(self) -> Fragment:
        """The measures of the main points, each with its box and chart: at most six, the surest first."""
        return sum((self[each.measure.code].at_a_glance() for each in summary.main(self.findings)), html.EMPTY)

    def priority(self, number: int) -> Fragment:
        """A priority's heading."""
        if number not in self.settings.priorities:
            allowed = ", ".join(map(str, self.settings.priorities))
            raise InputError(f"there is no priority {number} in the plan; allowed: {allowed}")
        return html.heading(2, f"{number}. {self.settings.priorities[number]}", f"priority-{number}")

    def in_full(self, number: int) -> Fragment:
        """A priority's heading, and box, chart, sentences and commentary of each of its measures; empty without any."""
        measures = [self[code] for code, finding in self.findings.items() if finding.measure.priority == number]
        parts = (each.at_a_glance() + each.sentences() + each.commentary() for each in measures)
        return sum(parts, self.priority(number)) if measures else html.EMPTY

    def peers(self) -> Fragment:
        """A section on where the area stands among its peers, each measure under its title; empty without any."""
        titled = ((finding.measure.title, code, self[code].peers()) for code, finding in self.findings.items())
        parts = [html.heading(3, title, f"peers-{code}") + shown for title, code, shown in titled if shown.html]
        return sum(parts, self.section("Peers")) if parts else html.EMPTY

    def section(self, title: str) -> Fragment:
        """The heading of a part that belongs to no priority."""
        return html.heading(2, title, title.lower().replace(" ", "-"))

    def subsection(self, title: str) -> Fragment:
        """The heading of a section of such a part."""
        return html.heading(3, title, title.lower().replace(" ", "-"))

    def suspected_breaks(self) -> Fragment:
        """For analysts: measures whose level may have changed for good; nothing is applied."""
        return explain.suspected_breaks(self.findings)

    def key(self) -> Fragment:
        """The sixteen symbols and what each means."""
        return dashboard.key(self.findings)

    def dashboard(self) -> Fragment:
        """Appendix A: every measure in a row."""
        return dashboard.dashboard(self.findings, self.settings.priorities)

    def symbol_changes(self) -> Fragment:
        """Which verdicts and symbols have changed since the quarter before."""
        verdicts = changes.verdict_changes(self.findings, self.quarter)
        return verdicts + changes.symbol_changes(revisions.symbol_changes(self.findings), self.quarter)

    def sources(self) -> Fragment:
        """What each source held: months, rows, rejected rows, its as-at date and its digest."""
        if self.is_public:  # with a digest, anybody who knows all but a few figures could try out the others
            return html.paragraphs(["What each source gave is on record for the force, and not in this public report."])
        made_from = self.settings.inputs.made_from
        path = None if made_from is None else self.params.input_path(made_from)
        return coverage.sources(self.arrived.ledger, path) + coverage.counted(self.arrived.records)

    def suspicions(self) -> Fragment:
        """Months that look like a fault, listed and never corrected."""
        return coverage.suspicions(self.findings)

    def restated(self) -> tuple[revisions.Revision, ...]:
        """Figures of the last four quarters that now print differently from how they were first published."""
        return revisions.revisions(self.findings, self.settings.restatements)

    def revisions(self) -> Fragment:
        """Those figures: as first published, as they are now, the difference and its reason."""
        return changes.revisions(self.restated(), self.params.published_quarters)

    @by_answer
    def untouched_text(self) -> Fragment:
        """Which commentary is the same as in the quarter before."""
        written = (self.params.commentary_before, self.params.commentary)
        texts = {code: [html.without_comments(read(code)) for read in written] for code in self.findings}
        return changes.untouched(texts, self.findings, self.quarter)

    def note(self, text: str) -> Fragment:
        """A paragraph of yours in Markdown, its figures bound and, before a pack is made, held against the data."""
        return self.bound(text, None, "a note in a notebook")

    def figure(self, figure: Figure | Axes, alt: str, caption: str, data: pd.DataFrame | None = None) -> Chart:
        """A figure of yours, as matplotlib or seaborn drew it. alt: what it shows, for who cannot see it.

        data: the figures behind it, to be read and downloaded beside it. Raises InputError without alt or caption.
        """
        return charts.of_figure(figure, alt, caption, data)

    def table(self, frame: pd.DataFrame, caption: str) -> Fragment:
        """A table of yours: its first column, or its index where that has a name, heads the rows."""
        return dashboard.table_of(frame, caption)

    def lines(self, *codes: str, title: str) -> Chart | Fragment:
        """Measures of one unit in one chart, under a title that says what they have in common."""
        findings = [self[code].finding for code in codes if code not in self.left_out]
        chart = charts.lines(findings, title) if findings else html.EMPTY
        if len(findings) == len(codes):
            return chart
        return self._left_out_of(*codes) + (chart.fragment() if isinstance(chart, Chart) else chart)

    def z_score_comparison(self, one: str, other: str) -> Chart | Fragment:
        """Two measures' rolling 12 months on one scale."""
        if {one, other} & set(self.left_out):
            return self._left_out_of(one, other)
        return charts.z_score_comparison(self[one].finding, self[other].finding)

    def scatter(self, across: str, up: str, lag: int = 0, months: int = 24) -> Chart | Fragment:
        """One measure's months against another's, with R² where they are related.

        lag: the months by which `up` follows `across`. months: how many of the newest.
        """
        if {across, up} & set(self.left_out):
            return self._left_out_of(across, up)
        return charts.scatter(self[across].finding, self[up].finding, lag, months)

    def reasons(self, name: str, caption: str) -> Fragment:
        """A table of reasons named under `inputs.tables` in settings: twelve months against the twelve before."""
        if name in self.left_out:
            return self._left_out_of(name)
        if name not in self.tables:
            raise InputError(f"settings name no table {name!r} under inputs.tables; {suggestion(name, self.tables)}")
        table = self.tables[name]
        if table is None:
            return html.paragraphs([f"{caption}: not supplied."])
        return dashboard.reasons(caption, table, self.quarter)

    def deep_dive(self) -> Fragment:
        """The part of the plan that this report goes into, objective by objective."""
        dive = self.settings.deep_dive
        if dive is None:
            return html.paragraphs(["No part of the plan was chosen for a closer look this quarter."])
        shown = html.paragraphs([f"{dive.title}. {dive.introduction}"])
        group = None
        for objective in dive.objectives:
            if objective.group != group:
                group = objective.group
                shown += html.heading(3, group, f"objective-{objective.code}-group")
            shown += html.heading(4, f"{objective.code} {objective.title}", f"objective-{objective.code}")
            shown += self.bound(self.params.objective_text(objective), None, f"deep_dive/{objective.text}")
        return shown

    @cached_property
    def audited(self) -> Checked:
        """Everything that people wrote held against the findings, sentence by sentence."""
        return self.checked()

    def checked(self, recorded: Recorded = (), notebooks: Iterable[Path] = ()) -> Checked:
        """The same with the answers to verdicts that a pack's record keeps, and with what notebooks say."""
        from perf_lib.commentary import check  # here: hardly a notebook asks, and its patterns take a while to load

        texts, sources = self.texts(notebooks), self.settings.sources
        return check.check(texts, self.findings, self.quarter, sources, self._without_commentary(), recorded)

    def texts(self, notebooks: Iterable[Path] = ()) -> list[Text]:
        """Everything that people wrote, in these notebooks too, its figures bound."""
        from perf_lib.commentary import texts

        return [*texts.texts(self.params, self.findings, self.left_out), *texts.of_notebooks(notebooks)]

    def _without_commentary(self) -> list[str]:
        """Measures whose verdict is out of the ordinary and that have no commentary, in one line."""
        silent = [
            finding.measure.title
            for code, finding in self.findings.items()
            if finding.verdict.is_unlike and not html.without_comments(self.params.commentary(code)).strip()
        ]
        count = wording.counted(len(silent), "measure")
        return [f"without commentary, though not as expected: {count} ({'; '.join(silent)})"] if silent else []

    def _left_out_of(self, *items: str) -> Fragment:
        """A sentence for each of some items that is left out."""
        return html.paragraphs([self.left_out[item].sentence for item in items if item in self.left_out], "left-out")

    def bound(self, text: str, code: str | None, file: str) -> Fragment:
        """A person's Markdown with its figures bound, its paragraphs ready for numbers."""
        path = self.params.quarter_folder / file
        bound = binding.bind(html.without_comments(text), code, self.findings, path, self.left_out)
        try:
            return markdown.commentary(bound, path.parent)
        except InputError as error:
            raise InputError(f"{shown(path)}: {error}") from None


_kept_open: dict[tuple[str, Path, bool], Report] = {}
"""Reports that open_report answers with instead of opening them again: for a run's own processes alone."""


def keep_open(report: Report) -> None:
    """Have open_report answer with this report in this process, and in those forked from it.

    What people wrote is still read when it is asked for; only figures and settings stay as they are.
    """
    _kept_open[_key(report)] = report


@contextmanager
def kept_open(*reports: Report) -> Iterator[None]:
    """Keep reports open for as long as a run lasts."""
    for report in reports:
        keep_open(report)
    try:
        yield
    finally:
        for report in reports:
            _kept_open.pop(_key(report), None)


def _key(report: Report) -> tuple[str, Path, bool]:
    return str(report.quarter), report.params.folder.resolve(), report.is_public


def open_report(quarter: str | Quarter | None = None, params: str | Path = "params", public: bool = False) -> Report:
    """One quarter's report, from a params folder and the inputs that it names; the newest quarter unless one is named.

    public: as anybody may see it, counts rounded (perf_lib.findings.disclosure), marked items left out. Raises
    InputError, one line, for anything in settings, data or commentary that cannot be right.

    >>> report = open_report("2019-20-Q3")
    >>> report["sexual_offences"].finding.rolling.value
    1496.0
    """
    folder = find_params(params)
    asked = newest_in(folder) if quarter is None else Quarter.parse(str(quarter))
    if (kept := _kept_open.get((str(asked), folder.resolve(), public))) is not None:
        return replace(kept)
    opened = read_params(folder, asked)
    asked = opened.quarter
    inputs, area = opened.settings.inputs, opened.settings.body.area
    ledger = Ledger(inputs.rejected_share)
    frame, records = _months(opened, ledger)
    if not (frame["area"] == area).any():
        where, near = opened.settings_file("body"), suggestion(area, set(frame["area"].astype(str)))
        raise InputError(f"{where}: body.area: no monthly figure is for {area!r}; {near}")
    _check_areas(opened, frame)
    rates = extracts.read_peer_rates(opened.input_path(inputs.peers), ledger) if inputs.peers else None
    if rates is not None:
        _check_peers(opened, rates)
    published = {
        each: extracts.read_published(opened.published_path(each), opened.catalogue, each, ledger)
        for each in opened.published_quarters
    }
    tables = {
        name: None if file is None else extracts.read_reasons(opened.input_path(file), ledger)
        for name, file in inputs.tables.items()
    }
    arrived = Arrived(frame, rates, published, ledger, records)
    opened = _without_unsupplied(replace(opened, catalogue=marked(opened)), frame)
    whole = Report(asked, opened, arrived.findings(opened.catalogue, opened.settings, asked), tables, arrived)
    return as_public(whole) if public else whole


def as_public(report: Report) -> Report:
    """The report on what may be printed alone, from the same inputs: nothing else can be reached from it."""
    public = open_public(report.params, report.arrived.frame, report.arrived.rates, report.tables)
    params, records = public.params, report.arrived.records
    emptied = None if records is None else records.emptied()
    arrived = Arrived(public.frame, public.rates, public.published, Ledger(), emptied)
    return Report(
        params.quarter, params, arrived.findings(params.catalogue, params.settings, params.quarter), public.tables,
        arrived, is_public=True, left_out=public.left_out, draws=public.draws,
    )  # fmt: skip


def _without_unsupplied(params: Params, frame: pd.DataFrame) -> Params:
    """The params without measures that have no figure, which a note names; with them where settings show them."""
    settings, catalogue = params.settings, params.catalogue
    if settings.show_unsupplied:
        return params
    its = frame[(frame["area"] == settings.body.area) & (frame["month"] <= params.quarter.last)]
    mentioned = {code for _, tagged in settings.highlights for code in tagged}
    kept = {*its.loc[its["value"].notna(), "measure"], *mentioned, *(path.stem for path in params.commentary_files())}
    kept |= {other for code in kept for other in (catalogue[code].breakdown_of, catalogue[code].of_measure) if other}
    titles = [measure.title for code, measure in catalogue.items() if code not in kept]
    note = f"No figure was supplied, and nothing is shown, of: {'; '.join(titles)}."
    settings = settings.model_copy(update={"notes": (*settings.notes, *[note] * bool(titles))})
    shown = Catalogue({code: measure for code, measure in catalogue.items() if code in kept})
    return replace(params, settings=settings, catalogue=shown)


def _months(params: Params, ledger: Ledger) -> tuple[pd.DataFrame, extracts.Records | None]:
    """The tidy monthly frame, from monthly figures, records or both; each measure from one of them."""
    inputs, catalogue, area = params.settings.inputs, params.catalogue, params.settings.body.area
    frames = []
    if inputs.monthly:
        paths = [*map(params.input_path, inputs.monthly)]
        frames.append(extracts.read_monthly(paths, catalogue, area, ledger, inputs.columns))
    if inputs.records is None:
        return frames[0], None
    definitions = extracts.read_definitions(params.input_path(inputs.records), catalogue)
    monthly = {str(code) for frame in frames for code in frame["measure"]}
    repeated = next((name for name in definitions.definitions if name in monthly), None)
    if repeated is not None:
        where = definitions.where(repeated)
        raise InputError(f"{where}: inputs.monthly gives months of it too; one source is allowed")
    records = extracts.read_records(definitions, catalogue, area, params.folder)
    frame = pd.concat([*frames, records.frame], ignore_index=True)
    return frame.sort_values(["measure", "area", "month"], ignore_index=True), records


def _parts_of(desk: object) -> list[str]:
    """The parts that Tab offers, without Python's own names."""
    return sorted(name for name in object.__dir__(desk) if not name.startswith("_"))


def _check_areas(params: Params, frame: pd.DataFrame) -> None:
    """Refuse figures for an area that settings do not know, and an area of settings without any."""
    settings, here = params.settings, set(frame["area"].astype(str))
    known = {settings.body.area, *settings.areas, *(settings.peer_group.areas if settings.peer_group else ())}
    where = f"{params.settings_file('areas')}: areas"
    for area in sorted(here - known):
        row = frame[frame["area"] == area].iloc[0]
        raise InputError(
            f"{where}: {row['measure']}, {row['month']} has a figure for {area!r}: name it under areas, or leave its "
            f"rows out; {suggestion(area, known)}"
        )
    for area in settings.areas:
        if area not in here:
            raise InputError(f"{where}: no monthly figure is for {area!r}; {suggestion(area, here)}")


def _check_peers(params: Params, rates: pd.DataFrame) -> None:
    """Refuse a measure's peers series, or an area of the comparison, that has no rates."""
    file, known = params.settings.inputs.peers, set(rates["series"])
    for measure in params.catalogue.values():
        if measure.peers is not None and measure.peers not in known:
            where = f"{shown(params.folder / 'measures.yaml')}, {measure.code}"
            near = suggestion(measure.peers, known)
            raise InputError(f"{where}: peers: no series {measure.peers!r} in {file}; {near}")
    group = params.settings.peer_group
    if group is None:
        return
    areas = set(rates.loc[rates["level"] == "force", "area"])
    compared = [("body", "area", params.settings.body.area), *(("peer_group", "areas", area) for area in group.areas)]
    for section, key, area in compared:
        if area not in areas:
            where, near = params.settings_file(section), suggestion(area, areas)
            raise InputError(f"{where}: {section}.{key}: no rates for {area!r} in {file}; {near}")
