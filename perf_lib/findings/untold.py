"""Why nothing can be told of a measure: no figure, too few of them, none to compare with, or counting that changed."""

from __future__ import annotations

import pandas as pd

from perf_lib.findings.comparable_months import Comparable
from perf_lib.stats.expected import margins
from perf_lib.stats.expected.histories import SHORTEST
from perf_lib.stats.series import YEAR
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter


def reason(each: Comparable, months: pd.DataFrame, quarter: Quarter) -> str:
    """Why nothing can be told of a measure."""
    supplied = each.values.loc[: quarter.last].dropna()
    if supplied.empty:
        return wording.NOT_SUPPLIED
    if is_stale(each, quarter):
        return f"no figure since {wording.month(supplied.index[-1])}"
    if is_of_too_few(each, quarter):
        return "too few to tell"
    if not each.is_testable:
        return of_breaks(each, supplied.index[-1]) or _of_one_figure(each, months, supplied)
    if changed := each.changed_after(quarter.last - SHORTEST):
        return f"counting changed in {wording.month(changed)}"
    if len(supplied) < SHORTEST:
        return f"only {wording.counted(len(supplied), 'month')} to go by"
    return "too few months can be compared"


def of_breaks(each: Comparable, last: pd.Period) -> str:
    """Why a figure as supplied cannot be compared with the one of a year before, by the breaks on record; or empty."""
    first = last - (2 * YEAR - 1 if each.measure.spans_a_year else YEAR)  # of the months that the two speak for
    if changed := each.changed_after(first):
        return f"counting changed in {wording.month(changed)}"
    left_out = [month for month in (last, last - YEAR) if month in each.limits["exclude"]]
    return f"{wording.month(left_out[0])} is left out of comparisons" if left_out else ""


def _of_one_figure(each: Comparable, months: pd.DataFrame, supplied: pd.Series) -> str:
    """Why a figure as supplied cannot be compared with the one of a year before, breaks apart."""
    last = supplied.index[-1]
    if last - YEAR not in supplied.index:
        return f"no figure for {wording.month(last - YEAR)} to compare with"
    if each.measure.has_margin:
        return "no margin was supplied"
    if each.measure.stands_at:
        return "figures a quarter apart are not tested"
    is_share_of_few = each.measure.is_percentage and months.loc[[last, last - YEAR], "denominator"].notna().any()
    return "too few to tell" if is_share_of_few else "the number behind it was not supplied"


def is_stale(each: Comparable, quarter: Quarter) -> bool:
    """Whether the figures stop before the quarter; a survey's, which come late, more than a year before its end."""
    supplied = each.values.loc[: quarter.last].dropna()
    oldest = quarter.last - (YEAR - 1) if each.measure.frequency == "quarterly" else quarter.first
    return supplied.empty or supplied.index[-1] < oldest


def is_of_too_few(each: Comparable, quarter: Quarter) -> bool:
    """Whether the quarter's figure is a share of so few that none could be told from chance."""
    if not each.measure.is_share or each.denominators is None:
        return False
    return float(each.denominators.loc[quarter.first : quarter.last].sum()) < margins.FEWEST
