# Everything a newcomer needs: `make` lists it. Only Python 3.11+, git and make have to be there already.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WORKERS ?= 2
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test faults check format browser screens bench clean

help: ## list the commands
	@echo "Tollbooth: the billing console for AI products."
	@echo
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r command text; do printf '%-16s %s\n' "$$command" "$$text"; done
	@echo
	@echo "  PORT=8600 make run               another port than 8501"
	@echo "  BILLING_DATA_DIR=folder make run another place than data/var for everything written at run time"
	@echo "  PYTEST_ARGS='-k refund' make test"

install: $(INSTALLED) ## make .venv with everything in it

$(INSTALLED): requirements.txt requirements-dev.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed and was not found; PYTHON=/path/to/python3 make install names one." >&2; exit 1; fi
	@$(BIN)/python -c '' 2>/dev/null || $(MAKE) --no-print-directory $(VENV)
	@echo "Installing everything into $(VENV); the first time takes a minute or two."
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Debian and its kin ship Python without ensurepip, so the first try can fail where the package can be had.
.PHONY: $(VENV)
$(VENV):
	@echo "Making $(VENV) with $$($(PYTHON) --version)."
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 && exit 0; \
	if command -v apt-get >/dev/null; then \
		version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		echo "This Python cannot make environments by itself; installing python$$version-venv with apt-get."; \
		{ $$sudo apt-get update -q && $$sudo apt-get install -y -q python$$version-venv; } || true; \
	fi; \
	rm -rf $(VENV); $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv) and try again." >&2; exit 1; }

run: install ## console and REST API on http://127.0.0.1:8501, with demo data the first time
	@exec $(BIN)/python -m billing_core serve

test: install browser ## every test, real browser included
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

faults: install ## plant the kept faults one by one and see that the tests notice
	$(BIN)/python -m checks.planted_faults

check: install ## format, lint, types, layers, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m checks

format: install ## rewrite the code in the one format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

browser: install ## get Chromium if this machine has none
	@$(BIN)/python -m tests.browser.chromium

screens: install browser ## take the pictures in docs/screens
	$(BIN)/python -m tests.browser.screens

bench: install ## measure; the benchmarks live in benchmarks/ and print what they are held against
	$(BIN)/python -m benchmarks

clean: ## remove .venv and caches; data/var stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
