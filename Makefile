# Everything a contributor runs; `make` alone explains. Python 3.11 or later, make and a network are enough.
PYTHON ?= python3
KILLS ?= 300
REFERRALS ?= 20000
ARGS ?=
WORKERS ?= 2
BIN := .venv/bin
TEST = $(BIN)/pytest -n $(WORKERS) --dist worksteal
READY := .venv/.ready
NETWORK := tests/journeys tests/cli tests/faults tests/browser
MEMBERS := shared/contracts shared/chassis shared/cli $(addprefix services/,referrals matching notifications reporting)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links $(addprefix --no-emit-package kith-,$(notdir $(MEMBERS)))

.DEFAULT_GOAL := help
.PHONY: help setup check test test-network test-containers demo up bench bench-size faults format lock clean

help: ## Explain every target
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Prepare .venv: every locked version, and Kith itself (PYTHON=python3.13 for another Python)
	@:

$(READY): requirements-dev.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Kith needs Python 3.11 or \
	later, and '$(PYTHON)' is not: install one and name it, for example 'make setup PYTHON=python3.13'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make virtual environments: install \
	its venv module (on Debian and Ubuntu 'apt-get install python3-venv') and try again." >&2; exit 1; }
	@echo "Preparing .venv; the first time takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

check: setup ## Format, lint, types, imports, contracts and shape: the first thing CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy shared services tests
	$(BIN)/lint-imports
	$(BIN)/python -m kith_contracts check
	$(BIN)/python -m kith_cli.programmes check
	$(BIN)/pytest -q tests/architecture

test: setup ## Each service by itself, the chassis and the contracts (ARGS="-k consent" for some; CI=true: longer)
	$(TEST) -m "not containers" $(addprefix --ignore=,$(NETWORK) tests/bench) $(ARGS)

test-network: setup ## The network as a whole: journeys, the command line, faults, pages in a browser (CI=true: longer)
	$(TEST) $(NETWORK) $(ARGS)

test-containers: setup ## Build the images, bring docker-compose.yml up, carry a referral through, take it down
	$(BIN)/pytest -m containers tests/containers $(ARGS)

demo: setup ## The whole network on this machine, with the sample network in it (ONCE=1 checks the counts and exits)
	$(BIN)/kith demo $(if $(ONCE),--once)

up: setup ## The embedded platform and the four services, without the sample network's people
	$(BIN)/kith up

bench: setup ## Measure ourselves against hand-written loops, in one run; writes bench.json
	$(BIN)/python -m tests.bench

bench-size: setup ## Time requests with a million referrals stored against a tenth; takes minutes, writes bench-size.json
	$(BIN)/python -m tests.bench.size

faults: setup ## Kill services, relays, Kafka, PostgreSQL and mail at random under load (KILLS=300 REFERRALS=20000)
	KITH_FAULTS_KILLS=$(KILLS) KITH_FAULTS_REFERRALS=$(REFERRALS) $(BIN)/pytest -s tests/faults $(ARGS)

format: setup ## Put every file into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup ## Resolve both lock files anew, from whatever index pip and uv are set to
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	$(LOCK) $(addsuffix /pyproject.toml,$(MEMBERS)) --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --output-file requirements-dev.lock

clean: ## Remove everything that was made here: .venv, caches, embedded data
	rm -rf .venv .cache .kith .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis bench.json bench-size.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
