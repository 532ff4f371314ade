"""What settles one quarter's report: the body, its plan and peers, its inputs, the texts that people write.

`params/settings.yaml` holds for every quarter; a key in `params/<quarter>/settings.yaml` replaces it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, PrivateAttr, StrictInt, ValidationInfo, field_validator, model_validator

from perf_lib.config.catalogue import Catalogue, Marking, read_catalogue
from perf_lib.config.yaml import Strict, build, read_text, read_yaml, shown
from perf_lib.words.errors import InputError, suggestion
from perf_lib.words.quarters import Quarter

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_PREFIX = "sample:"
COMMENTS = "comments"
"""The folder beside a quarter's commentary that holds reviewers' comments; no report reads them."""
LONGEST_TEXT = 100_000
"""Characters that one text of the report may have: forty pages, and nobody reads more."""
PUBLISHED, PUBLISHED_PUBLIC = "published.csv", "published-public.csv"
"""What a quarter's report printed first, in its folder: the internal report, and the public one."""
_SAMPLE = Path(__file__).parents[1] / "sample"


class Body(Strict):
    """Who reports, on whom, to whom."""

    name: str
    """Who reports, as the title page has it."""
    force: str
    """Whose figures these are."""
    area: str
    """The area that the body's own figures are for, as the files of figures name it."""
    role: str
    """Who is answerable."""
    panel: str
    """Whom the report is for."""
    plan: str
    """The plan that the priorities come from."""


class PeerGroup(Strict):
    """The areas that the body compares itself with."""

    name: str
    """What the group is called."""
    abbreviation: str
    """How charts and tables shorten that."""
    areas: tuple[str, ...] = Field(min_length=3)
    """The other areas, as the file of peers' rates names them; the body's own is not among them."""
    note: str | None = None
    """What readers must know of the group."""

    @model_validator(mode="after")
    def _each_once(self) -> PeerGroup:
        repeated = next((area for area in self.areas if self.areas.count(area) > 1), None)
        if repeated is not None:
            raise ValueError(f"areas: {repeated!r} is given twice; each area is given once")
        return self


class Inputs(Strict):
    """Files that figures arrive in, each relative to the params folder or `sample:` for the bundled one."""

    monthly: tuple[str, ...] = ()
    """Monthly figures: CSV, Excel, OpenDocument or Parquet files, tidy or with a column for each month."""
    records: str | None = None
    """A file of definitions for counting measures from records; a measure is there or in `monthly`."""
    peers: str | None = None
    """A file of peers' rates over 12 months."""
    columns: dict[str, str] = Field(default_factory=dict)
    """What columns of those files hold that are no months, by their headings: measure, reference, unit, target,
    better, priority, area, figure, origin, status or ignored; only for headings that are not known."""
    tables: dict[str, str | None] = Field(default_factory=dict)
    """Tables that notebooks show, by name; null where one is not supplied."""
    markings: dict[str, Marking] = Field(default_factory=dict)
    """Markings of files and tables, by the names above."""
    made_from: str | None = None
    """The sources of the files above: `perf-lib force` writes it, the coverage page shows it."""
    rejected_share: float = Field(default=0.0, ge=0.0, lt=1.0)
    """The share of a file's rows that may be rejected before the run stops; 0, the default, allows none."""

    @field_validator("monthly", mode="before")
    @classmethod
    def _one_or_several(cls, files: object) -> object:
        return (files,) if isinstance(files, str) else files

    @model_validator(mode="after")
    def _marks_what_it_names(self) -> Inputs:
        named = {*self.monthly, *self.tables, *self.tables.values(), *filter(None, (self.records, self.peers))}
        unknown = next((name for name in self.markings if name not in named), None)
        if unknown is not None:
            raise ValueError(f"markings: no input {unknown!r}; {suggestion(unknown, filter(None, named))}")
        return self

    @model_validator(mode="after")
    def _there_are_figures(self) -> Inputs:
        if not self.monthly and self.records is None:
            raise ValueError("name files under inputs.monthly, a file of definitions under inputs.records, or both")
        return self


class Highlights(Strict):
    """Measures that a person puts before the panel, each with a sentence that says why."""

    of_concern: dict[str, str] = Field(default_factory=dict)
    """What causes concern: a sentence for each measure, by its code."""
    excellent_work: dict[str, str] = Field(default_factory=dict)
    """What was done well, in the same form."""
    in_the_news: dict[str, str] = Field(default_factory=dict)
    """What the public asks about, in the same form."""


@dataclass(frozen=True)
class Highlight:
    """One of those sentences with its criterion and measure, and the settings.yaml that it stands in, if any."""

    criterion: str
    code: str
    words: str
    file: Path | None = None


