"""Turns the pages of a PDF into pictures, in a process of its own that may fail, hang or grow without harm to the site.

Run as `python -m marketplace.credentials.picturing FILE.pdf FOLDER MOST`: writes 1.png, 2.png … into the folder.
"""

import resource
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from marketplace.config import ROOT

MOST_PAGES = 6
SECONDS = 15
MEMORY = 2 * 1024**3  # bytes of address space
DOTS_AN_INCH = 110.0

_ONE_PAGE = """#set page(width: auto, height: auto, margin: 0pt)
#image("paper.pdf", page: int(sys.inputs.number), width: 17cm)
"""


def pictures_of(pdf: bytes, most: int = MOST_PAGES) -> list[bytes]:
    """The first pages as PNG; an empty list when not even the first can be drawn."""
    with TemporaryDirectory() as folder:
        paper = Path(folder, "paper.pdf")
        paper.write_bytes(pdf)
        command = [sys.executable, "-m", "marketplace.credentials.picturing", str(paper), folder, str(most)]
        try:
            # An empty environment: what the file might break into finds no secrets there.
            subprocess.run(command, cwd=ROOT, env={}, timeout=SECONDS, stdout=DEVNULL, stderr=DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return []
        found = (Path(folder, f"{number}.png") for number in range(1, most + 1))
        return [picture.read_bytes() for picture in found if picture.exists()]


def _draw(paper: Path, folder: Path, most: int) -> None:
    import typst

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source = folder / "page.typ"
    source.write_text(_ONE_PAGE, encoding="utf-8")
    compiler = typst.Compiler(input=str(source), root=str(folder))
    for number in range(1, most + 1):
        try:
            picture = compiler.compile(format="png", ppi=DOTS_AN_INCH, sys_inputs={"number": str(number)})
        except typst.TypstError:  # there is no such page, or nothing that can be drawn
            return
        if isinstance(picture, bytes):
            (folder / f"{number}.png").write_bytes(picture)


if __name__ == "__main__":
    _draw(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
