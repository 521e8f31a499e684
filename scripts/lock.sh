#!/usr/bin/env bash
# Writes the exact versions, with the hash of every published file, from the ranges in pyproject.toml (needs `uv`).
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate "$@" >/dev/null
}
compile pyproject.toml -o requirements.txt
compile pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
compile pyproject.toml --extra bench -c requirements-dev.txt -o requirements-bench.txt
printf 'setuptools\n' | compile - -c requirements-dev.txt -o requirements-build.txt
