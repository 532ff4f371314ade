"""The next quarter's folder, made from this one's: settings rolled on, commentary to be written, figures kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perf_lib.config.settings import Params
from perf_lib.config.yaml import places, read_text, shown
from perf_lib.findings.finding import Finding
from perf_lib.press.publish import publish
from perf_lib.report import open_report
from perf_lib.views import narrative
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

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
"""Keys that are one quarter's own judgement: never carried, but left as a reminder of how they are written."""


@dataclass(frozen=True)
class Opened:
    """What was made: the new quarter's folder, how many commentary files, and where the old figures are kept."""

    folder: Path
    commentary: int
    published: Path
    published_now: bool
    """Whether the old quarter's figures had not been published before."""


def new_quarter(quarter: Quarter, since: Quarter, params: str | Path = "params") -> Opened:
    """Make `params/<quarter>/` from the folder of an earlier quarter; nothing that is there is touched.

    The settings are rolled on without what was that quarter's own (panel date, highlights, deep dive); each measure
    gets a commentary file that holds only its computed sentences, as a comment. The earlier quarter's figures are
    published where they were not, so that restatements show. Raises InputError where the quarter is there already or
    is no later than the earlier one.
    """
    if quarter <= since:
        raise InputError(f"{quarter} is not after {since}; a new quarter is made from an earlier one")
    report = open_report(since, params)
    opened = report.params
    folder = opened.folder / str(quarter)
    if folder.exists():
        raise InputError(f"{shown(folder)} is there already, and is left as it is")
    try:
        folder.mkdir()
        (folder / "settings.yaml").write_text(_rolled_on(opened), encoding="utf-8", newline="\n")
        ahead = open_report(quarter, params)  # the new quarter, with what data there are
        (folder / "introduction.md").write_text(_INTRODUCTION, encoding="utf-8", newline="\n")
        (folder / "commentary").mkdir()
        for code, finding in ahead.findings.items():
            text = _starter(finding, report.findings[code])
            (folder / "commentary" / f"{code}.md").write_text(text, encoding="utf-8", newline="\n")
    except BaseException as error:  # whatever stopped it, half a folder would pass for a whole one
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise InputError(f"{shown(folder)}: cannot be made: {error.strerror}") from None
        raise
    path = opened.published_path(since)
    published_now = not path.exists()
    if published_now:
        publish(report)
    return Opened(folder, len(ahead), path, published_now)


_INTRODUCTION = (
    "<!-- What opens the report, in a person's words. What stands in a comment like this is not printed. -->\n"
)


def _rolled_on(params: Params) -> str:
    """The quarter's own settings key by key as they are written, comments included, those of one quarter left open."""
    path = params.quarter_folder / "settings.yaml"
    text = read_text(path) if path.exists() else ""
    kept = [block for key, block in _blocks(text) if key not in _OF_ONE_QUARTER]
    start = "# This quarter's own settings. A key here replaces the one in params/settings.yaml."
    return "\n\n".join([start, *kept, *_OF_ONE_QUARTER.values()]) + "\n"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """A YAML file's top-level keys, each with its lines as a person wrote them and the comment right above it."""
    lines = text.splitlines()
    starts = {path[0]: _with_comment(lines, place.line) for path, place in places(text).items() if len(path) == 1}
    for (key, start), end in zip(starts.items(), [*starts.values(), len(lines)][1:], strict=True):
        yield key, "\n".join(lines[start:end]).strip()


def _with_comment(lines: list[str], at: int) -> int:
    while at > 0 and lines[at - 1].startswith("#"):
        at -= 1
    return at


def _starter(finding: Finding, before: Finding) -> str:
    """A commentary file with nothing in it yet but the computed sentences, in a comment that is not printed."""
    known = finding if finding.value or finding.is_current else before
    of = f"{known.quarter.name} {known.quarter.financial_year}"
    said = [narrative.figures(known), narrative.change(known), *narrative.signals(known)]
    sentences = "\n".join(sentence for sentence in said if sentence).replace("--", "–")
    title = finding.measure.title
    return f"<!-- {title}, {of}, as computed:\n{sentences}\nWrite below; this comment is not printed. -->\n"
