# crm-analysis: `make help` lists the verbs.
PYTHON ?= python3
VENV ?= .venv
DATASET ?= complete_journey
LANG_OF_REPORT ?= en
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help report test bench setup check clean lint system

help: ## List the verbs
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

report: $(VENV)/.report ## Set up and make the report of the example data (DATASET=..., LANG_OF_REPORT=ko)
	$(BIN)/crm-analysis run data/$(DATASET).toml --lang $(LANG_OF_REPORT)

test: $(VENV)/.dev system ## Set up and run linters, types, all tests on both engines, notebooks and browser
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev ## Check style, types, layers and the catalogue
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure speed against peers
	$(BIN)/python -m tests.benchmarks.value_models

system: ## Install Chromium, a Korean font and Java for the tests (Debian and Ubuntu), or say how
	@sh tests/system_packages.sh

setup: $(VENV)/.dev ## Set up for development

clean: ## Remove what was built; warehouses and reports stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.report: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.report
