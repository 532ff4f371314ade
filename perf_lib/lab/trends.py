"""The library's arithmetic on any monthly frame: one call a question, a tidy frame for an answer.

Every function takes a frame in each shape that `read_monthly` reads, and answers with an index of series and months.
Nothing is computed here: each calls the function by which reports are made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.lab.frames import Data, Months, by_series, read_monthly, read_with, with_dates
from perf_lib.stats import months as windows
from perf_lib.stats import spc
from perf_lib.stats.transforms import Kind, Scaled, scaled
from perf_lib.words.errors import InputError


def signals(
    data: Data, months: int = 1, breaks: Months = None, exclude: Months = None, dates: bool = False
) -> pd.DataFrame:
    """Which of the published symbols each series shows: one-month high, eight-month low, monthly figures rising …

    data: as in `read_monthly`. months: for how many of the newest months. breaks: months from which figures were
    counted anew; exclude: months that take no part; of every series, or by series. Answers with an index of series and
    month and a true-or-false column for each rule. Raises InputError as `read_monthly` does.
    Source: the rules are the report's own, with Shewhart's limits (`perf_lib.stats.spc`).

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> frame = pd.DataFrame({"thefts": [10, 12] * 12 + [30]}, index=months)
    >>> signals(frame)[["month_high", "month_low"]]
    code            month_high  month_low
    series month
    thefts 2020-01        True      False
    """
    frame = read_monthly(data)
    table = spc.signals(frame, None, True, by_series(breaks, frame), by_series(exclude, frame))
    newest = table.index.get_level_values("month") > frame.index[-1] - months
    return with_dates(table[newest], dates)


def expected(
    data: Data,
    kind: Kind = "count",
    denominators: Data | None = None,
    quarters: int = 1,
    breaks: Months = None,
    exclude: Months = None,
    dates: bool = False,
) -> pd.DataFrame:
    """Whether each series' newest quarter is unlike what its own past leads one to expect, and how surely.

    data: as in `read_monthly`, its last three months the quarter. kind: count, proportion, mean, stock or given.
    denominators: the same series and months, where `data` are numerators. quarters: for how many of the newest
    quarters. breaks, exclude: as in `signals`.

    Answers with an index of series and the quarter's last month. observed, expected, lower and upper are the quarter's,
    in the unit of the measure (proportions in per cent), the range at 95 per cent. month_1 to year are the chances of
    each test, negative for lower than expected; p is the chance of the series as a whole; grade is clear (survives the
    false-discovery control over all series), possible, as expected or cannot tell. Raises InputError as `read_monthly`
    does, and for a figure that its kind cannot have. Source: `perf_lib.stats.expected`; Benjamini & Hochberg (1995).

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson(100, (60, 2))
    >>> values[-3:, 1] += 60
    >>> told = expected(pd.DataFrame(values, index=months, columns=["steady", "risen"]))
    >>> told["grade"].tolist()
    ['as expected', 'clear']
    """
    from perf_lib.findings.verdict import POSSIBLE, clear  # here: the published rules do without
    from perf_lib.stats.expected.judging import judge_at

    series = _scaled(data, kind, denominators, breaks, exclude)
    ends = np.arange(len(series.months) - 1, -1, -3)[:quarters][::-1]
    table = judge_at(series, ends).rename(columns={"expected_low": "lower", "expected_high": "upper"})
    grades = np.select([table["p"].isna(), table["p"] < POSSIBLE], ["cannot tell", "possible"], "as expected")
    table.insert(0, "grade", grades)
    for _, chances in table["p"].dropna().groupby(level="month"):
        table.loc[[*clear(chances.to_dict())], "grade"] = "clear"
    return with_dates(table, dates)


def expected_months(
    data: Data,
    kind: Kind = "count",
    denominators: Data | None = None,
    breaks: Months = None,
    exclude: Months = None,
    dates: bool = False,
) -> pd.DataFrame:
    """What was to be expected of every month, before its quarter began: the band that charts draw.

    Arguments as in `expected`. Answers with an index of series and month, and observed, expected, lower and upper (95
    per cent) in the unit of the measure. Raises InputError as `expected` does. Source: `perf_lib.stats.expected.level`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> frame = pd.DataFrame({"thefts": [100, 104] * 30}, index=months)
    >>> expected_months(frame).round().tail(1)
                    observed  expected  lower  upper
    series month
    thefts 2019-12     104.0     104.0   81.0  130.0
    """
    from perf_lib.stats.expected.judging import assess, month_by_month

    series = _scaled(data, kind, denominators, breaks, exclude)
    ends = np.arange((len(series.months) - 1) % 3, len(series.months), 3)
    ranges = month_by_month(assess(series, ends))
    covered = pd.PeriodIndex([series.months[0] + int(end) - back for end in ends for back in (2, 1, 0)], name="month")
    tables = {
        name: pd.DataFrame(ranges[..., at], covered, ["observed", "expected", "lower", "upper"])
        for at, name in enumerate(series.names)
    }
    table = pd.concat(tables, names=["series"])
    return with_dates(table[table.index.get_level_values("month") >= series.months[0]], dates)


def forecast(
    data: Data,
    kind: Kind = "count",
    denominators: Data | None = None,
    ahead: int = 6,
    breaks: Months = None,
    exclude: Months = None,
    dates: bool = False,
) -> pd.DataFrame:
    """Where the rolling 12 months of each series are heading, with 80 and 95 per cent intervals.

    ahead: months, 1 to 12; other arguments as in `expected`. Answers with an index of series and month to come, and
    columns rolling, lower_80, upper_80, lower_95 and upper_95 in the unit of the rolling figure. A series that cannot
    be projected has missing figures, and `why` says the reason. Raises InputError as `expected` does.
    Source: `perf_lib.stats.forecast`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> frame = pd.DataFrame({"thefts": [100, 104] * 30}, index=months)
    >>> forecast(frame, ahead=1)[["rolling", "lower_80", "upper_80"]].round()
                    rolling  lower_80  upper_80
    series month
    thefts 2020-01   1226.0    1212.0    1240.0
    """
    from perf_lib.stats import forecast as model

    frame, below, limits = read_with(data, denominators, breaks, exclude)
    series = {
        name: model.Months(
            frame[name],
            kind,
            None if below is None else below[name],
            limits["breaks"].get(name, ()),
            limits["exclude"].get(name, ()),
        )
        for name in frame
    }
    to_come = pd.period_range(frame.index[-1] + 1, periods=ahead, freq="M", name="month")
    names = ["rolling", *(f"{side}_{level}" for level in model.LEVELS for side in ("lower", "upper"))]
    tables = {}
    for name, outlook in model.project_all(series, ahead).items():
        if isinstance(outlook, model.Refused):
            tables[name] = pd.DataFrame(np.nan, to_come, names).assign(why=outlook.words)
        else:
            tables[name] = outlook.table.set_axis(to_come, axis="index").assign(why="")
    return with_dates(pd.concat(tables, names=["series"]), dates)


def year_on_year(
    data: Data,
    kind: Kind = "count",
    denominators: Data | None = None,
    level: float = 0.95,
    breaks: Months = None,
    exclude: Months = None,
) -> pd.DataFrame:
    """How much each series' last 12 months differ from the 12 before, with an interval about the change.

    level: of the interval; other arguments as in `expected`. Answers with a row a series: now and before in the unit of
    the measure, change, lower and upper in what `unit` says (per cent, percentage points or its own), p, and how many
    months both years have; all missing where it cannot be said. Raises InputError as `expected` does.
    Source: `perf_lib.stats.expected.years`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> frame = pd.DataFrame({"thefts": [100, 104] * 24 + [130, 134] * 6}, index=months)
    >>> year_on_year(frame)[["change", "lower", "upper"]].round(1)
            change  lower  upper
    series
    thefts    29.4    6.6   54.4
    """
    from dataclasses import asdict

    from perf_lib.stats.expected.years import YearOnYear, by_column

    series = _scaled(data, kind, denominators, breaks, exclude)
    rows = [{} if each is None else asdict(each) for each in by_column(series, level)]
    return pd.DataFrame(rows, series.names.rename("series"), [*YearOnYear.__dataclass_fields__])


def rolling(
    data: Data, kind: Kind = "count", denominators: Data | None = None, months: int = 12, dates: bool = False
) -> pd.DataFrame:
    """Each series' figure over so many months to each month: a sum, or a ratio of sums.

    Arguments as in `expected`. Answers with a row a month and a column a series, in the unit of the measure; missing
    where one of the months is. A stock's or a given figure is its last month's. Raises InputError as `expected` does.

    >>> months = pd.period_range("2019-01", periods=13, freq="M")
    >>> rolling(pd.DataFrame({"thefts": range(13)}, index=months))["thefts"].tail(2).tolist()
    [66.0, 78.0]
    """
    if months < 1:
        raise InputError(f"rolling: {months} months; write 1 or more")
    series = _scaled(data, kind, denominators)
    scale, values = series.scale, series.value
    if scale.sums:
        values = windows.trailing_sum(values, months)
    elif scale.flow:
        numerator, size = (windows.trailing_sum(part, months) for part in (series.numerator, series.size))
        values = scale.per * numerator / size
    return with_dates(pd.DataFrame(values, series.months, series.names), dates)


def rate(
    data: Data, population: float | pd.Series | pd.DataFrame, per: float = 1000, dates: bool = False
) -> pd.DataFrame:
    """Figures per 1,000 residents, or per so many of anything.

    data: as in `read_monthly`. population: one for all, a Series by series, or a frame like `data`. per: the number
    that the rate is of. Answers with a row a month and a column a series. Raises InputError for a series without a
    population.

    >>> months = pd.period_range("2019-12", periods=1, freq="M")
    >>> rate(pd.DataFrame({"crimes": [44252]}, index=months), 720100).round(2)["crimes"].tolist()
    [61.45]
    """
    frame = read_monthly(data)
    if isinstance(population, pd.Series):
        population = pd.DataFrame([population] * len(frame), frame.index)
    if isinstance(population, pd.DataFrame):
        population = windows.alike(frame, read_monthly(population), "population")
    return with_dates(per * frame / population, dates)


def peers(rates: Data, area: str, dates: bool = False) -> pd.DataFrame:
    """Where an area stands among its peers in every month: rank, average, bounds, and whether it stands out.

    rates: as in `read_monthly`, a series an area, the area's own among them, all in one unit. Answers with a row for
    each month in which the area has a rate: rate, average, rank (1 is the lowest) and n; lower, upper and standing by
    the published bounds of the average, calibrated_lower, calibrated_upper and calibrated by where one more area like
    the others would lie. Raises InputError for an area without rates, with the nearest name.
    Source: `perf_lib.stats.peers`.

    >>> areas = pd.DataFrame({"Here": [61.5], "A": [91.1], "B": [58.3], "C": [72.7], "D": [87.6]}, index=["2019-12"])
    >>> peers(areas, "Here")[["rate", "average", "rank", "n", "calibrated"]]
             rate  average  rank  n     calibrated
    2019-12  61.5    74.24     2  5  in_line_below
    """
    from perf_lib.stats.peers import position

    frame = read_monthly(rates)
    if area not in frame or frame[area].isna().all():
        position(frame.iloc[-1], area)  # which refuses it
    columns = "rate average rank rank_words n lower upper standing calibrated_lower calibrated_upper calibrated".split()
    known = frame[frame[area].notna()]
    rows = [vars(position(row, area)) for _, row in known.iterrows()]
    return with_dates(pd.DataFrame(rows, known.index, columns), dates)


def correlate(one: Data, other: Data, lag: int = 0, months: int | None = None) -> pd.DataFrame:
    """Whether two series move together: by their changes from month to month, which share no trend and no season.

    one, other: a Series, or anything that `read_monthly` reads as a single series. lag: months by which `other` follows
    `one`. months: only so many of the newest. Answers with one row: related (true where chance alone would show as much
    less than 5 times in 100), r (of the changes, -1 to 1), p, r_squared (of the figures as they are, which trends alone
    may raise), the lag and the number of changes. Raises InputError as `read_monthly` does, and for several series.
    Source: Bartlett (1946) for series whose changes depend on earlier ones (`perf_lib.stats.relation`).

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> calls = pd.Series(np.random.default_rng(1).normal(size=60), months, name="calls")
    >>> correlate(calls, calls.shift(1).rename("arrests"), lag=1)[["related", "r", "lag"]]
                   related    r  lag
    calls arrests     True  1.0    1
    """
    from dataclasses import asdict

    from perf_lib.stats.relation import relation

    pair = []
    for each in (one, other):
        frame = read_monthly(each)
        if frame.shape[1] != 1:
            raise InputError(f"correlate: one series a side, not {frame.shape[1]}; write frame[name]")
        pair.append(frame.iloc[:, 0])
    names = pd.MultiIndex.from_tuples([tuple(str(each.name) for each in pair)])
    return pd.DataFrame([asdict(relation(pair[0], pair[1], lag, months))], names)


def _scaled(data: Data, kind: Kind, denominators: Data | None, breaks: Months = None, exclude: Months = None) -> Scaled:
    frame, below, limits = read_with(data, denominators, breaks, exclude)
    return scaled(frame, kind, below, **limits)
