# Two commands: `make report` makes the sample quarter, `make test` runs every test. Both set up what they need.

PYTHON ?= python3
QUARTER ?= 2019-20-Q3
# What tests are run with: test,postgres,spark tries the other engines of records too.
EXTRAS ?= test
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SETUP := pyproject.toml constraints.txt
FOLDERS := perf_lib notebooks params tests
SOURCES := $(shell find $(FOLDERS) -type f -not -path '*/__pycache__/*' -not -path '*/.*' -not -path '*/results/*') \
           $(SETUP) $(wildcard *.md) Makefile

.PHONY: report test lab bench constraints clean

report: $(VENV)/.installed ## the sample quarter, to outputs/
	$(BIN)/perf-lib run $(QUARTER)

test: $(VENV)/.tested ## every test; again only when something has changed
	@echo "All tests pass. (They run again when a file has changed.)"

lab: $(VENV)/.installed ## JupyterLab on the notebooks, at the one to explore with
	$(BIN)/jupyter lab --notebook-dir=. notebooks/explore.ipynb

bench: $(VENV)/.installed-for-tests ## measurements of speed and error rates, into tests/benchmarks/results/ and tests/benchmarks/README.md
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks
	$(BIN)/python tests/readme_tables.py

constraints: ## the versions of this environment, for constraints.txt
	@$(PIP) freeze --exclude perf-lib

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "perf_lib needs Python 3.11 or later; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.made $(SETUP)
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.installed-for-tests: $(VENV)/.installed
	$(PIP) install -c constraints.txt -e '.[$(EXTRAS)]'
	touch $@

$(VENV)/.tested: $(VENV)/.installed-for-tests $(SOURCES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile
	touch $@
