"""The site starts quickly: it loads no solver, typesetter, picture library or browser until somebody needs one."""

import subprocess
import sys

from marketplace.config import ROOT

HEAVY = frozenset(
    "PIL alembic email_validator highspy icalendar lxml mjml numba ortools playwright pytest qrcode stripe typst".split()
)
LIST = "import sys, {}; print(*{{name.partition('.')[0] for name in sys.modules}})"


def loaded_with(module: str) -> set[str]:
    """The packages a fresh process holds after importing `module`."""
    told = subprocess.run(
        [sys.executable, "-c", LIST.format(module)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(told.stdout.split())


def test_the_site_loads_nothing_heavy_before_it_is_needed():
    assert loaded_with("marketplace.app") & HEAVY == set()


def test_what_is_loaded_would_be_seen():
    assert "PIL" in loaded_with("PIL.Image")
