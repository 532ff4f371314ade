"""Computed sentences: a Finding in the report's manner, and nothing that is not in the Finding."""

from __future__ import annotations

from math import ceil, floor, log10

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import POSSIBLE, Judged, Verdict
from perf_lib.stats.forecast import Projection
from perf_lib.stats.series import YEAR, Figure
from perf_lib.words import wording

ROUNDED = (
    "Counts are rounded to multiples of {} so that nobody can be identified; parts may not add up. Totals, shares, "
    "changes and verdicts are computed from the rounded counts."
)
"""What a public report says of its counts, once."""
_STANDING_WORDS = ("above", "in line with, and above,", "in line with, and below,", "below")
_STANDING = dict(zip(symbols.STANDINGS, _STANDING_WORDS, strict=True))

AMONG_PEERS = {
    symbols.OUTSIDE[0]: "higher than similar forces",
    symbols.OUTSIDE[1]: "lower than similar forces",
}
"""How an area stands among its peers by the leave-one-out test; else it is LIKE_PEERS."""
LIKE_PEERS = "like similar forces"

EFFECT = {True: ", for the better", False: ", for the worse", None: ""}
"""How a change that is good, or is not, is said behind it; nothing where a measure has no better way."""

_THOUGH = ", though"
_MORE = {
    (True, False): ("more", "fewer"),
    (False, False): ("higher", "lower"),
    (False, True): ("further down", "further up"),
}
"""How a figure is said to be greater or smaller: of a count, of another figure, of a place in an order."""
_SURENESS = {"clear": "clearly", "possible": "perhaps"}
_FARTHEST = 1000.0
"""Per cent: of a change that may be more than tenfold, how much more is not said."""
_HELD = {
    "met": "met", "near": "came near", "not met": "did not meet", "": "has no figure to hold against",
}  # fmt: skip
TARGET_SHAPES = {"met": "● met", "near": "◊ near", "not met": "▲ not met", "": "–"}
"""How a table says whether a target was met: by a shape and a word."""
_CHANCES = ((0.9, "will almost surely"), (0.67, "will probably"), (0.33, "may or may not"), (0.1, "will probably not"))
_LEAST = "will almost surely not"
"""How a chance of meeting a target is said: the first whose share it reaches."""


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
    earlier, figure = when(measure, finding.as_at - YEAR), _finer(before, measure)
    # Where the sentence before it ends on something else, name what is compared.
    subject = "That" if finding.is_current else f"The figure {when(measure, finding.as_at, 'for')}"
    if figure == _finer(now, measure):
        return f"{subject} is the same as {earlier}."
    # A difference may be too small to print where the two figures print differently.
    difference = _difference(finding, finding.change) or f"slightly {'more' if finding.change > 0 else 'less'}"
    against = f"the {figure} {when(measure, finding.as_at - YEAR, 'of')}"
    return f"{subject} is {difference} than {against}. {_interval(finding)}"


def _interval(finding: Finding) -> str:
    """How far the year's change may be chance, and over which months where not all; or that it cannot be told."""
    year, measure = finding.year_on_year, finding.measure
    if year is None:
        # Where the verdict has a reason, the box prints it.
        because = " either" if finding.verdict.reason else f": {_year_untold(finding)}"
        return f"Whether by more than chance cannot be told{because}."
    over = ""
    if not _is_whole(finding):
        now, before = (_finer(figure, measure) for figure in (year.now, year.before))
        over = f"In {_compared(year.months)} it is {now} against {before}. "
    if pd.isna(year.lower):
        return f"{over}From nought, by how many per cent cannot be told."
    allowing = "season and chance" if measure.has_signals else "chance"
    lower, upper = (_bound(bound, finding) for bound in (year.lower, year.upper))
    return f"{over}Allowing for {allowing}, the change is {_range(lower, upper)}."


def when(measure: Measure, month: pd.Period, before: str = "in") -> str:
    """The twelve months to a month, after a word such as "in"; of what stands in a month, that month."""
    if measure.stands_at:
        return f"{measure.traits.stands} {wording.month(month)}"
    return f"{before} the {wording.twelve_months_to(month)}"


def _year_untold(finding: Finding) -> str:
    """Why this year is not held against the last, where the quarter could be judged."""
    changed = finding.comparable.changed_after(finding.quarter.last - 2 * YEAR)
    return f"counting changed in {wording.month(changed)}" if changed else "too few months of both can be compared"


def _is_whole(finding: Finding) -> bool:
    """Whether this year and last are compared over all of their months."""
    year = finding.year_on_year
    return year is None or year.months == YEAR or finding.measure.stands_at


