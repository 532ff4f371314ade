"""Corrupted files: each ends in one clear line, or in rows that add up. No crash, no hang, no silent loss."""

from __future__ import annotations

import csv
import io
import random
import signal
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import mutator
import pandas as pd
import pytest
import workbooks
from builders import measure
from extracts.open_data.test_open_data import crime, home_office_rows

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts import Ledger, read_monthly, read_peer_rates, read_published
from perf_lib.extracts.open_data.recorded_crime import read_home_office, read_ons
from perf_lib.extracts.open_data.street import read_street
from perf_lib.extracts.tables.schema import STREET
from perf_lib.words.errors import InputError

SEED = 20191231
PATIENCE = 20
"""Seconds after which one small file is taken to hang its reader."""
CATALOGUE = Catalogue(
    {each.code: each for each in (measure("thefts"), measure("convictions", "proportion"), measure("response", "mean"))}
)

MONTHS = [str(month) for month in pd.period_range("2018-01", "2019-12", freq="M")]
TIDY = [["measure", "area", "month", "numerator", "denominator", "value", "origin", "status"]]
TIDY += [["thefts", "Here", month, "", "", 200 + at, "published", "final"] for at, month in enumerate(MONTHS)]
TIDY += [["convictions", "Here", month, 50 + at, 100, 50 + at, "derived", "final"] for at, month in enumerate(MONTHS)]
WIDE = [
    ["measure", "area", *[pd.Period(month).strftime("%b-%y") for month in MONTHS]],
    ["thefts", "Here", *[200 + at for at in range(24)]],
    ["convictions", "Here", *["16.5%"] * 24],
    ["response", "Here", *["10:54"] * 24],
]
PEERS = [["series", "area", "level", "month", "offences", "population", "rate", "origin"]]
PEERS += [["thefts", area, "force", "2019-12", 100, 50000, 2.0, "published"] for area in "ABCDEFGH"]
PUBLISHED = [["measure", "period", "kind", "numerator", "denominator", "value"]]
PUBLISHED += [["thefts", "2019-20-Q1", kind, "", "", 5] for kind in ("quarter", "rolling_12")]
PUBLISHED += [["convictions", "2019-20-Q1", "quarter", 1, 4, 25]]
STREETS = [STREET.required, *[crime(month="2019-01").replace('"On, or near"', "Near").split(",") for _ in range(30)]]
HOME_OFFICE = [[str(cell).replace(", City of", "").replace(",", "") for cell in row] for row in home_office_rows()]

Read = Callable[[Path, Ledger], float]
"""Reads a file and says how many of its rows went into what came out."""


def months_read(path: Path, ledger: Ledger) -> float:
    frame = read_monthly([path], CATALOGUE, "Here", ledger)
    filled = (frame["status"] == "not supplied") & (frame["origin"] == "derived") & bool(ledger.sources[0].rejected)
    return len(frame) - int(filled.sum())


def peers_read(path: Path, ledger: Ledger) -> float:
    return len(read_peer_rates(path, ledger))


def published_read(path: Path, ledger: Ledger) -> float:
    return len(read_published(path, CATALOGUE, None, ledger))


def streets_read(path: Path, ledger: Ledger) -> float:
    return read_street([path], ledger)["count"].sum()


def home_office_read(path: Path, ledger: Ledger) -> float:
    return len(read_home_office(path, ledger))


def areas_read(path: Path, ledger: Ledger) -> float:
    frame = read_ons(path, ledger)
    tables = sum(frame[what].notna().any() for what in ("offences", "change_per_cent", "rate"))
    return frame[["area", "level"]].drop_duplicates().shape[0] * tables


def text_of(rows: list) -> str:
    return "\n".join(",".join(map(str, row)) for row in rows) + "\n"


