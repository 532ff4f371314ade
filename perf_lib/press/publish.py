"""Keep what a final report publishes, so that later quarters can show what has been restated."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.published import COLUMNS
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.press import record
from perf_lib.press.order import Order
from perf_lib.report import Report
from perf_lib.words.errors import InputError


def refuse_unfinished(order: Order) -> None:
    """Refuse to publish where the pack prints something else: a draft, or a pack made from other files than these.

    A quarter without a pack may be published: its report may be older than packs are.
    """
    made, pack = record.read(order.target), shown(order.target)
    if made.get("parameters", {}).get("draft"):
        raise InputError(f"{pack}: is a draft; make the report without --draft before it is published")
    if made and not record.is_current(order):
        again = f"perf-lib run {order.quarter}"
        raise InputError(f"{pack}: was made from other files than these; make it again first: {again}")


def publish(report: Report) -> Path:
    """Write `params/<quarter>/published.csv`, once: the figures and symbols of a final report.

    Raises InputError for a quarter that has been published already, even with the same figures.
    """
    path = report.params.published_path(report.quarter)
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(published(report.findings))
    except FileExistsError:
        raise InputError(
            f"{shown(path)}: {report.quarter} has been published; what was published is never overwritten, and a "
            "figure that has moved since is shown as restated in the next report"
        ) from None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror}") from None
    return path


def published(findings: Mapping[str, Finding]) -> str:
    """The file's text: a row a measure and kind of figure, unrounded, with the symbols on the measure's first row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "symbols"])
    for finding in findings.values():
        codes = " ".join(symbols.codes(finding)) or "none"
        figures = {"quarter": finding.box[-1].value, "rolling_12": finding.box[-1].rolling}
        for kind, figure in figures.items():
            if kind == "quarter" or figure.value is not None:
                numbers = (figure.numerator, figure.denominator, figure.value)
                # A whole number has no decimal point; csv writes any other in the fewest digits that lose nothing.
                shortest = (int(n) if n is not None and float(n).is_integer() else n for n in numbers)
                writer.writerow([finding.measure.code, finding.quarter, kind, *shortest, codes])
                codes = ""
    return out.getvalue()
