# Two commands matter: `make demo` shows the site, `make test` checks it. Both do their own set-up.
.DEFAULT_GOAL := demo
.PHONY: demo test check bench setup setup-dev setup-bench browser lock

export PYTHONUNBUFFERED := 1

demo: setup
	@.venv/bin/marketplace demo

# TESTS="tests/kernel -x" runs a part.
test: setup-dev
	@scripts/test.sh $(TESTS)

check: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

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
