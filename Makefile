# Everything runs from a virtual environment that is made from the lock file: exact versions, checked hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ASSIGNMENTS := $(notdir $(patsubst %/,%,$(wildcard source/*/)))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-processes test-all test-browser random lint lab docs pictures bench profile base ladder messages release audit mutants seeds bundle lock raise clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## ?(.*)/  make \1|\2/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST)

setup: $(VENV)/.installed  ## make .venv from requirements.lock

$(VENV)/.installed: requirements.lock pyproject.toml
	@sh setup.sh $(PYTHON) $(VENV)
	@touch $@

demo: setup  ## grade a simulated cohort and print its marks
	@$(BIN)/autograder release convolution --quiet
	@$(BIN)/autograder demo

test: setup  ## the tests that start no kernel or other process (minutes)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-processes: setup  ## the tests that start kernels, cohorts and commands (a quarter of an hour)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "processes and not slow and not browser"

test-all: setup  ## all tests, including the slow ones
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m ""

test-browser: setup  ## the tests that drive Chromium: JupyterLab, formgrader, feedback and report
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m browser

random: setup  ## the properties with new random examples, as CI runs them every night
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "hypothesis and not browser" --hypothesis-profile=random

lint: setup  ## ruff, mypy and the order of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lab: setup  ## JupyterLab on the course, with nbgrader's formgrader
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab $(shell [ "$$(id -u)" != 0 ] || echo --allow-root)

docs: setup  ## the handbook as a site, into build/site
	@$(BIN)/zensical build --strict --clean
	@echo "build/site/index.html; with its search: $(BIN)/python -m http.server --directory build/site"

pictures: setup  ## the handbook's pictures, into docs/images (minutes; needs Chromium)
	@nice $(BIN)/python docs/pictures.py

bench: setup  ## what a submission costs, compared with nbgrader autograde, into docs/benchmark.md (half an hour)
	@$(BIN)/python benchmarks/grading.py --into docs/benchmark.md

profile: setup  ## where a submission's time goes, step by step (A=assignment, N=submissions)
	@$(BIN)/python benchmarks/steps.py $(or $(A),convolution) --submissions $(or $(N),8)

base: setup  ## train the pretrained base again (minutes), into convnets/data
	@nice $(BIN)/python -m convnets.train_base

ladder: setup  ## measure the chapter's ladder on drawings (minutes), into docs/ladder.md
	@nice $(BIN)/python benchmarks/ladder.py drawings

messages: setup  ## templates (.pot) for translators, from all sentences
	@$(BIN)/python -m autograder.authoring.translations

release: setup  ## make release/ and solutions/ from source/, and the handbook's pages about it
	@for name in $(ASSIGNMENTS); do $(BIN)/autograder release $$name || exit $$?; done
	@$(BIN)/python docs/pages.py
	@for page in coverage requirements; do $(BIN)/python -m autograder.authoring.$$page > docs/.$$page && mv docs/.$$page docs/$$page.md || exit $$?; done

audit: setup  ## prove that the tests tell right from wrong
	@$(BIN)/autograder audit

mutants: setup  ## prove that slips which nobody listed lose points: a sample (all with SAMPLE=1000000)
	@printf '%s\n' $(ASSIGNMENTS) | xargs -P 2 -I{} $(BIN)/autograder audit {} --mutants --jobs 1 \
	  --sample $(or $(SAMPLE),30) --seed 16

seeds: setup  ## prove every assignment's tests with many seeds, 500 or SEEDS=N (an hour)
	@nice $(BIN)/autograder audit --seeds $(or $(SEEDS),500) --seed 1000

bundle: release  ## dist/<assignment>.zip, to hand to students
	@$(BIN)/autograder bundle $(ASSIGNMENTS)

lock: setup  ## make requirements.lock again from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --upgrade --output-file requirements.lock

raise: setup  ## turn the unreleased changes into a version: make raise VERSION=0.3.0 (RELEASING.md)
	@$(BIN)/python .ci/raise_version.py "$(VERSION)"

clean:  ## remove what was generated, except .venv
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
