"""Computed sentences: a Finding in the report's manner, and nothing that is not in the Finding."""

from __future__ import annotations

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import POSSIBLE, Verdict
from perf_lib.stats.forecast import Refused
from perf_lib.stats.series import Figure
from perf_lib.words import wording

WITHHELD = (
    f"{wording.WITHHELD} stands for a figure that is withheld to protect people's privacy: it counts very few of them, "
    "or a figure that does could be worked out with it. Averages, tests and projections are made without such months."
)
_STANDING_WORDS = ("above", "in line with, and above,", "in line with, and below,", "below")
_STANDING = dict(zip(symbols.STANDINGS, _STANDING_WORDS, strict=True))

AMONG_PEERS = {
    symbols.OUTSIDE[0]: "higher than similar forces",
    symbols.OUTSIDE[1]: "lower than similar forces",
}
"""How an area stands among its peers by the leave-one-out test; else it is LIKE_PEERS."""
LIKE_PEERS = "like similar forces"

_SURENESS = {"clear": "clearly", "possible": "perhaps"}
_CHANCES = ((0.9, "will almost surely"), (0.67, "will probably"), (0.33, "may or may not"), (0.1, "will probably not"))
_LEAST = "will almost surely not"
"""How a chance of meeting a target is said: the first whose share it reaches."""


def withheld(finding: Finding) -> str:
    """What [c] means, for a measure with withheld figures; else empty."""
    return WITHHELD if finding.is_withheld else ""


def figures(finding: Finding) -> str:
    """What the measure came to, in the quarter and in twelve months."""
    measure, quarter = finding.measure, finding.quarter
    if finding.as_at is None:
        return f"No figure has been supplied for {measure.title[:1].lower()}{measure.title[1:]}."
    sentence = _count(finding) if measure.is_counted else _ratio(finding)
    if not finding.is_current and measure.frequency != "quarterly":
        sentence += f" No later figure has been supplied for {quarter.name}."
    return sentence


def change(finding: Finding) -> str:
    """How the twelve months compare with the twelve before, with an interval; empty where either is missing."""
    now, before, measure = finding.rolling.value, finding.previous.value, finding.measure
    if now is None or before is None or finding.change is None or finding.as_at is None:
        return ""
    earlier, figure = wording.twelve_months_to(finding.as_at - 12), in_prose(before, measure)
    # Where the sentence before it ends on something else, name what is compared.
    subject = "That" if finding.is_current else f"The figure for the {wording.twelve_months_to(finding.as_at)}"
    if figure == in_prose(now, measure):
        return f"{subject} is the same as in the {earlier}."
    # A difference may be too small to print where the two figures print differently.
    difference = _difference(finding, finding.change) or f"slightly {'more' if finding.change > 0 else 'less'}"
    return f"{subject} is {difference} than the {figure} of the {earlier}; {_interval(finding)}."


def _interval(finding: Finding) -> str:
    """How far the year's change may be chance, or that it cannot be told."""
    year = finding.year_on_year
    if year is None:
        return f"whether by more than chance cannot be told ({finding.verdict.reason or 'too few to tell'})"
    lower, upper = (_bound(bound, finding) for bound in (year.lower, year.upper))
    if lower is None or upper is None:
        return "from nought there is no per cent"
    return f"allowing for season and chance, a change of {_range(lower, upper, finding.measure)}"


def _bound(bound: float, finding: Finding) -> str | None:
    """An interval's bound with its sign, in the unit that the change is printed in."""
    year = finding.year_on_year
    if year is None or pd.isna(bound):
        return None
    sign = "+" if bound > 0 else ""
    if year.unit == "percentage points" or finding.measure.is_percentage:
        return sign + wording.percentage_points(bound)
    return sign + (wording.per_cent(bound) if year.unit == "per cent" else in_prose(bound, finding.measure))


def verdict_words(finding: Finding) -> str:
    """The verdict in a few words, for a title or a cell: clearly more than expected in October.

    Whatever prints a measure's grade prints these words.
    """
    told = finding.verdict
    months = f" {_when(finding)}" if told.is_unlike and told.lead not in ("quarter", "year") else ""
    return grade_words(told, finding.measure) + months


