"""Every text has its Spanish with the same blanks, no text calls people she or he, and the site reads the newest catalogue."""

import ast
import io
import re
import tokenize

from marketplace.config import ROOT
from scripts.translations import COMPILED, catalogue, compiled, missing

GENDERED = re.compile(r"\b(she|hers?|herself|he|his|him|himself)\b", re.IGNORECASE)
PAGES = (".html", ".mjml", ".txt", ".typ")
BLANK = re.compile(r"%\([a-z_]+\)[sd]|%[sd%]")


def test_every_text_has_its_spanish():
    assert missing() == []


def test_the_blanks_are_the_same_in_both_languages():
    odd = []
    for message in catalogue():
        if not message.id:
            continue
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        spanish = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = {blank for text in texts for blank in BLANK.findall(text)}
        odd += [texts[0] for words in spanish if not set(BLANK.findall(words)) <= wanted]
        if isinstance(message.id, str) and set(BLANK.findall(spanish[0])) != wanted:
            odd.append(texts[0])
    assert odd == []


def test_no_text_calls_a_coordinator_she():
    texts = [text for message in catalogue() for text in ([message.id] if isinstance(message.id, str) else message.id)]
    assert [text for text in texts if GENDERED.search(text)] == []


def prose_of(source: str) -> list[str]:
    """The docstrings and comments of a module."""
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    expressions = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    strings = [one.value for one in expressions if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return comments + strings


def test_no_docstring_comment_or_template_calls_a_coordinator_she():
    code = [
        (path, text) for path in sorted((ROOT / "marketplace").rglob("*.py")) for text in prose_of(path.read_text())
    ]
    pages = [(path, path.read_text()) for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in PAGES]
    assert [str(path) for path, text in code + pages if GENDERED.search(text)] == []


def test_a_text_that_says_she_would_be_seen():
    assert GENDERED.search("Nothing holds her back.")
    assert prose_of('def book():\n    """She comes."""\n    x = "her"  # his seat\n') == ["# his seat", "She comes."]


def test_the_compiled_catalogue_is_the_newest():
    assert COMPILED.read_bytes() == compiled(), "run scripts/translations.py compile"


def test_a_spanish_speaker_reads_spanish(client):
    page = client.get("/sign-in", headers={"Accept-Language": "es-US,es;q=0.9"})
    assert page.heading == "Iniciar sesión"
