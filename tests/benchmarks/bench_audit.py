"""What the audit of commentary catches, and what it raises for nothing: true sentences and their false twins."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from perf_lib import audit
from perf_lib.report import Report, open_report

from .streams import markdown, verdicts

HERE = Path(__file__).parent
TESTS = HERE.parent
PARAMS = TESTS.parent / "params"
ROUNDS = (
    "tuned on",
    *(f"held out {nth}" for nth in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")),
)

# What came of each held-out round the first time it was run, before anything was changed on its account. From then
# on its sentences are no longer held out: the table above it is what the audit does with them now. The last three
# rounds go out of their way to say things unlike the others; a few of their sentences are still beyond the audit
# (two without support, two not read, one whose twin is missed; none contradicted): counted here, not in the corpus.
AT_FIRST = (
    ("held out first", 45, 4, 43, 1, 1),
    ("held out second", 53, 6, 48, 2, 3),
    ("held out third", 47, 6, 45, 2, 0),
    ("held out fourth", 35, 5, 35, 0, 0),
    ("held out fifth", 68, 25, 54, 10, 4),
    ("held out sixth", 44, 15, 38, 6, 0),
    ("held out seventh", 39, 11, 33, 3, 3),
)


def run() -> str:
    """The tables: by round, the misprints, the sample's own commentary, and whether the targets are met."""
    report = open_report("2019-20-Q3", PARAMS)
    rows = _read("audit_sentences.csv")
    table = [(name, *_counted(report, [row for row in rows if row["round"] == name])) for name in ROUNDS]
    whole = ("all", *(sum(column) for column in zip(*(row[1:] for row in table), strict=True)))
    misprints = _counted(report, _read("audit_misprints.csv"))
    own = report.audited
    sentences, _, alarms, contradicted, raised, missed = whole[1:]
    headings = [
        "sentences",
        "true",
        "figures checked",
        "false alarms",
        "twins contradicted",
        "only unsupported",
        "missed",
    ]
    return "\n\n".join(
        [
            "# Audit of commentary",
            "Each true sentence about the sample has a twin with one figure, direction or month changed. A false alarm "
            "is a true sentence of which anything is not right; a twin is caught when something in it is contradicted "
            "or, short of that, without support.",
            markdown(headings, [*table, whole]),
            "## Held-out sentences, the first time each round was run",
            markdown(
                ["round", "true", "false alarms", "twins contradicted", "only unsupported", "missed"], list(AT_FIRST)
            ),
            "## Misprints of the published report, retold",
            f"{misprints[3]} of {misprints[0]} contradicted; {misprints[2]} false alarms with the right figures in.",
            "## The sample's own commentary",
            f"{own.counts()}.",
            "## Targets",
            verdicts(
                [
                    ("every misprint contradicted", f"{misprints[3]} of {misprints[0]}", misprints[3] == misprints[0]),
                    ("no false alarm on 60 true sentences or more", f"{alarms} of {sentences}", alarms == 0),
                    ("no twin missed", f"{missed} of {contradicted + raised + missed}", missed == 0),
                ]
            ),
        ]
    )


def _read(name: str) -> list[dict[str, str]]:
    with (TESTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _counted(report: Report, rows: Iterable[dict[str, str]]) -> tuple[int, int, int, int, int, int]:
    """True sentences, figures checked in them and their twins, false alarms; twins contradicted, raised, missed."""
    sentences = figures = alarms = contradicted = raised = missed = 0
    for row in rows:
        right, wrong = (_checked(report, row[kind], row["measure"]) for kind in ("true", "false"))
        sentences, figures = sentences + 1, figures + len(right) + len(wrong)
        alarms += any(check.verdict != "agrees" for check in right)
        found = {check.verdict for check in wrong}
        contradicted += "contradicts" in found
        raised += found >= {"unsupported"} and "contradicts" not in found
        missed += found <= {"agrees"}
    return sentences, figures, alarms, contradicted, raised, missed


def _checked(report: Report, text: str, code: str) -> list[audit.Check]:
    written = audit.Text.of(text, code or None, report.findings, Path(f"commentary/{code}.md"))
    return audit.held([written], report.findings, report.quarter).findings
