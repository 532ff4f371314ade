"""What a report holds: the quarter, what people set, what arrived, and the findings made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import pandas as pd

from perf_lib import extracts
from perf_lib.config.catalogue import Catalogue
from perf_lib.config.settings import Params, Settings
from perf_lib.extracts import Ledger
from perf_lib.findings.finding import Finding, findings
from perf_lib.report.public import Left
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Arrived:
    """What the findings are made from; with it they are made again for another quarter or other settings."""

    frame: pd.DataFrame
    """The tidy monthly frame."""
    rates: pd.DataFrame | None
    """Peers' 12-month rates."""
    published: Mapping[Quarter, pd.DataFrame]
    """Earlier quarters' figures as first published."""
    ledger: Ledger
    """What each file held, and which of its rows were rejected."""
    records: extracts.Records | None = None
    """What was counted from records and what was not; the months are in the frame too."""

    def findings(self, catalogue: Catalogue, settings: Settings, quarter: Quarter) -> dict[str, Finding]:
        """The Finding of every measure in a catalogue."""
        return findings(catalogue, settings, quarter, self.frame, self.rates, self.published)

    def of_area(self, area: str, catalogue: Catalogue, settings: Settings, quarter: Quarter) -> dict[str, Finding]:
        """The Finding of every measure that has figures for an area below the whole; targets are the whole's alone."""
        here = set(self.frame.loc[self.frame["area"] == area, "measure"])
        own = {"target": None, "peers": None}
        measures = Catalogue({c: each.model_copy(update=own) for c, each in catalogue.items() if c in here})
        body = settings.body.model_copy(update={"area": area})
        return findings(measures, settings.model_copy(update={"body": body}), quarter, self.frame)


@dataclass(frozen=True)
class Contents:
    """One quarter's findings, and what they are made from."""

    quarter: Quarter
    params: Params
    findings: Mapping[str, Finding]
    tables: Mapping[str, pd.DataFrame | None]
    arrived: Arrived
    is_public: bool = False
    left_out: Mapping[str, Left] = field(default_factory=dict)
    """What a public report leaves out because of its marking: measures, tables and peers, by name."""
    draws: Mapping[str, tuple[float, ...]] = field(default_factory=dict, repr=False)
    """What a public report's counts were rounded to where the draws are kept with the key."""

    @property
    def settings(self) -> Settings:
        """The settings that the report is made by."""
        return self.params.settings

    @cached_property
    def areas(self) -> Mapping[str, Mapping[str, Finding]]:
        """The Findings of each area below the whole that settings name, by area and measure."""
        catalogue, settings = self.params.catalogue, self.settings
        return {area: self.arrived.of_area(area, catalogue, settings, self.quarter) for area in settings.areas}

    def as_at(self, quarter: Quarter | str) -> Self:
        """The same settings and figures, cut at another quarter's end; commentary stays the report's own."""
        at = replace(Quarter.parse(str(quarter)), starts=self.quarter.starts)
        if at == self.quarter:
            return self
        return replace(self, quarter=at, findings=self.arrived.findings(self.params.catalogue, self.settings, at))
