"""A report from nothing: whole packs of unlike bodies, each from one file of a few measures, with nothing edited."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from doors import notebooks

from perf_lib.config.catalogue import read_catalogue
from perf_lib.press import starter
from perf_lib.report import open_report
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

MONTHS = pd.period_range("2023-01", "2024-12", freq="M")
FORMATS = {"%": "0.0%", "s": "0.00", "£": '£0.0"m"', "time": "h:mm:ss", "": "General"}


def steady(last: float, step: float = 0.0) -> list[float]:
    """Two years of months that end on a figure."""
    return [round(last - step * (len(MONTHS) - 1 - at), 10) for at in range(len(MONTHS))]


def register(path: Path, rows: list[tuple[list[object], list[float], str]], title: str, heads: list[str]) -> Path:
    """A register as bodies keep it: a title, a blank row, dates as headings, columns after the months."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Register")
        date = book.add_format({"num_format": "mmm-yy"})
        sheet.write(0, 0, title)
        sheet.write_row(2, 0, heads)
        for at, month in enumerate(MONTHS):
            sheet.write_datetime(2, len(heads) + at, dt.datetime(month.year, month.month, 1), date)
        sheet.write_row(2, len(heads) + len(MONTHS), ["YTD", "Last year", "RAG"])
        for row, (words, figures, form) in enumerate(rows, start=3):
            sheet.write_row(row, 0, words)
            style = book.add_format({"num_format": FORMATS[form]})
            for at, figure in enumerate(figures):
                sheet.write_number(row, len(heads) + at, figure, style)
            if figures:
                sheet.write_row(row, len(heads) + len(MONTHS), [figures[-1], "", "Amber"])
    return path


