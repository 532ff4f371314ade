"""The calibrated rules: the published symbols' questions, each tested at a stated rate of false alarms."""

from perf_lib.stats.calibrated.rules import *  # noqa: F403 - the list of public names is rules.__all__
