"""Fixed random rounding: every count of a public report is a multiple of the base, drawn once and for all by a key.

A count is rounded down or up to a multiple of the base, so likely up as it lies far from the lower one: its
expectation is the count itself. The draw is a keyed hash (HMAC-SHA256) of area, month and value, so the same figure
always rounds alike, and nobody without the key can repeat it. Measure and column are no part of it: a share's
numerator that is another measure's count prints as that count does, though nobody has declared it. Statistics New
Zealand has rounded its counts so, to base 3, since its census of 1981, Statistics Canada to base 5 (Hundepool and
others, Statistical Disclosure Control, Wiley 2012, section 5.4.3). All else that a public report prints is computed
from the rounded frame by the ordinary code.

A printed count stands for at least as many true ones as the base. Where counts are bound to each other (`relations`),
independent draws might leave fewer: those of the month are then turned, as few as will do, and kept with the key, with
what the pack tells of each. Whether they are turned depends on printed figures alone, so it tells nothing more.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.findings.disclosure.relations import (
    FEWEST,
    MOST,
    Column,
    Relation,
    distinct,
    fitting,
    groups,
    independent,
    that_add_up,
    width,
)
from perf_lib.stats.series import RollUp

NIL, NOT_SUPPLIED = "nil return", "not supplied"
ALIKE = 0.75
"""Of the months that two columns share, how many hold the same figure where they are one count: some lag behind."""
_FLIPS = 4
"""How many draws of one month are turned at once before the widest of all is taken."""


class Draw(NamedTuple):
    """What a count that is bound to others was printed as, and between which true counts it is known to lie."""

    drawn: float
    low: float
    high: float


@dataclass(frozen=True)
class Key:
    """What draws: a secret, and the draws that earlier packs printed, by their digests."""

    secret: bytes
    kept: Mapping[str, Draw] = field(default_factory=dict)

    def share(self, *place: str) -> float:
        """A number from 0 to 1 that is drawn for a place."""
        return int.from_bytes(self._digest(place)[:8], "big") / 2**64

    def name_of(self, *place: str) -> str:
        """What a draw is kept by, which tells nothing of it."""
        return self._digest(("kept", *place))[:12].hex()

    def _digest(self, place: tuple[str, ...]) -> bytes:
        return hmac.digest(self.secret, "\x1f".join(place).encode(), "sha256")


def rounded(frame: pd.DataFrame, catalogue: Catalogue, base: int, key: bytes | Key) -> pd.DataFrame:
    """The tidy frame with every count rounded at random to a multiple of the base.

    Values of counts, numerators and denominators are rounded, and values computed again from the rounded; a month in
    which nothing is left to divide by is a nil return. Surveys, measures that are declared safe and figures supplied
    without the counts behind them stay as they are.

    >>> months = pd.period_range("2019-01", periods=4, freq="M")
    >>> frame = pd.DataFrame({"measure": "thefts", "area": "Here", "month": months, "status": "final",
    ...                       "numerator": np.nan, "denominator": np.nan, "value": [0.0, 5, 7, 9]})
    >>> thefts = Measure(code="thefts", title="Thefts", priority=1, kind="count", unit="thefts", better="lower",
    ...                  noun="thefts", singular="theft")
    >>> rounded(frame, Catalogue(thefts=thefts), 5, b"a key of sixteen")["value"].tolist()
    [0.0, 5.0, 5.0, 10.0]
    """
    return Rounding(base, key if isinstance(key, Key) else Key(key)).frame(frame, catalogue)


class Rounding:
    """Rounds what a public report is made from.

    draws: those of a frame that has been rounded, by what they are kept by.
    """

    def __init__(self, base: int, key: Key) -> None:
        self.base, self.key = base, key
        self.draws: dict[str, Draw] = {}

    def count(self, value: float, *place: str) -> float:
        """One count, rounded by the draw for its place, of which the count itself is a part."""
        beyond = value % self.base
        up = beyond > 0 and self.key.share(*place) < beyond / self.base
        return value - beyond + (self.base if up else 0)

    def frame(self, frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
        """The tidy frame rounded, as `rounded` says."""
        frame = frame[frame["measure"].isin(list(catalogue))].reset_index(drop=True)
        counts = _counts(frame, catalogue)
        months = counts.pivot(index="month", columns=["measure", "area", "column"], values="count")
        order = {code: at for at, code in enumerate(catalogue)}
        months = months[sorted(months, key=lambda column: (column[2] != "value", order[column[0]], column))]
        namesakes = _namesakes(months, catalogue)
        relations = _relations(months, namesakes, catalogue)
        bound: dict[tuple[Relation, ...], list[list[Relation]]] = {}
        draws = dict[tuple[str, str, str, pd.Period], float]()
        for month, row in months.iterrows():
            values: dict[Column, float] = row.dropna().to_dict()
            names = {c: self.key.name_of(*_place(c, str(month)), _text(v)) for c, v in values.items()}
            drawn = {c: self._drawn(v, names[c], c[1], str(month)) for c, v in values.items()}
            one_of = {c: namesakes[c] if values.get(namesakes[c]) == v else c for c, v in values.items()}
            holding = tuple(each.among(one_of) for each in relations if each.holds(values))
            if holding not in bound:
                bound[holding] = groups(independent(each for each in holding if each.is_proper))
            for group in bound[holding]:
                drawn |= self._bound_together(values, drawn, group, str(month))
            drawn = {column: drawn[one_of[column]] for column in drawn}
            for column, each in drawn.items():
                known = self.draws.get(names[one_of[column]]) or self.key.kept.get(names[column])
                self.draws[names[column]] = known or Draw(each, *self._stands_for(each, None))
            draws |= {(*column, month): each for column, each in drawn.items()}
        places = counts[["measure", "area", "column", "month"]].itertuples(index=False, name=None)
        return _printed(frame, counts.assign(count=[draws[place] for place in places]), catalogue)

    def table(self, name: str, counts: pd.DataFrame) -> pd.DataFrame:
        """A table of counts by reason; a row that is the sum of the others is the sum of the rounded."""
        rounded_counts = counts.astype(float).copy()
        for column in counts:
            cells = counts[column].items()
            rounded_counts[column] = [self.count(v, name, str(column), str(reason), _text(v)) for reason, v in cells]
        rest = counts.sum() - counts
        totals = [reason for reason in counts.index if len(counts) > 3 and rest.loc[reason].equals(counts.loc[reason])]
        for total in totals[:1]:
            rounded_counts.loc[total] = rounded_counts.drop(index=total).sum()
        return rounded_counts

    def _bound_together(
        self, values: Mapping[Column, float], draws: Mapping[Column, float], group: list[Relation], month: str
    ) -> dict[Column, float]:
        """The draws of one month's counts that are bound to each other, turned where too few true ones would fit."""
        columns = dict.fromkeys(column for relation in group for column in relation.columns)
        names = {c: self.key.name_of(*_place(c, month), _text(values[c])) for c in columns}
        kept = {c: self.key.kept[names[c]] for c in columns if names[c] in self.key.kept}
        drawn = {c: kept[c].drawn if c in kept else draws[c] for c in columns}
        other = {c: self._other_way(values[c], drawn[c]) for c in columns if values[c] % self.base}
        turned = sorted(other, key=lambda c: (c in kept, self.key.share("turn", names[c])))
        widest, best, bounds = -MOST, drawn, dict[Column, tuple[float, float]]()
        for flip in (flip for size in range(_FLIPS + 1) for flip in combinations(turned, size)):
            tried = drawn | {c: other[c] for c in flip}
            fit = fitting({c: self._stands_for(each, kept.get(c)) for c, each in tried.items()}, group)
            if width(fit) > widest:
                widest, best, bounds = width(fit), tried, fit
            if widest >= self.base:
                break
        self.draws |= {names[c]: Draw(each, *bounds[c]) for c, each in best.items()}
        return best

    def _drawn(self, value: float, name: str, area: str, month: str) -> float:
        """A month's count rounded: as an earlier pack printed it, or by its draw."""
        kept = self.key.kept.get(name)
        return self.count(value, area, month, _text(value)) if kept is None else kept.drawn

    def _other_way(self, value: float, drawn: float) -> float:
        down = value - value % self.base
        return down + self.base if drawn == down else down

    def _stands_for(self, drawn: float, kept: Draw | None) -> tuple[float, float]:
        """Between which true counts a printed one lies, given what earlier packs have told of it."""
        low, high = max(0.0, drawn - self.base + 1), drawn + self.base - 1
        return (low, high) if kept is None else (max(low, kept.low), min(high, kept.high))


