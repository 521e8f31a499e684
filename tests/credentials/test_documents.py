"""What may be uploaded, and what becomes of it: nothing hostile is kept, nothing is kept by halves."""

import errno
import os
import struct
import time
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from marketplace.config import Settings
from marketplace.credentials.files import storage
from marketplace.credentials.files.inspection import inspected
from marketplace.credentials.files.limits import MOST_BYTES
from marketplace.credentials.files.storage import remove_strays, shown_name
from marketplace.credentials.models import Credential, Document
from marketplace.db import as_system, session
from marketplace.kernel import Invalid
from tests.browser import Visitor
from tests.credentials.files import hand_in, packed, pdf, photo, with_object
from tests.world import NOW, World


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text_bomb_png() -> bytes:
    head = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    bomb = b"Comment\x00\x00" + zlib.compress(b"A" * 80_000_000, 9)
    pixels = zlib.compress((b"\x00" + b"\x00" * 30) * 10)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"zTXt", bomb)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def wide_png(side: int) -> bytes:
    """A square of one-bit pixels: 7000 on a side are six kilobytes here and 200 megabytes once decoded."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" * (1 + (side + 7) // 8)) * side, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def linked(address: bytes) -> bytes:
    """A PDF with a link to `address`."""
    return with_object(b"4 0 obj\n<</Type/Annot/Subtype/Link/A<</S/URI/URI " + address + b">>>>\nendobj\n")


SCRIPT = b"<html><script>alert(1)</script></html>"

HOSTILE = {
    "nothing at all": ("paper.pdf", b""),
    "eleven megabytes": ("paper.jpg", photo() + b"\x00" * (11 * 1024 * 1024)),
    "a page of HTML called a PDF": ("paper.pdf", SCRIPT),
    "a drawing with a script": ("paper.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "HTML before the PDF": ("paper.pdf", SCRIPT + pdf()),
    "HTML inside the PDF": ("paper.pdf", with_object(b"4 0 obj\n(" + SCRIPT + b")\nendobj\n")),
    "an archive behind the PDF": ("paper.pdf", pdf() + b"PK\x03\x04payload PK\x05\x06" + b"\x00" * 18),
    "an archive whose comment ends the PDF": ("paper.pdf", pdf() + b"PK\x05\x06" + b"\x00" * 16 + b"\x06\x00%%EOF\n"),
    "a PDF that runs JavaScript": (
        "paper.pdf", with_object(b"4 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\n")),
    "a PDF that hides JavaScript by its spelling": (
        "paper.pdf", with_object(b"4 0 obj\n<</S/J#61vaScript/#4aS(app.alert\\(1\\))>>\nendobj\n")),
    "a PDF that hides JavaScript in packed objects": (
        "paper.pdf", with_object(packed(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"))),
    "a PDF that hides it in objects packed under another name": (
        "paper.pdf", with_object(packed(b"<</S/JavaScript/JS(x)>>", b"/Type/Nothing"))),
    "a PDF that packs its objects twice": (
        "paper.pdf", with_object(packed(b"<<>>", b"/Type/Obj#53tm/DecodeParms<</Predictor 12>>"))),
    "a PDF that starts a program": ("paper.pdf", with_object(b"4 0 obj\n<</S/Launch/F(cmd.exe)>>\nendobj\n")),
    "a PDF with a file inside": ("paper.pdf", with_object(b"4 0 obj\n<</Type/EmbeddedFile/Length 0>>\nendobj\n")),
    "a PDF whose link runs JavaScript": ("paper.pdf", linked(b"(JavaScript:app.alert\\(1\\))")),
    "a PDF whose link spells JavaScript in numbers": ("paper.pdf", linked(b"<6a 61766173637269 70743A61>")),
    "a PDF whose link spells JavaScript in octal": ("paper.pdf", linked(b"(\\152ava\\\nscript:x)")),
    "a PDF whose link is in two-byte characters": (
        "paper.pdf", linked(b"(" + "\ufeffjavascript:x".encode("utf-16-be") + b")")),
    "a PDF whose link opens a file": ("paper.pdf", linked(b"(file:///etc/passwd)")),
    "a PDF whose link keeps its address elsewhere": ("paper.pdf", linked(b"5 0 R")),
    "a PDF whose link hides its address behind a comment": ("paper.pdf", linked(b"%x\n(javascript:x)")),
    "a PDF with a link in packed objects": ("paper.pdf", with_object(packed(b"<</S/URI/URI(javascript:x)>>"))),
    "a PDF that does something when it is opened": (
        "paper.pdf", with_object(b"4 0 obj\n<</AA<</O<</S/Named/N/Print>>>>>>\nendobj\n")),
    "a locked PDF": ("paper.pdf", with_object(b"4 0 obj\n<</Encrypt 5 0 R>>\nendobj\n")),
    "a PDF cut in half": ("paper.pdf", pdf()[:600]),
    "a PDF without pages": ("paper.pdf", b"%PDF-1.7\nxref\n0 0\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"),
    "a picture that unpacks to ten gigabytes": ("paper.png", huge_png()),
    "a picture with a comment that unpacks to 80 megabytes": ("paper.png", text_bomb_png()),
    "a picture cut in half": ("paper.jpg", photo("JPEG", (1200, 1600), quality=95)[:2000]),
    "six kilobytes of picture that are 49 million pixels": ("paper.png", wide_png(7000)),
    "a program": ("paper.jpg", b"MZ\x90\x00" + b"\x00" * 200),
    "an animation": ("paper.gif", b"GIF89a" + b"\x00" * 50),
    "a photo format browsers cannot show": ("paper.heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 50),
}  # fmt: skip


@pytest.fixture
def uploads(settings: Settings) -> Path:
    """The folder of uploads, empty at the beginning."""
    folder = settings.uploads
    for file in folder.glob("*/*"):
        file.unlink()
    return folder


def kept(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*/*") if file.is_file())


def papers() -> list[Credential]:
    with as_system():
        return list(session.scalars(select(Credential).where(Credential.document_id.is_not(None))))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_is_taken_and_the_page_says_what_to_do(
    name: str, client: Visitor, world: World, uploads: Path
) -> None:
    filename, data = HOSTILE[name]
    hand_in(client.sign_in("maya"), data, filename)
    assert client.status == 422, client.text
    assert len(client.page.all("p", class_="field-error")) == 1 or "file" in client.html
    assert client.page.all("div", id="error-summary"), "the page says what is wrong"
    assert papers() == []
    assert kept(uploads) == []


def test_a_photo_is_made_anew_so_that_only_its_pixels_are_kept(client: Visitor, world: World, uploads: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SpyPhone", 6  # maker; turned by 90 degrees
    behind = b"<?php system($_GET['x']); ?>PK\x05\x06"
    hand_in(client.sign_in("maya"), photo("JPEG", (600, 400), exif=exif) + behind, "me.jpg").sees("with the agency now")
    (file,) = kept(uploads)
    content = file.read_bytes()
    assert b"SpyPhone" not in content
    assert b"php" not in content
    with Image.open(BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (400, 600))  # upright
        assert not picture.getexif()
    assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_of_each_kind_is_taken(kind: str) -> None:
    assert inspected(photo(kind)).content_type == "image/jpeg"


def test_a_photo_of_fifty_million_pixels_is_decoded_small_and_a_drawing_of_sixteen_is_taken() -> None:
    for data in (photo("JPEG", (8160, 6120)), wide_png(4000)):
        with Image.open(BytesIO(inspected(data).content)) as picture:
            assert max(picture.size) == 3000


@pytest.mark.parametrize(
    "address", [b"(https://nursys.example/verify?id=3#a)", b"(mailto:board\\@example.org)", b"(page2)"]
)
def test_a_pdf_may_lead_to_a_page_or_a_letter(address: bytes) -> None:
    assert inspected(linked(address)).content_type == "application/pdf"


@pytest.mark.parametrize("body", [(b"stream\n" + b"A" * 93) * 19_000 + b"endstream\n", b"/URI%" * 100_000 + b"\nx\n"])
def test_a_pdf_made_to_keep_its_reader_busy_is_refused_at_once(body: bytes) -> None:
    """Streams without an end, one inside the other, and comments without an end: each was looked through to the last byte."""
    began = time.process_time()
    with pytest.raises(Invalid):
        inspected(with_object(body))
    assert time.process_time() - began < 2


def test_a_transparent_picture_stands_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(inspected(out.getvalue()).content)) as picture:
        assert min(picture.getpixel((10, 10))) > 250  # type: ignore[type-var, arg-type]


def test_a_pdf_is_kept_as_it_came_with_pictures_of_its_pages(client: Visitor, world: World, uploads: Path) -> None:
    data = pdf(pages=2)
    hand_in(client.sign_in("maya"), data, "training.pdf").sees("with the agency now")
    files = kept(uploads)
    assert sorted(file.suffix for file in files) == [".pdf", ".png", ".png"]
    assert next(file for file in files if file.suffix == ".pdf").read_bytes() == data
    (paper,) = papers()
    with as_system():
        document = session.get_one(Document, paper.document_id)
    assert (document.pictures, document.filename, document.size) == (2, "training.pdf", len(data))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie- x.pdf"),
        ("<script>.html", "script.pdf"),
        ("....", "document.pdf"),
        ("", "document.pdf"),
        ("x" * 500 + ".pdf", "x" * 100 + ".pdf"),
        ("certificado de enfermería.PDF", "certificado de enfermería.pdf"),
    ],
)
def test_a_name_is_only_ever_shown_never_used(given: str, shown: str) -> None:
    assert shown_name(given, "pdf") == shown


@pytest.mark.parametrize("name", ["../../../../tmp/evil.jpg", "a\x00b.jpg", "/etc/cron.d/x.jpg"])
def test_a_name_that_climbs_leads_nowhere(name: str, client: Visitor, world: World, uploads: Path) -> None:
    hand_in(client.sign_in("maya"), photo(), name).sees("with the agency now")
    (file,) = kept(uploads)
    assert file.parent.parent == uploads
    assert len(file.stem) == 32


def test_what_the_act_did_not_finish_leaves_no_file(app: Flask, world: World, uploads: Path) -> None:
    with app.app_context():
        storage.keep(photo(), "x.jpg", world.maya.id, NOW)
        assert len(kept(uploads)) == 1
        session.rollback()
        assert kept(uploads) == []


def test_what_was_committed_stays_when_a_later_act_fails(world: World, uploads: Path, app: Flask) -> None:
    with app.app_context():
        storage.keep(photo(), "x.jpg", world.maya.id, NOW)
        session.commit()
        session.execute(select(1))
        session.rollback()
        assert len(kept(uploads)) == 1


def test_a_full_disk_is_a_sentence_and_leaves_no_part_of_a_file(
    client: Visitor, world: World, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    client.sign_in("maya").get("/credentials/mine/new")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        hand_in(client)
    assert client.status == 422
    client.sees("There is no room to keep files at the moment. Nothing was saved")
    assert kept(uploads) == []
    assert papers() == []
    hand_in(client).sees("with the agency now")


def test_files_nobody_speaks_of_are_swept_after_a_day(world: World, uploads: Path, app: Flask) -> None:
    with app.app_context():
        document = storage.keep(pdf(), "x.pdf", world.maya.id, NOW)
        session.commit()
        stray = uploads / "ab" / ("ab" * 16 + ".jpg")
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"left by a crash")
        draft = stray.with_name(f".{stray.name}")
        draft.write_bytes(b"half")
        for file in (stray, draft):
            os.utime(file, (NOW.timestamp(), NOW.timestamp()))
        assert remove_strays(NOW + timedelta(hours=2)) == 0
        for file in kept(uploads):
            os.utime(file, (NOW.timestamp(), NOW.timestamp()))
        assert remove_strays(NOW + timedelta(days=2)) == 2
        assert {file.name.partition(".")[0] for file in kept(uploads)} == {document.stored_as.partition(".")[0]}


def test_the_largest_file_that_is_taken_is_ten_megabytes() -> None:
    with pytest.raises(Invalid, match="larger than 10 MB"):
        inspected(b"%PDF-" + b"\x00" * MOST_BYTES)


def test_a_file_is_handed_out_to_be_saved_never_to_be_run(client: Visitor, world: World, uploads: Path) -> None:
    hand_in(client.sign_in("maya"), pdf(), "my training.pdf")
    key = papers()[0].id
    for who, path in (("maya", f"/credentials/mine/{key}/document"), ("chidi", f"/credentials/{key}/document")):
        client.sign_in(who).get(path)
        assert client.status == 200
        headers = client.headers
        assert headers["Content-Type"] == "application/pdf"
        assert headers["Content-Disposition"] == 'attachment; filename="my training.pdf"'
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in headers["Cache-Control"]
    client.get(f"/credentials/{key}/pictures/1")
    assert (client.status, client.headers["Content-Type"]) == (200, "image/png")
    assert "sandbox" in client.headers["Content-Security-Policy"]
    assert client.get(f"/credentials/{key}/pictures/2").status == 404


def test_other_peoples_files_do_not_exist(client: Visitor, world: World, uploads: Path) -> None:
    hand_in(client.sign_in("maya"))
    key = papers()[0].id
    assert client.sign_in("devon").get(f"/credentials/mine/{key}/document").status == 404
    for path in (f"/credentials/{key}/document", f"/credentials/{key}/pictures/1", f"/credentials/mine/{key}/document"):
        assert client.sign_in("rosa").get(path).status == 403
    assert client.sign_in("devon").get(f"/credentials/{key}/document").status == 403


def test_a_file_the_disk_has_lost_is_said_to_be_lost(client: Visitor, world: World, uploads: Path) -> None:
    hand_in(client.sign_in("maya"))
    for file in kept(uploads):
        file.unlink()
    key = papers()[0].id
    client.get(f"/credentials/mine/{key}/document")
    assert client.status == 404
    client.sees("not on the disk any more")
