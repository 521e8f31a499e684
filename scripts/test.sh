#!/usr/bin/env bash
# Runs the tests, browser included; arguments go to pytest. Without a browser it fails: nothing is skipped silently.
set -euo pipefail
cd "$(dirname "$0")/.."
E2E_CHROMIUM=$(scripts/browser.sh)
export E2E_CHROMIUM
if [ $# -eq 0 ]; then set -- -n 2 --dist loadgroup; fi
exec .venv/bin/python -m pytest "$@"