def own_rates(rates: pd.DataFrame, frame: pd.DataFrame, catalogue: Catalogue, area: str) -> pd.DataFrame:
    """Peers' rates with the area's own computed from a rounded frame, missing where they cannot be.

    The series of measures that are declared safe stay as they are.
    """
    rates, own = rates.copy(), (rates["area"] == area) & (rates["level"] == "force")
    safe = {measure.peers for measure in catalogue.values() if not counts_of(measure)}
    rates.loc[own & ~rates["series"].isin(safe), [name for name in ("rate", "offences") if name in rates]] = np.nan
    for measure in catalogue.values():
        if measure.peers is None or not counts_of(measure):
            continue
        months = frame[(frame["measure"] == measure.code) & (frame["area"] == area)].set_index("month").sort_index()
        rolling = RollUp(months, measure).rolling_12() if measure.is_count and len(months) else pd.Series(dtype=float)
        series = own & (rates["series"] == measure.peers)
        years = rates.loc[series, "month"].map(rolling.to_dict()).astype(float)
        rates.loc[series, "rate"] = 1000 * years / rates.loc[series, "population"]
    return rates


def counts_of(measure: Measure) -> tuple[str, ...]:
    """The columns of a measure that are counts and rounded: none where it is declared safe."""
    if measure.safe is not None:
        return ()
    # A figure of twelve months that is itself a count has no parts.
    return ("value",) if measure.traits.may_be_counted and measure.singular else measure.traits.counts


