"""Every address a page speaks of exists: a name that nobody answers to would be an error only when somebody gets there."""

import importlib
import re

from marketplace.navigation import ROOMS
from tests.life import ROOT

NAMED = re.compile(r"""url_for\(\s*["']((?:[a-z_]+)?\.[a-z_]+)""")


def test_every_address_that_code_speaks_of_exists(site):
    blueprints = {room: importlib.import_module(room).pages.name for room in ROOMS}
    lost = []
    for file in sorted((ROOT / "marketplace").rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        own = blueprints.get(
            max((room for room in blueprints if f"{module}.".startswith(f"{room}.")), key=len, default="")
        )
        for name in NAMED.findall(file.read_text(encoding="utf-8")):
            endpoint = f"{own}{name}" if name.startswith(".") else name
            if endpoint not in site.view_functions:
                lost.append(f"{module} speaks of {endpoint}")
    assert lost == []


def test_every_full_address_that_a_template_speaks_of_exists(site):
    lost = [
        f"{file.relative_to(ROOT)} speaks of {name}"
        for file in sorted((ROOT / "templates").rglob("*.html"))
        for name in NAMED.findall(re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL))
        if not name.startswith(".") and name not in site.view_functions
    ]
    assert lost == []
