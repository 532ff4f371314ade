"""What the rules are worth, measured: `python -m tests.benchmarks` runs every `bench_*.py` beside this file."""