def _compared(months: int, of: int | None = None) -> str:
    """In words, the months that comparisons do not leave out: 2 of the 3 months."""
    if of is None:
        return f"the {wording.counted(months, 'month')} that can be compared"
    return f"{months} of the {wording.counted(of, 'month')}"


def _bound(bound: float, finding: Finding) -> str:
    """An interval's bound with its sign, in the unit that the change is printed in."""
    year, measure = finding.year_on_year, finding.measure
    if year is not None and year.unit == "per cent":
        text = wording.per_cent(min(bound, _FARTHEST))
    else:
        text = _size(bound, measure)
    is_over = year is not None and year.unit == "per cent" and bound > _FARTHEST
    return f"{'more than ' if is_over else ''}{wording.with_plus(text)}"


def verdict_words(finding: Finding) -> str:
    """The verdict in a few words, for a title or a cell: clearly more than expected in October.

    Whatever prints a measure's grade prints these words.
    """
    told = finding.verdict
    months = ""
    if told.is_unlike and told.question == "quarter":
        months = "" if told.lead == "quarter" else f" {_when(finding.judged[told.lead or 'quarter'])}"
    elif told.is_unlike and finding.year_on_year is not None and not _is_whole(finding):
        months = f" in {_compared(finding.year_on_year.months)}"
    return grade_words(told, finding.measure) + months


def lead(finding: Finding) -> tuple[str, str]:
    """The figure that tells the verdict, and what it stands beside: the range that was expected, or the year before."""
    return _years(finding) if finding.verdict.question == "year" else _quarter(finding)


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
    words = _MORE[measure.is_counted, measure.is_rank]
    beside = "the year before" if told.question == "year" else "expected"
    return f"{_SURENESS[told.grade]} {words[told.way == 'lower']} than {beside}"


def verdict(finding: Finding) -> str:
    """The verdict in a sentence, with the figures behind it."""
    told, words = finding.verdict, wording.sentence_case(verdict_words(finding))
    if told.grade == "cannot tell":
        return f"Whether that is unlike what was expected cannot be told: {told.reason}."
    figure, beside = lead(finding)
    on_the_whole = " on the whole" if beside.startswith(_THOUGH) else ""
    sentence = f"{words}{on_the_whole}: {figure}{beside}."
    if told.break_suspected is not None:
        sentence += f" The counting may have changed in {wording.month(told.break_suspected)}, which could explain it."
    return sentence


def _years(finding: Finding) -> tuple[str, str]:
    """This year's figure against last year's, over the months that were compared."""
    year = finding.year_on_year
    assert year is not None  # noqa: S101 - the verdict is by it
    now, before = _apart(finding.measure, [year.now, year.before], not finding.verdict.is_unlike)
    over = "" if finding.verdict.is_unlike or _is_whole(finding) else f" in {_compared(year.months)}"
    return now, f" in both years{over}" if now == before else f" against {before}{over}"


def _quarter(finding: Finding) -> tuple[str, str]:
    """What the months judged came to, and the range that was expected of them."""
    told, measure = finding.verdict, finding.measure
    judged = finding.judged[told.lead or "quarter"]
    months = "" if told.is_unlike or judged.name == "quarter" else f" {_when(judged)}"
    if not judged.is_whole and not measure.stands_at:
        months += f" in {_compared(judged.compared, (judged.last - judged.first).n + 1)}"
    lower, upper = judged.lower, judged.upper
    if measure.is_count and ceil(lower) <= floor(upper):  # the whole numbers within
        lower, upper = ceil(lower), floor(upper)
    is_within = judged.lower <= judged.observed <= judged.upper
    observed, least, most = _apart(measure, [judged.observed, lower, upper], is_within)
    expected = f"{_range(least, most)} was expected"
    if is_within or told.is_unlike:
        return f"{observed}{months}", f", where {expected}"
    return f"{observed}{months}", f"{_THOUGH} {expected}; one of several tests may lie outside by chance"


def _apart(measure: Measure, figures: list[float], may_be_alike: bool) -> list[str]:
    """Figures in prose; where the first must not print like another, with as many decimals as tell them apart."""
    for finer in range(4):
        first, *others = (_finer(figure, measure, finer) for figure in figures)
        if may_be_alike or first not in others:
            break
    return [first, *others]


def _when(judged: Judged) -> str:
    """The months that are judged, in words."""
    if judged.first == judged.last:
        return f"in {judged.last.strftime('%B')}"
    return f"from {wording.span(judged.first, judged.last)}"


