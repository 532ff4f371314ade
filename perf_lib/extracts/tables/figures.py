"""What no figure of a measure can be, whichever file it stands in."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts.tables.checks import Checks, Say
from perf_lib.words.wording import PERCENT


def refuse_impossible(
    table: pd.DataFrame, figures: Mapping[str, pd.Series], catalogue: Catalogue, checks: Checks, otherwise: str = ""
) -> None:
    """Reject rows with a negative figure, a denominator of nought, more than 100 per cent, and part of a count.

    table: rows as text with their `measure`. figures: the same rows' numbers by column (`numerator`, `denominator`
    and `value`, and any other that cannot be negative). otherwise: what to write where nothing happened.
    """
    refuse = checks.refuse
    numerator, denominator, value = figures["numerator"], figures["denominator"], figures["value"]
    for name, column in figures.items():
        refuse(column < 0, _negative(name), name)
    refuse(denominator == 0, f"denominator 0: nothing can be divided by it{otherwise}", "denominator")
    percentage = table["measure"].map({code: measure.unit == PERCENT for code, measure in catalogue.items()})
    percentage = percentage.eq(True)  # an unknown measure has no unit
    refuse(
        percentage & (numerator > denominator),
        lambda row: f"numerator {row['numerator']} is above its denominator {row['denominator']}",
        "numerator",
    )
    refuse(percentage & (value > 100), lambda row: f"value {row['value']} is above 100 per cent", "value")
    is_count = table["measure"].map({code: measure.is_count for code, measure in catalogue.items()}).eq(True)
    refuse(
        is_count & (value % 1 != 0) & value.notna(),
        lambda row: f"value {row['value']} is not whole; the measure is a count",
        "value",
    )


def _negative(name: str) -> Say:
    return lambda row: f"{name} {row[name]} is negative; 0 or more is allowed"
