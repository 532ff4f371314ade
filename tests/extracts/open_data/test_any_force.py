"""Any force by any of its names, the true quarter, and the door: `perf-lib force`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from builders import PARAMS, ROOT
from extracts.open_data.test_editions import CASES, needs_cases, release
from extracts.open_data.test_open_data import REAL, crime, home_office_rows, needs_real, street_file

from perf_lib.extracts.open_data.forces import area_of, find_force, force_key, official_name
from perf_lib.extracts.open_data.params import write_all, write_params
from perf_lib.extracts.open_data.street import ASB, read_street
from perf_lib.extracts.tables.checks import Ledger
from perf_lib.report import open_report
from perf_lib.stats.expected.margins import of_counts
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

QUARTER = Quarter(2018, 3)


@pytest.fixture
def data(tmp_path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def streets(data: Path, first: str, last: str, many: int = 5, force: str = "Norshire") -> None:
    slug = force.lower().replace(" ", "-")
    for month in pd.period_range(first, last, freq="M").astype(str):
        rows = [crime(month=month, force=f"{force} Police")] * many + [crime(ASB, month, f"{force} Police")]
        street_file(data, *rows, name=f"{month}-{slug}-street.csv")


def perf_lib(*words: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "perf_lib.cli", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)


# --- the true quarter


def test_a_quarters_months_stand_in_it_and_an_older_year_only_where_it_is_called_one(data, tmp_path):
    # Five street months and a year that ended long before: it was 56,235 in the quarter's and the month's columns.
    streets(data, "2018-08", "2018-12", many=7)
    release(data / "dec17.xlsx", 2017, {"Norshire": (5623, 10.0)})
    written = write_params("Norshire", QUARTER, data, PARAMS, tmp_path / "params")
    report = open_report(str(QUARTER), written.folder)
    assert report["crime_volume"].finding.value.value == 21  # three months of seven
    assert report["crime_volume"].finding.rolling.value is None
    assert "56,23" not in report["crime_volume"].headline().text + report["crime_volume"].sentences().text
    assert all(finding.value.value != 56230 for finding in report.findings.values())


def test_a_year_to_the_quarters_end_stands_beside_its_months_as_whole_years(data, tmp_path):
    streets(data, "2018-10", "2018-12", many=7)
    release(data / "dec18.xlsx", 2018, {"Norshire": (60, 20.0), "Sudshire": (50, 0), "Eastshire": (40, 0)})
    written = write_params("Norshire", QUARTER, data, PARAMS, tmp_path / "params")
    assert "crime_volume" in written.measures["months"] and "crime_volume_whole_years" in written.measures["years"]
    report = open_report(str(QUARTER), written.folder)
    year = report["crime_volume_whole_years"].finding
    assert (report["crime_volume"].finding.value.value, year.value.value) == (21, None)
    assert (year.rolling.value, year.previous.value) == (600, 500)
    assert year.rate == 0.6  # of a million residents


def test_a_twelve_month_figure_is_in_no_quarters_or_months_column(data, tmp_path):
    from perf_lib.views.spreadsheets.xlsx import _dashboard_row, findings_table, months_table

    release(data / "dec18.xlsx", 2018, {"Norshire": (925, 0)})
    written = write_params("Norshire", QUARTER, data, PARAMS, tmp_path / "params")
    findings = open_report(str(QUARTER), written.folder).findings
    (row,) = findings_table({"sexual_offences": findings["sexual_offences"]}).to_dict("records")
    assert pd.isna(row["quarter_value"]) and row["rolling_12"] == 925
    months = months_table(findings)
    assert months["value"].isna().all() and 925 in set(months["rolling_12"])
    cells = _dashboard_row(findings["sexual_offences"])
    assert [name for name, cell in cells.items() if cell == "925"] == ["12 months"]
    chart = open_report(str(QUARTER), written.folder)["sexual_offences"].chart()
    assert next(iter(chart.table)) == "12 months to"


def home_office(data: Path, counts: list[int], name: str = "prc.csv") -> None:
    rows = [home_office_rows()[0]]
    for at, count in enumerate(counts):
        year = 2017 + at // 4
        head = [f"{year}/{(year + 1) % 100}", at % 4 + 1, "Norshire"]
        rows.append([*head, "Theft of mail", "Theft offences", "Other", "49A", count])
    (data / name).write_text("\n".join(",".join(f'"{c}"' for c in row) for row in rows), encoding="utf-8")


def test_the_home_offices_quarter_is_the_quarters_and_four_are_a_year(data, tmp_path):
    home_office(data, [100, 110, 120, 130, 140, 150, 160, 170])
    written = write_params("Norshire", Quarter(2018, 4), data, PARAMS, tmp_path / "params")
    assert "crime_volume" in written.measures["quarters"]
    finding = open_report("2018-19-Q4", written.folder)["crime_volume"].finding
    assert (finding.value.value, finding.rolling.value, finding.previous.value) == (170, 620, 460)
    assert [line.value.value for line in finding.box] == [140, 150, 160, 170]
    assert [line.rolling.value for line in finding.box] == [500, 540, 580, 620]
    assert finding.year_on_year.p == pytest.approx(of_counts(620, 460).p)
    assert not finding.judged  # no month is tested: a quarter's count is none
    assert finding.rolling_months.dropna().index.month.isin([3, 6, 9, 12]).all()


def test_streets_come_before_the_home_offices_quarter_and_that_before_a_year(data, tmp_path):
    home_office(data, [100, 110, 120, 130])
    release(data / "dec17.xlsx", 2017, {"Norshire": (40, 0)})
    for months, way, value in ((("2017-10", "2017-11"), "quarters", 120), (("2017-10", "2017-12"), "months", 15)):
        streets(data, *months)
        written = write_params("Norshire", Quarter(2017, 3), data, PARAMS, tmp_path / way)
        assert "crime_volume" in written.measures[way]
        assert open_report("2017-18-Q3", written.folder)["crime_volume"].finding.value.value == value


def test_the_two_publishers_years_are_held_against_each_other_with_the_size(data, tmp_path):
    home_office(data, [100, 110, 120, 130, 140, 150, 160])
    release(data / "dec18.xlsx", 2018, {"Norshire": (60, 0)})
    written = write_params("Norshire", QUARTER, data, PARAMS, tmp_path / "params")
    text = open_report(str(QUARTER), written.folder)["crime_volume"].sentences().text
    # 130 + 140 + 150 + 160 is 580, of 600: 3.3 per cent less.
    assert "the Office for National Statistics has 600 and the Home Office 580, 3.3 per cent less" in text


def test_two_years_that_do_not_overlap_are_compared_with_a_stated_variance(data, tmp_path):
    release(data / "dec18.xlsx", 2018, {"Norshire": (900, 50.0), "Sudshire": (900, 5.0)})
    grades = {}
    for area in ("Norshire", "Sudshire"):
        written = write_params(area, QUARTER, data, PARAMS, tmp_path / area)
        finding = open_report(str(QUARTER), written.folder)["sexual_offences"].finding
        grades[area] = finding.verdict.grade
        assert finding.year_on_year.lower < finding.change_per_cent < finding.year_on_year.upper
    # log 1.5 is 3.7 standard deviations of sqrt(1 / 900 + 1 / 600 + 0.1 ** 2) = 0.113; log 1.05 is 0.4.
    assert grades == {"Norshire": "clear", "Sudshire": "as expected"}


# --- the streets' files


def unquoted(month: str, kind: str = "Drugs") -> str:
    return f"id,{month},Here Police,Here Police,-1.7,51.9,On or near Star, High Street,E01,Here 1A,{kind},Under way,"


@pytest.mark.parametrize("kind", ["Drugs", ASB])
def test_an_unquoted_comma_is_a_rejected_row_that_is_counted_and_named(tmp_path, kind):
    rows = [crime("Burglary"), unquoted("2019-01", kind)]
    path = street_file(tmp_path, *rows)
    with pytest.raises(InputError, match="line 3: has 13 cells where the header has 12"):
        read_street([path])
    ledger = Ledger(share=0.5)
    assert read_street([path], ledger).set_index("type")["count"].to_dict() == {"Burglary": 1}
    assert [each.row for each in ledger.sources[0].rejected] == ["line 3"]


def test_a_crime_types_spellings_are_one_type_and_an_unknown_one_is_said(tmp_path):
    spellings = ["Anti-social behaviour", "Anti-Social Behaviour ", "Anti social behaviour", "ANTI-SOCIAL BEHAVIOUR"]
    path = street_file(tmp_path, *(crime(kind) for kind in spellings), crime("drugs"))
    assert read_street([path]).set_index("type")["count"].to_dict() == {ASB: 4, "Drugs": 1}
    other = street_file(tmp_path, crime("Ceredigion 001A"), name="2019-01-there-street.csv")
    with pytest.raises(InputError, match="line 2: crime type 'Ceredigion 001A'; allowed: Anti-social behaviour"):
        read_street([other])


def test_a_few_rejected_rows_are_said_and_a_month_that_lost_more_is_not_supplied(data, tmp_path):
    for month in ("2018-10", "2018-11", "2018-12"):
        bad = {"2018-10": 0, "2018-11": 1, "2018-12": 5}[month]
        rows = [crime(month=month, force="Here Police")] * 200 + [unquoted(month)] * bad
        street_file(data, *rows, name=f"{month}-here-street.csv")
    written = write_params("Here", QUARTER, data, PARAMS, tmp_path / "params")
    months = open_report(str(QUARTER), written.folder)["crime_volume"].finding.months["value"]
    assert months.dropna().to_dict() == {pd.Period("2018-10", "M"): 200, pd.Period("2018-11", "M"): 200}
    said = "\n".join(written.doubts)
    assert "2018-11-here-street.csv: 1 of 201 rows rejected, the first line 202: has 13 cells" in said
    assert "2018-12-here-street.csv: 5 of 205 rows rejected" in said


def test_a_file_a_month_is_one_row_of_the_coverage_with_its_months_and_rows(data, tmp_path):
    streets(data, "2017-11", "2018-12")
    written = write_params("Norshire", QUARTER, data, PARAMS, tmp_path / "params")
    text = open_report(str(QUARTER), written.folder).sources().text
    # Fourteen files of five crimes and an incident: 84 rows.
    assert "14 files such as 2017-11-norshire-street.csv" in text and "Nov-17" in text and "84" in text
    assert "2017-12" not in text
    assert len(pd.read_csv(written.folder / "made_from.csv")) == 14  # each file's own digest stays there


@needs_cases
def test_the_files_with_an_unquoted_comma_and_odd_spellings_are_counted_to_the_row(tmp_path):
    written = write_params("Dyfed-Powys", Quarter(2019, 1), CASES / "street", PARAMS, tmp_path / "params")
    april = pd.Period("2019-04", "M")
    months = {
        code: each.finding.months["value"].dropna() for code, each in open_report("2019-20-Q1", written.folder).items()
    }
    # April: two crimes and an incident. May has three rows, two with a comma too many: too few are left to stand.
    assert (months["crime_volume"].to_dict(), months["anti_social_behaviour"].to_dict()) == ({april: 2}, {april: 1})
    assert "2019-05-dyfed-powys-street.csv: 2 of 3 rows rejected, the first line 3: has 13 cells" in written.doubts[0]


def archived(data: Path) -> None:
    with zipfile.ZipFile(data / "2018-12.zip", "w") as archive:
        for path in sorted(data.glob("*.csv")):
            archive.write(path, f"{path.name[:7]}/{path.name}")
            path.unlink()


def test_archives_alone_will_do(data, tmp_path):
    streets(data, "2018-10", "2018-12")
    streets(data, "2018-10", "2018-12", many=2, force="West Sudshire")
    archived(data)
    for area, crimes in (("Norshire", 15), ("west sudshire police", 6)):
        written = write_params(area, QUARTER, data, PARAMS, tmp_path / area)
        assert open_report(str(QUARTER), written.folder)["crime_volume"].finding.value.value == crimes


# --- names


@pytest.mark.parametrize(
    ("name", "area", "calls_itself"),
    [
        ("Heddlu Dyfed-Powys", "Dyfed-Powys", "Dyfed-Powys Police"),
        ("Heddlu De Cymru", "South Wales", "South Wales Police"),
        ("Heddlu Gogledd Cymru", "North Wales", "North Wales Police"),
        ("Heddlu Gwent", "Gwent", "Gwent Police"),
        ("Devon & Cornwall Police", "Devon and Cornwall", "Devon & Cornwall Police"),
        ("london, city of", "City of London", "City of London Police"),
        ("the Met", "Metropolitan Police", "Metropolitan Police Service"),
        ("Norfolk Constabulary", "Norfolk", "Norfolk Constabulary"),
        ("BTP", "British Transport Police", "British Transport Police"),
        ("PSNI", "Northern Ireland", "Police Service of Northern Ireland"),
        ("Police Scotland", "Scotland", "Police Scotland"),
        ("Wiltshire", "Wiltshire", "Wiltshire Police"),
    ],
)
def test_a_force_is_called_as_it_calls_itself_by_whichever_name_it_is_asked_for(name, area, calls_itself):
    assert force_key(name) == force_key(area) == force_key(calls_itself)
    assert find_force(name, [area, "Kent"]) == area
    assert official_name(area) == calls_itself


def test_slugs_are_areas():
    slugs = ["dyfed-powys", "city-of-london", "btp", "avon-and-somerset", "metropolitan", "northern-ireland"]
    assert [area_of(slug) for slug in slugs] == [
        "Dyfed-Powys", "City of London", "British Transport Police", "Avon and Somerset", "Metropolitan Police",
        "Northern Ireland",
    ]  # fmt: skip


def test_forces_that_the_tables_leave_out_are_made_or_answered_in_a_line(data, tmp_path):
    streets(data, "2018-10", "2018-12")
    for name, why in (("Scotland", "statistics.gov.scot"), ("PSNI", "street-level files"), ("btp", "Home Office's")):
        with pytest.raises(InputError, match=why):
            write_params(name, QUARTER, data, PARAMS, tmp_path / "params")
    for month in ("2018-10", "2018-11", "2018-12"):
        street_file(data, crime(month=month, force="British Transport Police"), name=f"{month}-btp-street.csv")
    written = write_params("BTP", QUARTER, data, PARAMS, tmp_path / "btp")
    assert open_report(str(QUARTER), written.folder).settings.body.force == "British Transport Police"


# --- the door


def test_a_quarter_of_which_nothing_is_there_is_said_before_anything_is_written(data, tmp_path):
    release(data / "dec18.xlsx", 2018, {"Norshire": (900, 0)})
    with pytest.raises(InputError, match=r"the newest is of December 2018: ask for 2018-19-Q3"):
        write_params("Norshire", Quarter(2020, 1), data, PARAMS, tmp_path / "params")
    with pytest.raises(InputError, match=r"holds no figure of Norshire"):
        write_params("Norshire", Quarter(2015, 1), data, PARAMS, tmp_path / "params")
    assert not (tmp_path / "params").exists()


def test_the_printed_command_works_as_it_stands_and_nothing_of_a_library_is_on_the_screen(data, tmp_path):
    streets(data, "2018-10", "2018-12")
    archived(data)
    folder = tmp_path / "a folder of mine"
    made = perf_lib(
        "force", "Norshire", str(QUARTER), "--data", str(data), "--into", str(folder), "--params", str(PARAMS),
        cwd=tmp_path,
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")
    command = made.stdout.rsplit("next: perf-lib ", 1)[1]
    run = perf_lib(*shlex.split(command), cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "leaked" not in run.stderr
    assert (tmp_path / "outputs" / str(QUARTER) / "report.pdf").exists()


def test_every_force_of_a_folder_in_one_call_and_each_file_read_once(data, tmp_path, monkeypatch):
    streets(data, "2018-10", "2018-12")
    streets(data, "2018-10", "2018-12", many=2, force="West Sudshire")
    streets(data, "2015-01", "2015-01", force="Oldshire")
    path = release(data / "dec18.xlsx", 2018, {"Norshire": (60, 0), "Eastshire": (50, 0)})
    opened = []
    original = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *rest, **options: opened.append(self) or original(self, *rest, **options)
    )
    results = dict(write_all(QUARTER, data, PARAMS, tmp_path))
    assert opened.count(path) <= 2  # to be read, and to be digested
    assert isinstance(results.pop("Oldshire"), InputError)
    assert {area: result.folder.name for area, result in results.items()} == {
        "Norshire": "params-norshire", "West Sudshire": "params-west-sudshire", "Eastshire": "params-eastshire",
    }  # fmt: skip
    for area, result in results.items():  # as one by one
        alone = write_params(area, QUARTER, data, PARAMS, tmp_path / "alone" / result.folder.name)
        names = sorted(p.relative_to(alone.folder) for p in alone.folder.rglob("*") if p.is_file())
        assert all((alone.folder / n).read_bytes() == (result.folder / n).read_bytes() for n in names)


def test_all_by_the_command_line(data, tmp_path):
    streets(data, "2018-10", "2018-12")
    streets(data, "2015-01", "2015-01", force="Oldshire")
    words = [
        "force",
        "--all",
        str(QUARTER),
        "--data",
        str(data),
        "--into",
        str(tmp_path / "all"),
        "--params",
        str(PARAMS),
    ]
    made = perf_lib(*words, cwd=tmp_path)
    assert made.returncode == 0
    assert "params-norshire: params for Norshire, 2018-19-Q3" in made.stdout and made.stdout.rstrip().endswith(
        f"next: perf-lib run 2018-19-Q3 --all --params {tmp_path / 'all'}"
    )
    assert made.stderr.startswith("Oldshire: the folder holds no figure") and made.stderr.count("\n") == 1


@needs_real
def test_the_first_page_and_the_sections_tell_of_as_many_measures(tmp_path):
    written = write_params("Norfolk", Quarter(2019, 3), REAL / "ons_pfa", PARAMS, tmp_path / "params")
    report = open_report("2019-20-Q3", written.folder)
    assert len(report) == len(written.measures["years"]) == 5
    assert "5 as expected" in report.summary().text and "0 cannot be told" in report.summary().text
    assert all(finding.rate for finding in report.findings.values())
    notebooks = sorted(path.stem for path in (written.folder / "notebooks").glob("*.ipynb"))
    assert "1_crime" in notebooks and "7_restated" not in notebooks
    # What nothing is known of has no heading, and so no page.
    assert report.in_full(2).html == report.in_full(3).html == report.in_full(4).html == ""


@needs_real
def test_an_odd_force_has_peers_of_like_size_or_none(tmp_path):
    met = write_params("Met", Quarter(2019, 1), REAL / "ons_pfa", PARAMS, tmp_path / "met")
    assert {"Greater Manchester", "West Midlands", "West Yorkshire", "Thames Valley"} < set(met.peers)
    assert len(met.peers) == 7
    city = write_params("City of London", Quarter(2019, 1), REAL / "ons_pfa", PARAMS, tmp_path / "city")
    assert city.peers == ()  # its rates are not published: hardly anybody lives there