def _range(lower: str, upper: str) -> str:
    """Two figures with their unit once, and one where they print alike.

    >>> _range("78.5 per cent", "92 per cent"), _range("0", "0"), _range("+1 percentage point", "+3 percentage points")
    ('78.5 to 92 per cent', '0', '+1 to +3 percentage points')
    >>> _range("59 seconds", "1 minute 2 seconds")
    '59 seconds to 1 minute 2 seconds'
    """
    (least, _, unit), (most, _, same) = lower.partition(" "), upper.partition(" ")
    if lower == upper:
        return lower
    is_alone = unit.startswith("of ") or not any(map(str.isdigit, unit))
    if unit.removesuffix("s") == same.removesuffix("s") and is_alone:
        return f"{least} to {most} {max(unit, same, key=len)}".strip()
    return f"{lower} to {upper}"


def outlook(finding: Finding) -> str:
    """Where the rolling 12 months is heading, to three or four significant figures; empty without a projection."""
    if not isinstance(finding.projection, Projection):
        return ""
    last = finding.projection.table.iloc[-1]
    about, lower, upper = (
        _finer(_significant(max(0.0, last[name]), 3 + finding.measure.stands_at), finding.measure)
        for name in ("rolling", "lower_80", "upper_80")
    )
    chance = f"; 8 in 10 chance of {_range(lower, upper)}" if {lower, upper} != {about} else ""
    if finding.measure.stands_at:
        return f"If recent patterns go on, it comes to about {about} {when(finding.measure, last.name)}{chance}."
    return f"If recent patterns go on, the {wording.twelve_months_to(last.name)} come to about {about}{chance}."


def _significant(value: float, figures: int) -> float:
    """A figure to some significant figures: 43,986 to three as 44,000."""
    return float(wording.rounded(value, figures - 1 - floor(log10(value)))) if value > 0 else value


def aim(finding: Finding) -> str:
    """The target in words: 10 seconds; 75 to 150 a month; £188.0 million (Budget); empty where there is none."""
    outlook, measure = finding.target, finding.measure
    if outlook is None or measure.target is None:
        return ""
    bounds, asked = outlook.bounds, measure.target
    levels = [_target_level(level, measure) for level in (bounds.low, bounds.high) if level is not None]
    words = _range(levels[0], levels[-1])
    if asked.measure is not None:
        return f"{words} ({asked.measure.replace('_', ' ')})"
    if asked.change is not None:
        size = _size(abs(asked.change), measure) if measure.changes_in_its_unit else wording.per_cent(abs(asked.change))
        return f"{words} ({size} {_MORE[measure.is_counted, measure.is_rank][asked.change < 0]} than in {asked.on})"
    if asked.years:
        return f"{words} for {finding.quarter.financial_year}"
    return f"{words} a {asked.each}" if finding.comparable.adds_up else words


def _target_level(level: float, measure: Measure) -> str:
    if measure.unit == wording.SECONDS and level == int(level):
        return wording.duration(level)
    return in_prose(level, measure)


def target(finding: Finding) -> str:
    """Whether the quarter, or the year, met its target, and whether what is to come will."""
    outlook = finding.target
    if outlook is None:
        return ""
    year = f"the {wording.twelve_months_to(finding.quarter.last)}"
    subject = wording.sentence_case(year) if outlook.is_of_year else "The quarter"
    sentence = f"{subject} {_HELD[outlook.word]} the target of {aim(finding)}."
    if finding.measure.target and finding.measure.target.measure and outlook.figure is not None:
        gap = outlook.figure - (outlook.bounds.low or outlook.bounds.high or 0.0)
        sentence += f" It is {_size(abs(gap), finding.measure)} {'over' if gap > 0 else 'under'}." if gap else ""
    end = f"the {wording.twelve_months_to(outlook.year_end)}"
    end = f"the figure {when(finding.measure, outlook.year_end)}" if finding.measure.stands_at else end
    chances = [("the next quarter", outlook.next_quarter), (end, outlook.by_year_end)]
    to_come = [f"{which} {_certainty(chance)} " for which, chance in chances if chance is not None]
    if to_come:
        sentence += f" As things are, {'meet it, and '.join(to_come)}{'meet it' if len(to_come) == 1 else 'do so'}."
    return sentence


def _certainty(chance: float) -> str:
    return next((words for least, words in _CHANCES if chance >= least), _LEAST)


