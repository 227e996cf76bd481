# One environment, made on first need from pinned versions; everything produced goes under out/.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check docs e2e bench soak wheel clean

demo: $(READY)            ## the newcomer's tour, into out/demo
	$(BIN)/vigie demo

test: $(READY)            ## the tests that need Python alone
	$(BIN)/pytest -m "not e2e" -n auto --dist loadfile

check: $(READY)           ## lint, format, types, generated pages up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python docs/generate.py --check

docs: $(READY)            ## write the generated pages again
	$(BIN)/python docs/generate.py

e2e: $(READY)             ## the tests with LibreOffice, a local Slack and a mailbox (installs them if need be), and the long ones
	bash tests/e2e/install.sh
	$(BIN)/pytest -m e2e

bench: $(READY)           ## measures, as ratios in one run
	$(BIN)/python -m tests.bench

soak: $(READY)            ## the service for ten real minutes: steady memory, no handle leaked, a quick stop
	$(BIN)/python -m tests.soak

$(READY): pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed"'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

clean:
	rm -rf .venv out dist
