"""Releases of one publisher held against one another: each year by the newest, each change within one release."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from builders import PARAMS
from extracts.open_data.test_open_data import REAL, TOTAL, home_office_rows, needs_real

from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts.open_data.editions import KEYS, agreed, comparable, contradictions, editions, rates_of
from perf_lib.extracts.open_data.figures import OpenFigures, fill
from perf_lib.extracts.open_data.forces import force_key
from perf_lib.extracts.open_data.params import write_params
from perf_lib.extracts.open_data.recorded_crime import read_ons
from perf_lib.report import open_report
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

SEXUAL = "Sexual offences"


def release(path: Path, year: int, rows: dict[str, tuple[float, object]], before: str = "") -> Path:
    """A release of the year ending December of a year: each force's sexual offences and printed change.

    The total is ten times as many, and changes as they do; every force has a million residents.
    """
    title = "Police recorded crime by offence group and police force area, English regions and Wales, "
    tables = {
        "Table P1": ("number of offences", lambda count, change: [10 * count, count], f"year ending December {year}"),
        "Table P2": (
            "percentage change",
            lambda count, change: [change, change],
            f"year ending December {year - 1} compared with year ending December {year}",
        ),
        "Table P3": (
            "rate of offences",
            lambda count, change: [1_000_000, count / 100, count / 1000],
            f"year ending December {year}",
        ),
    }
    with xlsxwriter.Workbook(path) as book:
        for name, (what, cells, span) in tables.items():
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, f"Table: {title}{what}, {span}")
            headings = ["Area Code", "Area Name", *["Population figures"] * (name == "Table P3"), TOTAL, SEXUAL]
            sheet.write_row(3, 0, headings)
            for at, (area, (count, change)) in enumerate(rows.items()):
                sheet.write_row(4 + at, 0, [f"E2300000{at}", area, *cells(count, change)])
    return path


def told(*paths: Path) -> pd.DataFrame:
    """Every area's sexual offences by the newest release that speaks of the year."""
    frame = editions(agreed([read_ons(path) for path in paths]))
    return frame[frame["offence"] == SEXUAL].set_index(["area", "month"])


# --- the real files


@pytest.fixture(scope="module")
def releases():
    return [read_ons(path) for path in sorted((REAL / "ons_pfa").glob("*.xlsx"))]


@needs_real
def test_changes_of_every_area_and_pair_of_releases_are_those_of_table_p2(releases):
    compared = 0
    for pair in combinations(releases, 2):
        newer = max(pair, key=lambda frame: frame["month"].iloc[0])
        last = newer["month"].iloc[0]
        years = comparable(editions(agreed(pair)), last)
        counts = years.set_index(KEYS)["offences"]
        printed = newer.set_index(KEYS)["change_per_cent"]
        now = counts.reindex(printed.index)
        before = counts.reindex(pd.MultiIndex.from_frame(newer.assign(month=newer["month"] - 12)[KEYS])).to_numpy()
        change = 100 * (now / before - 1)
        assert (change.isna() == printed.isna()).all()  # nothing is compared of which the release prints no change
        assert np.allclose(change, printed, atol=1e-6, equal_nan=True)
        compared += int(printed.notna().sum())
    assert compared > 17_000


@needs_real
def test_what_each_force_takes_and_its_peers_change_as_table_p2_says(releases):
    catalogue = read_catalogue(PARAMS / "measures.yaml")
    none = pd.DataFrame(index=pd.MultiIndex.from_arrays([[], []], names=["key", "month"]))
    checked = peers = 0
    for pair in combinations(releases, 2):
        newer = max(pair, key=lambda frame: frame["month"].iloc[0])
        last = newer["month"].iloc[0]
        years = comparable(editions(agreed(pair)), last)
        rows: dict = {}
        for row in years[years["level"] == "force"].itertuples(index=False):
            rows.setdefault((row.area, row.offence), []).append(row)
        areas = {force_key(area): area for area in newer.loc[newer["level"] == "force", "area"]}
        whole = OpenFigures(areas, years, rows, none, none, none, ())
        printed = newer[newer["level"] == "force"].set_index(["area", "offence"])["change_per_cent"]
        for area in printed.index.unique("area"):
            figures = whole.of(area)
            for measure in catalogue.values():
                for each in fill(measure, figures, Quarter.of(last)):
                    now, before = (each.figures.get(month) for month in (last, last - 12))
                    change = printed[area, measure.open_data.ons]
                    assert (now is None or before is None) == bool(np.isnan(change)), (area, measure.code, last)
                    if before is not None:
                        assert round(100 * (now["value"] / before["value"] - 1), 1) == pytest.approx(round(change, 1))
                        checked += 1
        rates = rates_of(catalogue, years)
        series = {m.peers: m.open_data.ons for m in catalogue.values() if m.peers}
        forces = rates[rates["level"] == "force"].set_index(["series", "area", "month"])["offences"]
        for (name, area, month), offences in forces.items():
            before = forces.get((name, area, str(pd.Period(month, "M") - 12)))
            if month == str(last) and before is not None:
                assert 100 * (offences / before - 1) == pytest.approx(printed[area, series[name]])
                peers += 1
    assert checked > 2500
    assert peers > 300  # of releases a year apart alone: only they have both years' residents


