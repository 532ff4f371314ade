"""What a public report prints in place of counts: each rounded at random, and nothing computed from anything else."""

from perf_lib.findings.disclosure.rounding import Draw, Key, Rounding, own_rates, rounded

__all__ = ["Draw", "Key", "Rounding", "own_rates", "rounded"]
