#!/usr/bin/env bash
# Runs the tests, browser and fonts included; arguments go to pytest. Without these it fails: nothing is skipped silently.
set -euo pipefail
cd "$(dirname "$0")/.."
E2E_CHROMIUM=$(scripts/browser.sh)
export E2E_CHROMIUM
scripts/fonts.sh
if [ $# -eq 0 ]; then set -- -n 2 --dist loadgroup; fi
exec .venv/bin/python -m pytest "$@"
