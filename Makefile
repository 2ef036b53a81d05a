# Two commands are enough: `make run` starts the product, `make test` checks it.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
HOST ?= 127.0.0.1
PORT ?= 8000
PY := .venv/bin/python
COMPILE := $(PY) -m compileall -q -j 0 .venv/lib > /dev/null || true  # on every core; pip would use one
PYTEST := $(PY) -m pytest -rfEs
SELECT ?=
unexport PYTHONDONTWRITEBYTECODE  # many short processes follow: each would compile every module anew
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/wellposed

.PHONY: run install install-dev test lint pytest test-services test-equivalence bench lock format clean

run: install  ## start everything; Ctrl-C ends everything
	@$(PY) manage.py up --host $(HOST) --port $(PORT)

install: .venv/.runtime  ## the virtual environment with what the product needs
install-dev: .venv/.dev  ## and with what its tests need

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Wellposed needs Python 3.11 or newer, and found none. Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wellposed needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/.runtime: deploy/requirements.txt | .venv/bin/python
	@echo "Installing what the product needs into .venv (a minute the first time) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r deploy/requirements.txt
	@$(COMPILE)
	@touch $@

.venv/.dev: deploy/requirements-dev.txt .venv/.runtime
	@echo "Installing what the tests need into .venv ..."
	@$(PY) -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r deploy/requirements-dev.txt
	@$(COMPILE)
	@touch $@

test: install-dev lint pytest  ## every check, then every test

lint: install-dev  ## style, types, the drawing of the house, settings, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy -n 2
	.venv/bin/lint-imports
	$(PY) manage.py check --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

pytest: install-dev
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder $(SELECT)

test-services: install-dev  ## the tests that talk to real servers, with PostgreSQL as the database
	DATABASE_URL=$(POSTGRES_URL) $(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder -m services

test-equivalence: install-dev  ## the whole table of verdicts on models that are or are not the same
	$(PY) -m tests.solvers.equivalence.table

bench: install-dev  ## what things cost, each as a ratio to a peer measured in the same run
	$(PY) -m tests.bench

format: install-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	--generate-hashes --no-annotate --custom-compile-command "make lock"

lock: .venv/bin/python  ## resolve pyproject.toml anew; the only step that wants uv
	@$(PY) -c 'import uv' 2>/dev/null || $(PY) -m pip install -qq --disable-pip-version-check uv
	$(LOCK) --upgrade pyproject.toml -o deploy/requirements.txt
	$(LOCK) --upgrade --extra dev -c deploy/requirements.txt pyproject.toml -o deploy/requirements-dev.txt

clean:  ## remove the environment and caches; the data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
