"""A cell's number format is part of its figure: it is read as a spreadsheet shows it, or refused."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import workbooks
import xlsxwriter
from builders import measure

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts import read_monthly
from perf_lib.extracts.tables.files import read_sheets
from perf_lib.extracts.tables.typed import figure_of
from perf_lib.words.errors import InputError

FORMATS = {
    "plain": ["General", "0", "0.0", "0.00", "#,##0", "#,##0.00", "@", "# ##0", "0_ ;[Red]-0_ ", "#,##0_);(#,##0)"],
    "per cent": ["0%", "0.0%", "0.00%", "0.0 %", "[Blue]0.0%", '0.0"%"', '0.0" per cent"'],
    "time": ["h:mm:ss", "[h]:mm:ss", "mm:ss", "[mm]:ss", "h:mm", "[h]:mm", "mm:ss.0", "h:mm AM/PM", "[ss]"],
    "date": ["dd/mm/yyyy", "mmm-yy", "yyyy-mm-dd", "d mmmm yyyy", "dd/mm/yyyy hh:mm"],
    "currency": ["£#,##0", "£#,##0.00", '£0.0"m"', "[$£-809]#,##0.00", "[$€-407] #,##0", '£0.0,,"m"', '£0,"k"'],
    "scientific": ["0.00E+00", "##0.0E+0"],
    "thousands": ["#,##0,", "0.0,", '0.0,"k"', "0,,", "0.0,,"],
    "fractions": ["# ?/?", "# ??/??", "# ?/8"],
    "words": ['0 "crimes"', '0.0" FTE"', '"about "0', '0"th"', "0;;", '0;-0;"-"', ";;;", "0.0‰", "00-00", '0"."0'],
}
UNITS = ["crimes", "per cent", "seconds", "£", "£m", "FTE", "rank", "days per person"]
VALUES = [0, 1, 0.85, 0.857, 0.004, 0.5, 12, 85, 99.5, 187.3, 1496, 2345.678, 44252, 189_000_000, 1234567.891, 1e-5]
TIMES = [530 / 86400, 540 / 86400, 654 / 86400, 3723 / 86400, 10.9 / 24, 9.31 / 86400, 1.5]
_SIZES = {"k": 1e3, "m": 1e6}


def shown(text: str, unit: str) -> set[float] | None:
    """What a reader takes from a cell as LibreOffice prints it, in a unit, with how far its print is rounded.

    None for a print that says nothing sure. A witness of its own: it knows no number format, only what is printed.
    """
    text = text.strip().replace("\u00a0", " ").replace("−", "-")
    if text == "-":
        return {0.0}  # as accounts print nought
    clock = re.fullmatch(r"(?:(\d+):)?(\d+):(\d\d)(?:\.(\d+))?", text)
    if clock and unit == "seconds":
        hours, minutes, seconds, part = clock.groups()
        return {int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{part or 0}")}
    number = re.fullmatch(r"(-?)([£€]?) ?([\d, ]*\.?\d+)(?:E([+-]\d+))? ?(%|per cent|k|m|crimes|FTE|th)?", text)
    if number is None:
        return None
    minus, symbol, digits, power, word = number.groups()
    if word in _SIZES and not symbol:
        return None
    value = float(digits.replace(",", "").replace(" ", "")) * 10 ** int(power or 0) * (-1 if minus else 1)
    of_unit = {"%": "per cent", "per cent": "per cent", "crimes": "crimes", "FTE": "FTE", "th": "rank"}
    if word in of_unit and of_unit[word] != unit:
        return None
    if symbol and not unit.startswith(symbol):
        return None
    if symbol:
        times, own = _SIZES.get(word or "", 1), _SIZES.get(unit[1:], 1)
        return {value * times / own}
    return {value}


def last_place(text: str, unit: str) -> float:
    """Half of what the last digit of a print is worth; all of it for a time, which some programs cut off."""
    if ":" in text:
        return 0.1 if "." in text else 1.0
    digits = re.search(r"[\d, ]*\.?\d+(?:E[+-]\d+)?", text.strip())
    mantissa, _, power = (digits[0] if digits else "0").partition("E")
    worth = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    size = re.search(r"[km]$", text.strip())
    times = _SIZES.get(size[0] if size else "", 1) / _SIZES.get(unit[1:] if "£" in text else "", 1)
    return worth * times * 0.501 + 1e-9


def grid() -> list[tuple[float, str]]:
    """Each format with each value, times with times; and as many again at random."""
    draw = random.Random(20241231)
    pairs = [
        (value, code)
        for family, codes in FORMATS.items()
        for code in codes
        for value in (TIMES if family == "time" else VALUES)
    ]
    for _ in range(300):
        family = draw.choice([*FORMATS])
        value = draw.uniform(0, 0.4) if family == "time" else round(10 ** draw.uniform(-3, 7), draw.randrange(5))
        pairs.append((value, draw.choice(FORMATS[family])))
    return pairs


def write_grid(path: Path, pairs: list[tuple[float, str]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        styles = {code: book.add_format({"num_format": code}) for _, code in pairs}
        for row, (value, code) in enumerate(pairs):
            sheet.write_number(row, 0, value, styles[code])


@pytest.fixture(scope="module")
def converted(tmp_path_factory) -> tuple[Path, list[str]]:
    """The grid as xlsx, xls and ods by LibreOffice, and what LibreOffice prints of each cell."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("formats")
    write_grid(folder / "grid.xlsx", grid())
    home = f"-env:UserInstallation=file://{folder}/profile"
    for kind in ("ods", "xls", "csv:Text - txt - csv (StarCalc):9,34,76,1,,2057,false,true"):
        command = [
            "soffice",
            home,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(folder / "grid.xlsx"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    printed = (folder / "grid.csv").read_text(encoding="utf-8").split("\n")
    return folder, [line.strip('"') for line in printed[: len(grid())]]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "xlsb"])
