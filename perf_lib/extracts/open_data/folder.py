"""What a folder of downloaded open data holds, told from the files themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.ons import TITLE
from perf_lib.extracts.open_data.street import kind_of_file
from perf_lib.extracts.tables.files import WORKBOOKS, read_sheets
from perf_lib.extracts.tables.schema import HOME_OFFICE
from perf_lib.words.errors import InputError

_MOST_FILES = 20_000


@dataclass(frozen=True)
class Found:
    """The files of a folder by what they hold."""

    street: list[Path] = field(default_factory=list)
    """Street files, outcomes files and archives, which may hold either."""
    ons: list[Path] = field(default_factory=list)
    home_office: list[Path] = field(default_factory=list)
    other: list[Path] = field(default_factory=list)


def sort_folder(folder: Path) -> Found:
    """Which of a folder's files are street files or archives of them, area tables, recorded crime, or something else.

    Raises InputError for a folder that is not there or holds none of the three.
    """
    if not folder.is_dir():
        raise InputError(f"the data folder {shown(folder)} does not exist")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) > _MOST_FILES:
        raise InputError(f"{shown(folder)}: holds more than {_MOST_FILES:,} files; give a folder of open data alone")
    found = Found()
    for path in files:
        getattr(found, _holds(path)).append(path)
    if not (found.street or found.ons or found.home_office):
        raise InputError(
            f"{shown(folder)}: holds no street-level CSV or archive of data.police.uk, no police force area tables and "
            "no police recorded crime open data"
        )
    return found


def _holds(path: Path) -> str:
    suffix = path.suffix.lower()
    if kind_of_file(path.name) in ("street", "outcomes") or suffix == ".zip":
        return "street"
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline().replace('"', "").strip().split(",")
        return "home_office" if set(HOME_OFFICE.required) <= {cell.strip() for cell in header} else "other"
    if suffix not in WORKBOOKS:
        return "other"
    for sheet in read_sheets(path):
        for _, row in sheet.rows[:15]:
            if row and TITLE in " ".join(row[0].split()).lower():
                return "ons"
            if set(HOME_OFFICE.required) <= {cell.strip() for cell in row}:
                return "home_office"
    return "other"
