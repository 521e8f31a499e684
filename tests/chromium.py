"""The browser of the browser tests: a Chromium that talks to nobody but the site. A missing one is a failure, never a skip."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """What pytest-playwright starts: E2E_CHROMIUM, else a Chromium of this machine, else one installed for the purpose."""
    script = Path(__file__).resolve().parent.parent / "scripts" / "browser.sh"
    found = subprocess.run([script], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        pytest.fail("No browser for the browser tests: see above.")
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    given = list(browser_type_launch_args.get("args", []))
    path = found.stdout.strip().splitlines()[-1]
    return {**browser_type_launch_args, "executable_path": path, "args": [*given, *_FLAGS, *as_root]}
