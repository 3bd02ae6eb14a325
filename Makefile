# Everything that a stranger needs: make run, make test, make help.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8080
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(PY) -m pip install --disable-pip-version-check --no-input --require-hashes

.PHONY: help run run-teams test test-long test-faults lint unit bench bench-ack bench-teams texts lock vectors clean
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'

run: $(VENV)/.runs ## Set everything up and start the playground: no account, no Redis (PORT=8080)
	@$(PY) -m bot playground --port $(PORT)

run-teams: $(VENV)/.runs ## The same in Microsoft's Agents Playground, a pretend Teams (needs Node.js and npm; PORT=8080)
	@$(PY) -m bot playground --teams --port $(PORT)

test: $(VENV)/.tests browser lint ## Set everything up, a browser included, and run every check
	@$(PY) -m pytest -m "not long" -n 2 --dist worksteal

test-long: $(VENV)/.tests browser lint ## The same, with the full figures and test-faults (some minutes more)
	@$(PY) -m pytest
	@$(PY) -m tests.faults

test-faults: $(VENV)/.tests ## Break the line, the store, the service and the clock, and print what came of it (minutes)
	@$(PY) -m tests.faults

unit: $(VENV)/.tests ## Only the fast tests, without a browser
	@$(PY) -m pytest tests/unit tests/property tests/contract tests/house

lint: $(VENV)/.tests ## Style, types and the three floors
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

bench: $(VENV)/.tests ## Measure create, page, claim and ack, beside the physical limit
	@$(PY) -m bench.journey

bench-ack: $(VENV)/.tests ## Measure how long Slack waits for our answer, beside a stock slack_bolt
	@$(PY) -m bench.ack

bench-teams: $(VENV)/.tests ## Measure how many messages of Teams are answered, beside botbuilder's CloudAdapter
	@$(PY) -m bench.teams

texts: $(VENV)/.tests ## Collect new sentences into the catalogues, for translators
	@$(PY) -m adapters.wording.collect

vectors: $(VENV)/.tests ## Make the test vectors of the sealing format anew
	@$(PY) -m tests.vectors.make_vectors

lock: ## Pin every dependency with hashes (needs uv)
	@for extra in "" "--extra dev"; do \
	  file=requirements$${extra:+-dev}.lock; \
	  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra embedded $$extra pyproject.toml -o $$file || exit 1; \
	done

clean: ## Forget what was set up
	@rm -rf $(VENV) .agents-playground .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(PY):
	@test -n "$(PYTHON)" || { echo "pushpw needs Python 3.11 or newer. On Debian: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null || { echo "Python's venv is missing. On Debian: sudo apt install python3-venv, then again."; exit 1; }; \
	  echo "Installing python3-venv ..."; apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); }

# A launcher and not `pip install -e`: it needs neither setuptools nor a network, runs in any folder (whose .env it reads),
# and moves along with the checkout. -P: a folder named bot where it runs is not ours.
$(VENV)/bin/pushpw: | $(PY)
	@printf '#!/bin/sh\n# pushpw, from the checkout beside this folder.\nhere=$$(CDPATH= cd -- "$$(dirname -- "$$(readlink -f -- "$$0")")" && pwd)\n' > $@
	@printf 'PYTHONPATH="$$(dirname -- "$$(dirname -- "$$here")")" exec "$$here/python" -P -m bot "$$@"\n' >> $@
	@chmod +x $@

$(VENV)/.runs: requirements.lock | $(PY) $(VENV)/bin/pushpw
	@echo "Installing what pushpw needs into $(VENV) (once, about a minute) ..."
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.tests: requirements-dev.lock | $(PY) $(VENV)/bin/pushpw
	@echo "Installing what the tests need into $(VENV) (once, a minute or two) ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/.runs

# What a bare Debian lacks for the browser tests: Chromium, a font, and the library that playwright's driver is linked with.
# And redis-tools, in which the oldest server that we work with lies, with TLS, and no daemon; without it those tests skip and say so.
.PHONY: browser
browser: $(VENV)/.tests
	@missing=""; found=""; \
	for b in chromium chromium-browser google-chrome; do command -v $$b >/dev/null && found=$$b; done; \
	test -n "$$found" || missing="chromium fonts-dejavu-core"; \
	$(PY) -m playwright --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	root=""; test "$$(id -u)" = 0 && command -v apt-get >/dev/null && root=yes; \
	command -v redis-check-rdb >/dev/null || command -v redis-server >/dev/null || test -z "$$root" || missing="$$missing redis-tools"; \
	test -z "$$missing" && exit 0; \
	test -n "$$root" || { echo "The browser tests need $$missing. On Debian: sudo apt install $$missing, then again."; exit 1; }; \
	echo "Installing $$missing (once, about a minute) ..."; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