def lead_figure(finding: Finding) -> str:
    """The figure that tells the verdict: of the months that lead to it, or of the year."""
    judged = finding.judged.get(finding.verdict.lead or "")
    return (
        in_prose(finding.rolling.value, finding.measure) if judged is None else _finer(judged.observed, finding.measure)
    )


def lead_beside(finding: Finding) -> str:
    """What that figure stands beside: the range that was expected, or the year before."""
    judged = finding.judged.get(finding.verdict.lead or "")
    if judged is None:
        return f"against {in_prose(finding.previous.value, finding.measure)}"
    lower, upper = (_finer(bound, finding.measure) for bound in (judged.lower, judged.upper))
    return f"where {_range(lower, upper, finding.measure)} was expected"


def still(finding: Finding) -> str:
    """That the year has gone the other way than the quarter, where it has by more than chance."""
    year, told = finding.year_on_year, finding.verdict
    if told.question != "quarter" or year is None or year.p >= POSSIBLE or not finding.change:
        return ""
    if (finding.change > 0) == (told.way == "higher"):
        return ""
    return f", though still {'higher' if finding.change > 0 else 'lower'} than a year ago"


def last_known(finding: Finding) -> str:
    """The last known figure, with its month where that is before the quarter's end."""
    if finding.as_at is None:
        return ""
    figure = (
        finding.rolling.value if finding.measure.spans_a_year else float(finding.months.loc[finding.as_at, "value"])
    )
    month = "" if finding.is_current else f" in {wording.month(finding.as_at)}"
    return f"{in_prose(figure, finding.measure)}{month}"


def grade_words(told: Verdict, measure: Measure) -> str:
    """A verdict's grade in words, without the months that tell it: clearly more than expected."""
    if told.grade == "cannot tell":
        return told.reason
    if not told.is_unlike:
        return "like the year before" if told.question == "year" else "as expected"
    comparative = "higher" if told.way == "higher" else "lower"
    if measure.is_count:
        comparative = "more" if told.way == "higher" else measure.traits.less
    beside = "the year before" if told.question == "year" else "expected"
    return f"{_SURENESS[told.grade]} {comparative} than {beside}"


def verdict(finding: Finding) -> str:
    """The verdict in a sentence, with the figures behind it."""
    told, words = finding.verdict, wording.sentence_case(verdict_words(finding))
    if told.grade == "cannot tell":
        return f"Whether that is unlike what was expected cannot be told: {told.reason}."
    if told.question == "year":
        now, before = (_finer(figure.value or 0, finding.measure) for figure in (finding.rolling, finding.previous))
        sentence = f"{words}: {now} against {before}."
    else:
        judged, measure = finding.judged[told.lead or "quarter"], finding.measure
        observed, lower, upper = (_finer(each, measure) for each in (judged.observed, judged.lower, judged.upper))
        months = "" if told.is_unlike or judged.name == "quarter" else f" of {wording.span(judged.first, judged.last)}"
        sentence = f"{words}: {observed}, where {_range(lower, upper, measure)} was expected{months}."
    if told.break_suspected is not None:
        sentence += f" The counting may have changed in {wording.month(told.break_suspected)}, which could explain it."
    return sentence


def _when(finding: Finding) -> str:
    """The months that tell the verdict, after its words."""
    judged = finding.judged[finding.verdict.lead or "quarter"]
    if judged.first == judged.last:
        return f"in {judged.last.strftime('%B')}"
    return f"over {wording.span(judged.first, judged.last)}"


def _range(lower: str, upper: str, measure: Measure) -> str:
    """Two figures with their unit once: 78.5 to 92 per cent."""
    (least, *unit), (_, *same) = lower.split(" ", 1), upper.split(" ", 1)
    return f"{least if unit == same and measure.unit != wording.SECONDS else lower} to {upper}"


def outlook(finding: Finding) -> str:
    """Where the rolling 12 months is heading, or why that cannot be said."""
    ahead = finding.projection
    if ahead is None:
        return ""
    if isinstance(ahead, Refused):
        return f"No projection is made: {ahead.words}."
    last = ahead.table.iloc[-1]
    lower, upper = (in_prose(max(0.0, last[f"{side}_80"]), finding.measure) for side in ("lower", "upper"))
    return (
        f"If nothing changes, the {wording.twelve_months_to(ahead.table.index[-1])} will probably come to "
        f"{in_prose(last['rolling'], finding.measure)}: between {lower} and {upper} with 80 per cent confidence."
    )


