#!/usr/bin/env bash
# Makes sure that the machine has the Noto fonts the tests of documents print names with; installs them where it can.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

missing() {
    .venv/bin/python - <<'PY'
from marketplace.documents.fonts import PACKAGES
from marketplace.documents.typesetting import printable

print(*(package for package, (_scripts, sample) in PACKAGES.items() if not printable(sample)))
PY
}

packages=$(missing)
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing $packages …"
    # shellcheck disable=SC2086 # several names
    apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >&2 || true
    [ -n "$(missing)" ] || exit 0
fi
say "The tests of documents print names in many scripts. Install these fonts (Debian: apt-get install $packages)."
exit 1
