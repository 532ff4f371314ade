"""Bad input through the real command line: one clear line, exit code 2, no traceback, nothing written."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from perf_lib.cli import main
from perf_lib.report import open_report
from perf_lib.words.errors import PerfError

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"


@pytest.fixture
def params(tmp_path) -> Path:
    """A copy of the sample's params with its months in a file of its own, ready to be spoilt."""
    folder = tmp_path / "params"
    shutil.copytree(ROOT / "params", folder)
    shutil.copy(ROOT / "perf_lib" / "sample" / "monthly.csv", folder / "monthly.csv")
    replace(folder / "settings.yaml", "sample:monthly.csv", "monthly.csv")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(params: Path, monkeypatch, capsys, *arguments: str) -> str:
    outputs = params.parent / "outputs"
    asked = ["perf-lib", "run", *(arguments or (QUARTER,)), "--params", str(params), "--outputs", str(outputs)]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2, said.err
    assert not outputs.exists()
    lines = said.err.strip().splitlines()
    assert len(lines) == 1
    assert "Traceback" not in said.err
    return lines[0]


DECEMBER = "sexual_offences,Wiltshire,2019-12,,,94,published,final,"  # Appendix A

CASES = {
    "unknown measure": (DECEMBER.replace("offences", "offense"), ["monthly.csv", "'sexual_offense'", "did you mean"]),
    "duplicate month": (DECEMBER.replace("2019-12", "2019-11"), ["sexual_offences, 2019-11", "twice"]),
    "text in a number": (
        DECEMBER.replace(",94,", ",ninety,"),
        ["sexual_offences, 2019-12", "'ninety'", "not a number"],
    ),
    "negative count": (DECEMBER.replace(",94,", ",-94,"), ["sexual_offences, 2019-12", "-94", "0 or more"]),
    "part of a count": (DECEMBER.replace(",94,", ",94.5,"), ["sexual_offences, 2019-12", "94.5", "whole"]),
    "no such month": (DECEMBER.replace("2019-12", "2019-13"), ["'2019-13'", "2019-12"]),
    "no such origin": (DECEMBER.replace("published", "publishd"), ["'publishd'", "did you mean published?"]),
    "no value": (DECEMBER.replace(",94,", ",,"), ["sexual_offences, 2019-12", "blank", "'not supplied'"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_row_is_one_line_that_names_it(case, params, monkeypatch, capsys):
    row, parts = CASES[case]
    replace(params / "monthly.csv", DECEMBER, row)
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in ["monthly.csv", *parts]), said


def test_a_gap_is_named(params, monkeypatch, capsys):
    replace(params / "monthly.csv", "sexual_offences,Wiltshire,2019-10,,,112,published,final,\n", "")
    assert "sexual_offences, 2019-10" in refused(params, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("numerator", "denominator", "parts"),
    [("5", "0", ["denominator 0", "nil return"]), ("9", "4", ["numerator 9", "denominator 4"])],
)
def test_a_ratio_that_cannot_be_is_named(numerator, denominator, parts, params, monkeypatch, capsys):
    path = params / "monthly.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("conviction_rate,Wiltshire,2019-12"))
    cells = lines[at].split(",")
    lines[at] = ",".join([*cells[:3], numerator, denominator, *cells[5:]])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in ["monthly.csv", "conviction_rate, 2019-12", *parts]), said


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("settings.yaml", "inputs:", "inputz:", ["settings.yaml", "'inputz'", "did you mean inputs?"]),
        ("settings.yaml", "monthly.csv", "months.csv", ["months.csv", "no such file"]),
        ("settings.yaml", "monthly.csv", "../../monthly.csv", ["leads outside"]),
        ("settings.yaml", "marking: OFFICIAL", "marking: SECRET", ["settings.yaml", "'SECRET'", "OFFICIAL"]),
        ("settings.yaml", "priorities:", "body: {}\npriorities:", ["settings.yaml", "line", "written twice"]),
        (
            "measures.yaml",
            "  better: lower",
            "  beter: lower",
            ["measures.yaml", "crime_volume", "did you mean better?"],
        ),
        ("measures.yaml", "  kind: count", "  kind: cuont", ["crime_volume", "'cuont'", "'count'"]),
        ("measures.yaml", "  priority: 1", "  priority: 9", ["crime_volume", "priority 9"]),
        ("measures.yaml", "crime_volume:", "crime_volume: [", ["measures.yaml", "line"]),
        (f"{QUARTER}/settings.yaml", "  drug_offences:", "  drugs:", ["unknown measure 'drugs'"]),
        ("settings.yaml", "      - answer_time_crib", "      - answer_time", ["unknown measure 'answer_time'"]),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(file, old, new, parts, params, monkeypatch, capsys):
    if old.strip() in ("drug_offences:",):
        text = (params / file).read_text(encoding="utf-8")
        old = next(line for line in text.splitlines() if line.strip().startswith("drug_offences:")).split(":")[0] + ":"
        new = old.replace("drug_offences", "drugs")
    replace(params / file, old, new)
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in parts), said


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("quarter,,,10952", "quarter,,,-10952", ["crime_volume, 2019-20-Q1", "-10952", "0 or more"]),
        ("quarter,,,88.1", "quarter,,,881", ["crime_recording_compliance, 2019-20-Q1", "881", "100 per cent"]),
        ("quarter,3,6,33", "quarter,9,6,33", ["complaint_appeals_upheld", "numerator 9", "denominator 6"]),
        ("crime_volume,2019-20-Q1", "crime_volume,2019-20-Q2", ["'2019-20-Q2'", "allowed: 2019-20-Q1"]),
        ("crime_volume,", "crime_volum,", ["'crime_volum'", "did you mean crime_volume?"]),
    ],
)
def test_a_wrong_figure_as_first_published_is_named(old, new, parts, params, monkeypatch, capsys):
    replace(params / "2019-20-Q1" / "published.csv", old, new)
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in ["2019-20-Q1/published.csv, line ", *parts]), said


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        (
            "measures.yaml",
            "  peers: crime_volume",
            "  peers: crime_volum",
            ["params/measures.yaml, crime_volume: peers", "'crime_volum'", "peers.csv", "did you mean crime_volume?"],
        ),
        ("settings.yaml", "- Cheshire", "- Chesire", ["params/settings.yaml: peer_group.areas", "mean Cheshire?"]),
        ("settings.yaml", "- Cheshire", "- Suffolk", ["params/settings.yaml: peer_group", "'Suffolk' is given twice"]),
        (
            "settings.yaml",
            "- Cheshire",
            "- Wiltshire",
            ["settings.yaml: peer_group", "'Wiltshire' is body.area"],
        ),
        ("settings.yaml", "area: Wiltshire", "area: Wiltshir", ["params/settings.yaml: body.area", "mean Wiltshire?"]),
        ("settings.yaml", "sample:peers.csv", "../peers.csv", ["params/settings.yaml: inputs", "leads outside"]),
        ("settings.yaml", "first: 2019-09-14", "first: 2019-09-31", ["settings.yaml, line", "first: '2019-09-31'"]),
        ("settings.yaml", "first: 2019-09-14", "first: [2019-02-30]", ["settings.yaml, line", "first: '2019-02-30'"]),
    ],
)
def test_peers_areas_and_dates_that_cannot_be_are_named_with_their_file(
    file, old, new, parts, params, monkeypatch, capsys
):
    replace(params / file, old, new)
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in parts), said


