"""The site starts quickly: it loads no solver, typesetter, picture library or browser until somebody needs one."""

import subprocess
import sys

import pytest

from marketplace.config import ROOT
from marketplace.navigation import ROOMS

HEAVY = frozenset(
    "PIL alembic email_validator highspy icalendar lxml mjml numba numpy openpyxl ortools pandas playwright pypdf pytest "
    "qrcode reportlab scipy stripe typst".split()
)
NEEDS_NUMPY = frozenset({"index", "simulating", "solver"})
"""The parts of matching that work on arrays."""
LIST = "import sys, {}; print(*sys.modules)"


def loaded_with(*modules: str) -> set[str]:
    """The names of all modules that a fresh process holds after importing these."""
    found = subprocess.run(
        [sys.executable, "-c", LIST.format(", ".join(modules))], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(found.stdout.split())


def packages(modules: set[str]) -> set[str]:
    """The packages that they belong to."""
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("modules", [("marketplace.app",), ("marketplace.app", *ROOMS)], ids=["site", "all its pages"])
def test_the_site_loads_nothing_heavy_before_it_is_needed(modules: tuple[str, ...]):
    loaded = loaded_with(*modules)
    assert packages(loaded) & HEAVY == set()
    assert {f"marketplace.matching.{part}" for part in NEEDS_NUMPY} & loaded == set()


def test_the_site_loads_no_page_before_it_is_put_together():
    assert loaded_with("marketplace.app") & set(ROOMS) == set()


def test_the_process_that_opens_uploads_knows_only_their_limits():
    ours = {name for name in loaded_with("marketplace.credentials.files.sandbox") if name.startswith("marketplace.")}
    files = "marketplace.credentials.files"
    assert ours == {"marketplace.credentials", files, f"{files}.sandbox", f"{files}.limits"}


def test_what_is_loaded_would_be_seen():
    assert "PIL" in packages(loaded_with("PIL.Image"))
    loaded = loaded_with("marketplace.eligibility.in_memory.upkeep")
    assert "numpy" in packages(loaded)
    assert "marketplace.matching.index" in loaded
