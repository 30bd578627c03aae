# Everything from an empty machine: needs python3 (3.11 or newer) with pip, and make. Nothing is installed outside
# this folder, save for what `make test` needs and apt can install where we are root on Debian.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON3 ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PRODUCTION = PRODUCTION=1 ALLOWED_HOSTS=www.example.org DATABASE_URL=postgres:///none REDIS_URL=redis://localhost/0 \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')"
LOCK = .uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" $(UPGRADE) pyproject.toml

# Where compiled modules are not to be kept, every process compiles Django anew: here dozens are started.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install db run test bench lint lock upgrade clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.ok ## prepare the environment (.venv) without starting anything

db: .venv/.ok ## prepare an empty database: tables and reference data, no demo
	$(MANAGE) migrate --no-input
	$(MANAGE) load_reference

run: .venv/.ok ## start the product with its demo province on http://127.0.0.1:8000 (HOST=, PORT=)
	@$(MANAGE) up --host $(HOST) --port $(PORT)

test: .venv/.test machine ## run every test, also against Redis and a server of the system (WITHOUT_SERVERS=1: not those)
	$(BIN)/python -m tests.everything $(ARGS)

bench: .venv/.test ## measure against peers and limits: BENCH=import, pages … (docs/benchmarks.md)
	$(BIN)/python -m tests.benchmarks $(or $(BENCH),--help) $(ARGS)

lint: .venv/.test ## formatting, linting, types, forgotten migrations, production settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MANAGE) makemigrations --check --dry-run
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

lock: .uv/bin/uv ## write the lock files anew from pyproject.toml, keeping versions where possible
	$(LOCK) --group local --group test --group dev --output-file requirements/test.txt
	$(LOCK) --group local --constraints requirements/test.txt --output-file requirements/local.txt
	$(LOCK) --constraints requirements/test.txt --output-file requirements/production.txt

upgrade: ## the same with the newest allowed versions
	$(MAKE) lock UPGRADE=--upgrade

clean: ## remove the environment and caches; the data in .local stays
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A private uv: Debian's pip refuses the system environment, but not a folder of ours.
.uv/bin/uv: requirements/uv.txt
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON3=/path/to/python3")'
	@echo "Installing uv into .uv ..."
	@rm -rf .uv
	@PIP_ROOT_USER_ACTION=ignore $(PYTHON3) -m pip install --quiet --disable-pip-version-check --require-hashes \
		--target .uv -r requirements/uv.txt
	@touch $@

# uv does not read pip's configuration; who has set a package index for pip means it for this, too.
define sync
	@echo "Installing $(1) into .venv ..."
	@index=$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PYTHON3) -m pip config get global.index-url 2>/dev/null || true)}}; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	[ -x .venv/bin/python ] || .uv/bin/uv venv --quiet --clear --python "$$(command -v $(PYTHON3))" .venv; \
	.uv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python $(1)
	@touch $@
endef

# The test requirements hold the local ones with equal versions: one environment serves both, and once it has the
# tests it keeps them.
.venv/.ok: requirements/local.txt .uv/bin/uv
	$(call sync,requirements/$(if $(wildcard .venv/.test),test,local).txt)

.venv/.test: requirements/test.txt .venv/.ok
	$(call sync,requirements/test.txt)

# The browser and its fonts, and where possible the servers that the tests run against.
.PHONY: machine
machine:
	@$(PYTHON3) tests/machine.py
