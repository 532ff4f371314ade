"""Steps found within six months by the expected range and by its rivals, at as many alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from perf_lib.stats.months import YEAR, Floats

from . import worlds
from .bench_expected import MONTHS, of_noughts, real, still
from .rivals import RIVALS, laney
from .streams import EXTRA, counts, markdown, verdicts
from .worlds import NAMES, World, rate, written

ALARMS = 0.10
STEPS = (1.2, 1.4)
GOALS = {("real", 1.2): 50, ("real", 1.4): 73, ("stationary", 1.2): 47, ("stationary", 1.4): 73}
WITHIN = 6
OURS = "expected range"
LOOKS = {"at quarters' ends": slice(2, None, 3), "every month": slice(None)}
Score = Callable[[World, int, slice], Floats]
"""A signed score of some of the last so many months of a world's series: months x series."""


@dataclass(frozen=True)
class Found:
    """One set of rules on one world: how surely each step was found, starts x series, at as many alarms."""

    found: Mapping[float, np.ndarray]
    names: np.ndarray
    levels: Floats

    def at(self, step: float, chosen: np.ndarray | None = None) -> tuple[float, float]:
        """The rate found of a step, of all series or some."""
        hits = self.found[step]
        which = np.ones(hits.shape[1], bool) if chosen is None else chosen
        return rate(hits[:, which], np.broadcast_to(self.names, hits.shape)[:, which])


def expected(world: World, months: int, looks: slice) -> Floats:
    """The measure's chance as a score, by the sign of the test that tells most."""
    last = len(world.frame)
    judgement = world.judged(np.arange(last - months, last)[looks])
    chances = np.stack([np.where(np.isnan(each), 1.0, each) for each in judgement.chances().values()])
    telling = np.take_along_axis(chances, np.abs(chances).argmin(axis=0)[None], axis=0)[0]
    return -np.sign(telling) * np.log10(np.maximum(np.nan_to_num(judgement.p, nan=1.0), 1e-15))


def rival(world: World, months: int, looks: slice, rule: Callable[..., Floats]) -> Floats:
    """A rival's score of the figures."""
    return np.nan_to_num(rule(world.values, pd.PeriodIndex(world.frame.index), months))[looks]


def shares_of_cases(world: World, months: int, looks: slice) -> Floats:
    """Laney's P', which takes the cases."""
    assert world.denominators is not None
    cases = world.denominators.to_numpy(float)
    return np.nan_to_num(laney(world.frame.to_numpy(float), pd.PeriodIndex(world.frame.index), months, cases))[looks]


def rules(kind: str) -> dict[str, Score]:
    """What is compared on one kind of measure."""
    theirs: dict[str, Score] = {name: partial(rival, rule=rule) for name, rule in RIVALS.items()}
    if kind != "count":
        theirs = {name: score for name, score in theirs.items() if name not in ("Farrington flexible", "Laney U'")}
    return {OURS: expected} | ({"Laney P'": shares_of_cases} if kind == "proportion" else {}) | theirs


def compared(world: World, starts: list[int], looks: slice) -> dict[str, Found]:
    """Each set of rules at the threshold with alarms in a tenth of series a year, and the steps found there."""
    calm, stepped = list[World](), {step: list[World]() for step in STEPS}
    for start in starts:
        calm.append(World(world.kind, world.frame.iloc[: start + YEAR], _until(world.denominators, start + YEAR)))
        short = World(world.kind, world.frame.iloc[: start + WITHIN], _until(world.denominators, start + WITHIN))
        for step, those in stepped.items():
            those.append(short.changed(step, np.random.default_rng(start), slice(start, None)))
    names = np.asarray(world.frame.columns.astype(str).str.replace(r" \d+$", "", regex=True))
    answers = {}
    for name, score in rules(world.kind).items():
        most = np.stack([np.abs(score(each, YEAR, looks)).max(axis=0) for each in calm])
        threshold = float(np.quantile(most, 1 - ALARMS, method="higher"))
        beyond, level = float((most > threshold).mean()), float((most == threshold).mean())
        share = (ALARMS - beyond) / level  # of scores at the threshold, so that whole numbers of symbols compare too
        found = {}
        for step, those in stepped.items():
            highest = np.stack([score(each, WITHIN, looks).max(axis=0) for each in those])
            found[step] = np.where(highest > threshold, 1.0, np.where(highest == threshold, share, 0.0))
        answers[name] = Found(found, names, world.levels())
    return answers


