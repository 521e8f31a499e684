"""Nothing large and no private key is committed: names files and exits 1. Without arguments it looks at every file git knows."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

LARGEST = 500 * 1024
"""Bytes. What is larger is data, and lives elsewhere."""

# Written in two parts, so that this file is not one of them.
PRIVATE_KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY" + rb"(?: BLOCK)?-----|PuTTY-User-Key-File-" + rb"\d:"
)


def problems(files: Iterable[Path]) -> Iterator[str]:
    """One line for each file that must not be committed. What is no file, such as a link to a folder, is passed over."""
    for file in files:
        if not file.is_file():
            continue
        content = file.read_bytes()
        if len(content) > LARGEST:
            yield f"{file}: {len(content) // 1024} KB, and {LARGEST // 1024} KB is the most"
        if PRIVATE_KEY.search(content):
            yield f"{file}: holds a private key"


def main(names: list[str]) -> int:
    """The exit code."""
    if not names:
        listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
        names = listed.split("\0")[:-1]
    found = list(problems(Path(name) for name in names))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
