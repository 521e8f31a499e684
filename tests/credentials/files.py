"""Papers to hand in: real small pictures and PDFs, and files that only pretend to be."""

import gc
import warnings
import zlib
from io import BytesIO
from typing import Any

import typst
from PIL import Image

from tests.browser import Visitor


def photo(kind: str = "JPEG", size: tuple[int, int] = (600, 800), **options: Any) -> bytes:
    """A picture as a phone takes it."""
    out = BytesIO()
    Image.new("RGB", size, (240, 238, 230)).save(out, kind, **options)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    """A certificate as a registrar prints it."""
    text = "#pagebreak()\n".join(
        f"= Certificate, page {number}\nThis certifies that training was completed.\n" for number in range(1, pages + 1)
    )
    found = typst.compile(text.encode())
    assert isinstance(found, bytes)
    return found


def with_object(extra: bytes) -> bytes:
    """A small PDF, drawn by hand, with `extra` among its objects."""
    body = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n" + extra
    )
    start = len(body)
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 4>>\nstartxref\n%d\n%%%%EOF\n" % start


def packed(objects: bytes, head: bytes = b"/Type/ObjStm/N 1/First 4") -> bytes:
    """An object stream that hides `objects` in its compressed bytes."""
    content = zlib.compress(b"9 0 " + objects)
    return (
        b"8 0 obj\n<<"
        + head
        + b"/Filter/FlateDecode/Length %d>>\nstream\n" % len(content)
        + content
        + b"\nendstream\nendobj\n"
    )


def hand_in(client: Visitor, data: bytes | None = None, filename: str = "paper.jpg", **fields: Any) -> Visitor:
    """Fill in the upload page and send it."""
    filled: dict[str, Any] = {"type": "hipaa-training", "issued_on": "2026-11-01", **fields}
    file = (BytesIO(photo() if data is None else data), filename)
    with warnings.catch_warnings():  # the test client forgets to close what it packs large files into
        warnings.simplefilter("ignore", ResourceWarning)
        client.get("/credentials/mine/new").press("Send it to the agency", file=file, **filled)
        gc.collect()
    return client
