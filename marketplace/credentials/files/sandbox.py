"""The program that opens uploaded files, in a process of its own that may fail, hang or grow without harm to the site.

Run by `thumbnails.py` as `python -m marketplace.credentials.files.sandbox KIND FILE FOLDER MOST`. KIND is PDF, JPEG, PNG or WEBP.
Writes 1.png, 2.png … for the pages of a PDF, 1.jpg for a picture. Ends with TOO_MANY_PIXELS for a picture that is too big.
"""

import resource
import sys
import warnings
from pathlib import Path

from marketplace.credentials.files.limits import LONGEST_SIDE, MEMORY, MOST_PIXELS, MOST_PIXELS_IN_MEMORY, SECONDS

TOO_MANY_PIXELS = 3
"""The exit code for a picture beyond the limits."""

JPEG_QUALITY = 88

DOTS_AN_INCH = 110.0

_ONE_PAGE = """#set page(width: auto, height: auto, margin: 0pt)
#image("%s", page: int(sys.inputs.number), width: 17cm)
"""


def limit_this_process(memory: int = MEMORY) -> None:
    """From here on: `memory` bytes of address space, a few seconds of the processor, no picture of itself on the disk."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def make_anew(file: Path, kind: str, folder: Path) -> None:
    """The pixels alone as JPEG, upright, on white; EXIF (place, phone, time) and whatever hides behind them are gone.

    The number of pixels is read from the head of the file and checked before any of them is decoded.
    """
    from PIL import Image, ImageOps  # after the limits are set, so that they hold for it

    warnings.simplefilter("error")
    with Image.open(file, formats=[kind]) as found:
        whole = found.width * found.height
        found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if whole > MOST_PIXELS or found.width * found.height > MOST_PIXELS_IN_MEMORY:
            sys.exit(TOO_MANY_PIXELS)
        found.load()
        upright = ImageOps.exif_transpose(found)
    if upright.mode not in ("RGB", "L"):
        upright = upright.convert("RGBA")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    paper.save(folder / "1.jpg", "JPEG", quality=JPEG_QUALITY)


def draw_pages(file: Path, folder: Path, most: int) -> None:
    """The first pages of a PDF, which lies in `folder`, as PNG: as many as can be drawn."""
    import typst  # after the limits are set, so that they hold for it

    source = folder / "page.typ"
    source.write_text(_ONE_PAGE % file.name, encoding="utf-8")
    compiler = typst.Compiler(input=str(source), root=str(folder))
    for number in range(1, most + 1):
        try:
            picture = compiler.compile(format="png", ppi=DOTS_AN_INCH, sys_inputs={"number": str(number)})
        except typst.TypstError:  # there is no such page, or nothing that can be drawn
            return
        if isinstance(picture, bytes):
            (folder / f"{number}.png").write_bytes(picture)


def main(kind: str, file: Path, folder: Path, most: int) -> None:
    limit_this_process()
    if kind == "PDF":
        draw_pages(file, folder, most)
    else:
        make_anew(file, kind, folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