def test_a_negative_count_of_reasons_is_named(params, monkeypatch, capsys):
    shutil.copy(ROOT / "perf_lib" / "sample" / "witness_reasons.csv", params)
    replace(params / "settings.yaml", "sample:witness_reasons.csv", "witness_reasons.csv")
    replace(params / "witness_reasons.csv", "professional / expert,1,1", "professional / expert,1,-1")
    said = refused(params, monkeypatch, capsys)
    parts = ["witness_reasons.csv, line", "professional / expert", "months_12_to_2019_12", "'-1'", "0 or more"]
    assert all(part in said for part in parts), said


BREAKS = """
breaks:
  - measures: [{measure}]
    kind: {kind}
    first: {first}
    last: {last}
    reason: Why
    author: Who
"""


@pytest.mark.parametrize(
    ("wrong", "parts"),
    [
        ({"measure": "hate_crim"}, ["unknown measure 'hate_crim'", "did you mean hate_crime?"]),
        ({"kind": "outage"}, ["breaks.0.kind", "'outage'", "'data quality'"]),
        ({"first": "2019-09-18"}, ["breaks.0", "last day 2019-09-17", "before the first, 2019-09-18"]),
        ({"kind": "process change"}, ["breaks.0", "first day and no last"]),
        ({"last": ""}, ["breaks.0", "needs its last day"]),
        ({"first": "2019-13-01"}, ["first: '2019-13-01'"]),
    ],
)
def test_a_break_that_cannot_be_is_named(wrong, parts, params, monkeypatch, capsys):
    told = {"measure": "hate_crime", "kind": "exclusion", "first": "2019-09-14", "last": "2019-09-17", **wrong}
    path = params / QUARTER / "settings.yaml"
    path.write_text(path.read_text(encoding="utf-8") + BREAKS.format(**told), encoding="utf-8")
    said = refused(params, monkeypatch, capsys)
    assert all(part in said for part in [f"{QUARTER}/settings.yaml", *parts]), said