def _until(frame: pd.DataFrame | None, end: int) -> pd.DataFrame | None:
    return None if frame is None else frame.iloc[:end]


def starts(world: World) -> list[int]:
    """Where steps begin in real series: Januaries and Julys with six years before and no year of the pandemic after."""
    months = pd.PeriodIndex(world.frame.index)
    before, after = pd.Period("2019-01", "M"), (pd.Period("2022-03", "M"), months[-1] - YEAR + 1)
    return [
        place
        for place, month in enumerate(months)
        if month.month in (1, 7) and place >= 72 and (month <= before or after[0] <= month <= after[1])
    ]


def _table(found: Mapping[str, Mapping[str, Found]]) -> str:
    header = ["", *(f"{world}: +{100 * step - 100:.0f} %" for world in found for step in STEPS)]
    rows = [
        (name, *(written(each[name].at(step)) for each in found.values() for step in STEPS))
        for name in next(iter(found.values()))
    ]
    return markdown(header, rows)


def _by_level(found: Mapping[str, Mapping[str, Found]]) -> str:
    rows = []
    levels = {name: np.digitize(each[OURS].levels, worlds.LEVELS[1:-1]) for name, each in found.items()}
    shown = [level for level in range(len(NAMES)) if all((place == level).sum() >= 3 for place in levels.values())]
    for name in next(iter(found.values())):
        cells = [
            written(each[name].at(STEPS[0], levels[world] == level)) for level in shown for world, each in found.items()
        ]
        rows.append((name, *cells))
    return markdown(["+20 %", *(f"{NAMES[level]}, {world}" for level in shown for world in found)], rows)


def _simulated(rng: np.random.Generator) -> World:
    """Counts of every level of the streams, as over-dispersed as real ones, with a season."""
    frames = [counts(rng, 300, MONTHS, level, cv, 0.08, 0.3).add_prefix(f"{level}/") for level, cv in EXTRA.items()]
    return World("count", pd.concat(frames, axis=1))


def run() -> str:
    """The tables, and which goals are met."""
    quarterly = LOOKS["at quarters' ends"]
    text = [
        "# Steps found, beside the rivals",
        f"Percentage of series in which a step is found within {WITHIN} months, the right way, ± standard errors "
        f"between series. Each set of rules has the one threshold at which {100 * ALARMS:.0f} per cent of series of "
        "its world and kind alarm, either way, in a year without a step; of scores at the threshold itself a share "
        "counts, so that the published rules, whose scores are whole numbers, have as many alarms as the others. A "
        "step keeps every offence and adds others by chance. Real series are as they are: steps begin in January and "
        "July of 2016 to 2019 and of 2022 to 2025.",
    ]
    world = real()
    both: dict[str, dict[str, Found]] = {}
    if world is None:
        text.append(worlds.skipped(worlds.BOROUGHS))
    else:
        noise = still(np.random.default_rng(12))
        for kind in ("counts", "shares", "means"):
            real_kind, still_kind = (each[kind].of(~of_noughts(each[kind])) for each in (world, noise))
            for when, looks in LOOKS.items():
                if kind != "counts" and looks != quarterly:
                    continue
                found = {
                    "real": compared(real_kind, starts(real_kind), looks),
                    "stationary": compared(still_kind, [MONTHS - YEAR], looks),
                }
                text += [
                    f"## {kind.capitalize()} of real series and of stationary real noise, judged {when}",
                    _table(found),
                ]
                both = both or found
                if kind == "counts" and looks == quarterly:
                    text += ["## Counts, by level a month", _by_level(found)]
    simulated = compared(_simulated(np.random.default_rng(3)), [MONTHS - YEAR], quarterly)
    text += ["## Simulated counts, judged at quarters' ends", _table({"simulated": simulated})]
    goals = []
    for (name, step), goal in GOALS.items() if both else ():
        figure = both[name][OURS].at(step)
        words = f"+{100 * step - 100:.0f} % within six months, {name} series: {goal} %"
        goals.append((words, f"{written(figure)} %", figure[0] >= goal))
    for name in RIVALS:
        pairs = {
            where: (each[OURS].at(STEPS[0])[0], each[name].at(STEPS[0])[0])
            for where, each in (both or {"simulated": simulated}).items()
        }
        cells = "; ".join(f"{where} {ours:.1f} against {theirs:.1f}" for where, (ours, theirs) in pairs.items())
        goals.append((f"+20 %: ahead of {name} in both worlds", cells, all(a > b for a, b in pairs.values())))
    return "\n\n".join([*text, "## Targets", verdicts(goals)])
