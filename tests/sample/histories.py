"""The table of measures: what the months before 2019, and the unprinted months of 2019, look like.

Levels are what the report's words and national figures suggest, chosen once. Wherever a total is published the months
are bent to it, so a level matters only between totals and before the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.sample.benchmarking import Array, Totals, extra_variation, level, unrest
from tests.sample.published import QUARTERS

MIDSUMMERS = ("2015-07", "2016-07", "2017-07", "2018-07", "2019-07")


@dataclass(frozen=True)
class History:
    """What a measure's months look like: its level at each midsummer, the size of its summer peak, its noise.

    `summer` is a share of the level, below zero for a winter peak. `noise` is the coefficient of variation beyond that
    of counting; None takes what is usual at the level. `knots` names other months than the midsummers.
    """

    levels: tuple[float, ...]
    summer: float = 0.05
    noise: float | None = None
    knots: tuple[str, ...] = MIDSUMMERS

    def path(self) -> Array:
        """The level in every month, without season or noise."""
        return level(dict(zip(self.knots, self.levels, strict=True)))

    def unrest(self, random: np.random.Generator) -> Array:
        """Its noise in every month."""
        return unrest(random, extra_variation(self.levels[-1]) if self.noise is None else self.noise)


COUNTS = {
    # Recording improved from 2015 to 2018: anti-social behaviour fell as crimes rose (paragraphs 58 and 59).
    "crime_volume": History((2900, 3150, 3630, 3541, 3703), 0.05),
    "violence_against_the_person": History((830, 950, 1110, 1160, 1263), 0.06),
    "possession_of_weapons": History((16, 19, 24, 25, 32), 0.0),
    "drug_offences": History((100, 93, 86, 87, 130), 0.0),
    "cyber_crime": History((90, 130, 185, 230, 250), 0.0),
    "hate_crime": History((36, 45, 52, 58, 52), 0.2),
    "anti_social_behaviour": History((1900, 1750, 1560, 1376, 1388), 0.18),
    "ksi_collisions": History((22.5, 22.5, 23, 23.5, 22), -0.08),
    # Hours are not counts of events: they vary more than their size suggests. A long decline (paragraph 78).
    "special_constable_hours": History((7400, 7100, 6800, 6400, 5340), 0.0, 0.07),
    # New powers from December 2017 were expected to bring more (paragraph 94).
    "section_136_arrests": History((17, 18, 20, 22.6, 23.3), 0.05),
    "cse_crime": History((8, 9.5, 11, 11.7, 10.9), 0.0),
    "domestic_abuse_crime": History((390, 440, 490, 516, 555), 0.05),
    "sexual_offences": History((95, 112, 138, 142, 125), 0.08),
    "calls_999": History((6500, 6850, 7350, 7727, 8114), 0.05, 0.03),
    # Peaks and troughs follow the recording unit's capacity (paragraph 171).
    "complaints": History((42, 43, 45, 46.6, 66.6), 0.0, 0.25),
}

# What an average or a share is taken over: incidents attended, calls, files, appeals, people.
DENOMINATORS = {
    "response_time_immediate": History((1440, 1460, 1480, 1500, 1523), 0.04, 0.03),
    "response_time_priority": History((3250, 3200, 3120, 3060, 3019), 0.04, 0.03),
    "answer_time_crib": History((15000, 14300, 13600, 12800, 12200), 0.05, 0.04),
    "conviction_rate": History((500, 480, 450, 435, 425), 0.0, 0.05),
    "cracked_ineffective_trials": History((80, 79, 78, 77, 76), 0.0, 0.08),
    "full_file_error_rate": History((62, 61, 60, 59, 58), 0.0, 0.06),
}

# Full files: 4 unsatisfactory of 160 is the 2.5 per cent printed, 1 of 196 the 0.5.
DENOMINATORS_CHOSEN: dict[str, Totals] = {
    "full_file_error_rate": {QUARTERS["2019-20 Q1"]: 160, QUARTERS["2019-20 Q2"]: 196},
}
HEADCOUNT = History((2240, 2200, 2180, 2190, 2210), 0.0, 0.002)

# Averages, in seconds or days.
MEANS = {
    "response_time_immediate": History((600, 615, 635, 650, 671), 0.02, 0.035),
    "response_time_priority": History((2900, 3000, 3150, 3280, 3332), 0.03, 0.04),
    "answer_time_999": History((5.4, 5.2, 4.9, 4.5, 4.7), 0.03, 0.06),
    # Two years of shorter waits and fewer calls given up (paragraphs 154 and 156), longer again in mid-2019.
    "answer_time_crib": History(
        (235, 250, 190, 72, 63, 105, 80),
        0.0,
        0.07,
        ("2015-01", "2017-01", "2018-01", "2018-12", "2019-05", "2019-08", "2019-12"),
    ),
    # Sickness in 2018: about 13.6 days, officers having lost 21 and staff 12 per cent more since (paragraph 189).
    "sickness_days_lost": History((1.02, 1.06, 1.10, 1.133, 1.325), -0.10, 0.05),
}
SICKNESS_2018 = 13.6

# Percentages of the denominator.
SHARES = {
    # Months between 85 and 94 per cent (paragraph 126).
    "conviction_rate": History((88.0, 88.5, 88.5, 88.0, 88.0), 0.0, 0.02),
    # About 15 per cent on average since April 2016, and 23 in January 2019.
    "cracked_ineffective_trials": History(
        (17, 13, 13, 14, 20), 0.0, 0.15, ("2015-07", "2016-04", "2017-07", "2018-06", "2019-01")
    ),
    "full_file_error_rate": History((12, 10, 8, 5, 1.5), 0.0, 0.2),
    # Recording took 15 days on average in January to March 2019, and 4 by the third quarter (paragraph 178).
    "complaints_within_10_days": History(
        (80, 78, 70, 62, 70, 92), 0.0, 0.05, ("2015-07", "2016-07", "2017-07", "2018-07", "2019-02", "2019-04")
    ),
}

# Where, inside the printed rounding, a figure of 2019 is put when it is not put where it is printed: answer times of
# 999 calls are printed to the whole second.
NEARER: dict[str, Totals] = {
    "answer_time_999": {QUARTERS["2019-20 Q1"]: 4.3, QUARTERS["2019-20 Q2"]: 4.8, QUARTERS["2019-20 Q3"]: 4.9},
}

# Calls given up rise with the wait: per cent for each second. The two are printed to agree closely (paragraph 154).
ABANDONED_PER_SECOND = 0.055
ABANDONED_NOISE = 0.03

# Appeals completed and upheld in each quarter of 2019: the counts of the boxes, month by month.
APPEALS_2019 = (2, 1, 2, 2, 2, 2, 3, 4, 3, 1, 2, 1)
APPEALS_UPHELD_2019 = (0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0)

# Figures that are themselves for 12 months, as supplied: the level, and in `noise` how far they wander from it.
ROLLING = {
    "positive_outcome_ratio": History((21.5, 19.0, 17.0, 16.3, 16.5), noise=0.3),
    "victim_satisfaction": History((80.0, 79.0, 76.5, 73.8, 75.0), noise=0.6),
    "satisfaction_kept_informed": History((70.0, 68.5, 66.5, 65.3, 65.0), noise=0.6),
    "satisfaction_ease_of_contact": History((93.0, 92.5, 91.5, 91.0, 92.0), noise=0.4),
    "satisfaction_treatment": History((91.0, 90.5, 90.0, 89.8, 90.0), noise=0.4),
    "public_confidence": History((78.0, 79.0, 80.0, 79.0, 77.7), noise=1.2),
}
