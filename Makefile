# Needs Python 3.11 or newer and make, nothing else: everything is installed in .venv, and only when it changed.

PYTHON ?= python3
CASE ?= examples/cases/wijksteunpunt.yaml

BIN := .venv/bin
VENV := .venv/made.stamp
INSTALLED := .venv/installed.stamp
DEVELOPING := .venv/developing.stamp
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help advise test backtest docs bench clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

advise: $(INSTALLED) ## advise on an example in Dutch; another case: make advise CASE=my-case.yaml
	@$(BIN)/toolbox-rules advise $(CASE) --lang nl

test: $(DEVELOPING) ## check everything: style, types, architecture, knowledge, the wheel, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/toolbox-rules check
	$(BIN)/python tests/packaging/try_wheel.py
	$(BIN)/python -m pytest -n auto

backtest: $(DEVELOPING) ## hold the advice against documented collaborations
	$(BIN)/python tests/backtest/run.py

docs: $(DEVELOPING) ## write anew what stands in docs/ and is made from the knowledge
	$(BIN)/toolbox-rules catalogue -o docs/catalogue
	$(BIN)/toolbox-rules graph examples/cases/wijksteunpunt.yaml --lang nl -o docs/pictures/wijksteunpunt.nl.svg
	$(BIN)/toolbox-rules graph examples/cases/wijksteunpunt.yaml --lang en -o docs/pictures/wijksteunpunt.en.svg

bench: $(DEVELOPING) ## measure the targets side by side
	$(PIP) --editable '.[dev,bench]'
	$(BIN)/python tests/benchmarks/run.py

clean: ## remove everything that can be made again
	rm -rf .venv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	@touch $@

$(INSTALLED): $(VENV) pyproject.toml
	$(PIP) --editable .
	@touch $@

$(DEVELOPING): $(VENV) pyproject.toml
	$(PIP) --editable '.[dev]'
	@touch $(INSTALLED) $@
