"""Explored settings as YAML for params/: each key that differs, whole, as a quarter's own settings replace it."""

from __future__ import annotations

from typing import Any

from perf_lib.config.settings import Settings
from perf_lib.config.yaml import to_yaml
from perf_lib.findings.finding import Finding
from perf_lib.report.explore.question import Question
from perf_lib.words import wording

WRITTEN = ("peer_group", "breaks", "highlights")
"""The keys of a quarter's settings that exploring may change."""


def as_yaml(question: Question, reported: Settings, explored: Settings, finding: Finding) -> str:
    """The settings to copy into `params/<quarter>/settings.yaml`.

    Changed figures are not settings, so comments name them. The text reads back to the very settings explored.
    """
    changed = {
        key: _plain(getattr(explored, key)) for key in WRITTEN if getattr(explored, key) != getattr(reported, key)
    }
    lines = [f"# For params/{finding.quarter}/settings.yaml, where each key replaces the one in params/settings.yaml."]
    if not changed:
        lines = ["# As reported: there is no setting to copy."]
    for month, figure in question.months.items():
        value = wording.value_in_table(figure, finding.measure.unit, finding.measure.decimals)
        lines.append(
            f"# Not a setting: {finding.measure.code} in {month} as {value}. A figure is mended in its extract."
        )
    return "\n".join([*lines, to_yaml(changed)])


def _plain(value: Any) -> Any:
    """Records as mappings, without the keys that nobody set."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.model_dump(exclude_none=True, exclude_defaults=True)