def breaks(finding: Finding) -> list[str]:
    """Each break on record, with its reason, its author and what it does to comparisons."""
    sentences = []
    for each in finding.breaks:
        months = wording.listed([wording.month(month) for month in each.excluded])
        effect = f"{months} left out of comparisons" if months else f"compared from {wording.month(each.starts)} only"
        sentences.append(f"{wording.sentence_case(each.kind)}, {effect}: {each.reason.rstrip('.')} ({each.author}).")
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
        f"{rate_in_prose(position.average)} (bounds {lower} to {upper}). Its rate is the {position.rank_words} in the "
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
    """The dashboard's few words: the verdict and its effect, then where the measure stands among its peers."""
    verdict = verdict_words(finding) + EFFECT[finding.verdict.good]
    return wording.sentence_case("; ".join(filter(None, [verdict, among_peers(finding)])))


def in_prose(value: float | None, measure: Measure) -> str:
    """A figure of the measure as a sentence says it."""
    if value is not None and not wording.SAYS_ITS_UNIT.fullmatch(measure.unit) and not measure.is_counted:
        return f"{wording.value_in_prose(value, measure.unit, measure.decimals)} {measure.unit}"
    return wording.value_in_prose(value, measure.unit, measure.decimals)


def change_in_table(finding: Finding) -> str:
    """The change of the rolling 12 months on the year before as a table prints it: in points for percentages."""
    if finding.measure.changes_in_its_unit:
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
    value = in_prose(None, measure) if figure.value is None else _finer(figure.value, measure)
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
    value = finding.value.value if measure.has_quarter and not measure.stands_at else None
    assert finding.as_at is not None  # noqa: S101 - the caller asked
    window = when(measure, finding.as_at)
    if value is None:
        if rolling is None:
            return f"The {measure.noun} cannot be totalled: months are missing."
        return f"There {_verb(rolling)} {_counted(rolling, measure)} {window}."
    twelve = f" and {wording.number(rolling)} {window}" if rolling is not None else ""
    return f"There {_verb(value)} {_counted(value, measure)} during {finding.quarter.name}{twelve}."


def _ratio(finding: Finding) -> str:
    measure, quarter = finding.measure, finding.quarter
    sentences = []
    assert finding.as_at is not None  # noqa: S101 - the caller asked
    if finding.value and not measure.spans_a_year and not measure.stands_at:
        sentences.append(f"The {measure.noun} was {in_figures(finding.value, measure)} during {quarter.name}.")
    if finding.rolling:
        subject = "It" if sentences else f"The {measure.noun}"
        sentences.append(f"{subject} was {in_figures(finding.rolling, measure)} {when(measure, finding.as_at)}.")
    if not sentences:
        latest = in_prose(float(finding.months.loc[finding.as_at, "value"]), measure)
        return f"The latest {measure.noun} was {latest}, in {wording.month(finding.as_at)}."
    return " ".join(sentences)


def _verb(count: float) -> str:
    return "was" if round(count) == 1 else "were"


def _counted(value: float, measure: Measure) -> str:
    return wording.counted(value, measure.singular or measure.noun, measure.noun)


def _difference(finding: Finding, change: float) -> str | None:
    """208 fewer (12.2 per cent); 3.1 percentage points more; None where it would print as nought."""
    measure, relative, more = finding.measure, finding.change_per_cent, change > 0
    is_short = measure.unit == wording.SECONDS and max(finding.rolling.value or 0, finding.previous.value or 0) < 60
    size = _finer(abs(change), measure) if is_short else _size(abs(change), measure)
    if not any(digit in size for digit in "123456789"):
        return None
    comparative = _MORE[False, True][not more] if measure.is_rank else "more" if more else measure.traits.less
    return f"{size} {comparative}" + (f" ({wording.per_cent(abs(relative))})" if relative is not None else "")


def _size(difference: float, measure: Measure) -> str:
    """A difference of two figures in prose: in points of percentages, in places of an order."""
    if measure.is_percentage:
        return wording.percentage_points(difference)
    if measure.is_rank:
        return wording.counted(difference, "place", decimals=int(difference % 1 != 0))
    return in_prose(difference, measure)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{wording.per_cent(value)}"


def _finer(value: float, measure: Measure, finer: int = 0) -> str:
    """A figure in a sentence with some more decimals; seconds under a minute have one, to tell two of them apart."""
    if measure.unit == wording.SECONDS:
        finer = max(finer, (measure.decimals or 0) - 1)
        return f"{wording.number(value, 1 + finer)} seconds" if value < 60 else in_prose(value, measure)
    usual = measure.decimals if measure.decimals is not None else int(measure.is_percentage)
    return in_prose(value, measure.model_copy(update={"decimals": usual + finer}) if finer else measure)
