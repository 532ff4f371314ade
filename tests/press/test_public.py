"""The public pack: nothing in it depends on true figures that round alike, marked items out, typed figures refused."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from bodies import differing
from builders import PARAMS, ROOT

from perf_lib.config import markings, rounding_key
from perf_lib.findings.disclosure import Key, Rounding
from perf_lib.press import leaks
from perf_lib.press.pack import run
from perf_lib.press.publish import publish
from perf_lib.report import open_report
from perf_lib.words.errors import InputError, Undisclosable
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")
NOTEBOOKS = ("0_introduction", "2_protect_vulnerable", "6_dashboard")
SAMPLE = ROOT / "perf_lib" / "sample"
SECRET = "a key that the tests draw by"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rounding_key.VARIABLE, SECRET)


def params_with(folder: Path, *changes: tuple[str, str], settings: str = "", own_files: bool = False) -> Path:
    """The shipped params with lines put into the catalogue under measures, and lines added to the settings."""
    params = Path(shutil.copytree(PARAMS, folder / "params"))
    catalogue = params / "measures.yaml"
    text = catalogue.read_text(encoding="utf-8")
    for code, line in changes:
        assert f"\n{code}:\n" in text
        text = text.replace(f"\n{code}:\n", f"\n{code}:\n  {line}\n", 1)
    catalogue.write_text(text, encoding="utf-8")
    written = (params / "settings.yaml").read_text(encoding="utf-8")
    if own_files:
        for name in ("monthly.csv", "peers.csv", "witness_reasons.csv"):
            shutil.copy(SAMPLE / name, params)
        written = written.replace("sample:", "")
    (params / "settings.yaml").write_text(f"{written}\n{settings}\n", encoding="utf-8")
    return params


def notebooks_in(folder: Path, names: tuple[str, ...] = NOTEBOOKS) -> Path:
    folder.mkdir()
    for name in names:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Public packs of the sample, of other true figures that round alike, and of one count that rounds otherwise."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(rounding_key.VARIABLE, SECRET)
        for name, alter in (("sample", None), ("alike", other_figures), ("one", one_count_more)):
            folder = tmp_path_factory.mktemp(name)
            params = params_with(folder, ("sexual_offences", "marking: OFFICIAL-SENSITIVE"), own_files=True)
            if alter is not None:
                alter(params)
            notebooks = notebooks_in(folder / "notebooks")
            made[name] = run(QUARTER, params, folder / "outputs", notebooks, public=True).folder
    return made


def other_figures(params: Path) -> None:
    """Write other true figures into all three files, of which every count rounds as it did."""
    report = open_report(QUARTER, params)
    catalogue, frame = report.params.catalogue, report.arrived.frame
    rounding = Rounding(5, Key(SECRET.encode()))
    public = type(catalogue)({code: each for code, each in catalogue.items() if code != "sexual_offences"})
    printed, other, draw = rounding.frame(frame, public), frame.copy(), np.random.default_rng(4)
    alone = {code: each.is_count and code not in ("calls_999", "complaints") for code, each in catalogue.items()}
    is_count = frame["measure"].map(alone) & frame["value"].notna()  # those two are other measures' denominators
    other.loc[is_count, "value"] = np.maximum(0, frame["value"] + draw.integers(-4, 5, len(frame)))[is_count]
    has_parts = frame["denominator"].notna() & (frame["measure"] != "positive_outcome_ratio")
    shares = has_parts & frame["measure"].map({code: each.is_share for code, each in catalogue.items()})
    moved = np.clip(frame["numerator"] + draw.integers(-4, 5, len(frame)), 0, None)
    moved = moved.where(~shares, np.minimum(moved, frame["denominator"]))
    other.loc[has_parts, "numerator"] = moved[has_parts]
    times = frame["measure"].map({code: 100.0 if each.is_percentage else 1.0 for code, each in catalogue.items()})
    other.loc[has_parts, "value"] = (times * moved / frame["denominator"])[has_parts]
    kept = ~frame["measure"].eq("sexual_offences")
    for _ in range(20):
        whole = Rounding(5, Key(SECRET.encode())).frame(other, public)
        rows = frame.index[kept][differing(whole, printed)]
        if not len(rows):
            break
        other.loc[rows] = frame.loc[rows]
    assert not len(rows)
    assert len(differing(frame, other)) > 300
    hidden = other["measure"].eq("sexual_offences") & other["value"].notna()
    other.loc[hidden, "value"] = frame.loc[hidden, "value"] + 7  # left out, so anything may stand there
    other.assign(month=other["month"].astype(str)).to_csv(params / "monthly.csv", index=False)
    rates = pd.read_csv(params / "peers.csv")
    own = (rates["area"] == "Wiltshire") & (rates["level"] == "force")
    rates.loc[own, "rate"] *= 1.01
    rates.loc[own, "offences"] += 3
    rates.to_csv(params / "peers.csv", index=False)
    reasons = pd.read_csv(params / "witness_reasons.csv")
    for column in reasons.columns[reasons.columns.str.startswith("months_12")]:
        month = column.removeprefix("months_12_to_").replace("_", "-")
        for at, reason in enumerate(reasons["reason"]):
            count = rounding.count
            before = count(float(reasons.at[at, column]), "witness_reasons", month, reason, str(reasons.at[at, column]))
            for other_count in range(max(0, int(before) - 4), int(before) + 5):
                if count(float(other_count), "witness_reasons", month, reason, str(other_count)) == before:
                    reasons.at[at, column] = other_count
                    break
    reasons.to_csv(params / "witness_reasons.csv", index=False)


def one_count_more(params: Path) -> None:
    """Write one count of the quarter otherwise, so that it rounds otherwise: exploitation crimes of December."""
    frame = pd.read_csv(params / "monthly.csv")
    row = frame.index[(frame["measure"] == "cse_crime") & (frame["month"] == "2019-12")]
    frame.loc[row, "value"] += 5
    frame.to_csv(params / "monthly.csv", index=False)


def files_of(pack: Path) -> dict[str, bytes]:
    return {path.relative_to(pack).as_posix(): path.read_bytes() for path in pack.rglob("*") if path.is_file()}


def unlike(one: Path, other: Path) -> set[str]:
    """The files in which two packs differ by a byte, and those that only one has."""
    left, right = files_of(one), files_of(other)
    return {name for name in {*left, *right} if left.get(name) != right.get(name)}


def test_other_true_figures_that_round_alike_give_the_same_pack_to_the_byte(packs):
    assert unlike(packs["sample"], packs["alike"]) == set()
    names = set(files_of(packs["sample"]))
    assert names >= {"report.html", "report.pdf", "findings.csv", "dashboard.xlsx", "dashboard.ods", "run.json"}
    assert names >= {"pages/6_dashboard.html", "pages/6_dashboard.pdf", "notebooks/6_dashboard.ipynb"}


def test_one_count_that_rounds_otherwise_is_seen_in_every_file_that_shows_it(packs):
    where = unlike(packs["sample"], packs["one"])
    assert where >= {"report.html", "report.pdf", "findings.csv", "dashboard.xlsx", "dashboard.ods", "run.json"}
    for name in ("2_protect_vulnerable", "6_dashboard"):
        assert where >= {f"pages/{name}.html", f"pages/{name}.pdf", f"notebooks/{name}.ipynb"}


def test_a_single_digit_is_seen_in_each_file(packs, tmp_path):
    for name, content in files_of(packs["sample"]).items():
        copy = Path(shutil.copytree(packs["sample"], tmp_path / "copy"))
        at = next(place for place in range(len(content) // 2, len(content)) if content[place : place + 1].isdigit())
        digit = b"%d" % ((int(content[at : at + 1]) + 1) % 10)
        (copy / name).write_bytes(content[:at] + digit + content[at + 1 :])
        assert unlike(packs["sample"], copy) == {name}
        shutil.rmtree(copy)


def test_every_printed_count_is_a_multiple_and_the_reader_is_told_once(packs):
    rows = pd.read_csv(packs["sample"] / "findings.csv").set_index("measure")
    counts = rows[rows["unit"].isin(["crimes", "arrests", "collisions", "incidents", "hours"])]
    figures = counts[["quarter_value", "rolling_12", "previous_12", "change"]]
    assert len(counts) > 10 and (figures.fillna(0) % 5 == 0).all(axis=None)
    told = "Counts are rounded to multiples of 5 so that nobody can be identified; parts may not add up."
    assert (packs["sample"] / "report.html").read_text(encoding="utf-8").count(told) == 1
    cover = pd.read_excel(packs["sample"] / "dashboard.xlsx", sheet_name=0, header=None, engine="calamine")
    assert cover.astype(str).apply(lambda cells: cells.str.contains(told)).any(axis=None)


def test_the_public_record_has_no_digest_of_an_input_and_no_time(packs):
    public = json.loads((packs["sample"] / "run.json").read_text(encoding="utf-8"))
    assert set(public["inputs"].values()) == {""} and "made" not in public and "seconds" not in str(public)
    inside = packs["sample"].with_name(f"{packs['sample'].name}.internal")
    digests = json.loads((inside / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert all(digests.values()) and set(digests) >= {"params/measures.yaml", "params/monthly.csv"}


# The key


def test_without_a_key_there_is_no_public_report_and_the_line_says_how(tmp_path, monkeypatch):
    monkeypatch.delenv(rounding_key.VARIABLE)
    params = params_with(tmp_path)
    with pytest.raises(InputError, match=r"rounding\.key: .* there is no key; make one by `perf-lib init`") as refused:
        open_report(QUARTER, params, public=True)
    assert refused.value.exit_code == 2
    path = rounding_key.make_key(params)
    assert path == tmp_path / "rounding.key" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert rounding_key.make_key(params) is None and rounding_key.read_key(params) == path.read_bytes().strip()
    assert open_report(QUARTER, params, public=True).is_public
    path.write_text("short", encoding="utf-8")
    with pytest.raises(InputError, match="the key has fewer than 16 characters"):
        open_report(QUARTER, params, public=True)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {rounding_key.KEY, rounding_key.DRAWS} <= set(ignored)


def test_draws_that_were_printed_are_kept_beside_params(packs):
    params = packs["sample"].parents[1] / "params"
    kept = rounding_key.read_draws(params)
    assert kept == dict(open_report(QUARTER, params, public=True).draws) and len(kept) > 300
    size = (params.parent / rounding_key.DRAWS).stat().st_size
    rounding_key.keep_draws(params, kept)  # nothing new
    assert (params.parent / rounding_key.DRAWS).stat().st_size == size


def test_first_published_keeps_what_the_public_report_printed(tmp_path):
    params = params_with(tmp_path)
    before = open_report("2019-20-Q2", params, public=True)
    path = publish(before)
    assert path.name == "published-public.csv" and (path.parent / "published.csv").exists()
    public, internal = open_report(QUARTER, params, public=True), open_report(QUARTER, params)
    line = public["hate_crime"].finding.earlier[-1]
    assert line.first_value == line.value.value == before["hate_crime"].finding.value.value
    assert public.restated() == () and internal.restated()
    assert [str(each.quarter) for each in public["hate_crime"].finding.earlier] == ["2019-20-Q2"]


# Markings


def test_a_marked_measure_is_left_out_and_said_to_be(packs):
    pack = packs["sample"]
    report = open_report(QUARTER, pack.parents[1] / "params", public=True)
    sentence = "Sexual offences: left out of this public report, because it is marked OFFICIAL-SENSITIVE."
    assert sentence in report.about_the_data().text
    executed = (pack / "notebooks" / "2_protect_vulnerable.ipynb").read_text(encoding="utf-8")
    assert executed.count(sentence) == 2  # once, as HTML and as plain text
    assert "sexual_offences" not in report.findings and "sexual_offences" not in set(report.arrived.frame["measure"])
    assert "sexual_offences" not in set(pd.read_csv(pack / "findings.csv")["measure"])
    assert report.lines("sexual_offences", title="One").text == sentence
    assert sentence in report.scatter("sexual_offences", "hate_crime").text


def test_the_pack_is_searched_for_figures_of_a_marked_measure(packs, tmp_path):
    params = packs["sample"].parents[1] / "params"
    report, internal = open_report(QUARTER, params, public=True), open_report(QUARTER, params)
    leaks.refuse_shown(packs["sample"], internal, report)  # as it was made, it passes
    # December's 94 offences and the year's 1,496, by the published report.
    row = "<table><tr><th>Sexual offences</th><td>94</td></tr></table>"
    plants = {
        "report.html": f"<p>x</p>{row}",
        "alone.csv": "what,figure\nsomething,1496\n",
        "chart.svg": "<svg><text x='1'>Sexual offences, 94</text></svg>",
    }
    for name, text in plants.items():
        planted = tmp_path / name.split(".")[0]
        planted.mkdir()
        (planted / name).write_text(text, encoding="utf-8")
        told = rf"{name}: (94|1496): a figure of sexual_offences \(.+OFFICIAL-SENSITIVE"
        with pytest.raises(Undisclosable, match=told):
            leaks.refuse_shown(planted, internal, report)


def test_a_notebook_that_reads_the_figures_for_itself_stops_the_pack(packs, tmp_path):
    notebooks = notebooks_in(tmp_path / "notebooks", ())
    notebook = nbformat.read(ROOT / "notebooks" / "6_dashboard.ipynb", as_version=4)
    notebook.cells = notebook.cells[:3]
    source = "import pandas as pd\nimport perf_lib\nfrom pathlib import Path\n"
    source += "frame = pd.read_csv(Path(perf_lib.__file__).parent / 'sample' / 'monthly.csv')\n"
    source += "frame[(frame.measure == 'sexual_offences') & (frame.month == '2019-12')]"
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, notebooks / "1_own.ipynb")
    told = r"\.(ipynb|html): 94(\.0)?: a figure of sexual_offences \(December 2019\)"
    with pytest.raises(Undisclosable, match=told):
        run(QUARTER, packs["sample"].parents[1] / "params", tmp_path / "outputs", notebooks, public=True)
    assert Undisclosable.exit_code == 1
    assert not list((tmp_path / "outputs").glob("2019*/report.html"))


# Words


@pytest.mark.parametrize(
    ("file", "text", "figure"),
    [
        ("commentary/cse_crime.md", "There were 7 in September.", "7"),
        ("commentary/cse_crime.md", "Then came\nsix crimes in November.", "six"),
        ("commentary/hate_crime.md", "There were 619 hate crimes in the twelve months to December.", "619"),
        ("introduction.md", "An analyst wrote that 1,496 were recorded.", "1,496"),
        ("introduction.md", "Sexual offences came to 94 in the month.", "94"),
        ("introduction.md", "There were {{ sexual_offences.quarter }} of them.", "leaves sexual_offences out"),
        ("settings.yaml", "notes: ['In the year 1,497 offences were recorded.']", "1,497"),
    ],
)
def test_a_typed_figure_that_the_public_report_does_not_print_is_refused(file, text, figure, tmp_path):
    params = params_with(tmp_path, ("sexual_offences", "marking: OFFICIAL-SENSITIVE"))
    path = params / str(QUARTER) / file
    if file == "settings.yaml":
        with path.open("a", encoding="utf-8") as opened:
            opened.write(f"\n{text}\n")
    else:
        path.write_text(f"A first line.\n\n{text}\n", encoding="utf-8")
    report = open_report(QUARTER, params, public=True)
    with pytest.raises(Undisclosable, match=rf"{path.name}, line \d+: .*{figure}"):
        report.introduction()
        leaks.refuse_typed(report)


def test_a_rounded_figure_a_sourced_one_and_a_bound_one_may_be_typed(tmp_path):
    params = params_with(tmp_path)
    report, internal = open_report(QUARTER, params, public=True), open_report(QUARTER, params)
    leaks.refuse_typed(report)  # the shipped commentary
    year = report["hate_crime"].finding.rolling.value
    assert year % 5 == 0 and year != internal["hate_crime"].finding.rolling.value
    words = f"There were {year:.0f} in the twelve months to December. In all {{{{ rolling_12 }}}} were recorded. "
    words += "It was 619 by another count (source: report to the panel, March 2020)."
    (params / str(QUARTER) / "commentary" / "hate_crime.md").write_text(words, encoding="utf-8")
    leaks.refuse_typed(report)


def test_what_is_printed_exactly_is_said_to_be_and_why(tmp_path):
    params = params_with(tmp_path, ("special_constable_hours", "safe: it counts hours and no people"))
    report, internal = open_report(QUARTER, params, public=True), open_report(QUARTER, params)
    code = "special_constable_hours"
    assert report[code].finding.rolling.value == internal[code].finding.rolling.value == 64084
    told = "Special constables' hours deployed: printed exactly, because it counts hours and no people."
    assert told in report.about_the_data().text and told not in internal.about_the_data().text


def test_an_internal_report_prints_every_count_and_the_markings(tmp_path):
    params = params_with(tmp_path, ("sexual_offences", "marking: provisional"))
    report = open_report(QUARTER, params)
    assert report.marking == "provisional"  # above the report's own OFFICIAL
    assert '<p class="marking">provisional</p>' in report["sexual_offences"].headline().html
    marked = {
        "inputs": report.settings.inputs.model_copy(update={"markings": {"sample:monthly.csv": "OFFICIAL-SENSITIVE"}})
    }
    settings = report.settings.model_copy(update=marked)
    holds = {"sample:monthly.csv": set(report.params.catalogue)}
    assert {m.marking for m in markings.marked(report.params.catalogue, holds, settings).values()} == {
        "OFFICIAL-SENSITIVE"
    }


def test_official_may_be_published_unless_settings_say_otherwise(tmp_path):
    params = params_with(tmp_path, ("hate_crime", "marking: OFFICIAL"))
    assert "hate_crime" in open_report(QUARTER, params, public=True)
    with (params / "settings.yaml").open("a", encoding="utf-8") as file:
        file.write("public_leaves_out: [OFFICIAL]\n")
    with pytest.raises(InputError, match=r"settings\.yaml: marking: a report marked OFFICIAL has no public version"):
        open_report(QUARTER, params, public=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("hate_crime", "breakdown_of: crime_volum"),
            "breakdown_of: no other measure 'crime_volum'; did you mean crime_v",
        ),
        (("conviction_rate", "of_measure: sickness_days_lost"), "of_measure: sickness_days_lost is a mean; a count is"),
        (("hate_crime", "marking: SECRET"), "marking"),
    ],
)
def test_what_cannot_be_right_is_one_line(change, told, tmp_path):
    with pytest.raises(InputError, match=rf"measures\.yaml, {change[0]}: {told}"):
        open_report(QUARTER, params_with(tmp_path, change))
