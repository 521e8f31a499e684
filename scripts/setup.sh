#!/usr/bin/env bash
# Makes .venv with everything the site and its tests need, at the exact versions of the lock. A second run is instant.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || { say "Python 3.11 or newer is needed, and '$python' is not on the PATH."; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "Python 3.11 or newer is needed; '$python' is $("$python" -V 2>&1). Name another one: make PYTHON=python3.12 …"
    exit 1
}

# What the environment was made from; when any of it changes, it is made again.
made_from() {
    "$python" - <<'PY'
import hashlib
import sys
from pathlib import Path

sources = ["pyproject.toml", *sorted(map(str, Path().glob("requirements*.txt"))), "scripts/setup.sh"]
parts = [sys.version, sys.prefix, str(Path().resolve()), *(Path(name).read_text() for name in sources)]
print(hashlib.sha256("\0".join(parts).encode()).hexdigest())
PY
}
stamp=.venv/made-from
if [ -f "$stamp" ] && [ "$(made_from)" = "$(cat "$stamp")" ]; then exit 0; fi

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

say "Setting up .venv (once; one or two minutes) …"
"$python" -m venv --clear .venv
install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation --use-pep517 "$@" >&2; }
install --require-hashes -r requirements-build.txt
install --require-hashes -r requirements-dev.txt
install --no-deps --editable .
made_from > "$stamp"
