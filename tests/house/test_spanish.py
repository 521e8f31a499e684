"""Every text has its Spanish, with the same blanks to fill in, and the site reads the newest catalogue."""

import re

from scripts.translations import COMPILED, catalogue, compiled, missing

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
    gendered = re.compile(r"\b(she|hers?|herself|he|his|him|himself)\b", re.IGNORECASE)
    texts = [text for message in catalogue() for text in ([message.id] if isinstance(message.id, str) else message.id)]
    assert gendered.search("Nothing holds her back.")
    assert [text for text in texts if gendered.search(text)] == []


def test_the_compiled_catalogue_is_the_newest():
    assert COMPILED.read_bytes() == compiled(), "run scripts/translations.py compile"


def test_a_spanish_speaker_reads_spanish(client):
    page = client.get("/sign-in", headers={"Accept-Language": "es-US,es;q=0.9"})
    assert page.heading == "Iniciar sesión"
