# Two commands matter: `make demo` and `make test`. Both set themselves up on a machine that has Python 3.11+, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte code is compiled on first import instead: it halves the time of the installation.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --no-compile
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test check bench crash fuzz soak lock docs pictures audit-packages clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.runtime ## make .venv with everything the service and training need
setup-dev: $(VENV)/.dev ## the same, with what tests, checks and benchmarks need

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jifen needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages; a minute or two the first time."
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) --require-hashes --no-deps -r requirements-dev.lock # complete as it is; one override would be refused
	@touch $@

demo: setup ## simulate a province, train both models, serve the API
	$(BIN)/jifen demo

# A file's tests stay together, so what they share is built once; the long files come first (tests/conftest.py), so no worker waits at the end.
# Four workers on two cores: tests wait for processes, browsers and databases about a quarter of their time.
test: setup-dev ## run every test with branch coverage
	$(BIN)/python -m pytest $(TESTS) --numprocesses 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

check: setup-dev ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev ## measure speed against the plain ways; writes benchmarks/results/
	$(BIN)/python -m benchmarks

# Arguments of a trial go in ARGS, as in: make crash ARGS="--rounds 20 --database sqlite --minutes 10". See docs/trials.md.
crash: setup-dev ## kill workers, service and database 100 times on each database, under load
	$(BIN)/python -m trials.crash $(ARGS)

fuzz: setup-dev ## 10,000 hostile requests and 1,000 hostile files
	$(BIN)/python -m trials.fuzz $(ARGS)

soak: setup-dev ## 200,000 decisions; memory and p99 stay flat
	$(BIN)/python -m trials.soak $(ARGS)

pictures: setup-dev ## take the pictures of the pages anew (needs Chromium and Chinese fonts)
	$(BIN)/python tests/make_pictures.py

docs: setup-dev ## write the generated documents again
	$(BIN)/jifen docs

# Runs in an environment of its own, so that its packages never meet ours; it asks PyPI for advisories, and so needs the network.
audit-packages: ## hold every locked package to the published advisories (needs the network)
	$(PYTHON) -m venv .audit && .audit/bin/python -m pip --disable-pip-version-check install --quiet pip-audit
	.audit/bin/pip-audit --strict --disable-pip --no-deps --requirement requirements.lock

# Extras stay in the lock: pip before 23.3 looks for `coverage[toml]` anew when only `coverage` is pinned, and refuses what it finds.
lock: ## resolve the dependencies anew (needs uv on PATH)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --upgrade --extra build --extra postgresql pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what the demo and the tools left behind; keeps .venv
	rm -rf var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov
