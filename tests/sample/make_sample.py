"""Write the bundled sample: `python -m tests.sample.make_sample` rewrites its CSV files, the same every time.

The months of 2019 that the report prints are carried as printed. The rest are illustrative: drawn month by month from
`histories`, and held to every total that is published. See the README in `perf_lib/sample`.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import perf_lib
from tests.sample import draws, published
from tests.sample.benchmarking import MONTHS, Array
from tests.sample.histories import COUNTS, ROLLING, SHARES

SAMPLE = Path(perf_lib.__file__).parent / "sample"
AREA = "Wiltshire"
COLUMNS = ["measure", "area", "month", "numerator", "denominator", "value", "origin", "status", "margin"]
TEXT_MONTHS = MONTHS.astype(str)

TIMES = ("response_time_immediate", "response_time_priority", "answer_time_999", "answer_time_crib")
PRINTED_AS_PERCENTAGES = ("conviction_rate", "cracked_ineffective_trials")


def main() -> None:
    """Rewrite every file of the sample."""
    for name, table in tables().items():
        (SAMPLE / name).write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")


def tables() -> dict[str, pd.DataFrame]:
    """Every file of the sample by its name, each cell as it is written."""
    return {"monthly.csv": monthly(), "peers.csv": published.peers(), "witness_reasons.csv": witness_reasons()}


def monthly() -> pd.DataFrame:
    """Every measure's months: a row a measure and month, by measure and then month."""
    measures = [
        *(counts(measure) for measure in COUNTS),
        *(ratios(measure, *draws.mean(measure), 1) for measure in TIMES),
        *(ratios(measure, *draws.share(measure), 100) for measure in SHARES),
        ratios("abandonment_rate_crib", *draws.abandoned(), 100),
        ratios("complaint_appeals_upheld", *draws.appeals(), 100),
        ratios("sickness_days_lost", *draws.sickness(), 1),
        *(as_supplied(measure) for measure in ROLLING if measure != "public_confidence"),
        survey("public_confidence"),
        audits("crime_recording_compliance"),
    ]
    table = pd.concat(measures, ignore_index=True)
    return table[COLUMNS].sort_values(["measure", "area", "month"], ignore_index=True)


def counts(measure: str) -> pd.DataFrame:
    """A count's months: those of 2019 as printed where they are, illustrative otherwise."""
    rows = _rows(measure, value=[f"{value:.0f}" for value in draws.count(measure)])
    printed = published.appendix(measure)
    _publish(rows, printed)
    # A series that stops, stops: its last printed month is its last row.
    last = max((month for month, value in printed.items() if value), default=rows["month"].iloc[-1])
    return rows[rows["month"] <= last]


def ratios(measure: str, numerator: Array, denominator: Array, scale: int) -> pd.DataFrame:
    """The months of an average or percentage, each with what it was made from."""
    if measure in PRINTED_AS_PERCENTAGES:
        numerator[-12:], denominator[-12:] = draws.behind_the_percentages(measure)
    rows = _rows(
        measure,
        numerator=[f"{n:.10g}" for n in numerator],
        denominator=[f"{d:.0f}" for d in denominator],
        value=[f"{v:.6f}" for v in scale * numerator / denominator],
    )
    rows.loc[rows["month"].isin(list(published.appendix(measure))), "origin"] = "published"
    return rows


def as_supplied(measure: str) -> pd.DataFrame:
    """The months of a figure that is itself for 12 months."""
    rows = _rows(measure, value=[f"{value:.1f}" for value in draws.rolling(measure)])
    _publish(rows, published.appendix(measure))
    known_before = published.rows_of("previous_year_totals", measure=measure)
    rows.loc[rows["month"].isin([period[-7:] for period in known_before["period"]]), "origin"] = "derived"
    for column in ("numerator", "denominator"):
        behind = published.rows_of("headline_boxes", measure=measure)[column].max()
        rows.loc[rows["month"] == TEXT_MONTHS[-1], column] = behind
    return rows


def survey(measure: str) -> pd.DataFrame:
    """A survey's points at the ends of quarters, to the last one printed, the margin where it is printed."""
    rows = _rows(measure, value=[f"{value:.1f}" for value in draws.rolling(measure)])
    printed = {month: value for month, value in published.appendix(measure).items() if value}
    _publish(rows, printed)
    note = published.rows_of("headline_boxes", measure=measure).iloc[0]
    rows.loc[rows["month"] == note["period"], "margin"] = note["note"].split()[3]
    return rows[(MONTHS.month % 3 == 0) & (rows["month"] <= max(printed))]


def audits(measure: str) -> pd.DataFrame:
    """Audit percentages from a year before the first by the present method; earlier ones cannot be compared."""
    printed = published.appendix(measure)
    said = published.rows_of("appendix_a", measure=measure).set_index("month")["status"]
    rows = _rows(measure, value="")
    rows["origin"], rows["status"] = "published", "not supplied"
    _publish(rows, {month: value for month, value in printed.items() if value})
    rows.loc[rows["month"].isin(said[said == "nil return"].index), "status"] = "nil return"
    return rows[rows["month"] >= "2018-04"]


def witness_reasons() -> pd.DataFrame:
    """Trials cracked or ineffective because of a witness, by reason, as printed."""
    return published.facts("witness_reasons")


def _rows(measure: str, **columns: list[str] | str) -> pd.DataFrame:
    rows = pd.DataFrame({"month": TEXT_MONTHS}).assign(**columns)
    rest = {"measure": measure, "area": AREA, "origin": "illustrative", "status": "final"}
    blank = dict.fromkeys(["numerator", "denominator", "margin"], "")
    return rows.assign(**{name: text for name, text in (blank | rest).items() if name not in columns})


def _publish(rows: pd.DataFrame, printed: dict[str, str]) -> None:
    """Put printed figures in the place of drawn ones, as they are printed."""
    for month, value in printed.items():
        rows.loc[rows["month"] == month, ["value", "origin", "status"]] = [value, "published", "final"]


if __name__ == "__main__":
    main()
