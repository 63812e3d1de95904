# Every target prepares what it needs; on a bare machine start with any of them.
.DEFAULT_GOAL := help
.PHONY: help install demo dev test test-full mutations check fix bench audit lock clean

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 20

install: ## prepare .venv and the built assets
	@scripts/venv runtime
	@.venv/bin/python scripts/assets
	@.venv/bin/pybabel -q compile -D django -d src/huiying/doors/locale
	@.venv/bin/python -m django collectstatic --settings huiying.config.settings --noinput --verbosity 0

demo: install ## an invented city, filled and served on http://127.0.0.1:8000/ (PORT)
	@exec .venv/bin/huiying demo

dev: install
	@scripts/venv dev

check: dev ## lint, types and import contracts; changes nothing
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

fix: dev ## repair what the linter can repair
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

ALL := -n 2 --dist loadfile --cov --cov-report=term
test: check ## all tests, browser tests included, two files at a time (pass pytest options with ARGS=…)
	@scripts/browser
	@.venv/bin/pytest $(or $(ARGS),$(ALL))

test-full: dev ## the tests, and what takes too long for every run
	@scripts/browser --full
	@.venv/bin/pytest --long $(ARGS)

mutations: dev ## break the code on purpose, one invariant after the other; a test must notice each time
	@.venv/bin/python tests/mutations/run.py

bench: dev ## speed, as ratios against a floor in the same run (parts and sizes: ARGS="--help")
	@.venv/bin/python -m benchmarks $(ARGS)

audit: dev ## ask the public lists of known faults about every locked package (needs the network)
	@.venv/bin/python scripts/audit

lock: ## resolve the dependencies anew (needs uv on the PATH)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header \
	  --group build pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header \
	  --group build --group dev pyproject.toml -o requirements/dev.txt

clean: ## remove what was built; data in var/ stays
	rm -rf .venv node_modules tests/browser/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
