"""Every text has its Spanish with the same blanks, no text calls people she or he, and the site reads the newest catalogue."""

import ast
import io
import re
import tokenize

from scripts.translations import COMPILED, EARLIER, ROOT, catalogue, compiled, missing

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


SHUNNED = re.compile(
    r"cancelled|favourite|\btak(en?|ing) back\b|took .* back|\banew\b|facts are right|\bthe move\b|has moved|to move\b|"
    r"\bpapers?\b(?!\)s)",
    re.IGNORECASE,
)
MADE_ON_PAPER = {
    "The text of this agreement is on paper, not here.",
    "This agreement has no text here: it was made on paper, or is not sent yet.",
}


def test_texts_use_the_words_of_the_house() -> None:
    """American spelling; withdrawn or undone, not taken back; a reassignment, not a move; a credential, not a paper."""
    texts = [text for message in catalogue() for text in ([message.id] if isinstance(message.id, str) else message.id)]
    assert SHUNNED.search("These facts are right")
    assert [text for text in texts if SHUNNED.search(text) and text not in {*EARLIER, *MADE_ON_PAPER}] == []


def test_what_happened_looks_the_same_on_every_page() -> None:
    """The section is written once, in its macro; the style guide draws it without a thing."""
    own = {"macros/trail.html", "styleguide.html"}
    pages = {str(file.relative_to(ROOT / "templates")): file.read_text() for file in ROOT.glob("templates/**/*.html")}
    assert {name for name, text in pages.items() if re.search(r"(card|box)\(_\(.What happened", text)} == own


def test_the_compiled_catalogue_is_the_newest():
    assert COMPILED.read_bytes() == compiled(), "run scripts/translations.py compile"


def test_a_spanish_speaker_reads_spanish(client):
    page = client.get("/sign-in", headers={"Accept-Language": "es-US,es;q=0.9"})
    assert page.heading == "Iniciar sesión"
