"""Typed text, made safe to keep: no hidden characters, not too long, otherwise as they wrote it."""

import unicodedata

from marketplace.kernel.errors import Invalid

LONGEST_PASSWORD = 128
"""Characters of a password, where one is set and where one is asked for."""

TURNS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Characters that turn the direction of what follows: a name with one reads backwards, or looks like another. Copying from
some programs brings them along unseen, so they are left out without a word.
"""


def clean_text(text: str, limit: int, field: str, multiline: bool = False) -> str:
    """The text trimmed and in one Unicode form (NFC), or Invalid naming the field.

    `limit` is in characters. NUL, control characters and broken characters (lone surrogates) are refused; line breaks
    and tabs are welcome only with `multiline`. An empty text stays empty: whether one is required is for the form to say.
    """
    welcome = "\n\t" if multiline else ""
    text = text.translate(TURNS).replace("\r\n", "\n").strip()
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cs" or (kind == "Cc" and character not in welcome):
            raise Invalid("This contains a character that cannot be shown or kept. Type it again as plain text.", field)
    text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise Invalid(
            "Write at most %(most)s characters; this has %(count)s.", field, most=f"{limit:,}", count=f"{len(text):,}"
        )
    return text
