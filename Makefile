# Two commands matter: `make demo` shows the site, `make test` checks it. Both do their own set-up.
.DEFAULT_GOAL := demo
.PHONY: demo run test check coverage bench setup setup-dev setup-bench browser lock

export PYTHONUNBUFFERED := 1

demo: setup
	@.venv/bin/marketplace demo

# The site while it is worked on: starts again when a file changes. Its people are those of `make demo`, when that ran before.
run: setup-dev
	@.venv/bin/python -m scripts.run

# TESTS="tests/kernel -x" runs a part.
test: setup-dev
	@scripts/test.sh $(TESTS)

check: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/vulture
	.venv/bin/python scripts/check_files.py

# Every test with branch coverage, held against the floor of each package.
coverage: setup-dev
	@mkdir -p var
	@scripts/test.sh -n 2 --dist loadgroup --cov --cov-report=json:var/coverage.json --cov-report=
	@.venv/bin/python -m scripts.coverage_floors var/coverage.json

bench: setup-bench
	.venv/bin/python -m benchmarks

setup:
	@scripts/setup.sh

setup-dev:
	@scripts/setup.sh dev

setup-bench:
	@scripts/setup.sh bench

browser: setup-dev
	@scripts/browser.sh

# After a change of the dependencies in pyproject.toml: writes the exact versions and their hashes (needs `uv`).
lock:
	@scripts/lock.sh
