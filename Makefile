# Two commands need nothing but Python 3.11 or newer, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RESET ?=
WORKERS ?= auto
WHAT ?=
SEED ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-deep quick check lint bench lock programs clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 11

demo: $(VENV)/.run ## Start the simulator, a sample ERP and the app; Ctrl-C ends them
	@$(BIN)/embedded-app demo $(if $(RESET),--reset)

# Browsers are driven by processes of their own, after the other tests. Both parts run, also when the first is red.
PYTEST = $(BIN)/python -m pytest --numprocesses $(WORKERS) $(if $(SEED),--randomly-seed=$(SEED))
pytest = $(if $(WHAT),$(PYTEST) $(1) $(WHAT),$(PYTEST) $(1) --ignore=tests/browser; first=$$?; \
	$(PYTEST) $(1) tests/browser && exit $$first)

test: $(VENV)/.dev programs ## All that tells right from wrong, in minutes (WHAT=a folder or file, SEED=an order)
	@$(call pytest,-m "not deep")

test-deep: $(VENV)/.dev programs ## What takes long and adds strength: every engine, width and kill, 10,000 fuzz cases
	@$(call pytest,-m "deep or fuzz" --hypothesis-profile=deep)

CHANGED = $(shell git diff --name-only --diff-filter=d HEAD -- '*.py'; git ls-files --others --exclude-standard '*.py')

quick: $(VENV)/.dev ## Lint what changed since the last commit, and run the unit tests: while you write
	@$(if $(CHANGED),$(BIN)/ruff format --check $(CHANGED) && $(BIN)/ruff check $(CHANGED) && $(BIN)/mypy $(CHANGED))
	@$(PYTEST) -m "not deep" $(or $(WHAT),tests/unit)

check: lint test test-deep ## Run what CI runs

lint: $(VENV)/.dev ## Style, types and import levels
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev ## Measure what must be fast
	@$(BIN)/python -m bench

lock: $(VENV)/.dev ## Compile the pinned requirements anew from pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile $(LOCK) -o requirements.txt pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile $(LOCK) --extra dev --allow-unsafe \
		-c requirements.txt -o requirements-dev.txt pyproject.toml

LOCK := --quiet --generate-hashes --strip-extras --no-header --build-deps-for editable \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

programs: $(VENV)/.dev
	@$(BIN)/python tests/install.py

clean: ## Remove the environment and every cache; the data in instance/ stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the app needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
