"""The next quarter's folder, made from an earlier one: settings carried over, commentary files to fill in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from perf_lib.config.settings import Params
from perf_lib.config.yaml import places, read_text, shown
from perf_lib.findings.finding import Finding
from perf_lib.press.pack_folder import write_whole
from perf_lib.press.publish import publish
from perf_lib.report import open_report
from perf_lib.views import narrative
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

_INTRODUCTION = (
    "<!-- What opens the report, in a person's words. What stands in a comment like this is not printed. -->\n"
)
_OF_ONE_QUARTER = {
    "panel_date": "# panel_date: the day of the panel's meeting, as 2020-03-19",
    "highlights": (
        "# What the panel should look at first. Significant change is computed; tag the other three by hand.\n"
        "# highlights:\n#   of_concern:\n#     measure_code: Why the panel should look at it.\n"
        "#   excellent_work: {}\n#   in_the_news: {}"
    ),
    "deep_dive": (
        "# The part of the plan that this report goes into; each objective's text is a file in deep_dive/.\n"
        "# deep_dive:\n#   title: \n#   introduction: \n#   objectives:\n"
        "#     - {code: '1.01', group: , title: , text: 1.01.md}"
    ),
}
"""Keys that hold one quarter's own judgement: never carried over. A comment says how to write each."""


@dataclass(frozen=True)
class Opened:
    """The new quarter: its folder, how many commentary files, where the earlier quarter's figures are now published."""

    folder: Path
    commentary: int
    published_now: Path | None
    """None where the earlier quarter's figures were published before."""


def new_quarter(quarter: Quarter, since: Quarter, params: str | Path = "params") -> Opened:
    """Make `params/<quarter>/` from the folder of an earlier quarter, without touching any file that is there.

    The settings are carried over without the keys that are one quarter's own (panel date, highlights, deep dive). Each
    measure gets a commentary file with its computed sentences in a comment. The earlier quarter's figures are
    published if they were not, so that restatements show. Raises InputError for a quarter whose folder is there
    already and for one that is not after the earlier quarter.
    """
    if quarter <= since:
        raise InputError(f"{quarter} is not after {since}; a new quarter is made from an earlier one")
    report = open_report(since, params)
    folder = report.params.folder / str(quarter)
    if folder.exists():
        raise InputError(f"{shown(folder)} is there already, and is left as it is")
    try:
        write_whole(folder / "settings.yaml", _carried_over(report.params))
        ahead = open_report(quarter, params)  # the new quarter, as far as there are data
        write_whole(folder / "introduction.md", _INTRODUCTION)
        for code, finding in ahead.findings.items():
            write_whole(folder / "commentary" / f"{code}.md", _starter(finding, report.findings[code]))
    except BaseException:  # whatever stopped it, half a folder would pass for a whole one
        shutil.rmtree(folder, ignore_errors=True)
        raise
    published_now = None if report.params.published_path(since).exists() else publish(report)
    return Opened(folder, len(ahead), published_now)


def _carried_over(params: Params) -> str:
    """The quarter's own settings as a person wrote them, comments included, without the keys of one quarter."""
    text = read_text(params.quarter_folder / "settings.yaml", missing="")
    blocks = [block for key, block in _blocks(text) if key not in _OF_ONE_QUARTER]
    start = "# This quarter's own settings. A key here replaces the one in params/settings.yaml."
    return "\n\n".join([start, *blocks, *_OF_ONE_QUARTER.values()]) + "\n"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """A YAML file's top-level keys, each with its lines as a person wrote them and the comment right above it."""
    lines, starts = text.splitlines(), {}
    for path, place in places(text).items():
        if len(path) == 1:
            comment = list(takewhile(lambda line: line.startswith("#"), reversed(lines[: place.line])))
            starts[path[0]] = place.line - len(comment)
    for (key, start), end in zip(starts.items(), [*starts.values(), len(lines)][1:], strict=True):
        yield key, "\n".join(lines[start:end]).strip()


def _starter(finding: Finding, before: Finding) -> str:
    """A commentary file that holds only the computed sentences, in a comment that is not printed."""
    latest = finding if finding.value or finding.is_current else before
    quarter = f"{latest.quarter.name} {latest.quarter.financial_year}"
    sentences = [narrative.figures(latest), narrative.change(latest), narrative.verdict(latest)]
    lines = "\n".join(sentence for sentence in sentences if sentence).replace("--", "–")
    title = finding.measure.title
    return f"<!-- {title}, {quarter}, as computed:\n{lines}\nWrite below; this comment is not printed. -->\n"