def test_commentary_that_cannot_be_bound_or_read_is_named(params, monkeypatch, capsys):
    path = params / QUARTER / "commentary" / "hate_crime.md"
    path.write_text("Fine.\n\nThere were {{ roling_12 }}.\n", encoding="utf-8")
    said = refused(params, monkeypatch, capsys)
    assert "commentary/hate_crime.md, line 3" in said
    assert "did you mean rolling_12?" in said
    path.write_bytes(b"caf\xe9")
    assert "hate_crime.md" in refused(params, monkeypatch, capsys)
    path.write_text("Fine.", encoding="utf-8")
    (path.parent / "hat_crime.md").write_text("Stray.", encoding="utf-8")
    assert "did you mean hate_crime?" in refused(params, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("quarter", "part"),
    [("2019-20-Q9", "2019-20-Q3"), ("2019-21-Q3", "2019-20-Q3"), ("2020-21-Q1", "did you mean"), ("q3", "2019-20-Q3")],
)
def test_an_unknown_quarter_is_answered_with_a_right_one(quarter, part, params, monkeypatch, capsys):
    assert part in refused(params, monkeypatch, capsys, quarter)


def test_whatever_is_spoilt_the_answer_is_a_report_or_one_line(params):
    """Seeded mutations of every file a person writes: never another exception than ours."""
    chance = random.Random(20191231)
    files = ["settings.yaml", "measures.yaml", "monthly.csv", "2019-20-Q1/published.csv", f"{QUARTER}/settings.yaml"]
    files += [f"{QUARTER}/commentary/sexual_offences.md"]
    for name in ("peers.csv", "witness_reasons.csv"):
        shutil.copy(ROOT / "perf_lib" / "sample" / name, params)
        replace(params / "settings.yaml", f"sample:{name}", name)
        files.append(name)
    for _ in range(45):
        path = params / chance.choice(files)
        whole = path.read_bytes()
        path.write_bytes(mutated(whole, chance))
        try:
            report = open_report(QUARTER, params)
            report["sexual_offences"].commentary()
        except PerfError as error:
            assert len(str(error).splitlines()) == 1
        finally:
            path.write_bytes(whole)


def mutated(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    lines = content.split(b"\n")
    line = chance.randrange(len(lines))
    return chance.choice(
        [
            content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :],
            content[:at],
            content[:at] + b"\x00" + content[at:],
            b"\n".join([*lines[:line], *lines[line + 1 :]]),
            b"\n".join([*lines[: line + 1], *lines[line:]]),
            content.replace(b",", b";", 40),
            content.replace(b": ", b":", 5),
            content[:at] + b"9999999999999999999" + content[at:],
            b"",
        ]
    )