class Objective(Strict):
    """One objective of the plan that the deep dive goes into; `text` is a Markdown file in deep_dive/."""

    code: str
    """Its number in the plan."""
    group: str
    """The heading that it stands under."""
    title: str
    """What it sets out to do."""
    text: str
    """The Markdown file in deep_dive/ that says how it goes."""


class DeepDive(Strict):
    """The part of the plan that this quarter's report goes into."""

    title: str
    """The part of the plan."""
    introduction: str
    """A paragraph that opens it."""
    objectives: tuple[Objective, ...]
    """Its objectives, in the order of the report."""


class Break(Strict):
    """A dated reason why a measure's months cannot all be compared, recorded by a person.

    process change: history starts anew in the month of `first`. exclusion and data quality: averages, tests and
    projections leave out the months from `first` to `last`; totals still count their figures.
    """

    measures: tuple[str, ...] = Field(min_length=1)
    """The measures concerned, by code."""
    kind: Literal["process change", "exclusion", "data quality"]
    """What happened to the figures."""
    first: date
    """The first day concerned."""
    last: date | None = None
    """The last day concerned; a process change has none."""
    reason: str
    """Why, in a sentence that the report prints."""
    author: str
    """Who put it on record."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Break:
        if self.starts_anew and self.last is not None:
            raise ValueError("a process change has a first day and no last: what follows it is the new history")
        if not self.starts_anew and self.last is None:
            raise ValueError(f"{self.kind} needs its last day")
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the last day {self.last} is before the first, {self.first}")
        return self

    @property
    def starts_anew(self) -> bool:
        """Whether history starts anew there, rather than leaving some months out."""
        return self.kind == "process change"

    @property
    def starts(self) -> pd.Period:
        """The first month concerned."""
        import pandas as pd

        return pd.Period(self.first, freq="M")

    @property
    def excluded(self) -> pd.PeriodIndex:
        """The months left out of comparisons; none for a process change."""
        import pandas as pd

        last = self.starts - 1 if self.last is None else pd.Period(self.last, freq="M")
        return pd.period_range(self.starts, last, freq="M")


class Restatements(Strict):
    """How far a published figure may move before the report owes a reason, and the reasons."""

    threshold: float = Field(default=1.0, ge=0)
    """Per cent of the figure first published; percentage points for a percentage."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """Why a measure's figures moved, by its code."""


