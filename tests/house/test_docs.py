"""What the documents say is what the code does."""

from scripts.print_lives import PAGE, page


def test_the_printed_lives_are_those_of_the_tables():
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/print_lives.py"
