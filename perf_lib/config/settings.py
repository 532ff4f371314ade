"""What one quarter's report is asked for: the body, its plan and peers, its inputs, what people wrote.

`params/settings.yaml` holds for every quarter; a key in `params/<quarter>/settings.yaml` replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass
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
"""The folder beside a quarter's commentary that reviewers' comments are kept in; no report is made from them."""
LONGEST_TEXT = 100_000
"""Characters that one text for the report may have: forty pages, and nobody reads more."""
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
        twice = next((area for area in self.areas if self.areas.count(area) > 1), None)
        if twice is not None:
            raise ValueError(f"areas: {twice!r} is given twice; each area is given once")
        return self


class Inputs(Strict):
    """Files that figures arrive in, each relative to the params folder or `sample:` for the bundled one."""

    monthly: tuple[str, ...] = ()
    """Monthly figures: CSV, Excel, OpenDocument or Parquet files, tidy or with a column a month."""
    records: str | None = None
    """A file of definitions, by which measures are counted from records; a measure is there or in `monthly`."""
    peers: str | None = None
    """A file of peers' rates over 12 months."""
    tables: dict[str, str | None] = Field(default_factory=dict)
    """Tables that a notebook asks for by name; null where one is not supplied."""
    markings: dict[str, Marking] = Field(default_factory=dict)
    """Files and tables that carry a marking, by what they are called above."""
    made_from: str | None = None
    """What the files above were themselves made from: written by `perf-lib force`, shown on the coverage page."""
    rejected_share: float = Field(default=0.0, ge=0.0, lt=1.0)
    """What share of a file's rows may be rejected before the run stops; 0, the default, lets none pass."""

    @field_validator("monthly", mode="before")
    @classmethod
    def _one_or_several(cls, written: object) -> object:
        return (written,) if isinstance(written, str) else written

    @model_validator(mode="after")
    def _marks_what_it_names(self) -> Inputs:
        named = {*self.monthly, *self.tables, *self.tables.values(), *filter(None, (self.records, self.peers))}
        stranger = next((name for name in self.markings if name not in named), None)
        if stranger is not None:
            raise ValueError(f"markings: no input {stranger!r}; {suggestion(stranger, filter(None, named))}")
        return self

    @model_validator(mode="after")
    def _there_are_figures(self) -> Inputs:
        if not self.monthly and self.records is None:
            raise ValueError("name files under inputs.monthly, a file of definitions under inputs.records, or both")
        return self


class Highlights(Strict):
    """Measures put before the panel by a person's judgement, each with a sentence saying why."""

    of_concern: dict[str, str] = Field(default_factory=dict)
    """What causes concern: a sentence for each measure, by its code."""
    excellent_work: dict[str, str] = Field(default_factory=dict)
    """What was done well, in the same form."""
    in_the_news: dict[str, str] = Field(default_factory=dict)
    """What the public asks about, in the same form."""


@dataclass(frozen=True)
class Highlight:
    """One of those sentences, by its criterion and measure; the settings.yaml it stands in, where it stands in one."""

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
    """A dated reason why a measure's months cannot all be compared, put on record by a person.

    process change: from the month of `first`, history starts anew. exclusion and data quality: the months from
    `first` to `last` are left out of averages, tests and projections; their figures still count in totals.
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
        if self.kind == "process change" and self.last is not None:
            raise ValueError("a process change has a first day and no last: what follows it is the new history")
        if self.kind != "process change" and self.last is None:
            raise ValueError(f"{self.kind} needs its last day")
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the last day {self.last} is before the first, {self.first}")
        return self

    @property
    def starts(self) -> pd.Period:
        """The first month concerned."""
        import pandas as pd

        return pd.Period(self.first, freq="M")

    @property
    def excluded(self) -> pd.PeriodIndex:
        """The months left out of comparison; none for a process change."""
        import pandas as pd

        last = self.starts - 1 if self.last is None else pd.Period(self.last, freq="M")
        return pd.period_range(self.starts, last, freq="M")


class Restatements(Strict):
    """How far a figure may move after it was first published before the report owes a reason, and the reasons."""

    threshold: float = Field(default=1.0, ge=0)
    """Per cent of the figure first published; percentage points for a percentage."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """Why a measure's figures moved, by its code."""