CASES = REAL / ".." / "cases"
needs_cases = pytest.mark.skipif(not (CASES / "open_data").is_dir(), reason="the cases are not beside PERF_REAL_DATA")


@needs_cases
def test_a_year_that_the_newer_welsh_release_restates_has_not_changed(tmp_path):
    # Dyfed-Powys, sexual offences: 925 in the first edition of 2018; table P2 of the newer release prints 0.0 per cent.
    for path in (CASES / "open_data").glob("dec*_wales.xlsx"):
        shutil.copy(path, tmp_path)
    written = write_params("Dyfed-Powys", Quarter(2019, 3), tmp_path, PARAMS, tmp_path / "params")
    finding = open_report("2019-20-Q3", written.folder)["sexual_offences"].finding
    assert (finding.rolling.value, finding.previous.value, finding.change_per_cent) == (1404, 1404, 0)


@needs_cases
def test_of_two_editions_of_one_release_the_corrected_one_counts_and_without_its_mark_both_are_named(tmp_path):
    corrected, first = sorted((CASES / "open_data").glob("police*.xlsx"), key=lambda path: "corrected" not in path.name)
    for path in (corrected, first):
        shutil.copy(path, tmp_path)
    written = write_params("Gwent", Quarter(2018, 2), tmp_path, PARAMS, tmp_path / "params")
    own = read_ons(corrected).set_index(["area", "offence"])["offences"]
    assert own["Gwent", TOTAL] != read_ons(first).set_index(["area", "offence"])["offences"]["Gwent", TOTAL]
    assert open_report("2018-19-Q2", written.folder)["crime_volume"].finding.rolling.value == own["Gwent", TOTAL]
    with pytest.raises(InputError, match=r"first\.xlsx and september\.xlsx differ: Gwent"):
        agreed(
            [
                read_ons(Path(shutil.copy(path, tmp_path / name)))
                for path, name in ((corrected, "first.xlsx"), (first, "september.xlsx"))
            ]
        )


# --- made-up releases


def test_a_year_is_as_the_newest_release_has_it_and_what_was_first_published_stands_beside(tmp_path):
    # 925 at first; the next release has 1,404 and no change since: 0.0 per cent.
    old = release(tmp_path / "dec18.xlsx", 2018, {"Norshire": (925, 100 * (925 / 900 - 1))})
    new = release(tmp_path / "dec19.xlsx", 2019, {"Norshire": (1404, 0)})
    frame = told(old, new)
    then = frame.loc[("Norshire", pd.Period("2018-12", "M"))]
    assert (then["offences"], then["first_offences"]) == (1404, 925)
    assert (str(then["release"]), then["table"], then["file"]) == ("2019-12", "P2", "dec19.xlsx")
    assert str(then["first_release"]) == "2018-12"
    assert then["rate"] == 1.404  # by the residents that the older release gives
    # The year before that is spoken of by the older release alone, and is not compared with 1,404.
    last = pd.Period("2018-12", "M")
    kept = comparable(editions(agreed([read_ons(old), read_ons(new)])), last)
    assert set(kept["month"]) == {last}


def test_a_rounded_change_is_kept_and_an_older_count_that_makes_it_stands(tmp_path):
    old = release(tmp_path / "dec18.xlsx", 2018, {"Norshire": (1_003, ".."), "Sudshire": (500, "..")})
    new = release(tmp_path / "dec19.xlsx", 2019, {"Norshire": (1_111, 10.8), "Sudshire": (777, 12.3)})
    frame, then = told(old, new), pd.Period("2018-12", "M")
    assert frame.loc[("Norshire", then), "offences"] == 1_003  # 1,111 / 1,003 is 10.77 per cent more
    assert frame.loc[("Sudshire", then), "offences"] == 692  # 777 / 1.123: 500 was restated
    assert frame.loc[("Norshire", then), "release"] == frame.loc[("Sudshire", then), "release"]


