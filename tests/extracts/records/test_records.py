"""Measures counted from records by DuckDB: the sample's months again, what is refused, and what is left out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml
from builders import PARAMS, measure, report

from perf_lib.config.catalogue import Catalogue, read_catalogue
from perf_lib.config.settings import find_params
from perf_lib.extracts import read_definitions, read_monthly, read_records
from perf_lib.extracts.records.predicate import predicate
from perf_lib.report import open_report
from perf_lib.words.errors import InputError

CATALOGUE = read_catalogue(PARAMS / "measures.yaml")
SAMPLE = PARAMS.parent / "perf_lib" / "sample" / "monthly.csv"
# What no record makes: audits, surveys, and figures that are supplied for twelve months.
SUPPLIED = {
    "crime_recording_compliance", "positive_outcome_ratio", "public_confidence", "victim_satisfaction",
    "satisfaction_kept_informed", "satisfaction_ease_of_contact", "satisfaction_treatment",
}  # fmt: skip


def sample_months(first: str = "2015-01") -> pd.DataFrame:
    """The sample's own months of the measures that come from records: what counting must give again."""
    frame = read_monthly([SAMPLE], CATALOGUE)
    wanted = ~frame["measure"].isin(SUPPLIED) & (frame["month"] >= pd.Period(first, freq="M"))
    return frame[wanted].reset_index(drop=True)


@pytest.fixture(scope="module")
def counted(sample_records):
    return read_records(
        read_definitions(sample_records / "records.yaml", CATALOGUE), CATALOGUE, "Wiltshire", sample_records
    )


def test_every_measure_that_comes_from_records_gives_the_samples_months_exactly(counted):
    expected = sample_months()
    assert set(expected["measure"]) == set(CATALOGUE) - SUPPLIED
    pd.testing.assert_frame_equal(
        counted.frame.drop(columns="origin"), expected.drop(columns="origin"), check_exact=True
    )
    assert set(counted.frame["origin"]) == {"derived"}


def test_rows_in_are_rows_used_and_rows_rejected(counted, sample_records):
    table = counted.coverage.set_index("definition")
    reasons = ["no date", "impossible date", "no area", "no figure"]
    assert (table["rows"] == table["used"] + table[reasons].sum(axis=1)).all()
    crimes = f"FROM '{sample_records}/records/crimes.parquet' WHERE status = 'recorded'"
    assert table.loc["crime_volume", "rows"] == duckdb.sql(f"SELECT count(*) {crimes}").fetchall()[0][0]
    assert table.loc["crime_volume", "no date"] == 40  # as many as the maker of records leaves undated
    assert table.loc["crime_volume", "used"] == sample_months().query("measure == 'crime_volume'")["value"].sum()