class Settings(Strict):
    """All that one quarter's report is asked for."""

    body: Body
    """Who reports, on whom, to whom."""
    priorities: dict[StrictInt, str]
    """The plan's priorities by number."""
    inputs: Inputs
    """The files that figures arrive in."""
    peer_group: PeerGroup | None = None
    """The areas that the body compares itself with."""
    notes: tuple[str, ...] = ()
    """What readers must know of the data as a whole."""
    language: str = Field(default="en-GB", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    """The language of the pages, for screen readers."""
    marking: Marking = "OFFICIAL"
    """The marking of the whole report, printed on every page."""
    public_leaves_out: tuple[Marking, ...] = ("OFFICIAL-SENSITIVE", "provisional")
    """Markings that keep an item out of a public report."""
    disclosure_threshold: StrictInt = Field(default=5, ge=0)
    """In a public report counts under it are withheld; 0 turns that off. An internal report prints them all."""
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
    """Where a figure of the commentary that is not in the data comes from: the phrase it stands in, and its source."""
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


class Params:
    """A params folder, opened for one quarter: its catalogue, settings and what people wrote.

    Raises InputError for anything in it that cannot be right.
    """

    def __init__(self, folder: Path, quarter: Quarter) -> None:
        if not folder.is_dir():
            raise InputError(f"the params folder {shown(folder)} does not exist")
        self.folder = folder
        self.quarter = quarter
        self.quarter_folder = folder / str(quarter)
        if not self.quarter_folder.is_dir():
            near = suggestion(str(quarter), quarters_in(folder))
            raise InputError(f"there is no quarter {quarter} in {shown(folder)}; {near}")
        self.catalogue: Catalogue = read_catalogue(folder / "measures.yaml")
        self.settings = self._read_settings()
        self._check_names()

    def _read_settings(self) -> Settings:
        own = self.quarter_folder / "settings.yaml"
        from_own = read_yaml(own) if own.exists() else {}
        self._own_keys = frozenset(from_own)
        settings = build(Settings, {**read_yaml(self.folder / "settings.yaml"), **from_own}, self.settings_file)
        settings._highlights_in = self._settings_path("highlights")
        return settings

    def settings_file(self, key: str) -> str:
        """Which settings.yaml a key stands in, as messages print it: the quarter's own, or the one for all."""
        return shown(self._settings_path(key))

    def _settings_path(self, key: str) -> Path:
        return (self.quarter_folder if key in self._own_keys else self.folder) / "settings.yaml"

    def _check_names(self) -> None:
        for measure in self.catalogue.values():
            if measure.priority not in self.settings.priorities:
                catalogue, allowed = (
                    shown(self.folder / "measures.yaml"),
                    ", ".join(map(str, self.settings.priorities)),
                )
                raise InputError(
                    f"{catalogue}, {measure.code}: priority {measure.priority} is not in the plan; {allowed} are"
                )
        for tag, tagged in self.settings.highlights:
            for code in tagged:
                if code not in self.catalogue:
                    near = suggestion(code, self.catalogue)
                    where = self.settings_file("highlights")
                    raise InputError(f"{where}: highlights.{tag}: unknown measure {code!r}; {near}")
        for each in self.settings.breaks:
            for code in each.measures:
                if code not in self.catalogue:
                    near = suggestion(code, self.catalogue)
                    where = self.settings_file("breaks")
                    raise InputError(f"{where}: breaks, {each.first}: unknown measure {code!r}; {near}")
        for code in self.settings.restatements.reasons:
            if code not in self.catalogue:
                near = suggestion(code, self.catalogue)
                where = self.settings_file("restatements")
                raise InputError(f"{where}: restatements.reasons: unknown measure {code!r}; {near}")
        for path in self.commentary_files():
            if path.stem not in self.catalogue:
                near = suggestion(path.stem, self.catalogue)
                raise InputError(f"{shown(path)}: unknown measure {path.stem!r}; {near}")

    def commentary_files(self) -> list[Path]:
        """The quarter's commentary, a Markdown file a measure."""
        return sorted((self.quarter_folder / "commentary").glob("*.md"))

    def commentary(self, code: str) -> str:
        """What a person wrote of a measure this quarter; empty where nothing was."""
        return self._text("commentary", f"{code}.md")

    def commentary_before(self, code: str) -> str:
        """What a person wrote of the measure in the quarter before; empty where nothing was."""
        return read_text(self._folder_before / "commentary" / f"{code}.md", missing="")

    def introduction(self) -> str:
        """What a person wrote to open the report; empty where nothing was."""
        return self._text("introduction.md")

    def objective_text(self, objective: Objective) -> str:
        """What a person wrote of one objective of the deep dive."""
        where = f"{self.settings_file('deep_dive')}: deep_dive, {objective.code}"
        return _of_bearable_length(inside(self.quarter_folder / "deep_dive", objective.text, where))

    def _text(self, *parts: str) -> str:
        return _of_bearable_length(self.quarter_folder.joinpath(*parts), missing="")

    def input_path(self, written: str) -> Path:
        """Where an input that settings name is to be found: in the params folder, or bundled."""
        where = f"{self.settings_file('inputs')}: inputs"
        if written.startswith(SAMPLE_PREFIX):
            return inside(_SAMPLE, written.removeprefix(SAMPLE_PREFIX), where)
        return inside(self.folder, written, where)

    def files_read(self) -> list[Path]:
        """Every file that this quarter's report depends on, for the run record."""
        inputs = self.settings.inputs
        single = [name for name in (inputs.records, inputs.peers, inputs.made_from) if name]
        named = [*inputs.monthly, *single, *filter(None, inputs.tables.values())]
        shared = [self.folder / "measures.yaml", self.folder / "settings.yaml"]
        return [*shared, *lying_ready(self.folder, self.quarter), *map(self.input_path, named)]

    def words(self) -> list[Path]:
        """Of those, what people wrote: read one by one, where a notebook asks for it."""
        return [path for path in lying_ready(self.folder, self.quarter) if path.suffix == ".md"]

    @property
    def published_quarters(self) -> tuple[Quarter, ...]:
        """Of the four quarters before this one, those whose figures as first published are on record."""
        kept = [quarter for quarter in quarters_before(self.quarter) if self.published_path(quarter).exists()]
        return tuple(sorted(kept))

    @property
    def _folder_before(self) -> Path:
        return self.folder / str(self.quarter.previous)

    def published_path(self, quarter: Quarter) -> Path:
        """Where a quarter's figures as first published are kept."""
        return self.folder / str(quarter) / "published.csv"


def quarters_before(quarter: Quarter) -> list[Quarter]:
    """The four quarters before one, the newest first: those whose published figures it is held against."""
    before = [quarter.previous]
    while len(before) < 4:
        before.append(before[-1].previous)
    return before


def lying_ready(folder: Path, quarter: Quarter) -> list[Path]:
    """The files that a quarter's report depends on by where they lie, without settings naming them."""
    own = folder / str(quarter)
    kept = own / "published.csv"  # what this report itself published is nothing that it reads
    published = [p for each in quarters_before(quarter) if (p := folder / str(each) / "published.csv").exists()]
    before = sorted((folder / str(quarter.previous) / "commentary").glob("*.md"))
    said_of_it = own / COMMENTS
    others = (path for path in own.rglob("*") if path.is_file() and path != kept)
    return [*published, *before, *sorted(path for path in others if not path.is_relative_to(said_of_it))]


def _of_bearable_length(path: Path, missing: str | None = None) -> str:
    text = read_text(path, missing=missing)
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{shown(path)}: has {len(text):,} characters; a text may have {LONGEST_TEXT:,} at most")
    return text


def quarters_in(folder: Path) -> list[str]:
    """The quarters that a params folder has, oldest first."""
    found = []
    for path in folder.iterdir():
        try:
            found.append(Quarter.parse(path.name))
        except InputError:
            continue
    return [str(quarter) for quarter in sorted(found)]


def find_params(written: str | Path) -> Path:
    """The params folder: as written, or, for a relative one, in this folder or the nearest above it.

    A notebook runs the same from the project's folder (papermill) and from notebooks/ (JupyterLab).
    """
    path = Path(written)
    if path.is_absolute():
        return path
    here = Path.cwd()
    return next((found for base in (here, *here.parents) if (found := base / path).is_dir()), here / path)


def inside(folder: Path, written: str, what: str) -> Path:
    """A path that stays inside its folder, or one line saying that it does not."""
    if "\0" in written:
        raise InputError(f"{what}: {written!r} is not a path")
    path = (folder / written).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{what}: {written!r} leads outside its folder {shown(folder)}")
    return path