TEXTS: dict[str, tuple[list, str, Read]] = {
    "tidy months": (TIDY, "monthly.csv", months_read),
    "wide months": (WIDE, "monthly.csv", months_read),
    "peers' rates": (PEERS, "peers.csv", peers_read),
    "published": (PUBLISHED, "published.csv", published_read),
    "streets": (STREETS, "2019-01-here-street.csv", streets_read),
    "recorded crime": (HOME_OFFICE, "prc.csv", home_office_read),
}
PACKS: dict[str, tuple[list, str, Read]] = {
    "tidy xlsx": (TIDY, "monthly.xlsx", months_read),
    "wide xlsx": (WIDE, "monthly.xlsx", months_read),
    "tidy xls": (TIDY, "monthly.xls", months_read),
    "tidy xlsb": (TIDY, "monthly.xlsb", months_read),
    "tidy ods": (TIDY, "monthly.ods", months_read),
    "tidy parquet": (TIDY, "monthly.parquet", months_read),
    "recorded crime xlsx": (HOME_OFFICE, "prc.xlsx", home_office_read),
}
PARTS = {".xlsx": "xl/worksheets/sheet1.xml", ".xlsb": "xl/worksheets/sheet1.bin", ".ods": "content.xml"}


def area_tables(path: Path) -> Path:
    """A release of area tables in the layout of the real ones, with three forces and their region."""
    import xlsxwriter

    areas = [("E12000009", "South West"), ("E23000036", "A and B"), ("E23000035", "C7"), ("E23000039", "D")]
    kinds = {"P1": "number of offences", "P2": "percentage change", "P3": "rate of offences"}
    with xlsxwriter.Workbook(path) as book:
        for name, words in kinds.items():
            sheet = book.add_worksheet(f"Table {name}")
            sheet.write(0, 0, f"Table {name}: Police recorded crime by offence group and police force area, {words}, "
                              "year ending December 20191,2")  # fmt: skip
            head = ["Area Code", "Area Name", *(["Population figures"] if name == "P3" else [])]
            sheet.write(3, len(head), "Total recorded crime (excluding fraud3)")
            sheet.write_row(4, 0, [*head, "", "Drug offences"])
            for at, (code, area) in enumerate(areas, start=6):
                sheet.write_row(at, 0, [code, area, *([700000] if name == "P3" else []), 5.5, "-"])
            sheet.write(11, 0, "1. A note.")
    return path


def archive_of(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2):
            text = text_of(STREETS).replace("2019-01", f"2019-0{number}")
            archive.writestr(f"2019-0{number}/2019-0{number}-here-street.csv", text)
    return path


def good(name: str, folder: Path) -> tuple[Path, Read]:
    """The unspoilt file of a name, and its reader."""
    if name == "area tables":
        return area_tables(folder / "tables.xlsx"), areas_read
    if name == "street archive":
        return archive_of(folder / "2019-02.zip"), streets_read
    rows, file, read = (TEXTS | PACKS)[name]
    if name in TEXTS:
        (folder / file).write_text(text_of(rows), encoding="utf-8")
        return folder / file, read
    return workbooks.write(folder / file, rows), read


NAMES = [*TEXTS, *PACKS, "area tables", "street archive"]


@cache
def spoilt(name: str) -> dict[str, bytes]:
    """Every way in which the file of a name is spoilt."""
    with tempfile.TemporaryDirectory() as folder:
        return dict(_spoilt(name, good(name, Path(folder))[0]))


def _spoilt(name: str, path: Path) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(f"{SEED} {name}")
    content = path.read_bytes()
    if name in TEXTS:
        yield from mutator.spoilt_texts(content.decode(), chance)
        return
    yield from mutator.spoilt_packs(content, chance)
    part = "2019-01/2019-01-here-street.csv" if path.suffix == ".zip" else PARTS.get(path.suffix)
    if part:
        yield from mutator.spoilt_zips(content, part)
    if path.suffix == ".xlsx":
        yield from mutator.spoilt_sheets(content, PARTS[".xlsx"])
    if path.suffix == ".ods":
        yield from mutator.spoilt_documents(content)


def outcome(path: Path, read: Read, share: float) -> str | Ledger:
    """What comes of reading a file: the one line that refuses it, or the ledger of what it gave."""
    ledger = Ledger(share)

    def hangs(*_: object) -> None:
        raise TimeoutError(f"{path.name} hangs its reader")

    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(PATIENCE)
    try:
        used = read(path, ledger)
    except InputError as refused:
        message = str(refused)
        assert "\n" not in message.strip(), message
        assert len(message) < 4 * mutator.HUGE
        assert path.name in message or path.parent.name in message or "no file named" in message, message
        return message
    finally:
        signal.alarm(0)
    assert sum(source.used for source in ledger.sources) == used
    for source in ledger.sources:
        assert source.rows == source.used + len(source.rejected)
        assert all(each.file and each.row and each.reason for each in source.rejected)
    return ledger


