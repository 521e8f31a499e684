"""Finding text as people type it: whatever the case, the accents, the style of quotes and of hyphens.

The same letters are folded in Python (what is typed) and in the database (what is kept), so that both agree whatever the
database's locale: under `C` its own `lower` knows only the letters a to z.
"""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, case, func

_SINGLE = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d",
    "‘": "'", "’": "'", "ʼ": "'", "′": "'", "´": "'", "`": "'", "“": '"', "”": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
_SEVERAL = {"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
_MARKS = "".join(map(chr, range(0x300, 0x370)))
_LETTERS = (*range(0xC0, 0x530), *range(0x1E00, 0x2000))


def _plain(letter: str) -> str:
    """The small letter without its marks; the letter itself where that would be several or none."""
    bare = "".join(part for part in unicodedata.normalize("NFD", letter.lower()) if not unicodedata.combining(part))
    bare = _SINGLE.get(bare, bare)
    return bare if len(bare) == 1 else letter


_FOLDED = {chr(code): _plain(chr(code)) for code in _LETTERS if chr(code) not in _MARKS}
_FOLDED = {letter: plain for letter, plain in (_FOLDED | {"ẞ": "ß"} | _SINGLE).items() if letter != plain}
_FROM, _TO = "".join(_FOLDED) + _MARKS, "".join(_FOLDED.values())
_TABLE = str.maketrans(_FROM[: len(_TO)], _TO, _MARKS)


def folded_words(words: str) -> str:
    """What was typed, as it is compared: `Nguyễn` is `nguyen`, `O’Neil` is `o'neil`."""
    text = unicodedata.normalize("NFC", words).translate(_TABLE).lower()
    for letter, letters in _SEVERAL.items():
        text = text.replace(letter, letters)
    return text


def folded(column: Any) -> ColumnElement[str]:
    """What is kept, as it is compared. Text of plain letters, nearly all there is, takes the short way."""
    kept = func.coalesce(column, "")
    text: ColumnElement[str] = func.lower(func.translate(kept, _FROM, _TO))
    for letter, letters in _SEVERAL.items():
        text = func.replace(text, letter, letters)
    return case((func.octet_length(kept) == func.length(kept), func.lower(func.replace(kept, "`", "'"))), else_=text)


def found_in(column: Any, words: str) -> ColumnElement[bool]:
    """Whether the words stand in the column; `%`, `_` and `\\` mean themselves."""
    return folded(column).contains(folded_words(words), autoescape=True)
