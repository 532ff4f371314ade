"""Write records that the sample's months could have come from: `python -m tests.sample.make_records FOLDER`.

Nothing here is a real record. Each table is drawn, the same every time, so that its definition in
`params/records.yaml` counts exactly the figures of `monthly.csv`; around the records that count stand some that must
not: cancelled crimes, calls to other lines, tags given twice, and a few without a date.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import perf_lib
from tests.sample.benchmarking import generator
from tests.sample.histories import ROLLING

SAMPLE = Path(perf_lib.__file__).parent / "sample"
DIVISIONS = ("North", "South", "Swindon")
SUMMARIES = (
    "Bicycle taken from a shed overnight", "Window of a parked car broken", "Items taken from an unlocked van",
    "Argument between neighbours over parking", "Tools taken from a building site", "Paint on the wall of a school",
)  # fmt: skip
ONLINE_SUMMARIES = (
    "Goods paid for ONLINE never arrived", "Messages sent over social media after being asked to stop",
    "Caller's e-mail account was taken over", "Phishing text asked for bank details", "Ransomware on an office PC",
)  # fmt: skip
OTHER_GROUPS = ("Theft", "Burglary", "Criminal damage", "Public order")
GROUPS = {
    "violence_against_the_person": "Violence against the person",
    "possession_of_weapons": "Possession of weapons",
    "drug_offences": "Drug offences",
    "sexual_offences": "Sexual offences",
}
TAGS = {"hate_crime": "Hate", "domestic_abuse_crime": "Domestic abuse", "cse_crime": "Child sexual exploitation"}

Whole = NDArray[np.int64]
Random = np.random.Generator


def main(folder: Path, first: str = "2015-01") -> None:
    """Write every table as a Parquet file into `folder`, from the month `first` on.

    `other_measures.csv` beside them has the months of those measures that no record makes: audits, surveys and
    figures that are supplied for twelve months.
    """
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, table in tables(first).items():
            connection.register("drawn", table)
            columns = ", ".join(
                f'CAST("{column}" AS {_type(table[column], str(column))}) AS "{column}"' for column in table
            )
            path = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"COPY (SELECT {columns} FROM drawn) TO '{path}' (FORMAT parquet)")
    sample = pd.read_csv(SAMPLE / "monthly.csv", dtype=str, keep_default_na=False)
    others = sample[sample["measure"].isin([*ROLLING, "crime_recording_compliance"])]
    others.to_csv(folder / "other_measures.csv", index=False, lineterminator="\n")


def tables(first: str = "2015-01") -> dict[str, pd.DataFrame]:
    """Every table by its name."""
    sample = pd.read_csv(SAMPLE / "monthly.csv")
    sample = sample[sample["month"] >= first]

    def figures(measure: str, what: str = "value") -> pd.Series:
        rows = sample[sample["measure"] == measure]
        return rows.set_index("month")[what]

    crimes, tags = _crimes(figures)
    return {
        "crimes": crimes,
        "crime_tags": tags,
        "incidents": _incidents(figures),
        "calls": _calls(figures),
        "duties": _duties(figures),
        "detentions": _counted(figures("section_136_arrests"), "detained_at", "power", "Section 136", "Criminal"),
        "collisions": _collisions(figures),
        "defendants": _shares(figures, "conviction_rate", "finalised_on", "outcome", "Convicted", "Acquitted"),
        "trials": _trials(figures),
        "case_files": _case_files(figures),
        "complaints": _complaints(figures),
        "appeals": _shares(figures, "complaint_appeals_upheld", "completed_on", "decision", "Upheld", "Not upheld"),
        "absences": _absences(figures),
        "people": _people(figures),
    }


Figures = Callable[..., pd.Series]


def _crimes(figures: Figures) -> tuple[pd.DataFrame, pd.DataFrame]:
    random, recorded = generator("records of crimes"), _whole(figures("crime_volume"))
    groups = {group: _whole(figures(measure)) for measure, group in GROUPS.items()}
    cyber = _whole(figures("cyber_crime"))
    tagged = {tag: _whole(figures(measure)) for measure, tag in TAGS.items()}
    rows, tag_rows, start = [], [], 0
    for month, count in recorded.items():
        named = np.repeat(list(groups), [each[month] for each in groups.values()])
        others = random.choice(OTHER_GROUPS, count - len(named))
        of_month = pd.DataFrame({"group": np.concatenate([named, others])})
        of_month["flag"], of_month["summary"] = "N", random.choice(SUMMARIES, count)
        # Flagged, in words only, or both: any of them makes a cyber crime, once.
        chosen = len(named) + random.choice(len(others), cyber[month], replace=False)
        sort = random.choice(["flag", "words", "both"], cyber[month])
        of_month.loc[chosen[sort != "words"], "flag"] = "Y"
        of_month.loc[chosen[sort != "flag"], "summary"] = random.choice(ONLINE_SUMMARIES, int((sort != "flag").sum()))
        of_month["month"], of_month["status"] = month, "recorded"
        for tag, counts in tagged.items():
            rows_tagged = random.choice(count, counts[month], replace=False)
            again = rows_tagged[random.random(len(rows_tagged)) < 0.1]  # a second motive is a second tag
            tag_rows.append(pd.DataFrame({"crime_id": start + np.concatenate([rows_tagged, again]), "tag": tag}))
        rows.append(of_month)
        start += count
    crimes = pd.concat(rows, ignore_index=True)
    cancelled = crimes.sample(frac=0.03, random_state=3).assign(status="cancelled")
    undated = crimes.sample(40, random_state=4).assign(month=None)
    crimes = pd.concat([crimes, cancelled, undated], ignore_index=True)
    tag_rows.append(pd.DataFrame({"crime_id": np.arange(start, start + len(cancelled)), "tag": "Hate"}))
    made = pd.DataFrame(
        {
            "crime_id": np.arange(len(crimes)),
            "recorded_at": _moments(random, crimes["month"]),
            "division": random.choice(DIVISIONS, len(crimes)),
            "offence_group": crimes["group"],
            "cyber_flag": crimes["flag"],
            "summary": crimes["summary"],
            "status": crimes["status"],
        }
    )
    return made, pd.concat(tag_rows, ignore_index=True)


def _incidents(figures: Figures) -> pd.DataFrame:
    random, parts = generator("records of incidents"), []
    for measure, grade in (("response_time_immediate", "Immediate"), ("response_time_priority", "Priority")):
        months, seconds = _spread(random, figures(measure, "numerator"), figures(measure, "denominator"))
        went = pd.DataFrame({"month": months, "grade": grade, "attended": True, "response_seconds": seconds})
        # Some are never attended: they have a grade and no time.
        stayed = went.sample(frac=0.05, random_state=5).assign(attended=False, response_seconds=None)
        parts += [went.assign(kind="Crime"), stayed.assign(kind="Transport")]
    nuisance = np.repeat(*_pair(figures("anti_social_behaviour")))
    parts.append(
        pd.DataFrame({"month": nuisance, "grade": "Standard", "attended": False, "kind": "Anti-social behaviour"})
    )
    made = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(
        {
            "incident_id": np.arange(len(made)),
            "created_at": _moments(random, made["month"]),
            "division": random.choice(DIVISIONS, len(made)),
            "kind": made["kind"],
            "grade": made["grade"],
            "attended": made["attended"].astype(bool),
            "response_seconds": made["response_seconds"].astype("Int64"),
        }
    )


def _calls(figures: Figures) -> pd.DataFrame:
    random, parts = generator("records of calls"), []
    for measure, line in (("answer_time_999", "999"), ("answer_time_crib", "Crime and Incident Bureau")):
        months, seconds = _spread(random, figures(measure, "numerator"), figures(measure, "denominator"))
        lost = np.zeros(len(months), dtype=bool)
        if line != "999":
            received, given_up = (
                _whole(figures("abandonment_rate_crib", each)) for each in ("denominator", "numerator")
            )
            lost = np.concatenate([_chosen(random, received[month], given_up[month]) for month in received.index])
        outcome = np.where(lost, "abandoned", "answered")
        parts.append(pd.DataFrame({"month": months, "line": line, "outcome": outcome, "answer_seconds": seconds}))
    parts.append(parts[0].sample(frac=0.1, random_state=6).assign(line="Switchboard"))
    made = pd.concat(parts, ignore_index=True)
    received_at = _moments(random, made.pop("month"))
    return made.assign(call_id=np.arange(len(made)), received_at=received_at)


def _duties(figures: Figures) -> pd.DataFrame:
    random, hours = generator("records of duties"), figures("special_constable_hours")
    months, quarters = _spread(random, 4 * hours, (hours / 5).round())
    made = pd.DataFrame({"month": months, "role": "Special constable", "hours": quarters / 4})
    made = pd.concat([made, made.sample(frac=0.2, random_state=7).assign(role="Cadet leader")], ignore_index=True)
    return made.assign(duty_on=_moments(random, made.pop("month")).dt.normalize())


def _collisions(figures: Figures) -> pd.DataFrame:
    made = _counted(figures("ksi_collisions"), "collided_at", "severity", "Serious", "Slight")
    random = generator("records of severity")
    fatal = (made["severity"] == "Serious") & (random.random(len(made)) < 0.1)
    return made.assign(severity=made["severity"].where(~fatal, "Fatal"))


def _trials(figures: Figures) -> pd.DataFrame:
    made = _shares(figures, "cracked_ineffective_trials", "listed_on", "cause", "Prosecution", "None")
    random = generator("records of results")
    lost = made["cause"] == "Prosecution"
    result = pd.Series(random.choice(["Cracked", "Ineffective"], len(made)))
    # Trials are lost for the defence's and the court's reasons too; those are not in the measure.
    elsewhere = ~lost & (random.random(len(made)) < 0.2)
    cause = made["cause"].where(~elsewhere, pd.Series(random.choice(["Defence", "Court"], len(made))))
    return made.assign(cause=cause, result=result.where(lost | elsewhere, "Effective"))


def _case_files(figures: Figures) -> pd.DataFrame:
    made = _shares(figures, "full_file_error_rate", "submitted_on", "errors", "some", "none")
    found = generator("records of errors").integers(1, 5, len(made))
    return made.assign(errors=np.where(made["errors"] == "some", found, 0))


def _complaints(figures: Figures) -> pd.DataFrame:
    made = _shares(figures, "complaints_within_10_days", "recorded_at", "soon", "yes", "no")
    random = generator("records of waits")
    days = np.where(made.pop("soon") == "yes", random.integers(0, 11, len(made)), random.integers(11, 60, len(made)))
    # Received later in the day than it was recorded days after: whole days count, not hours.
    received = made["recorded_at"].dt.normalize() - pd.to_timedelta(days, unit="D") + pd.Timedelta(hours=23)
    return made.assign(received_at=received)


def _absences(figures: Figures) -> pd.DataFrame:
    random, lost = generator("records of absences"), figures("sickness_days_lost", "numerator")
    months, tenths = _spread(random, (10 * lost).round(), (lost / 3).round())
    made = pd.DataFrame({"month": months, "days_lost": tenths / 10})
    return made.assign(
        staff=random.choice(["Officer", "Staff"], len(made)),
        ended_on=_moments(random, made.pop("month")).dt.normalize(),
    )


def _people(figures: Figures) -> pd.DataFrame:
    employed = _whole(figures("sickness_days_lost", "denominator"))
    north, south = employed // 3, employed // 4
    parts = zip(DIVISIONS, (north, south, employed - north - south), strict=True)
    listed = [
        pd.DataFrame({"month_start": pd.to_datetime(count.index), "division": name, "headcount": count.to_numpy()})
        for name, count in parts
    ]
    return pd.concat(listed, ignore_index=True)


def _counted(counts: pd.Series, date: str, column: str, value: str, other: str) -> pd.DataFrame:
    """A record for each that is counted, and half as many of another sort."""
    random = generator(f"records of {column}")
    months = np.repeat(*_pair(counts))
    made = pd.DataFrame({"month": months, column: value})
    made = pd.concat([made, made.sample(frac=0.5, random_state=8).assign(**{column: other})], ignore_index=True)
    return made.assign(**{date: _moments(random, made.pop("month"))})


def _shares(figures: Figures, measure: str, date: str, column: str, value: str, other: str) -> pd.DataFrame:
    """A record for each of the denominator, the numerator's with `value`."""
    random = generator(f"records of {column}")
    counted, of = _whole(figures(measure, "numerator")), _whole(figures(measure, "denominator"))
    with_value = np.concatenate([_chosen(random, of[month], counted[month]) for month in of.index])
    moments = _moments(random, pd.Series(np.repeat(*_pair(of))))
    return pd.DataFrame({date: moments, column: np.where(with_value, value, other)})