def rows_in(content: bytes, wide: bool) -> int:
    """How many rows a CSV file has, told without the reader; a wide one's are its cells of months."""
    content = content.removeprefix(b"Figures" + b"," * content.split(b"\n")[0].count(b",") + b"\n")  # a title
    read = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    rows = [row for row in read if any(cell.strip() for cell in row)]
    return 24 * (len(rows) - 1) if wide else len(rows) - 1


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no alarm to end a reader that hangs")
@pytest.mark.parametrize("name", NAMES)
def test_each_spoilt_file_is_refused_in_a_line_or_its_rows_add_up(name, tmp_path):
    path, read = good(name, tmp_path)
    whole = outcome(path, read, 0.0)
    assert isinstance(whole, Ledger), whole
    before = sorted(each.name for each in tmp_path.parent.iterdir())
    for way, content in spoilt(name).items():
        path.write_bytes(content)
        for share in (0.0, 0.9):
            ended = outcome(path, read, share)
            if isinstance(ended, Ledger) and share == 0:
                assert not any(source.rejected for source in ended.sources), way
            if isinstance(ended, Ledger) and name in TEXTS and "\r" not in content.decode("utf-8-sig"):
                assert sum(source.rows for source in ended.sources) == rows_in(content, name == "wide months"), way
    assert sorted(each.name for each in tmp_path.parent.iterdir()) == before  # nothing was unpacked outside
    assert {each.name for each in tmp_path.iterdir()} == {path.name}


def test_there_are_more_than_two_hundred_of_them():
    ways = {(name, way): content for name in NAMES for way, content in spoilt(name).items()}
    assert len(ways) > 400
    assert len(set(ways.values())) > 400  # and they differ


@pytest.mark.parametrize("name", ["tidy xlsx", "tidy ods", "street archive"])
def test_a_bomb_is_refused_before_it_is_unpacked(name, tmp_path):
    path, read = good(name, tmp_path)
    path.write_bytes(spoilt(name)["a bomb"])
    tracemalloc.start()
    message = outcome(path, read, 0.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(message, str)
    assert "would unpack to" in message
    assert peak < 20 * 2**20  # of 64 MB


@pytest.mark.parametrize(
    ("name", "way", "says"),
    [
        ("tidy xlsx", "a cell at the far end", "a sheet spans 1,048,576 rows by 16,384 columns"),
        ("tidy xlsx", "a formula never worked out", "A90 holds a formula whose result was never saved"),
        ("tidy xlsx", "an error", "A90 holds #REF!"),
        ("tidy xlsx", "a wrong checksum", "is damaged"),
        ("tidy xlsx", "a password", "is locked with a password"),
        ("tidy xlsx", "a size that lies", "is damaged"),
        ("tidy xlsx", "a size that boasts", "would unpack to 600 MB; at most 256 MB are allowed"),
        ("street archive", "a size that boasts", "would unpack to"),
        ("tidy xlsx", "a page of the web", "is damaged or no zip file"),
        ("tidy ods", "rows without end", "a sheet spans"),
        ("tidy ods", "columns without end", "a sheet spans"),
        ("tidy months", "encoding utf-16", "is not UTF-8"),
        ("tidy months", "delimiter semicolons", "divided by semicolons, where commas are expected"),
        ("tidy months", "an open quote", "cannot be read as CSV"),
        ("tidy months", "a huge cell", "field larger than field limit"),
        ("tidy months", "one date day first", "'31/12/2019' is not a month; write it as 2019-12"),
        ("wide months", "dates day first", "the heading '31/12/2019' may be more than one month"),
        ("streets", "a column missing", "lacks the column"),
        ("streets", "the header alone", "holds no row"),
    ],
)
def test_what_is_said_of_some(name, way, says, tmp_path):
    path, read = good(name, tmp_path)
    path.write_bytes(spoilt(name)[way])
    message = outcome(path, read, 0.0)
    assert isinstance(message, str), "read, where a refusal was expected"
    assert says in message
