"""Pictures of what was uploaded: the pages of a PDF, or a photo made anew. No file is ever opened in the site's own process."""

import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from marketplace.config import ROOT
from marketplace.credentials.files.limits import MOST_PAGES, SECONDS
from marketplace.credentials.files.sandbox import TOO_MANY_PIXELS
from marketplace.kernel import Invalid

# Nothing of the site's environment: what a file might break into finds no secrets there. One thread, one heap: address
# space that is only set aside counts against the limit too.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "1"}


def pictures_of(pdf: bytes, most: int = MOST_PAGES) -> list[bytes]:
    """The first pages as PNG; an empty list when not even the first can be drawn."""
    with TemporaryDirectory() as folder:
        _draw("PDF", pdf, Path(folder), most)
        found = (Path(folder, f"{number}.png") for number in range(1, most + 1))
        return [picture.read_bytes() for picture in found if picture.exists()]


def made_anew(picture: bytes, kind: str) -> bytes:
    """The pixels of a JPEG, PNG or WEBP alone, as JPEG; raises Invalid, field "file"."""
    with TemporaryDirectory() as folder:
        ended = _draw(kind, picture, Path(folder), 1)
        made = Path(folder, "1.jpg")
        if ended == 0 and made.exists():
            return made.read_bytes()
    if ended == TOO_MANY_PIXELS:
        raise Invalid("This picture has too many pixels. Take it again with less, or save it smaller.", "file")
    raise Invalid("This picture cannot be opened. Take it again, or choose another file.", "file")


def _draw(kind: str, content: bytes, folder: Path, most: int) -> int | None:
    """Run the program in `sandbox.py`; returns how it ended (a signal is negative), None when it took too long."""
    file = folder / f"paper.{kind.lower()}"
    file.write_bytes(content)
    command = [sys.executable, "-m", "marketplace.credentials.files.sandbox", kind, str(file), str(folder), str(most)]
    try:
        ended = subprocess.run(
            command, cwd=ROOT, env=_ENVIRONMENT, timeout=SECONDS, stdout=DEVNULL, stderr=DEVNULL, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    return ended.returncode
