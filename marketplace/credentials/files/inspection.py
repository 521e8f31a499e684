"""The inspection of an uploaded file: pictures are made anew, PDFs are searched, everything else is refused.

The name and the type a browser claims are never believed. A picture is decoded and written again, so that nothing but
its pixels is kept. A PDF is kept as it came, unless it could do more than be read.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.credentials.files.limits import (
    AFTER_THE_END,
    MOST_BYTES,
    MOST_INFLATED,
    MOST_LOOKED_THROUGH,
    MOST_STREAMS,
    ONE_STREAM,
)
from marketplace.credentials.files.thumbnails import made_anew
from marketplace.kernel import N_, Invalid, Phrase

_SIGNATURES = ((b"%PDF-", "PDF"), (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"))

WHAT_IS_TAKEN = N_("Upload a PDF, or a photo as JPEG, PNG or WebP.")


@dataclass(frozen=True)
class InspectedFile:
    """A file as it is kept: its bytes, their type, and the ending of its name."""

    content: bytes
    content_type: str
    ending: str


def inspected(data: bytes) -> InspectedFile:
    """The file as it may be kept; raises Invalid, field "file", with what to do instead."""
    if not data:
        raise Invalid("The file is empty. Choose it again.", "file")
    if len(data) > MOST_BYTES:
        raise Invalid("The file is larger than 10 MB. Take a photo of it, or save it smaller.", "file")
    kind = _kind(data)
    if kind == "PDF":
        _check_pdf(data)
        return InspectedFile(data, "application/pdf", "pdf")
    return InspectedFile(made_anew(data, kind), "image/jpeg", "jpg")


def _kind(data: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"msf1"):
        raise Invalid(
            "This is an iPhone photo in the HEIC format. Save it as JPEG, or take the photo from here.", "file"
        )
    raise Invalid("This kind of file is not taken. %(what)s", "file", what=Phrase(WHAT_IS_TAKEN))


# ---- PDF --------------------------------------------------------------------------------------------------------

# What a paper to be read has no use for: programs, programs started, files inside, films, forms that send themselves.
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR|Movie|Sound"
    rb"|Rendition|3D|AA|Named)(?![A-Za-z0-9_.+-])"
)
# An address a link leads to: as a string, as a base for others, kept elsewhere in the file, or behind a comment. The last two
# are refused: no program puts a comment there, and looking past each of a million comments would take hours.
_ADDRESS = re.compile(rb"/(?:URI|Base)(?![A-Za-z0-9_.+-])[\x00\s]*(\((?:[^()\\]|\\.)*|<[^<>]*>|[0-9]|%)", re.DOTALL)
_STRING_ESCAPE = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.DOTALL)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_HARMLESS = frozenset({"http", "https", "mailto", "tel"})
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|!doctype|\?php)", re.IGNORECASE)
_STREAM = re.compile(rb"stream\r?\n")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS_INSIDE = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_OTHER_PACKING = re.compile(rb"/(LZW|ASCII|RunLength|Crypt|DecodeParms|DP)")
_ZIP_END = b"PK\x05\x06"

_BROKEN = N_("This PDF cannot be opened. Print it as a PDF again, or take a photo of it.")
_TOO_MUCH = N_("This PDF unpacks to more than can be looked through. Take a photo of it instead.")
_DOES_MORE = N_("This PDF can do more than be read: it holds programs, forms or other files. Print it as a PDF again.")


def _check_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if not re.match(rb"%PDF-[12]\.[0-9]\s", data) or end < 0 or b"startxref" not in data:
        raise Invalid(_BROKEN, "file")
    tail = data[end + 5 :]
    if len(tail) > AFTER_THE_END or tail.strip(b"\r\n\t \x00") or _ZIP_END in data[-70_000:]:
        raise Invalid("Something else hides in this PDF. Print it as a PDF again, or take a photo of it.", "file")
    outside = _plain_names(_outside_streams(data))
    if _ENCRYPTED.search(outside):
        raise Invalid("This PDF is locked with a password. Save it without one, or take a photo of it.", "file")
    if _does_more(outside) or _MARKUP.search(outside):
        raise Invalid(_DOES_MORE, "file")
    if any(_does_more(_plain_names(objects)) for objects in _packed_objects(data)):
        raise Invalid(_DOES_MORE, "file")


def _does_more(objects: bytes) -> bool:
    return _ACTIVE.search(objects) is not None or not all(map(_leads_to_a_page, _ADDRESS.finditer(objects)))


def _leads_to_a_page(found: re.Match[bytes]) -> bool:
    """Whether a link opens a page, a letter or a call; never a program (`javascript:`) or a file."""
    written = found[1]
    if written[:1] == b"(":
        raw = _STRING_ESCAPE.sub(_escaped, written[1:])
    elif written[:1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", written)
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        return False
    # Readers skip what is not printed, also between the halves of a two-byte character.
    address = "".join(chr(byte) for byte in raw if 0x20 < byte < 0x7F).lower()
    scheme = _SCHEME.match(address)
    return scheme is None or scheme[1] in _HARMLESS


def _escaped(found: re.Match[bytes]) -> bytes:
    """The value of a backslash in a string: a character by its octal number, or itself; the end of a line is nothing."""
    written = found[1]
    if written.isdigit():
        return bytes([int(written, 8) & 0xFF])
    return b"" if written in (b"\r", b"\n", b"\r\n", b"n", b"r", b"t", b"b", b"f") else written


def _plain_names(text: bytes) -> bytes:
    """`/J#61vaScript` is `/JavaScript`."""
    return _NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text)


def _outside_streams(data: bytes) -> bytes:
    """Everything but the raw bytes of streams, where chance may spell any word."""
    parts, here = [], 0
    for count, start in enumerate(_STREAM.finditer(data)):
        if count > MOST_STREAMS:
            raise Invalid(_BROKEN, "file")
        if start.start() < here or data[max(0, start.start() - 3) : start.start()] == b"end":
            continue
        end = data.find(b"endstream", start.end())
        if end < 0:
            break
        parts.append(data[here : start.end()])
        here = end
    parts.append(data[here:])
    return b"".join(parts)


def _packed_objects(data: bytes) -> Iterator[bytes]:
    """The content of compressed streams that can be objects: also where the stream does not say so."""
    inflated = looked_through = 0
    for count, start in enumerate(_STREAM.finditer(data)):
        if count > MOST_STREAMS:
            raise Invalid(_BROKEN, "file")
        if data[max(0, start.start() - 3) : start.start()] == b"end":
            continue
        head = _plain_names(data[max(0, start.start() - 400) : start.start()]).rpartition(b"obj")[2]
        declared = _OBJECTS_INSIDE.search(head) is not None
        if declared and _OTHER_PACKING.search(head):
            raise Invalid(_DOES_MORE, "file")
        raw = data[start.end() : data.find(b"endstream", start.end())]
        looked_through += len(raw)
        if looked_through > MOST_LOOKED_THROUGH:
            raise Invalid(_TOO_MUCH, "file")
        unpacking = zlib.decompressobj()
        try:
            text = unpacking.decompress(raw, ONE_STREAM)
        except zlib.error:
            if declared:
                yield raw
            continue
        inflated += len(text)
        if inflated > MOST_INFLATED:
            raise Invalid(_TOO_MUCH, "file")
        if declared or re.match(rb"\s*\d+\s+\d+\s", text):
            if not unpacking.eof:  # longer than we look, or cut short to hide the rest from us
                raise Invalid(_TOO_MUCH, "file")
            yield text
