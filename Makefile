# Every target sets itself up: a virtual environment in .venv, the package and what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= auto
EVERY ?= 1
# The lower bounds that pyproject.toml promises, as versions: numpy==2.1 click==8.2 …
OLDEST = $(shell grep '^dependencies' pyproject.toml | grep -o '[a-z]*>=[0-9.]*' | sed 's/>=/==/')

.DEFAULT_GOAL := help
.PHONY: help demo test test-oldest lint bench golden gallery docs reference clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 21

demo: $(READY)  ## see a picture convolved, window by window
	@$(BIN)/cnnstep conv sample:picture --kernel edge --stride 2 --steps 34812:34815
	@$(BIN)/cnnstep conv sample:picture --kernel edge --stride 2 --view map

# Of our own files, none is opened in the locale's encoding: that warns, and a warning is an error.
test: $(READY)  ## run the tests, in random order; one of N with EVERY=N
	@PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -n $(JOBS) --every $(EVERY)

test-oldest:  ## run them with the oldest dependencies that are promised
	@$(MAKE) test VENV=$(VENV)-oldest PINNED="$(OLDEST)"

lint: $(READY)  ## check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: $(VENV)/.bench  ## measure against SciPy, OpenCV, PyTorch and matplotlib, as ratios
	@$(BIN)/python -m compileall -q cnnstep
	@$(BIN)/python -m benchmarks

golden: $(READY)  ## renew the golden screens, after you have looked at them
	@$(BIN)/python -m pytest tests/test_screens.py tests/test_docs.py -p no:xdist --renew-golden

gallery: $(READY)  ## draw the pictures in docs/ with the program itself
	@$(BIN)/python -m tools.gallery

docs: $(READY)  ## write docs/json.md, the reference of --json, from the documents
	@$(BIN)/python -m tools.json_reference

reference: $(VENV)/.reference  ## compare every operation with PyTorch, and run --code there, in Keras and in JAX
	@$(BIN)/python -m pytest -n $(JOBS) tests/test_reference*.py

clean:  ## remove what the targets made
	rm -rf $(VENV) $(VENV)-* build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]" $(PINNED)
	@$(BIN)/python -m compileall -q cnnstep
	@touch $@

$(VENV)/.reference: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 keras==3.15.1 jax==0.10.2
	@touch $@

$(VENV)/.bench: $(VENV)/.reference
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@touch $@
