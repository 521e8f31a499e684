#!/usr/bin/env bash
# Makes .venv with everything the site needs, at the exact versions of the lock; `setup.sh dev` adds what tests and checks
# need, `setup.sh bench` the other solvers that `make bench` compares with. What is there already is left alone: a second run is instant.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || { say "Python 3.11 or newer is needed, and '$python' is not on the PATH."; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Python 3.11 or newer is needed; '$python' is $("$python" -V 2>&1). Name another one: make PYTHON=python3.12 …"
    exit 1
}

# What an environment is made from; when any of it changes, it is made again.
made_from() {
    "$python" - "$@" <<'PY'
import hashlib
import sys
from pathlib import Path

parts = [sys.version, sys.prefix, str(Path().resolve()), *(Path(name).read_text() for name in sys.argv[1:])]
print(hashlib.sha256("\0".join(parts).encode()).hexdigest())
PY
}
fresh() { [ -f "$1" ] && [ "$2" = "$(cat "$1")" ]; }
base=$(made_from pyproject.toml requirements.txt requirements-build.txt scripts/setup.sh)
dev=$(made_from requirements-dev.txt)
bench=$(made_from requirements-bench.txt)

# The lock names every package there is to install, so nothing is left to resolve; Python compiles what it first reads.
install() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile \
        --no-build-isolation --use-pep517 "$@" >&2
}

if ! fresh .venv/made-from "$base"; then
    # Debian keeps venv and pip in a package of their own.
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "Installing $package …"
            apt-get update -qq >&2
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >&2
        else
            say "Python's venv module is missing. Install it (Debian, Ubuntu: sudo apt-get install $package) and run this again."
            exit 1
        fi
    fi
    say "Setting up .venv (once; about a minute) …"
    "$python" -m venv --clear .venv
    install --require-hashes -r requirements-build.txt
    install --require-hashes -r requirements.txt
    install --editable .
    printf '%s\n' "$base" > .venv/made-from
fi
if [ "${1:-}" = dev ] && ! fresh .venv/made-from-dev "$dev"; then
    say "Adding what the tests need …"
    install --require-hashes -r requirements-dev.txt
    printf '%s\n' "$dev" > .venv/made-from-dev
fi
if [ "${1:-}" = bench ] && ! fresh .venv/made-from-bench "$bench"; then
    say "Adding the solvers to compare with …"
    install --require-hashes -r requirements-bench.txt
    printf '%s\n' "$bench" > .venv/made-from-bench
fi
