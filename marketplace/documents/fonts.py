"""The fonts of documents: Inter, which comes along, and the Noto fonts of the machine for scripts that Inter does not have."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from marketplace.config import ROOT
from marketplace.kernel import NotAllowedNow, Phrase

if TYPE_CHECKING:
    import typst

OWN = ROOT / "templates" / "documents" / "fonts"
SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
"""Where packages put fonts. Only folders with Noto fonts are read: the others would make every machine set differently."""

PACKAGES = {
    "fonts-noto-core": ("Arabic, Thai and other scripts", "مرحبا สวัสดี"),
    "fonts-noto-cjk": ("Chinese, Japanese and Korean", "北京 한국"),
    "fonts-noto-color-emoji": ("emoji", "😀"),
}
"""Debian's packages of Noto fonts: what each is for, and a sample of it."""

_CJK = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH")
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_COMPLAINT = re.compile(r"the text `\"(.+?)\"` could not be displayed")


class MissingGlyphs(NotAllowedNow):
    """No installed font can print some characters of a document; `characters` are those."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(
            Phrase(
                "This PDF cannot be made yet: no font on the server can print %(characters)s. The agency can install"
                " %(packages)s there; then open the PDF again.",
                characters=" ".join(characters),
                packages=", ".join(packages_for(characters)),
            )
        )


def packages_for(characters: Iterable[str]) -> list[str]:
    """The Debian packages whose fonts have these characters, sorted."""
    return sorted({_package(one) for one in characters})


def _package(character: str) -> str:
    if unicodedata.name(character, "").startswith(_CJK):
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if unicodedata.category(character) == "So" else "fonts-noto-core"


def unprintable(complaint: str) -> str:
    """The characters that typst says no font has, each once and in their order; empty when it complains about something else."""
    found = (_CODE.sub(lambda code: chr(int(code[1], 16)), text) for text in _COMPLAINT.findall(complaint))
    return "".join(dict.fromkeys("".join(found)))


def fonts() -> "typst.Fonts":
    """Our own fonts and the Noto fonts of this machine. Fonts installed later are found without a new start."""
    folders = sorted({file.parent for start in SYSTEM_FOLDERS for file in start.rglob("Noto*.[to]t[fc]")})
    return _read((OWN, *folders), tuple(folder.stat().st_mtime_ns for folder in folders))


@cache
def _read(folders: tuple[Path, ...], changed: tuple[int, ...]) -> "typst.Fonts":
    import typst  # a typesetter of 60 megabytes, which only who sets a document needs

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(one) for one in folders]
    )
