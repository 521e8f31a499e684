"""What the documents say is what the code does."""

import re

from marketplace.config import ROOT
from scripts.print_lives import PAGE, page

DECISION = ("Context", "Decision", "Consequences", "Alternatives")


def test_the_printed_lives_are_those_of_the_tables():
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/print_lives.py"


def links():
    """(page, what it links to) for every link of our documents into the repository."""
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
            if "://" not in target:
                yield file, target


def test_every_link_leads_to_a_file():
    found = list(links())
    assert len(found) > 20
    assert [f"{where.name}: {target}" for where, target in found if not (where.parent / target).exists()] == []


def test_every_decision_is_numbered_and_says_why_what_and_what_else():
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert [one.name[:4] for one in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for decision in pages:
        text = decision.read_text(encoding="utf-8")
        assert [part for part in DECISION if f"**{part}.** " not in text] == [], decision.name
    listed = {target for where, target in links() if where.parent.name == "decisions"}
    assert {one.name for one in pages} == listed


def test_each_word_of_the_glossary_stands_once_in_the_order_of_the_alphabet():
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word.strip().lower() for word in rows if word.strip() != "word"]
    assert len(words) > 40
    assert words == sorted(set(words))