def test_a_report_from_records_is_the_report_from_months(sample_records, tmp_path):
    params = shutil.copytree(sample_records, tmp_path / "params")
    settings = yaml.safe_load((params / "settings.yaml").read_text(encoding="utf-8"))
    settings["inputs"] |= {"monthly": ["records/other_measures.csv"], "records": "records.yaml"}
    (params / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    expected = report()
    opened = open_report("2019-20-Q3", params)
    # A report asks the records once, when it is opened: what follows does without them.
    (params / "records" / "crimes.parquet").unlink()
    with pytest.raises(InputError, match=r"there is no file 'records/crimes.parquet'"):
        open_report("2019-20-Q3", params)
    for code, finding in expected.findings.items():
        assert opened.findings[code].quarter == finding.quarter, code
        assert opened.findings[code].rolling == finding.rolling, code
    sources = str(opened.sources())
    assert "What was counted from records" in sources
    assert "were rejected, for the reasons below" in sources
    assert re.search(r"crime_volume\W+crimes\W+203,566\W+203,526\W+40\b", sources)


def test_a_measure_has_its_months_from_one_source(sample_records, tmp_path):
    params = shutil.copytree(PARAMS, tmp_path / "params")
    text = (params / "settings.yaml").read_text(encoding="utf-8")
    (params / "settings.yaml").write_text(
        text.replace("inputs:\n", "inputs:\n  records: records.yaml\n"), encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"records.yaml, crime_volume: inputs.monthly gives months of it too; one"):
        open_report("2019-20-Q3", params)


# Small tables whose months are counted by hand.

ROWS = [
    # day, division, kind, seconds, flag, summary, received
    (date(2019, 10, 1), "East", "a", 10, True, "Paid ONLINE for it", date(2019, 9, 20)),
    (date(2019, 10, 31), "East", "b", 20, False, "Took a bicycle", date(2019, 10, 31)),
    (date(2019, 10, 31), "West", "a", None, False, None, date(2019, 10, 1)),
    (date(2019, 12, 1), "West", "a", 40, True, "An e-mail", date(2019, 11, 30)),
    (date(2019, 12, 2), "East", "b", 6, False, "Nothing", date(2019, 12, 2)),
    (None, "East", "a", 9, True, "Undated", None),
    (date(1019, 12, 2), "East", "a", 9, False, "A thousand years out", None),
    (date(2019, 12, 2), None, "a", 9, False, "Nobody's", None),
]  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes ROWS as a table, a list of words and a records.yaml with the definitions given; answers its path."""

    def write(definitions: dict, table: dict | None = None, kind: str = "parquet", **more: object) -> Path:
        rows = pd.DataFrame(ROWS, columns=["day", "division", "kind", "seconds", "flag", "summary", "received"])
        with duckdb.connect() as connection:
            connection.register("rows", rows.astype({"seconds": "Int64"}))
            connection.execute(
                f"COPY (SELECT CAST(day AS DATE) AS day, division, kind, seconds, seconds / 4 AS quarters, "
                f"flag, summary, CAST(received AS DATE) AS received FROM rows) TO '{tmp_path}/things.{kind}'"
            )
        (tmp_path / "words.txt").write_text("# ours\nonline\ne-mail\n\nit's\n", encoding="utf-8")
        content = {
            "tables": {"things": {"files": f"things.{kind}", "date": "day"} | (table or {})},
            "keywords": {"cyber": "words.txt"},
            "rejected_share": 0.5,
            "definitions": {name: {"table": "things"} | each for name, each in definitions.items()},
        }
        path = tmp_path / "records.yaml"
        path.write_text(yaml.safe_dump(content | more, sort_keys=False), encoding="utf-8")
        return path

    return write


MEASURES = Catalogue(
    {
        each.code: each
        for each in (measure("thefts"), measure("wait", "mean"), measure("share", "proportion"), measure("per", "mean"))
    }
)


def months(path: Path) -> dict[tuple[str, str], tuple]:
    """(area, month) to numerator, denominator, value and status of the only measure."""
    frame = read_records(read_definitions(path, MEASURES), MEASURES, "Here", path.parent).frame
    rows = frame[["area", "month", "numerator", "denominator", "value", "status"]].astype(object)
    rows = rows.where(rows.notna(), None)
    return {(row.area, str(row.month)): tuple(row[2:]) for row in rows.itertuples(index=False)}


def test_a_month_without_a_fitting_record_is_0_and_one_without_any_is_not_supplied(small):
    figures = months(small({"thefts": {"where": "kind = 'b' and day < date '2019-12-01'", "count": "rows"}}))
    assert figures == {
        ("Here", "2019-10"): (None, None, 1, "final"),
        ("Here", "2019-11"): (None, None, None, "not supplied"),
        ("Here", "2019-12"): (None, None, 0, "final"),
    }


def test_areas_are_counted_apart_where_the_table_tells_them(small):
    path = small({"thefts": {"count": "rows"}}, {"area": "division"})
    figures = months(path)
    assert {key: value[2] for key, value in figures.items()} == {
        ("East", "2019-10"): 2, ("East", "2019-11"): None, ("East", "2019-12"): 1,
        ("West", "2019-10"): 1, ("West", "2019-11"): None, ("West", "2019-12"): 1,
    }  # fmt: skip
    row = read_records(read_definitions(path, MEASURES), MEASURES, "Here", path.parent).coverage.iloc[0]
    assert (row["rows"], row["used"], row["no date"], row["impossible date"], row["no area"]) == (8, 5, 1, 1, 1)


def test_a_mean_leaves_out_records_without_a_figure_and_counts_them(small):
    path = small({"wait": {"mean": "seconds"}})
    assert months(path)["Here", "2019-10"] == (30, 2, 15, "final")  # 10 + 20, the third has none
    row = read_records(read_definitions(path, MEASURES), MEASURES, "Here", path.parent).coverage.iloc[0]
    assert (row["rows"], row["used"], row["no figure"]) == (8, 5, 1)


def test_a_denominator_is_another_definition_or_a_column(small):
    all_of_them = {"all": {"count": "rows"}}
    figures = months(small({"share": {"where": "kind = 'a'", "count": "rows", "denominator": "all"}, **all_of_them}))
    assert figures["Here", "2019-10"] == (2, 3, 66.666667, "final")
    figures = months(small({"per": {"where": "kind = 'b'", "sum": "quarters", "denominator_column": "seconds"}}))
    assert figures["Here", "2019-10"] == (5, 20, 0.25, "final")  # 20 / 4 over 20
    assert figures["Here", "2019-12"] == (1.5, 6, 0.25, "final")


def test_nothing_to_divide_by_is_a_nil_return_or_one_line(small):
    late = {"late": {"where": "day > date '2019-11-01'", "count": "rows"}}
    nothing = {"share": {"where": "kind = 'z'", "count": "rows", "denominator": "late"}, **late}
    assert months(small(nothing))["Here", "2019-10"] == (None, None, None, "nil return")
    something = {"share": {"where": "kind = 'a'", "count": "rows", "denominator": "late"}, **late}
    with pytest.raises(InputError, match=r"records.yaml, share, 2019-10 \(Here\): 2 are to be divided by 0"):
        months(small(something))
    some = {"share": {"count": "rows", "denominator": "few"}, "few": {"where": "kind = 'a'", "count": "rows"}}
    with pytest.raises(InputError, match=r"share, 2019-10 \(Here\): 3 of 2 is above 100 per cent"):
        months(small(some))


@pytest.mark.parametrize(
    ("where", "october"),
    [
        ("mentions(summary, 'cyber')", 1),
        ("flag = true", 1),
        ("flag = 1", 1),
        ("not flag = true", 2),
        ("flag = true or kind = 'b'", 2),
        ("summary is null", 1),
        ("not mentions(summary, 'cyber')", 1),  # null is neither
        ("lower(summary) like '%bicycle'", 1),
        ("KIND in ('a', 'c')", 2),
        ("seconds between 10 and 15", 1),
        ("coalesce(seconds, 0) = 0", 1),
        ("days_between(received, day) <= 11", 2),
        ("days_between(received, day) = 11", 1),
        ("case when kind = 'a' then 1 else 0 end = 1 and seconds * 2 > 19", 1),
        ("day >= date '2019-10-02' and not (kind = 'b')", 1),
        ("kind = 'it''s' or seconds = -10 + 20", 1),
    ],
)
def test_what_a_where_may_say(small, where, october):
    assert months(small({"thefts": {"where": where, "count": "rows"}}))["Here", "2019-10"][2] == october


def test_a_record_that_joins_to_several_counts_once(small, tmp_path):
    (tmp_path / "tags.csv").write_text("what,tag\na,x\na,x\na,y\nb,z\n", encoding="utf-8")
    tables = {"things": {"files": "things.parquet", "date": "day"}, "tags": {"files": "tags.csv"}}
    join = {"table": "tags", "match": {"kind": "what"}, "where": "tag in ('x', 'y')"}
    figures = months(small({"thefts": {"join": join, "count": "rows"}}, tables=tables))
    assert figures["Here", "2019-10"][2] == 2  # two of kind a, for all their three tags


def test_csv_files_give_the_same_and_their_unreadable_lines_are_counted(small, tmp_path):
    definitions = {"wait": {"where": "flag = true", "mean": "seconds"}}
    expected = months(small(definitions))
    path = small(definitions, kind="csv")
    assert months(path) == expected
    with (tmp_path / "things.csv").open("a", encoding="utf-8") as file:
        file.write("2019-12-03,East,a,many,2.5,true,,2019-12-03\n")  # a number that is none
        file.write("2019-12-03,East,a\n")  # a line cut short
    with pytest.raises(InputError, match=r"wait.mean: the column 'seconds' is text; .*name it under numbers"):
        months(path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("date: day", "date: day\n    numbers: [seconds]"), encoding="utf-8")
    assert months(path) == expected
    row = read_records(read_definitions(path, MEASURES), MEASURES, "Here", path.parent).coverage.iloc[0]
    assert (row["no figure"], row["unread"]) == (1, 1)


def test_dates_that_are_text_need_a_format_and_the_unreadable_are_counted(small, tmp_path):
    small({"thefts": {"count": "rows"}})
    (tmp_path / "things.csv").write_text("day,kind\n31/10/2019,a\n01/11/2019,a\n32/10/2019,a\n,a\n", encoding="utf-8")
    content = {"files": "things.csv", "date": "day"}
    with pytest.raises(InputError, match=r"tables.things.date: the column 'day' is text, not a date: give date_format"):
        months(small({"thefts": {"count": "rows"}}, content))
    path = small({"thefts": {"count": "rows"}}, content | {"date_format": "%d/%m/%Y"})
    (tmp_path / "things.csv").write_text("day,kind\n31/10/2019,a\n01/11/2019,a\n32/10/2019,a\n,a\n", encoding="utf-8")
    assert {month: row[2] for (_, month), row in months(path).items()} == {"2019-10": 1, "2019-11": 1}
    row = read_records(read_definitions(path, MEASURES), MEASURES, "Here", path.parent).coverage.iloc[0]
    assert (row["rows"], row["used"], row["no date"]) == (4, 2, 2)


def test_more_rejected_records_than_their_share_stop_the_run(small):
    path = small({"wait": {"mean": "seconds"}}, rejected_share=0.2)
    with pytest.raises(
        InputError, match=r"wait: 3 of 8 records are rejected \(1 with no date, 1 with impossible date, 1 w"
    ):
        months(path)


def test_records_before_the_first_month_are_left_unread(small):
    figures = months(small({"thefts": {"count": "rows"}}, {"first_month": "2019-12"}))
    assert figures == {("Here", "2019-12"): (None, None, 3, "final")}


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("kind = 'a'; drop table things", "holds a semicolon; one condition may stand there"),
        ("kind = 'a' -- and so on", "holds a comment"),
        ("kind = 'a' /* and so on */", "holds a comment"),
        ("kind =", "is not SQL; write a condition such as"),
        ("kind = 'a", "is not SQL"),
        ("", "is empty; leave it out, or write a condition"),
        ("drop table things", "'DROP TABLE things' may not stand here"),
        ("kind in (select 1)", "holds a select; a second table goes under 'join'"),
        ("exists (select 1)", "holds a select"),
        ("kind = (select 'a')", "holds a select"),
        ("kind = 'a' union select 1", "holds a select"),
        ("read_csv('/etc/passwd') = 'a'", "read_csv is not a function that may stand here; allowed: mentions"),
        ("getenv('HOME') = 'a'", "getenv is not a function"),
        ("seconds / 2 > 1", "engines divide whole numbers differently"),
        ("flag", "flag is not a condition; compare it"),
        ("kind", "kind is not a condition"),
        ("1", "may not stand here"),
        ("kind = 1", "kind is text, and 1 is not; put it in quotes"),
        ("seconds = 'x'", "seconds is a whole number, and 'x' is not"),
        ("day > '2019-01-01'", "day is a date; compare it with one, as date '2019-12-31'"),
        ("day > date '2019-13-01'", "a date is written date '2019-12-31'"),
        ("kind = null", "nothing equals null; write is null"),
        ("kind = ''", "'' is nothing to Oracle"),
        ("knd = 'a'", "unknown column 'knd'; did you mean kind?"),
        ("\"Kind\" = 'a'", "unknown column 'Kind'; did you mean kind?"),
        ("things.kind = 'a'", "write the column alone"),
        ("mentions(summary, 'cybr')", "unknown list 'cybr'; did you mean cyber?"),
        ("mentions(seconds, 'cyber')", "seconds is not text; words are sought in text"),
        ("days_between(day, kind) > 1", "days_between takes two date columns"),
        ("kind like '[a]%'", "like takes words in quotes"),
        ("kind::int = 1", "may not stand here"),
        ("kind = ?", "may not stand here"),
        ("kind is true", "may not stand here"),
        ("(kind = 'a') = true", "may not stand here"),
        ("kind = 'a' as x", "may not stand here"),
    ],
)
def test_a_where_that_is_no_plain_condition_is_one_line(small, where, message):
    with pytest.raises(InputError) as refused:
        months(small({"thefts": {"where": where, "count": "rows"}}))
    assert message in str(refused.value)
    assert "records.yaml, thefts: " in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("definition", "more", "message"),
    [
        ({"table": "thing", "count": "rows"}, {}, "thefts: unknown table 'thing'; did you mean things?"),
        ({}, {}, "thefts: give one of 'count: rows', 'sum: <column>' and 'mean: <column>'"),
        ({"count": "rows", "sum": "seconds"}, {}, "give one of 'count: rows'"),
        ({"count": "rows", "denominator": "al"}, {}, "thefts: unknown denominator 'al'"),
        ({"mean": "seconds"}, {}, "thefts: is a count in the catalogue, and here it is divided"),
        ({"sum": "secnds"}, {}, "thefts.sum: unknown column 'secnds'; did you mean seconds?"),
        ({"sum": "summary"}, {}, "thefts.sum: the column 'summary' is text; a number can be added up"),
        ({"count": "rows", "whre": "kind = 'a'"}, {}, "unknown key 'definitions.thefts.whre'; did you mean where?"),
        ({"count": "rows"}, {"keywords": {"cyber": "../words.txt"}}, "'../words.txt' leads outside its folder"),
        ({"count": "rows"}, {"keywords": {"cyber": "other.txt"}}, "other.txt: there is no such file"),
        ({"count": "rows"}, {"tables": {"things": {"files": "../x.csv", "date": "day"}}}, "lead outside their folder"),
        ({"count": "rows"}, {"tables": {"things": {"files": "x.csv", "date": "day"}}}, "there is no file 'x.csv'"),
        ({"count": "rows"}, {"tables": {"things": {"files": "words.txt", "date": "day"}}}, "either Parquet or CSV"),
        ({"count": "rows"}, {"tables": {"things": {"files": "things.parquet"}}}, "the table things has no 'date'"),
        ({"count": "rows"}, {"tables": {"things": {"files": "a.csv", "table": "b"}}}, "give either files, or"),
        ({"count": "rows"}, {"tables": {"things": {"files": "things.parquet", "date": "dy"}}},
         "tables.things.date: unknown column 'dy'; did you mean day?"),
        ({"count": "rows"}, {"tables": {"things": {"files": "things.parquet", "date": "kind"}}},
         "tables.things.date: the column 'kind' is text, not a date"),
        ({"count": "rows"}, {"tables": {"things": {"connection": "nowhere", "table": "t", "date": "d"}}},
         "the connection 'nowhere' has no address; set the environment variable PERF_CONNECTION_NOWHERE"),
        ({"count": "rows"}, {"tables": {"things": {"files": "x.csv", "folder": "lake", "date": "d"}}},
         "the folder 'lake' has no address; set the environment variable PERF_FOLDER_LAKE"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_is_one_line(small, definition, more, message):
    with pytest.raises(InputError) as refused:
        months(small({"thefts": definition}, **more))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_definition_for_nothing_is_refused(small):
    with pytest.raises(InputError, match=r"records.yaml, theft: is no measure of the catalogue.* did you mean thefts"):
        months(small({"theft": {"count": "rows"}}))


@pytest.mark.parametrize("words", ["per cent %\n", "under_score\n", "back\\slash\n", "[a]\n"])
def test_a_word_that_sql_would_read_as_a_pattern_is_refused(small, tmp_path, words):
    path = small({"thefts": {"count": "rows"}})
    (tmp_path / "words.txt").write_text("ours\n" + words, encoding="utf-8")
    with pytest.raises(InputError, match=r"words.txt, line 2: .* signs that a word to search for may not have"):
        months(path)


def test_files_that_are_not_what_their_ending_says_are_one_line(small, tmp_path):
    path = small({"thefts": {"count": "rows"}})
    (tmp_path / "things.parquet").write_text("day,kind\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        months(path)
    assert "tables.things: " in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_elsewhere_is_named_by_the_environment(small, tmp_path, monkeypatch):
    path = small({"thefts": {"count": "rows"}}, {"folder": "lake"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(tmp_path / "things.parquet", elsewhere)
    monkeypatch.setenv("PERF_FOLDER_LAKE", str(elsewhere))
    assert months(path)["Here", "2019-10"][2] == 3


def test_a_thousand_words_are_no_burden():
    words = {"all": tuple(f"word{number}" for number in range(1000))}
    condition = predicate("mentions(summary, 'all')", {"summary": "text"}, words, "tsql", "r", "here")
    assert condition.sql(dialect="tsql").count(" LIKE ") == 1000


def test_the_shipped_definitions_are_read():
    shipped = read_definitions(find_params(PARAMS) / "records.yaml", CATALOGUE)
    assert set(shipped.definitions) & set(CATALOGUE) == set(CATALOGUE) - SUPPLIED