def target(finding: Finding) -> str:
    """Whether the quarter met its target, and whether what is to come will."""
    outlook = finding.target
    if outlook is None:
        return ""
    aim = in_prose(outlook.target, finding.measure)
    each = f"a month's target of {aim}" if finding.measure.is_count else f"the target of {aim}"
    now = {True: "The quarter met", False: "The quarter did not meet", None: "There is no quarter to hold against"}
    sentence = f"{now[outlook.met]} {each}."
    if outlook.next_quarter is None:
        return sentence
    sentence += f" As things are, the next quarter {_certainty(outlook.next_quarter)} meet it"
    if outlook.by_year_end is not None:
        sentence += f", and the {wording.twelve_months_to(outlook.year_end)} {_certainty(outlook.by_year_end)} do so"
    return sentence + "."


def _certainty(chance: float) -> str:
    return next((words for least, words in _CHANCES if chance >= least), _LEAST)


def breaks(finding: Finding) -> list[str]:
    """Each break on record, with its reason, its author and what it does to comparisons."""
    sentences = []
    for each in finding.breaks:
        months = wording.listed([wording.month(month) for month in each.excluded])
        effect = f"{months} left out of comparisons" if months else f"compared from {wording.month(each.starts)} only"
        sentences.append(f"{wording.sentence_case(each.kind)}, {effect}: {each.reason} ({each.author}).")
    return sentences


def peers(finding: Finding, group: PeerGroup) -> str:
    """Where the area stands among its peers, and whether it moves as they do."""
    comparison = finding.peers
    if comparison is None:
        return ""
    position = comparison.position
    national = "" if position.national_rank_words is None else f" and the {position.national_rank_words} forces"
    lower, upper = (rate_in_prose(bound) for bound in (comparison.lower, comparison.upper))
    sentences = [
        f"In the {wording.twelve_months_to(comparison.month)} {finding.area} recorded {rate_in_prose(position.rate)} "
        f"{finding.measure.unit} per 1,000 residents, {_STANDING[comparison.standing]} the {group.name}'s average of "
        f"{rate_in_prose(position.average)} (bounds {lower} to {upper}), the {position.rank_words} in the "
        f"group{national}."
    ]
    if position.left_out:
        sentences.append(f"No rate is known for {wording.listed(position.left_out)}.")
    sentences.append(f"That is {among_peers(finding)}, by how far single areas lie from the rest of the group.")
    if position.change is not None and position.group_change is not None:
        sentences.append(
            f"It {'does not trend' if position.does_not_trend else 'trends'} with its peers: the rate changed by "
            f"{_signed(position.change)} on the year before, theirs by {_signed(position.group_change)} on average."
        )
    return " ".join(sentences)


def among_peers(finding: Finding) -> str:
    """How the area stands among similar forces, by the test that leaves each of them out in turn; empty without."""
    return "" if finding.peers is None else AMONG_PEERS.get(finding.peers.position.calibrated or "", LIKE_PEERS)


def context(finding: Finding) -> str:
    """The dashboard's few words: the verdict, then where the measure stands among its peers."""
    return wording.sentence_case("; ".join(filter(None, [verdict_words(finding), among_peers(finding)])))


def in_prose(value: float | None, measure: Measure) -> str:
    """A figure of the measure as a sentence says it."""
    if value is not None and measure.unit not in (wording.PERCENT, wording.SECONDS) and not measure.is_count:
        return f"{wording.value_in_prose(value, measure.unit, measure.decimals)} {measure.unit}"
    return wording.value_in_prose(value, measure.unit, measure.decimals)


def figure_in_table(finding: Finding, value: float | None) -> str:
    """A figure of the measure as a table prints it: [c] where there is none because figures are withheld."""
    if finding.is_withheld and wording.is_missing(value):
        return wording.WITHHELD
    return finding.measure.in_table(value)