def test_no_figure_is_read_otherwise_than_a_spreadsheet_shows_it(converted, kind):
    folder, printed = converted
    if kind == "xlsb":
        workbooks.write_formatted_xlsb(folder / "grid.xlsb", grid())
    rows = read_sheets(folder / f"grid.{kind}")[0].rows
    texts = [row[0] if row else "" for _, row in rows]
    assert len(texts) == len(printed) == len(grid())
    wrong, read = [], 0
    for (value, code), text, print_ in zip(grid(), texts, printed, strict=True):
        for unit in UNITS:
            number = figure_of(text, unit)
            if not re.fullmatch(r"-?\d+(\.\d+)?", number):
                continue  # refused: it is no number
            read += 1
            expected = shown(print_, unit)
            if expected is None or all(abs(float(number) - each) > last_place(print_, unit) for each in expected):
                wrong.append((value, code, unit, text, print_, number))
    assert wrong == [], "\n".join(map(str, wrong[:40]))
    assert len(grid()) * len(UNITS) >= 2000
    assert read > len(grid())  # and most of what can be read is


PLAIN = {"per cent": 85.0, "seconds": 530.0}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("unit", "value", "code", "expected"),
    [
        ("per cent", 0.85, "0.0%", 85.0),
        ("seconds", 530 / 86400, "h:mm:ss", 530.0),
        ("seconds", 540 / 86400, "h:mm:ss", 540.0),
    ],
)
def test_a_per_cent_and_a_time_are_read_as_they_were_typed(tmp_path, kind, unit, value, code, expected):
    """85% typed in a spreadsheet is stored as 0.85; 0:08:50 and 0:09:00 as parts of a day."""
    catalogue = Catalogue({"share": measure("share", "mean", unit=unit)})
    path = tmp_path / "monthly.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        sheet.write_row(0, 0, ["Measure", "Jan-24"])
        sheet.write_row(1, 0, ["share"])
        sheet.write_number(1, 1, value, book.add_format({"num_format": code}))
    if kind == "ods":
        if shutil.which("soffice") is None:
            pytest.skip("LibreOffice is not installed")
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods"]
        subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
        path = path.with_suffix(".ods")
    assert read_monthly([path], catalogue, "Here")["value"].tolist() == [pytest.approx(expected)]


@pytest.mark.parametrize(
    "text",
    ["measure,Jan-24,Feb-24\nshare,0.85,0.86\n", "measure,Jan-24,Feb-24\nshare,85%,0.86\n",
     "measure,area,month,numerator,denominator,value,origin,status\nshare,Here,2024-01,,,0.85,published,final\n"],
)  # fmt: skip
def test_a_bare_fraction_of_a_percentage_is_refused_with_what_to_write(tmp_path, text):
    path = tmp_path / "monthly.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"value 0.8[56] may be 8[56]% or 0.8[56]%; write the one that is meant"):
        read_monthly([path], Catalogue({"share": measure("share", "proportion")}), "Here")


def test_shares_under_one_per_cent_are_read_where_they_say_so(tmp_path):
    path = tmp_path / "monthly.csv"
    path.write_text("measure,Jan-24,Feb-24\nshare,0.4%,0.5%\n", encoding="utf-8")
    frame = read_monthly([path], Catalogue({"share": measure("share", "proportion")}), "Here")
    assert frame["value"].tolist() == [0.4, 0.5]
