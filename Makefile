# The commands of the house, the same here and in CI. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help setup run test lint format types browser benchmarks constraints clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## build .venv with everything in it (a second time: nothing to do)
	@.ci/setup

run: setup  ## open the app on this machine
	@exec $(BIN)/apparatus app

test: setup browser lint types  ## everything CI checks: format, lint, types, tests
	@echo "Running the tests"
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: setup  ## format and lint, changing nothing
	@echo "Checking format and lint"
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: make format does it."; exit 1; }
	@$(BIN)/ruff check --quiet .

format: setup  ## format, and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: setup  ## check the types
	@echo "Checking types"
	@$(BIN)/mypy

browser:  ## a Chromium for the browser tests, from Debian's packages where there is none
	@.ci/browser

benchmarks: setup browser  ## measure what looking costs, a cold start, and how soon the first step is there
	@$(BIN)/python tests/benchmarks/overhead.py
	@$(BIN)/python tests/benchmarks/families.py
	@$(BIN)/python tests/benchmarks/cold.py
	@$(BIN)/python tests/benchmarks/switching.py
	@$(BIN)/python -m pytest -q -s -m benchmark tests/browser

constraints: setup  ## write down the exact versions that .venv holds
	@{ sed '/^[^#]/,$$d' constraints.txt; \
	   $(BIN)/python -m pip freeze --exclude-editable --quiet | sed -E 's/^(torch==[^+]*)\+.*/\1/'; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## remove caches; .venv, outputs and .training stay
	@rm -rf build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find apparatus app tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
