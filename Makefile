# Chartline: everything a person runs. All paths are relative, so that the checkout may lie anywhere.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check --no-input
PINS := $(PY) -m uv --quiet pip compile pyproject.toml --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --universal --python-version 3.11
.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev venv check test faults chaos looks day fix bench pins chromium

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: setup ## the whole site on this machine, with demo data (PORT=8000)
	@exec $(PY) -m config.serve

setup: venv ## .venv with what the site needs
	@cmp -s requirements/runtime.txt .venv/installed-runtime.txt || { \
	echo "Installing Chartline's packages into .venv (a minute or two the first time) ..." && \
	$(PIP) install --require-hashes -r requirements/runtime.txt && \
	cp requirements/runtime.txt .venv/installed-runtime.txt; }

setup-dev: venv ## the same, and what the checks need
	@cmp -s requirements/development.txt .venv/installed-development.txt || { \
	echo "Installing the development packages into .venv (a few minutes the first time) ..." && \
	$(PIP) install --require-hashes -r requirements/development.txt && \
	cp requirements/development.txt .venv/installed-development.txt && \
	cp requirements/runtime.txt .venv/installed-runtime.txt; }

venv:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	command -v $(PYTHON) >/dev/null || \
		{ echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=python3.12 run"; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Chartline needs Python 3.11 or newer and $(PYTHON) is older. Name another: make PYTHON=python3.12 run"; exit 1; }; \
	$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
		echo "Python could not make .venv; on Debian: apt-get install python3-venv"; exit 1; }; }
	@$(PY) -c 'import pip' 2>/dev/null || $(PY) -m ensurepip >/dev/null

check: setup-dev ## guards, types, style and every test without a browser
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(PY) -m mypy
	CHARTLINE_VAR=var/check $(PY) -m config.embedded exec -- $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m pytest -m "not e2e and not faults and not every_fault and not chaos and not day" -n 3
	$(PY) -m pytest -m faults

test: check chromium ## everything, a real browser included
	$(PY) -m pytest -m e2e -n 2

faults: setup-dev ## every fault at every place between two effects, each followed by the ledger; and every test's full size
	$(PY) -m pytest -m "faults or every_fault" --durations=0

chaos: setup-dev chromium ## random work at the benches, everything going wrong (SEED=1 NAVIGATIONS=500 KILLS=20)
	$(PY) -m pytest -m chaos -s --chaos-seed=$(SEED) --chaos-navigations=$(or $(NAVIGATIONS),500) --chaos-kills=$(or $(KILLS),20)

looks: setup-dev chromium ## the browser tests with each page at each size in each theme; a picture of each in var/looks
	$(PY) -m pytest -m e2e -n 2 --every-sight --pictures=var/looks

chromium:
	@test -x /usr/bin/chromium || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests ..."; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium fonts-dejavu-core; } >/dev/null; \
	else \
		echo "The browser tests need /usr/bin/chromium. On Debian: sudo apt-get install chromium fonts-dejavu-core"; exit 1; \
	fi; }

fix: setup-dev ## format, and repair what can be repaired by itself
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup-dev ## measure
	$(PY) -m tests.bench

day: setup-dev chromium ## sixty charts from pre-coding to the last word by keyboard alone, some minutes long
	$(PY) -m pytest -q -s -m day

pins: setup-dev ## write requirements/*.txt anew from pyproject.toml
	@$(PY) -c 'import uv' 2>/dev/null || $(PIP) install uv
	$(PINS) --upgrade -o requirements/runtime.txt
	$(PINS) --upgrade --group dev -c requirements/runtime.txt -o requirements/development.txt
	@! grep -nE 'https?:|@' requirements/runtime.txt requirements/development.txt