def _spread(random: Random, totals: pd.Series, counts: pd.Series) -> tuple[NDArray[np.str_], Whole]:
    """Each month's whole total over its records, unevenly as times are; each record's month and share."""
    of, shares = _whole(counts), []
    for month, total in _whole(totals).items():
        weights = random.gamma(1.5, size=of[month]) + 0.05
        share = np.floor(total * weights / weights.sum()).astype(np.int64)
        left = int(total - share.sum())
        share[random.permutation(of[month])[:left]] += 1
        shares.append(share)
    return np.repeat(*_pair(counts)), np.concatenate(shares)


def _moments(random: Random, months: pd.Series) -> pd.Series:
    """A moment in each record's month: any second, and now and then its very first or last."""
    starts = pd.to_datetime(months)
    seconds = (starts.dt.days_in_month * 86400).fillna(1).to_numpy(dtype=np.int64)
    drawn = random.integers(0, seconds)
    edge = random.random(len(drawn))
    drawn = np.where(edge < 0.001, 0, np.where(edge > 0.999, seconds - 1, drawn))
    return starts.astype("datetime64[s]") + pd.to_timedelta(drawn, unit="s").to_series(index=starts.index)


def _chosen(random: Random, of: int, count: int) -> NDArray[np.bool_]:
    chosen = np.zeros(of, dtype=bool)
    chosen[random.choice(of, count, replace=False)] = True
    return chosen


def _pair(counts: pd.Series) -> tuple[Sequence[str], Whole]:
    return list(counts.index), _whole(counts).to_numpy()


def _whole(figures: pd.Series) -> pd.Series:
    return figures.round().astype(np.int64)


def _type(column: pd.Series, name: str) -> str:
    """A column's type in the file."""
    if name in ("hours", "days_lost"):
        return "DECIMAL(7, 2)"
    if name.endswith("_on") or name == "month_start":
        return "DATE"
    kinds = {"b": "BOOLEAN", "i": "BIGINT", "M": "TIMESTAMP", "f": "DOUBLE"}
    return kinds.get(getattr(column.dtype, "kind", "O"), "VARCHAR")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.sample.make_records FOLDER")
    main(Path(sys.argv[1]))
