"""Public files of three publishers: what their own published totals say comes out, to the last crime."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
import yaml
from builders import PARAMS, ROOT

from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts.open_data.forces import find_force, force_key
from perf_lib.extracts.open_data.params import write_params
from perf_lib.extracts.open_data.recorded_crime import FRAUD, read_home_office, read_ons
from perf_lib.extracts.open_data.street import ASB, read_street
from perf_lib.extracts.tables.checks import Ledger
from perf_lib.extracts.tables.schema import HOME_OFFICE, OUTCOMES, STREET
from perf_lib.report import open_report
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

REAL = Path(os.environ.get("PERF_REAL_DATA", ROOT / ".." / "shared" / "data"))
needs_real = pytest.mark.skipif(
    not (REAL / "police_uk").is_dir(), reason="the publishers' files are not under PERF_REAL_DATA"
)
TOTAL = "Total recorded crime (excluding fraud)"


# --- the real files


@needs_real
def test_wiltshires_streets_give_the_reports_months():
    # The police service's own pages for January and February 2019: crimes without ASB, and ASB incidents.
    ledger = Ledger()
    counts = read_street([REAL / "police_uk"], ledger).query("force == 'Wiltshire Police'")
    totals = counts.groupby(["month", counts["type"] == ASB])["count"].sum().unstack()
    assert totals.loc[pd.Period("2019-01", "M")].tolist() == [3703, 1165]
    assert totals.loc[pd.Period("2019-02", "M")].tolist() == [3300, 1193]
    # Rows in are rows used and rejected: what wc says of the files, less their headers.
    lines = {path.name: len(path.read_bytes().splitlines()) - 1 for path in (REAL / "police_uk").glob("*.csv")}
    assert {source.file.split("/")[-1]: source.rows for source in ledger.sources} == lines
    assert not any(source.rejected for source in ledger.sources)


@needs_real
def test_the_same_comes_out_of_an_archive_of_them(tmp_path):
    path = tmp_path / "2019-02.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in ("2019-01", "2019-02"):
            archive.write(REAL / "police_uk" / f"{month}-wiltshire-street.csv", f"{month}/{month}-wiltshire-street.csv")
    by_file = read_street([REAL / "police_uk" / f"2019-0{month}-wiltshire-street.csv" for month in (1, 2)])
    pd.testing.assert_frame_equal(read_street([path]), by_file)
    by = ["LSOA code", "Last outcome category"]
    assert read_street([path], by=by)["count"].sum() == by_file["count"].sum() == 3703 + 1165 + 3300 + 1193
    assert {path.name for path in tmp_path.iterdir()} == {"2019-02.zip"}  # nothing was unpacked


@needs_real
def test_the_statistics_office_gives_wiltshires_year():
    frame = read_ons(REAL / "ons_pfa" / "pfatablesdec19.xlsx")
    own = frame[(frame["area"] == "Wiltshire") & (frame["level"] == "force")].set_index("offence")
    # The release's own cells, tables P1 to P3.
    assert own.loc[TOTAL, "offences"] == 44252
    assert round(own.loc[TOTAL, "rate"], 2) == 61.46
    assert own.loc[TOTAL, "population"] == 720100
    for group, change in [
        ("Violence against the person", 8.88),
        ("Drug offences", 49.62),
        ("Possession of weapons offences", 25.90),
    ]:
        assert round(own.loc[group, "change_per_cent"], 2) == change


RELEASES = {
    "policeforceareatablesyearendingmarch2018v2": "2018-03",
    "policeforceareadatatablesyearendingjune2018corrected": "2018-06",
    "policeforceareatablesyeendingmarch2019": "2019-03",
    "policeforceareatablesyearendingjune2019": "2019-06",
    "policeforceareatablesyearendingseptember2019": "2019-09",
    "pfatablesdec19": "2019-12",
}


@needs_real
@pytest.mark.parametrize("name", RELEASES)
def test_every_release_reads_whatever_its_layout(name):
    ledger = Ledger()
    frame = read_ons(REAL / "ons_pfa" / f"{name}.xlsx", ledger)
    assert {str(month) for month in frame["month"]} == {RELEASES[name]}
    forces = frame[frame["level"] == "force"]
    assert forces["area"].nunique() == 43  # the territorial forces of England and Wales
    assert not forces["area"].str.contains(r"\d|,").any()
    assert {"Drug offences", "Sexual offences", "Violence against the person", TOTAL} <= set(frame["offence"])
    # Each rate is its count by its population: the release's tables P1 and P3 held against each other.
    known = forces.dropna(subset=["rate", "offences"])
    known = known[~known["offence"].str.contains("household")]
    # Few live in the City, so that no rates are given; Greater Manchester's new system gave nothing late in 2019.
    assert set(forces["area"]) - set(known["area"]) <= {"City of London", "Greater Manchester"}
    computed = 1000 * known["offences"] / known["population"]
    assert len(known) > 800
    assert ((computed - known["rate"]).abs() < 0.002 * known["rate"] + 0.001).all()
    # England's forces add up to England, but for one that gave no figures in some releases.
    totals = frame[frame["offence"] == TOTAL].set_index(["level", "area"])["offences"]
    english = totals["force"].drop(["Dyfed-Powys", "Gwent", "North Wales", "South Wales"]).sum()
    assert english == totals["nation", "England"]
    assert forces.groupby("area")["region"].nunique().eq(1).all()
    (source,) = ledger.sources
    assert source.used == source.rows > 160
    assert len(source.sha256) == 64


@needs_real
def test_the_six_releases_are_the_facts_that_were_taken_from_them_before(tmp_path):
    facts = REAL / ".." / "facts" / "ons_rates_by_force.csv"
    if not facts.exists():
        pytest.skip("the table of facts is not beside the files")
    known = pd.read_csv(facts).drop_duplicates(["force", "year_ending", "offence_group"], keep=False)
    known["offences"] = pd.to_numeric(known["offences"], errors="coerce")
    read = pd.concat(read_ons(REAL / "ons_pfa" / f"{name}.xlsx") for name in RELEASES)
    read = read.assign(year_ending=read["month"].astype(str))
    both = known.merge(
        read[read["level"] == "force"],
        left_on=["force", "year_ending", "offence_group"],
        right_on=["area", "year_ending", "offence"],
        suffixes=("", "_read"),
    )
    assert len(both) > 1800
    same = (both["offences"] == both["offences_read"]) | both["offences"].isna()
    assert same.all(), both[~same].head()


@needs_real
def test_the_home_office_gives_wiltshires_year():
    ledger = Ledger()
    frame = read_home_office(next((REAL / "home_office_prc").glob("*.csv")), ledger)
    own = frame[(frame["force"] == "Wiltshire") & (frame["group"] != FRAUD)]
    assert own["offences"].sum() == 43563
    # Its quarters, as the report's own table of recorded crime has them: 10,871 in April to June 2017.
    assert own.groupby("quarter")["offences"].sum()[Quarter(2017, 1)] == 10871
    assert (ledger.sources[0].rows, ledger.sources[0].used) == (23068, 23068)


# --- small files of the same shape


def street_file(folder: Path, *rows: str, name: str = "2019-01-here-street.csv", schema=STREET) -> Path:
    path = folder / name
    path.write_text("\n".join([",".join(schema.required), *rows]) + "\n", encoding="utf-8")
    return path


def crime(kind: str = "Burglary", month: str = "2019-01", force: str = "Here Police", lsoa: str = "E01") -> str:
    return f'id,{month},{force},{force},-1.7,51.9,"On, or near",{lsoa},Here 1A,{kind},Under investigation,'


def test_crimes_and_incidents_are_counted_apart(tmp_path):
    path = street_file(tmp_path, crime(), crime(lsoa="E02"), crime("Anti-social behaviour"))
    assert read_street([path]).set_index("type")["count"].to_dict() == {"Anti-social behaviour": 1, "Burglary": 2}
    assert read_street([path], by=["LSOA code"]).set_index(["type", "lsoa"])["count"].to_dict() == {
        ("Anti-social behaviour", "E01"): 1, ("Burglary", "E01"): 1, ("Burglary", "E02"): 1,
    }  # fmt: skip


def test_outcomes_are_counted_by_their_type(tmp_path):
    row = "id,2019-01,Here Police,Here Police,,,No location,,,Local resolution"
    path = street_file(tmp_path, row, row, name="2019-01-here-outcomes.csv", schema=OUTCOMES)
    assert read_street([path], kind="outcomes")[["type", "count"]].values.tolist() == [["Local resolution", 2]]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (crime(month="2019-02"), "line 3: month '2019-02' is not the file's, 2019-01"),
        (crime(month="01/2019"), "line 3: month '01/2019' is not a month"),
        (crime(force=""), "line 3: the force is blank"),
        (crime(kind=""), "line 3: the type is blank"),
        ("a,b,c", "line 3: has 3 cells where the header has 12"),
        (crime() + ",more", "line 3: has 13 cells where the header has 12"),
        ('id,"2019-01,Here Police', "line 3: cannot be read as CSV"),
    ],
)
def test_a_wrong_row_is_named_in_a_file_and_in_an_archive(tmp_path, row, says):
    path = street_file(tmp_path, crime(), row)
    archive = tmp_path / "2019-01.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(path, f"../../{path.name}")
    for each in (path, archive):
        with pytest.raises(InputError) as refused:
            read_street([each])
        assert says in str(refused.value)


def test_rejected_rows_add_up(tmp_path):
    ledger = Ledger(share=0.5)
    path = street_file(tmp_path, crime(), crime(month="2019-02"), crime())
    assert read_street([path], ledger)["count"].sum() == 2
    (source,) = ledger.sources
    assert (source.rows, source.used) == (3, 2)
    assert source.rejected[0].row == "line 3"
    assert (source.rejected[0].column, source.rejected[0].value) == ("Month", "2019-02")


def test_a_forces_month_given_twice_is_refused(tmp_path):
    path = street_file(tmp_path, crime())
    with zipfile.ZipFile(tmp_path / "2019-01.zip", "w") as zipped:
        zipped.write(path, f"2019-01/{path.name}")
    with pytest.raises(InputError, match=r"2019-01-here-street\.csv is given twice"):
        read_street([tmp_path])


def home_office_rows() -> list[list[object]]:
    head = ["2017/18", 1, "London, City of"]
    return [
        HOME_OFFICE.required,
        [*head, "Theft of mail", "Theft offences", "Other", "49A", " 1,204 "],
        [*head, "Perjury", "Miscellaneous crimes", "Other", "67", "-"],
        ["2017/18", 2, "London, City of", "Perjury", "Miscellaneous crimes", "Other", "67", -1],
    ]


def test_home_office_workbooks_read_as_the_csv_does(tmp_path):
    csv_path = tmp_path / "prc.csv"
    csv_path.write_text("\n".join(",".join(f'"{c}"' for c in row) for row in home_office_rows()), encoding="utf-8")
    with xlsxwriter.Workbook(tmp_path / "prc.xlsx") as book:
        book.add_worksheet("Notes").write(0, 0, "Police recorded crime open data")
        sheet = book.add_worksheet("2017-18")
        for at, row in enumerate(home_office_rows(), start=2):  # below a title
            sheet.write_row(at, 0, row)
    frames = [read_home_office(tmp_path / name).drop(columns="file") for name in ("prc.csv", "prc.xlsx")]
    pd.testing.assert_frame_equal(*frames)
    assert frames[0]["offences"].tolist() == [1204, 0, -1]
    assert set(frames[0]["force"]) == {"City of London"}


def test_a_force_is_found_by_any_of_its_names():
    assert force_key("City of London Police") == force_key("London, City of")
    assert find_force("devon & cornwall", ["Devon and Cornwall", "Dorset"]) == "Devon and Cornwall"
    with pytest.raises(InputError, match="did you mean West Mercia"):
        find_force("West Mersia", ["West Mercia", "West Midlands"])


# --- params for any force


@needs_real
def test_west_mercia_gets_params_and_a_report_from_open_data_alone(tmp_path):
    written = write_params("west mercia police", Quarter.parse("2018-19-Q4"), REAL, PARAMS, tmp_path / "params")
    report = open_report("2018-19-Q4", written.folder)
    crime = report["crime_volume"].finding
    # The release for the year ending March 2019: 86,782 crimes in West Mercia, 2.883 per cent more (tables P1 and P2),
    # so 84,350 the year before, which the release of that year had as 84,342.
    assert (crime.rolling.value, crime.previous.value) == (86782, 84350)
    assert round(crime.change_per_cent, 3) == 2.883
    assert crime.peers is not None
    assert set(crime.peers.rates.index) == {"West Mercia", "Staffordshire", "Warwickshire", "West Midlands"}
    assert report["crime_volume"].sentences().text.startswith("There were 86,782 crimes recorded in the 12 months to")
    asb = report["anti_social_behaviour"].finding
    lines = (REAL / "police_uk" / "2019-01-west-mercia-street.csv").read_text(encoding="utf-8").splitlines()
    assert asb.months.loc[pd.Period("2019-01", "M"), "value"] == sum(
        ",Anti-social behaviour," in line for line in lines
    )
    assert set(report) == {*written.measures["months"], *written.measures["quarters"], *written.measures["years"]}
    assert all(finding.as_at is not None for finding in report.findings.values())
    # What open data do not hold is named once, and has no box unless settings ask for it.
    assert "hate_crime" not in report
    assert report.about_the_data().text.count("Hate crime") == 1
    assert report.in_full(4).text == ""
    settings = written.folder / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("unsupplied: false", "unsupplied: true"), "utf-8")
    whole = open_report("2018-19-Q4", written.folder)
    assert "Hate crime" in whole.in_full(4).text and "Crime volume" not in whole.in_full(4).text
    assert "Hate crime" not in whole.about_the_data().text


@needs_real
def test_the_home_offices_quarters_alone_make_a_year(tmp_path):
    written = write_params(
        "Wiltshire", Quarter.parse("2017-18-Q4"), REAL / "home_office_prc", PARAMS, tmp_path / "params"
    )
    report = open_report("2017-18-Q4", written.folder)
    assert report["crime_volume"].finding.rolling.value == 43563  # without fraud
    assert report["possession_of_weapons"].finding.rolling.value == 273  # a pencil's sum of the file's rows
    assert report.settings.peer_group is None  # it has no populations, so no rates


@needs_real
def test_every_force_in_the_data_can_be_named_and_gets_params(tmp_path):
    areas = read_ons(REAL / "ons_pfa" / "policeforceareatablesyeendingmarch2019.xlsx")
    forces = sorted(areas.loc[areas["level"] == "force", "area"].unique())
    for name in ("City of London", "Durham", "Dyfed-Powys", "Metropolitan Police"):  # the odd ones
        assert name in forces
        written = write_params(name, Quarter.parse("2018-19-Q4"), REAL / "ons_pfa", PARAMS, tmp_path / name)
        report = open_report("2018-19-Q4", written.folder)
        assert report["drug_offences"].finding.rolling.value > 0
        assert (report["drug_offences"].finding.peers is None) == (name == "City of London")  # it has no rates


@needs_real
def test_a_force_that_the_data_do_not_name_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(InputError, match="did you mean West Mercia"):
        write_params("West Mersia", Quarter.parse("2018-19-Q4"), REAL, PARAMS, tmp_path / "params")
    assert not (tmp_path / "params").exists()


def test_a_folder_without_open_data_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match="holds no street-level CSV"):
        write_params("Here", Quarter.parse("2018-19-Q4"), tmp_path / "data", PARAMS, tmp_path / "params")


def test_a_year_of_streets_makes_a_quarter_by_the_month(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for number, month in enumerate(pd.period_range("2018-04", "2019-03", freq="M").astype(str), start=1):
        rows = [crime(month=month)] * number + [crime("Anti-social behaviour", month)] * 2
        street_file(data, *rows, name=f"{month}-here-street.csv")
    written = write_params("Here", Quarter.parse("2018-19-Q4"), data, PARAMS, tmp_path / "params")
    report = open_report("2018-19-Q4", written.folder)
    assert report["crime_volume"].finding.value.value == 10 + 11 + 12  # January to March
    assert report["crime_volume"].finding.rolling.value == 78  # 1 + 2 + ... + 12
    assert report["anti_social_behaviour"].finding.rolling.value == 24
    assert report["drug_offences"].finding.rolling.value == 0  # files for every month, and no such crime in them


def outcome(kind: str, month: str) -> str:
    return f"id,{month},Here Police,Here Police,-1.7,51.9,On or near,E01,Here 1A,{kind}"


def test_a_year_of_outcomes_makes_a_ratio_and_a_count(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    params = Path(shutil.copytree(PARAMS, tmp_path / "own"))
    catalogue = yaml.safe_load((params / "measures.yaml").read_text(encoding="utf-8"))
    catalogue["cse_crime"]["open_data"] = {"police_uk_outcomes": ["Suspect charged"]}
    catalogue["conviction_rate"]["open_data"] = {"police_uk_outcomes": ["Local resolution"]}
    (params / "measures.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False), encoding="utf-8")
    months = pd.period_range("2018-03", "2019-03", freq="M").astype(str)
    for number, month in enumerate(months):
        crimes_of_it = [crime(month=month)] * 20 + [crime("Anti-social behaviour", month)] * 5
        street_file(data, *crimes_of_it, name=f"{month}-here-street.csv")
        reached = ["Suspect charged"] * number + ["Local resolution", "Unable to prosecute suspect"]
        rows = [outcome(kind, month) for kind in reached]
        path = street_file(data, *rows, name=f"{month}-here-outcomes.csv", schema=OUTCOMES)
        if number > 9:  # the last months come in an archive, as they are downloaded
            with zipfile.ZipFile(data / f"{month}.zip", "w") as archive:
                archive.write(path, f"{month}/{path.name}")
            path.unlink()
    written = write_params("Here", Quarter.parse("2018-19-Q4"), data, params, tmp_path / "params")
    assert "positive_outcome_ratio" in written.measures["years"] and {"cse_crime", "conviction_rate"} <= set(
        written.measures["months"]
    )
    report = open_report("2018-19-Q4", written.folder)
    ratio = report["positive_outcome_ratio"].finding
    # Charges of the twelve months to March, 1 to 12, and a resolution in each, of twelve times twenty crimes.
    assert (ratio.rolling.numerator, ratio.rolling.denominator) == (78 + 12, 240)
    assert ratio.rolling.value == pytest.approx(37.5)
    assert ratio.months.loc[pd.Period("2019-02", "M"), "numerator"] == 66 + 12  # 0 to 11, of the year to February
    assert "by the files of data.police.uk" in str(report["positive_outcome_ratio"].sentences())
    assert report["cse_crime"].finding.value.value == 10 + 11 + 12
    assert report["conviction_rate"].finding.months["value"].dropna().unique().tolist() == [5]  # 1 of 20 each month
    assert report["crime_volume"].finding.rolling.value == 240  # as without outcomes


def test_outcomes_without_crimes_make_counts_alone(tmp_path):
    (tmp_path / "data").mkdir()
    street_file(
        tmp_path / "data", outcome("Suspect charged", "2019-01"), name="2019-01-here-outcomes.csv", schema=OUTCOMES
    )
    with pytest.raises(InputError, match="holds no figure of Here that the catalogue's measures ask for"):
        write_params("Here", Quarter.parse("2018-19-Q4"), tmp_path / "data", PARAMS, tmp_path / "params")


@pytest.mark.parametrize(
    ("code", "asked", "says"),
    [
        ("hate_crime", {"police_uk_outcomes": ["x"], "police_uk": ["y"]}, "either outcomes or crimes of police_uk"),
        ("response_time_immediate", {"police_uk_outcomes": ["x"]}, "a rolling share, not a mean"),
    ],
)
def test_outcomes_that_no_measure_can_be_are_refused(tmp_path, code, asked, says):
    catalogue = yaml.safe_load((PARAMS / "measures.yaml").read_text(encoding="utf-8"))
    catalogue[code]["open_data"] = asked
    (tmp_path / "measures.yaml").write_text(yaml.safe_dump(catalogue), encoding="utf-8")
    with pytest.raises(InputError, match=rf"measures\.yaml, {code}.*{says}"):
        read_catalogue(tmp_path / "measures.yaml")