def test_all_gone_and_none_before_leave_no_division(tmp_path):
    only = release(
        tmp_path / "dec19.xlsx", 2019, {"Norshire": (0, -100), "Sudshire": (40, 100), "Westshire": (7, "..")}
    )
    frame, then = told(only), pd.Period("2018-12", "M")
    assert frame.loc[("Sudshire", then), "offences"] == 20
    assert ("Norshire", then) not in frame.index and ("Westshire", then) not in frame.index


def test_a_count_that_contradicts_its_printed_change_is_said_and_not_compared(tmp_path):
    rows = dict.fromkeys(("Norshire", "Sudshire", "Westshire"), (220, 10.0)) | {"Eastshire": (221, 13.0001)}
    frame = read_ons(release(tmp_path / "dec19.xlsx", 2019, rows))
    (said, *_) = contradictions(frame)
    assert said.startswith("dec19.xlsx: the 221 of Eastshire (Sexual offences)") or "2,210 of Eastshire" in said
    known = editions(frame)
    assert not ((known["area"] == "Eastshire") & (known["month"] == pd.Period("2018-12", "M"))).any()


def test_two_files_of_one_year_that_differ_are_refused_naming_both_unless_one_corrects_the_other(tmp_path):
    one = release(tmp_path / "dec19.xlsx", 2019, {"Norshire": (11_111, 10.0)})
    other = release(tmp_path / "december2019.xlsx", 2019, {"Norshire": (10_111, 10.0)})
    with pytest.raises(InputError, match=r"(?s)dec19\.xlsx and december2019\.xlsx differ: Norshire.*corrected"):
        agreed([read_ons(one), read_ons(other)])
    for mark in ("december2019corrected", "December 2019 v2", "december2019-revised"):
        corrected = other.rename(tmp_path / f"{mark}.xlsx")
        for order in ([one, corrected], [corrected, one]):
            frame = agreed([read_ons(path) for path in order])
            assert frame.loc[frame["offence"] == SEXUAL, "offences"].tolist() == [10_111]
        other = corrected
    same = release(tmp_path / "again.xlsx", 2019, {"Norshire": (11_111, 10.0)})
    assert len(agreed([read_ons(one), read_ons(same)])) == 2  # once each: the total and the offence group


def test_two_tables_of_the_home_office_that_differ_are_refused_and_alike_are_counted_once(tmp_path):
    data = tmp_path / "data"
    data.mkdir()

    def table(name: str, number: int) -> None:
        rows = home_office_rows()
        rows = [rows[0], *([*row[:-1], number] for row in rows[1:])]
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
        (data / name).write_text(text, encoding="utf-8")

    table("prc.csv", 7)
    table("prc-again.csv", 7)
    written = write_params("City of London", Quarter(2017, 1), data, PARAMS, tmp_path / "one")
    assert open_report("2017-18-Q1", written.folder)["crime_volume"].finding.value.value == 14
    table("prc-again.csv", 8)
    with pytest.raises(InputError, match=r"prc(-again)?\.csv and prc(-again)?\.csv differ: City of London"):
        write_params("City of London", Quarter(2017, 1), data, PARAMS, tmp_path / "two")


def test_a_restated_year_stands_beside_what_was_first_published_with_its_reason(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    release(data / "dec18.xlsx", 2018, {"Norshire": (925, 100 * (925 / 900 - 1))})
    release(data / "dec19.xlsx", 2019, {"Norshire": (1404, 0)})
    written = write_params("Norshire", Quarter(2019, 3), data, PARAMS, tmp_path / "params")
    report = open_report("2019-20-Q3", written.folder)
    finding = report["sexual_offences"].finding
    assert (finding.rolling.value, finding.previous.value, finding.change_per_cent) == (1404, 1404, 0)
    (moved,) = [each for each in report.restated() if each.measure.code == "sexual_offences"]
    assert (moved.first, moved.now, str(moved.quarter)) == (925, 1404, "2018-19-Q3")
    assert moved.reason == "Restated by the release of December 2019."
    text = report["sexual_offences"].sentences().text
    # What the first release said of the change stands with its figure: 925 was 2.8 per cent more than its own 900.
    assert "December 2018, first published as 925 (+2.8 per cent on the year before), are restated" in text
    assert "are restated by the release of December 2019" in text
    known = pd.read_csv(written.folder / "editions.csv").set_index(["measure", "month"])
    assert known.loc[("sexual_offences", "2018-12"), "file"] == "dec19.xlsx"
    # The older quarter's report has the newest word on its year, and compares it with none.
    older = write_params("Norshire", Quarter(2018, 3), data, PARAMS, tmp_path / "older")
    finding = open_report("2018-19-Q3", older.folder)["sexual_offences"].finding
    assert (finding.rolling.value, finding.previous.value, finding.change) == (1404, None, None)
