#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests, installing one when the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_browser() {
    if [ -n "${E2E_CHROMIUM:-}" ]; then
        [ -x "$E2E_CHROMIUM" ] || { say "E2E_CHROMIUM names '$E2E_CHROMIUM', which cannot be run."; exit 1; }
        printf '%s\n' "$E2E_CHROMIUM"
        return 0
    fi
    local name
    for name in chromium-headless-shell chromium google-chrome; do
        command -v "$name" && return 0
    done
    .venv/bin/python - <<'PY'
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
if not Path(path).exists():
    sys.exit(1)
print(path)
PY
}

if find_browser; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing chromium-headless-shell …"
    if apt-get update -qq >&2; then
        for package in chromium-headless-shell chromium; do
            if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >&2; then
                find_browser && exit 0
            fi
        done
    fi
fi
say "Downloading Chromium with Playwright …"
if .venv/bin/playwright install chromium >&2 && find_browser; then exit 0; fi
say "No browser for the browser tests could be found or installed. Install Chromium (Debian: apt-get install chromium)"
say "or name one: E2E_CHROMIUM=/path/to/chromium make test"
exit 1