def change_in_table(finding: Finding) -> str:
    """The change of the rolling 12 months on the year before as a table prints it: in points for percentages."""
    if finding.is_withheld and wording.is_missing(finding.change):
        return wording.WITHHELD
    if finding.measure.is_percentage:
        return wording.change_in_table(finding.change, finding.measure.unit, finding.measure.decimals)
    return wording.change_per_cent_in_table(finding.change_per_cent)


def rate_in_prose(rate: float) -> str:
    """A rate per 1,000: one decimal from ten up, two below.

    >>> rate_in_prose(61.456), rate_in_prose(2.169)
    ('61.5', '2.17')
    """
    return wording.number(rate, 1 if rate >= 10 else 2)


def in_figures(figure: Figure, measure: Measure) -> str:
    """A figure with what it was made from: 88.8 per cent (4,524 of 5,095 defendants prosecuted)."""
    value = in_prose(figure.value, measure)
    if figure.withheld:
        return wording.WITHHELD
    if figure.margin is not None:
        return f"{value} (plus or minus {wording.percentage_points(figure.margin)})"
    if figure.unweighted and measure.denominator_is == "flow":
        return f"{value} (the unweighted mean of the months)"
    if not measure.of or not figure.denominator or measure.denominator_is == "stock":
        return value
    total = wording.number(figure.denominator)
    if measure.is_percentage and figure.numerator is not None:
        return f"{value} ({wording.number(figure.numerator)} of {total} {measure.of})"
    return f"{value} ({total} {measure.of})"


def _count(finding: Finding) -> str:
    measure, rolling = finding.measure, finding.rolling.value
    value = finding.value.value if measure.has_quarter else None
    window = f"in the {wording.twelve_months_to(finding.as_at)}"
    if finding.value.withheld or finding.rolling.withheld:
        quarter, twelve = (
            f"{wording.WITHHELD} {measure.noun}" if figure.withheld else _counted(figure.value or 0, measure)
            for figure in (finding.value, finding.rolling)
        )
        return f"There were {quarter} during {finding.quarter.name} and {twelve} {window}."
    if value is None:
        if rolling is None:
            return f"The {measure.noun} cannot be totalled: months are missing."
        return f"There {_verb(rolling)} {_counted(rolling, measure)} {window}."
    twelve = f" and {wording.number(rolling)} {window}" if rolling is not None else ""
    return f"There {_verb(value)} {_counted(value, measure)} during {finding.quarter.name}{twelve}."


def _ratio(finding: Finding) -> str:
    measure, quarter = finding.measure, finding.quarter
    parts = []
    if (finding.value or finding.value.withheld) and not measure.spans_a_year:
        parts.append(f"{in_figures(finding.value, measure)} during {quarter.name}")
    if finding.rolling or finding.rolling.withheld:
        parts.append(f"{in_figures(finding.rolling, measure)} in the {wording.twelve_months_to(finding.as_at)}")
    if not parts:
        latest = in_prose(float(finding.months.loc[finding.as_at, "value"]), measure)
        return f"The latest {measure.noun} was {latest}, in {wording.month(finding.as_at)}."
    return f"The {measure.noun} was {' and '.join(parts)}."


def _verb(count: float) -> str:
    return "was" if round(count) == 1 else "were"


def _counted(value: float, measure: Measure) -> str:
    return wording.counted(value, measure.singular or measure.noun, measure.noun)


def _difference(finding: Finding, change: float) -> str | None:
    """208 fewer (12.2 per cent); 3.1 percentage points more; None where it would print as nought."""
    measure, relative, more = finding.measure, finding.change_per_cent, change > 0
    size = wording.percentage_points(abs(change)) if measure.is_percentage else in_prose(abs(change), measure)
    if not any(digit in size for digit in "123456789"):
        return None
    comparative = "more" if more else measure.traits.less
    return f"{size} {comparative}" + (f" ({wording.per_cent(abs(relative))})" if relative is not None else "")


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{wording.per_cent(value)}"


def _finer(value: float, measure: Measure) -> str:
    """A figure in a sentence; seconds under a minute have a decimal, so that a reader can tell two of them apart."""
    if measure.unit == wording.SECONDS and value < 60:
        return f"{wording.number(value, 1)} seconds"
    return in_prose(value, measure)