def command(folder: Path, *words: str) -> str:
    """The command line in a folder of its own; what it printed."""
    made = subprocess.run(
        [sys.executable, "-m", "perf_lib.cli", *words], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


def pack(folder: Path, source: Path, quarter: str, name: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Init and run in the folder; the page's text and findings.csv by measure."""
    from builders import text_of

    command(folder, "init", ".", "--from", source.name, "--quarter", quarter, "--force", name)
    printed = command(folder, "run")
    assert "no notebook shows" not in printed
    made = folder / "outputs" / quarter
    with (made / "findings.csv").open(encoding="utf-8") as file:
        rows = {row["measure"]: row for row in csv.DictReader(file)}
    return text_of((made / "report.html").read_text(encoding="utf-8")), rows


def test_a_register_becomes_a_whole_report_with_nothing_edited(tmp_path):
    heads = ["Ref", "Measure", "Unit", "Target", "Good is"]
    rows = [
        (["1.1", "All crime", "crimes", "", "lower"], steady(2700), ""),
        (["2.1", "Emergencies reached within 15 minutes", "%", 0.9, "higher"], steady(0.85), "%"),
        (["2.2", "Mean time to answer 999 calls", "seconds", 10, "lower"], steady(9.31), "s"),
        (["2.3", "Median time to reach an emergency", "h:mm:ss", "", "lower"], steady(530 / 86400), "time"),
        (["3.1", "Police officers (full-time equivalent)", "FTE", 2600, "higher"], steady(2592, 2), ""),
        (["3.2", "Forecast spend for the year", "£m", 188, "lower"], steady(189, 0.1), "£"),
        (["3.3", "Rank of 44 forces for answering 999 calls", "rank", "", "lower"], steady(38), ""),
    ]
    source = register(tmp_path / "register.xlsx", rows, "Norshire Police: register", heads)
    text, found = pack(tmp_path, source, "2024-25-Q3", "Norshire Police")
    for words in (
        "85 per cent (the unweighted mean of the months) during quarter three",
        "There were 2,592 police officers (full-time equivalent) at the end of December 2024.",
        "The forecast spend for the year was £189.0 million in December 2024.",
        "The quarter did not meet the target of £188.0 million.",
        "was 38th of 44 in December 2024",
        "9.31 seconds",
        "The quarter met the target of 10 seconds.",
        "8 minutes 50 seconds in December 2024",
        "columns that are no months were not read: YTD, Last year and RAG",
    ):
        assert words in text, words
    for wrong in ("officers in the 12 months", "38 place", "£m in", "189.0 £m", "0.85 per cent"):
        assert wrong not in text
    met = {code: row["target_met"] for code, row in found.items() if row["target_met"]}
    assert sorted(met.values()) == ["met", "not met", "not met", "not met"]
    assert found["mean_time_to_answer_999_calls"]["target_met"] == "met"
    assert float(found["emergencies_reached_within_15_minutes"]["target"]) == 90.0
    assert found["police_officers_full_time_equivalent"]["rolling_12"] == ""


def test_a_fire_authority_with_calendar_years_and_areas(tmp_path):
    path = tmp_path / "incidents.csv"
    parts = {"North": 40, "South": 25}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Indicator", "Area", *(f"01/{month.month:02d}/{month.year}" for month in MONTHS)])
        for title, times in (("Accidental dwelling fires", 1), ("False alarms attended", 3)):
            for area, level in {"Estshire": sum(parts.values()), **parts}.items():
                writer.writerow([title, area, *(times * level for _ in MONTHS)])
    text, found = pack(tmp_path, path, "2024-Q3", "Estshire Fire and Rescue Authority")
    assert "quarter three 2024 (July to September 2024)" in text.replace("Quarter", "quarter")
    assert float(found["accidental_dwelling_fires"]["quarter_value"]) == 3 * 65
    assert "The areas add up to the 195 of Estshire." in text
    assert "Accidental dwelling fires by area" in text
    settings = tmp_path / "params" / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("- South", "- Suoth"), encoding="utf-8")
    with pytest.raises(InputError, match=r"has a figure for 'South': name it under areas.*; did you mean Suoth\?"):
        open_report("2024-Q3", tmp_path / "params")


def test_a_health_board_with_a_waiting_list_and_monthly_targets(tmp_path):
    heads = ["Measure", "Unit", "Target", "Good is"]
    rows = [
        (["Waiting and access"], [], ""),
        (["Patients waiting more than 52 weeks", "patients", "", "lower"], steady(412, 3), ""),
        (["Seen within 62 days", "%", "85%", "higher"], steady(0.912), "%"),
        (["Safety"], [], ""),
        (["Falls with harm", "falls", "<30", "lower"], steady(31), ""),
    ]
    source = register(tmp_path / "board.xlsx", rows, "Estvale Health Board", heads)
    text, found = pack(tmp_path, source, "2024-25-Q3", "Estvale Health Board")
    assert "1. Waiting and access" in text
    assert "2. Safety" in text
    assert "There were 412 patients waiting more than 52 weeks at the end of December 2024." in text
    assert "The quarter did not meet the target of 30 a month." in text
    assert found["seen_within_62_days"]["target_met"] == "met"
    assert "no figure in any month" in text


# --- starting, and what it refuses


def test_nothing_that_is_there_is_replaced(tmp_path):
    source = register(tmp_path / "r.xlsx", [(["Thefts", "thefts"], steady(5), "")], "", ["Measure", "Unit"])
    starter.start(tmp_path, source, Quarter.parse("2024-25-Q3"), "Norshire")
    with pytest.raises(InputError, match="is there already, and is left as it is"):
        starter.start(tmp_path, source, Quarter.parse("2024-25-Q3"), "Norshire")


def test_a_measure_that_is_new_gets_its_section_once(tmp_path):
    source = register(tmp_path / "r.xlsx", [(["Thefts", "thefts"], steady(5), "")], "", ["Measure", "Unit"])
    starter.start(tmp_path, source, Quarter.parse("2024-25-Q3"), "Norshire")
    measures, books = tmp_path / "params" / "measures.yaml", sorted((tmp_path / "notebooks").glob("*.ipynb"))
    text = measures.read_text(encoding="utf-8")
    measures.write_text(text + text.split("\n\n", 1)[1].replace("thefts:", "fires:"), encoding="utf-8")
    assert list(read_catalogue(measures)) == ["thefts", "fires"]
    assert list(starter.unshown(tmp_path / "params", books)) == ["fires"]
    assert starter.add_sections(tmp_path / "params", books) == {"fires": "01_priority_1.ipynb"}
    assert starter.add_sections(tmp_path / "params", books) == {}


def test_the_sample_can_be_started_from(tmp_path):
    starter.copy_sample(tmp_path)
    assert (tmp_path / "params" / "measures.yaml").is_file()
    with pytest.raises(InputError, match="is there already"):
        starter.copy_sample(tmp_path)


def test_what_a_first_day_types_at_the_door_works_to_its_end(tmp_path):
    command(tmp_path, "init", ".", "--sample")
    text = tmp_path / "params" / "2019-20-Q3" / "commentary" / "hate_crime.md"
    text.write_text("There were 131 hate crimes in quarter three.\n", encoding="utf-8")  # paragraph 40 of the report
    assert "bound" in command(tmp_path, "bind", "2019-20-Q3", "--write")
    assert text.read_text(encoding="utf-8").startswith("There were {{ quarter }} hate crimes")
    shutil.rmtree(tmp_path / "notebooks")
    notebooks(tmp_path / "notebooks", "0_introduction")
    command(tmp_path, "run", "2019-20-Q3", "--public")
    page = tmp_path / "outputs" / "2019-20-Q3-public" / "report.html"
    assert "Counts are rounded to multiples of 5" in page.read_text(encoding="utf-8")