def _counts(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The frame's counts: the row of the frame, measure, area, month, column and count of each."""
    counted = frame["measure"].map({code: counts_of(measure) for code, measure in catalogue.items()})
    scale = frame["measure"].map({code: 100.0 if each.is_percentage else 1.0 for code, each in catalogue.items()})
    figures = frame[["value", "numerator", "denominator"]].astype(float)
    figures["numerator"] = figures["numerator"].fillna(figures["value"] * figures["denominator"] / scale)
    figures = figures.mask(frame["status"] == NIL, 0.0).mask(frame["status"] == NOT_SUPPLIED)
    parts = []
    for name in figures:
        is_counted = counted.map(lambda columns, name=name: name in columns).astype(bool)
        each = frame.loc[is_counted, ["measure", "area", "month"]].assign(column=name)
        each["count"] = figures.loc[is_counted, name]
        parts.append(each.dropna(subset="count").reset_index(names="row"))
    return pd.concat(parts, ignore_index=True)


def _printed(frame: pd.DataFrame, counts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The frame with its counts as drawn, and what is computed from them."""
    drawn = counts.pivot(index="row", columns="column", values="count").reindex(
        index=frame.index, columns=["value", "numerator", "denominator"]
    )
    of = {code: counts_of(measure) for code, measure in catalogue.items()}
    is_count, is_ratio = (
        frame["measure"].map({code: name in columns for code, columns in of.items()}).astype(bool)
        for name in ("value", "numerator")
    )
    is_share = frame["measure"].map({code: each.is_share for code, each in catalogue.items()}).astype(bool)
    scale = frame["measure"].map({code: 100.0 if each.is_percentage else 1.0 for code, each in catalogue.items()})
    numerator = drawn["numerator"].where(~is_share, drawn[["numerator", "denominator"]].min(axis=1, skipna=False))
    ratio = scale * numerator / drawn["denominator"].where(drawn["denominator"] > 0)
    nothing = is_ratio & (drawn["denominator"] == 0)
    has_parts = is_ratio & (drawn["denominator"] > 0)
    public = frame.copy()
    public["value"] = frame["value"].where(~is_count, drawn["value"]).where(~has_parts, ratio).mask(nothing)
    public["numerator"] = frame["numerator"].where(~(is_count | is_ratio), numerator).mask(nothing)
    public["denominator"] = frame["denominator"].where(~(is_count | is_ratio), drawn["denominator"]).mask(nothing)
    public["status"] = frame["status"].mask(is_count & (frame["status"] == NIL), "final").mask(nothing, NIL)
    if "margin" in public:
        public["margin"] = frame["margin"].mask(is_count | is_ratio)
    return public


def _namesakes(months: pd.DataFrame, catalogue: Catalogue) -> dict[Column, Column]:
    """The column that each is drawn as: a share's denominator that counts what a measure does is drawn as that count.

    So are numerators and denominators that are another column's figures, of few months or mostly, whatever the
    catalogue says.
    """
    figures = dict(zip(months, months.to_numpy(float).T, strict=True))
    one_of: dict[Column, Column] = {}
    for column, values in sorted(figures.items(), key=lambda pair: pair[0][2] == "numerator"):
        measure, area, name = column
        declared = (catalogue[measure].of_measure or "", area, "value")
        below = one_of.get((measure, area, "denominator"))
        if name == "denominator" and declared in figures:
            one_of[column] = declared
        elif name == "value":
            one_of[column] = column
        else:
            others = (each for each in dict.fromkeys(one_of.values()) if each[1] == area and each != below)
            one_of[column] = next((each for each in others if _alike(figures[each], values)), column)
    return one_of


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    shared = np.isfinite(one) & np.isfinite(other) & ((one > 0) | (other > 0))
    same = (one == other)[shared]
    return bool(same.any() and (same.all() or (len(same) >= FEWEST and same.mean() >= ALIKE)))


def _relations(months: pd.DataFrame, namesakes: Mapping[Column, Column], catalogue: Catalogue) -> list[Relation]:
    """Relations that may hold in a month: those of the catalogue, of areas, and those that the figures show."""
    columns = list(dict.fromkeys(namesakes.values()))
    parts, same = dict[Column, list[Column]](), dict[tuple[str, str], list[Column]]()
    shares, found = list[Relation](), list[Relation]()
    for column in months:
        measure, area, name = column
        same.setdefault((measure, name), []).append(column)
        if total := catalogue[measure].breakdown_of:
            parts.setdefault((total, area, "value"), []).append(column)
        if name == "numerator" and catalogue[measure].is_share:
            shares.append(Relation((column,), ((measure, area, "denominator"),), at_most=True))
    for area in dict.fromkeys(area for _, area, _ in columns):
        here = [column for column in columns if column[1] == area]
        found += that_add_up(here, months[here].to_numpy(float))
    divided = []
    for areas in same.values():  # the whole, and the areas below it
        whole = max(areas, key=lambda each: float(months[each].sum()))
        divided += [Relation(tuple(each for each in areas if each != whole), (whole,))] if len(areas) > 2 else []
    declared = [Relation(tuple(each), (whole,)) for whole, each in parts.items()]
    return distinct([*declared, *divided, *found]) + shares


def _place(column: Column, month: str) -> tuple[str, ...]:
    measure, area, name = column
    return measure, area, month, name


def _text(value: float) -> str:
    return f"{value:.10g}"
