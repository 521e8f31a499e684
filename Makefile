# Two commands matter: `make demo` shows the site, `make test` checks it. Both do their own set-up.
.DEFAULT_GOAL := demo
.PHONY: demo test check bench setup browser lock

export PYTHONUNBUFFERED := 1

demo: setup
	@.venv/bin/marketplace demo

# TESTS="tests/kernel -x" runs a part.
test: setup
	@scripts/test.sh $(TESTS)

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup
	.venv/bin/python -m benchmarks

setup:
	@scripts/setup.sh

browser: setup
	@scripts/browser.sh

# After a change of the dependencies in pyproject.toml: writes the exact versions and their hashes (needs `uv`).
lock:
	@scripts/lock.sh