class Settings(Strict):
    """All that settles one quarter's report."""

    body: Body
    """Who reports, on whom, to whom."""
    priorities: dict[StrictInt, str]
    """The plan's priorities by number."""
    inputs: Inputs
    """The files that figures arrive in."""
    peer_group: PeerGroup | None = None
    """The areas that the body compares itself with."""
    show_unsupplied: bool = True
    """Whether a measure without any figure has its box and rows; else it is left out, and named once in the notes."""
    notes: tuple[str, ...] = ()
    """What readers must know of the data as a whole."""
    areas: tuple[str, ...] = ()
    """The areas below the whole, in their order, as the files of figures name them."""
    year_starts: StrictInt = Field(default=4, ge=1, le=12)
    """The month that the body's year starts in, by its number; quarters of a calendar year are named 2024-Q3."""
    language: str = Field(default="en-GB", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    """The language of the pages, for screen readers."""
    marking: Marking = "OFFICIAL"
    """The marking of the whole report, printed on every page."""
    public_leaves_out: tuple[Marking, ...] = ("OFFICIAL-SENSITIVE", "provisional")
    """Markings that keep an item out of a public report."""
    rounding_base: Literal[3, 5] = 5
    """What a public report rounds counts to multiples of. An internal report prints every count."""
    panel_date: date | None = None
    """The day of the panel's meeting."""
    breaks: tuple[Break, ...] = ()
    """Dated reasons why months cannot all be compared."""
    restatements: Restatements = Restatements()
    """How far a figure may move after it was first published, and why figures moved."""
    highlights: Highlights = Highlights()
    """What a person puts before the panel."""
    deep_dive: DeepDive | None = None
    """The part of the plan that this quarter's report goes into."""
    sources: dict[str, str] = Field(default_factory=dict)
    """Sources of figures in the commentary that are not in the data: the phrase around each, and its source."""
    _highlights_in: Path | None = PrivateAttr(default=None)

    def highlights_of(self, code: str) -> tuple[Highlight, ...]:
        """The sentences that put a measure before the panel, in the order of the criteria."""
        return tuple(
            Highlight(criterion, code, tagged[code], self._highlights_in)
            for criterion, tagged in self.highlights
            if code in tagged
        )

    @field_validator("peer_group")
    @classmethod
    def _peers_are_others(cls, group: PeerGroup | None, info: ValidationInfo) -> PeerGroup | None:
        body = info.data.get("body")
        if group is not None and isinstance(body, Body) and body.area in group.areas:
            raise ValueError(f"areas: {body.area!r} is body.area, and no peer of itself; leave it out")
        return group


@dataclass(frozen=True)
class Params:
    """A params folder as read for one quarter: its catalogue, its settings, and where people's texts are.

    Read by `read_params`; the texts are read when a method asks for one.
    """

    folder: Path
    quarter: Quarter
    catalogue: Catalogue
    settings: Settings
    own_keys: frozenset[str]
    """The settings that stand in the quarter's own settings.yaml."""
    published: str = PUBLISHED
    """The file of a quarter's figures as first published, which a public report has its own of."""

    @property
    def quarter_folder(self) -> Path:
        """The quarter's own folder."""
        return self.folder / str(self.quarter)

    def settings_file(self, key: str) -> str:
        """Which settings.yaml a key stands in, as messages print it: the quarter's own, or the one for all."""
        return shown(_settings_path(self.folder, self.quarter, self.own_keys, key))

    def commentary_files(self) -> list[Path]:
        """The quarter's commentary, a Markdown file for each measure."""
        return sorted((self.quarter_folder / "commentary").glob("*.md"))

    def commentary(self, code: str) -> str:
        """What a person wrote about a measure this quarter; empty without a file."""
        return _of_bearable_length(self.quarter_folder / "commentary" / f"{code}.md", missing="")

    def commentary_before(self, code: str) -> str:
        """What a person wrote about the measure in the quarter before; empty without a file."""
        return read_text(self.folder / str(self.quarter.previous) / "commentary" / f"{code}.md", missing="")

    def introduction(self) -> str:
        """What a person wrote to open the report; empty without a file."""
        return _of_bearable_length(self.quarter_folder / "introduction.md", missing="")

    def objective_text(self, objective: Objective) -> str:
        """What a person wrote about one objective of the deep dive."""
        where = f"{self.settings_file('deep_dive')}: deep_dive, {objective.code}"
        return _of_bearable_length(inside(self.quarter_folder / "deep_dive", objective.text, where))

    def texts(self) -> Iterator[tuple[str, str | None, Path]]:
        """Each text that people wrote for the quarter, the measure that it is about, if any, and its file."""
        yield self.introduction(), None, self.quarter_folder / "introduction.md"
        for path in self.commentary_files():
            yield self.commentary(path.stem), path.stem, path
        for objective in self.settings.deep_dive.objectives if self.settings.deep_dive else ():
            yield self.objective_text(objective), None, self.quarter_folder / "deep_dive" / objective.text

    def input_path(self, name: str) -> Path:
        """The file of an input that settings name: in the params folder, or bundled."""
        folder = _SAMPLE if name.startswith(SAMPLE_PREFIX) else self.folder
        return inside(folder, name.removeprefix(SAMPLE_PREFIX), f"{self.settings_file('inputs')}: inputs")

    def files_read(self) -> list[Path]:
        """Every file that this quarter's report depends on, for the run record."""
        inputs = self.settings.inputs
        single = [name for name in (inputs.records, inputs.peers, inputs.made_from) if name]
        named = [*inputs.monthly, *single, *filter(None, inputs.tables.values())]
        shared = [self.folder / "measures.yaml", self.folder / "settings.yaml"]
        return [*shared, *lying_ready(self.folder, self.quarter), *map(self.input_path, named)]

    def words(self) -> list[Path]:
        """Those of them that people wrote; a notebook reads each when it shows it."""
        return [path for path in lying_ready(self.folder, self.quarter) if path.suffix == ".md"]

    @property
    def published_quarters(self) -> tuple[Quarter, ...]:
        """Those of the four quarters before this one whose figures as first published are on record."""
        return tuple(sorted(each for each in quarters_before(self.quarter) if self.published_path(each).exists()))

    def published_path(self, quarter: Quarter) -> Path:
        """The file of a quarter's figures as first published."""
        return self.folder / str(quarter) / self.published


def read_params(folder: Path, quarter: Quarter) -> Params:
    """A params folder, read and checked for one quarter.

    Raises InputError for a folder or a quarter that is not there, and for anything in the catalogue or the settings
    that cannot be right, such as a measure that the catalogue does not have.
    """
    if not folder.is_dir():
        raise InputError(f"the params folder {shown(folder)} does not exist")
    own_file = folder / str(quarter) / "settings.yaml"
    if not own_file.parent.is_dir():
        near = suggestion(str(quarter), map(str, quarters_in(folder)))
        raise InputError(f"there is no quarter {quarter} in {shown(folder)}; {near}")
    catalogue = read_catalogue(folder / "measures.yaml")
    own_settings = read_yaml(own_file) if own_file.exists() else {}
    keys = frozenset(own_settings)
    written = {**read_yaml(folder / "settings.yaml"), **own_settings}
    settings = build(Settings, written, lambda key: shown(_settings_path(folder, quarter, keys, key)))
    settings._highlights_in = _settings_path(folder, quarter, keys, "highlights")
    if (quarter.starts == 1) != (settings.year_starts == 1):
        right = (
            f"{quarter.year}-Q1" if settings.year_starts == 1 else f"{quarter.year}-{(quarter.year + 1) % 100:02d}-Q1"
        )
        where = shown(_settings_path(folder, quarter, keys, "year_starts"))
        raise InputError(
            f"{where}: year_starts: {settings.year_starts}: quarters are then named as {right}, not {quarter}"
        )
    params = Params(folder, replace(quarter, starts=settings.year_starts), catalogue, settings, keys)
    _check_priorities(params)
    _check_measures(params)
    return params


def _settings_path(folder: Path, quarter: Quarter, own_keys: Collection[str], key: str) -> Path:
    return (folder / str(quarter) if key in own_keys else folder) / "settings.yaml"


def _check_priorities(params: Params) -> None:
    """Every measure belongs to a priority of the plan."""
    priorities = params.settings.priorities
    for measure in params.catalogue.values():
        if measure.priority not in priorities:
            where = f"{shown(params.folder / 'measures.yaml')}, {measure.code}"
            allowed = ", ".join(map(str, priorities))
            raise InputError(f"{where}: priority {measure.priority} is not in the plan; {allowed} are")


def _check_measures(params: Params) -> None:
    """Every measure that settings or the names of commentary files mention is in the catalogue."""
    settings, in_file = params.settings, params.settings_file
    highlighted = f"{in_file('highlights')}: highlights"
    mentions = [
        *((f"{highlighted}.{tag}", code) for tag, tagged in settings.highlights for code in tagged),
        *((f"{in_file('breaks')}: breaks, {each.first}", code) for each in settings.breaks for code in each.measures),
        *((f"{in_file('restatements')}: restatements.reasons", code) for code in settings.restatements.reasons),
        *((shown(path), path.stem) for path in params.commentary_files()),
    ]
    for where, code in mentions:
        if code not in params.catalogue:
            raise InputError(f"{where}: unknown measure {code!r}; {suggestion(code, params.catalogue)}")


def quarters_before(quarter: Quarter) -> list[Quarter]:
    """The four quarters before one, newest first: those whose published figures are compared with it."""
    before = [quarter.previous]
    while len(before) < 4:
        before.append(before[-1].previous)
    return before


def lying_ready(folder: Path, quarter: Quarter) -> list[Path]:
    """The files that a quarter's report depends on without settings naming them: those in its folder and before it."""
    own = folder / str(quarter)
    names = (PUBLISHED, PUBLISHED_PUBLIC)
    printed = [folder / str(each) / name for each in quarters_before(quarter) for name in names]
    published = [path for path in printed if path.exists()]
    before = sorted((folder / str(quarter.previous) / "commentary").glob("*.md"))
    not_read = *(own / name for name in names), own / COMMENTS  # what it published itself, and what reviewers say
    texts = (path for path in own.rglob("*") if path.is_file() and not any(map(path.is_relative_to, not_read)))
    return [*published, *before, *sorted(texts)]


def _of_bearable_length(path: Path, missing: str | None = None) -> str:
    text = read_text(path, missing=missing)
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{shown(path)}: has {len(text):,} characters; a text may have {LONGEST_TEXT:,} at most")
    return text


def quarters_in(folder: Path) -> list[Quarter]:
    """The quarters that a params folder has, oldest first."""
    quarters = []
    for path in folder.iterdir():
        with suppress(InputError):
            quarters.append(Quarter.parse(path.name))
    return sorted(quarters)


def newest_in(folder: Path) -> Quarter:
    """The newest quarter of a params folder; InputError where it has none."""
    quarters = quarters_in(folder) if folder.is_dir() else []
    if not quarters:
        raise InputError(f"{shown(folder)}: there is no quarter's folder, such as 2019-20-Q3")
    return quarters[-1]


def find_params(name: str | Path) -> Path:
    """The params folder: the path itself if absolute, else the one in this folder or the nearest above it.

    A notebook runs the same from the project's folder (papermill) and from notebooks/ (JupyterLab).
    """
    path, here = Path(name), Path.cwd()
    if path.is_absolute():
        return path
    return next((folder for base in (here, *here.parents) if (folder := base / path).is_dir()), here / path)


def inside(folder: Path, name: str, what: str) -> Path:
    """A path inside its folder; InputError for one that leads outside. what: how the message begins."""
    if "\0" in name:
        raise InputError(f"{what}: {name!r} is not a path")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{what}: {name!r} leads outside its folder {shown(folder)}")
    return path
