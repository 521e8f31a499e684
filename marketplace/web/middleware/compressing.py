"""Smaller pages: text that is made for one person goes out gzipped where the browser takes it. Files: see `assets.py`."""

import secrets
import zlib

from flask import Flask, Response, request

SMALLEST = 600
LEVEL = 6
TEXT = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")


def register(app: Flask) -> None:
    """Do so with every answer."""
    app.after_request(shrink)


def shrink(response: Response) -> Response:
    """Gzip text of some length. Pages get a random length besides, so that it tells nothing about what they hold."""
    if not (response.mimetype or "").startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    if (
        response.status_code != 200
        or "Content-Encoding" in response.headers
        or request.method == "HEAD"
        or not request.accept_encodings["gzip"]
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(gzipped(body, secrets.randbelow(64)))
    response.headers["Content-Encoding"] = "gzip"
    etag, _weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def gzipped(body: bytes, padding: int) -> bytes:
    """RFC 1952. `padding` letters stand in the header as a file name, which no browser looks at (against BREACH)."""
    name = secrets.token_hex(padding // 2 + 1)[:padding].encode()
    head = b"\x1f\x8b\x08" + (b"\x08" if name else b"\x00") + b"\0\0\0\0\0\xff" + (name + b"\0" if name else b"")
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    return head + packed + zlib.crc32(body).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
