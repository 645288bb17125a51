# Practice Atlas. `make run` tries it, `make test` proves it, `make help` lists the rest.
SHELL := /bin/bash
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard mapapp/translations/*/LC_MESSAGES/messages.po))
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test lint format reset data basemap requirements assets translations bench ogctests setup pictures

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: setup ## install what is missing, then serve on http://127.0.0.1:8000
	@exec .venv/bin/mapapp serve

test: setup .venv/.dev ## the whole suite, browser tests included
	@scripts/system.sh browser
	@scripts/system.sh clients || echo "Without GDAL, QGIS or R: the tests that need them are skipped."
	@$(MAKE) -s var/ogctests/.done || echo "Without ogctests: its two tests are skipped."
	$(PY) -m pytest -n 3 --dist loadscope --no-loadscope-reorder # a module's database is made by one worker, the slow ones first; one more than cores: they wait for browsers

lint: .venv/.dev ## style, types, import rules
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: .venv/.dev ## format the Python code
	$(PY) -m ruff check --fix-only -q .
	$(PY) -m ruff format .

setup: .venv/.run mapapp/static/dist/manifest.json $(CATALOGUES) ## everything `run` needs, without serving
	@scripts/system.sh database

reset: .venv/.run ## remove the private database under var/ (asks first)
	.venv/bin/mapapp reset

var/ogctests/.done: requirements-ogctests.txt
	python3 -m venv var/ogctests
	var/ogctests/bin/pip install -q --require-hashes --only-binary :all: -r requirements-ogctests.txt
	@touch $@

ogctests: setup .venv/.dev var/ogctests/.done ## the conformance tests of others against the OGC API
	$(PY) -m pytest tests/ogc/test_ogctests.py

bench: setup .venv/.dev ## measure: prints the table of docs/performance.md
	$(PY) -m tests.bench

pictures: .venv/.dev ## take the pictures of the documentation from the site that `make run` serves
	$(PY) scripts/pictures.py
	@scripts/system.sh clients
	/usr/bin/python3 scripts/qgis_pictures.py

data: .venv/.data node_modules/.all ## rebuild the territories and the gazetteer from their packages
	@scripts/system.sh names
	.venv-data/bin/python -m geodata.prepare

basemap: .venv/.data node_modules/.all ## rebuild the basemap from its sources
	@scripts/system.sh names
	.venv-data/bin/python -m geodata.basemap

assets: ## build scripts, styles and icons again
	rm -f mapapp/static/dist/manifest.json
	$(MAKE) mapapp/static/dist/manifest.json

translations: .venv/.dev ## collect the texts of the interface into the catalogues
	scripts/translations.sh

requirements: .venv/.dev ## lock the newest versions that the *.in files allow, with hashes
	for name in requirements requirements-dev requirements-data requirements-ogctests; do \
	  .venv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	    --no-emit-index-url --no-header --no-annotate $$name.in -o $$name.txt; done

.venv/bin/python:
	@scripts/system.sh python
	python3 -m venv .venv

.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	@test -e .venv/.dev || .venv/bin/pip install -q --require-hashes --only-binary :all: -r requirements.txt
	.venv/bin/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/.run
	.venv/bin/pip install -q --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@

.venv/.data: requirements-data.txt | .venv/.run
	python3 -m venv .venv-data
	.venv-data/bin/pip install -q --require-hashes --only-binary :all: -r requirements-data.txt
	@touch $@

node_modules/.run: package-lock.json
	@scripts/system.sh node
	npm ci --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error
	@touch $@

node_modules/.all: package-lock.json
	@scripts/system.sh node
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch node_modules/.run $@

SOURCES := $(shell find mapapp/static/css mapapp/static/js mapapp/static/icons mapapp/static/basemap -type f 2>/dev/null) $(wildcard scripts/*.mjs)
mapapp/static/dist/manifest.json: $(SOURCES) node_modules/.run
	node scripts/build.mjs

%.mo: %.po | .venv/.run
	.venv/bin/pybabel -q compile -i $< -o $@
	@test -s $@ # a catalogue that looks unfinished is skipped in silence
