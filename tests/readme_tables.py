"""The README's computed tables: `python tests/readme_tables.py` rewrites them, a test holds them true."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import measured

from perf_lib.findings import symbols
from perf_lib.report import Report, open_report
from perf_lib.words import wording

README = Path(__file__).parents[1] / "README.md"
CLAIMS = Path(__file__).parent / "claims.csv"


def symbol_table() -> str:
    rows = ["| | symbol | meaning |", "| --- | --- | --- |"]
    for symbol in symbols.SYMBOLS:
        picture = f'<img src="perf_lib/icons/{symbol.code}.svg" width="20" alt="">'
        rows.append(f"| {picture} | {symbol.words} (`{symbol.code}`) | {symbol.meaning} |")
    return "\n".join(rows)


def claims_table(report: Report) -> str:
    """Each symbol that the report claimed against those that come out of the sample."""
    rows = ["| paragraph | measure | claimed | found, of those claimed | not found | found besides | borne out |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    with CLAIMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            finding = report[row["measure"]].finding
            claimed = set(row["symbols_claimed"].split()) - {"none"}
            # The claims' name for the symbol.
            claimed = {{"does_not_trend_with_peers": "not_trending_with_peers"}.get(code, code) for code in claimed}
            found = symbols.codes(finding)
            borne_out = [s.code for s in symbols.shown(finding) if symbols.is_supported(s, finding)]
            columns = [
                sorted(claimed),
                [code for code in found if code in claimed],
                sorted(claimed - set(found)),
                [code for code in found if code not in claimed],
                borne_out,
            ]
            said = [_said(column) for column in columns]
            rows.append(f"| {row['para']} | {finding.measure.title} | {' | '.join(said)} |")
    return "\n".join(rows)


def _said(codes: list[str]) -> str:
    return wording.listed([symbols.BY_CODE[code].words for code in codes]) or "–"


def tables() -> dict[str, str]:
    return {"symbols": symbol_table(), "claims": claims_table(open_report("2019-20-Q3")), "measured": measured.readme()}


def with_tables(text: str) -> str:
    for name, table in tables().items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(
            pattern, lambda found, table=table: found[1] + table + "\n" + found[2], text, flags=re.DOTALL
        )
        assert count == 1, name
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
