"""The workbook: notes that are referred to, and nothing printed while it is written."""

from __future__ import annotations

import re
import warnings
import zipfile

from builders import report

from perf_lib.workbook import NOTES, write_workbook


def test_the_workbook_is_written_without_a_warning_and_its_notes_are_referred_to(tmp_path):
    path = tmp_path / "dashboard.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # gptables leaves its theme's file to be collected
        write_workbook(report().findings, report().settings, path)
    with zipfile.ZipFile(path) as archive:
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", archive.read("xl/sharedStrings.xml").decode())
    assert all(note in texts for note in NOTES.values())
    titles = [text for text in texts if "[note " in text]
    assert [title.split(" [")[0] for title in titles][1:] == ["Findings, unrounded", "Monthly figures, unrounded"]
    # Every note is referred to by its number, and no reference is left unresolved.
    assert {int(number) for title in titles for number in re.findall(r"note (\d)", title)} == {1, 2, 3}
    assert not [text for text in texts if "$$" in text]
