"""Files the browser fetches besides pages: the one style sheet, and those a phone needs without a network."""

import hashlib
import json
import re
import shutil
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from wsgiref.headers import Headers

from flask import Flask, Response, current_app, render_template, request, url_for
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from marketplace.config import Settings
from marketplace.web.guard import PUBLIC, Pages
from marketplace.web.middleware.headers import fixed_headers

STATIC = Path(__file__).resolve().parents[3] / "static"
ADDRESS = "/static/"

# Weakest first; the same order as in css/layers.css, which must come before all others.
SHEETS = (
    "layers",
    "tokens",
    "base",
    "layout",
    "buttons",
    "cards",
    "tags",
    "lists",
    "tables",
    "forms",
    "offer",
    "candidates",
    "plans",
    "shifts",
    "roster",
    "timegrid",
    "agenda",
    "papers",
    "charts",
    "toast",
    "public",
    "print",
    "utilities",
)

# The files a phone needs to show anything at all without a network.
OFFLINE_FILES = (
    "css/app.css",
    "icons.svg",
    "icon.svg",
    "vendor/inter.woff2",
    "vendor/htmx.min.js",
    "js/app.js",
    "js/offline.js",
)

pages = Pages("assets", __name__)


@cache
def stylesheet() -> bytes:
    """All sheets as one, so that a page asks once; addresses in it carry their content hash."""
    sheets = (f"{STATIC}/css/{name}.css" for name in SHEETS)
    whole = "\n".join(Path(sheet).read_text(encoding="utf-8") for sheet in sheets)
    return re.sub(r'"\.\./([^"]+)"', lambda found: f'"../{hashed(found[1])}"', whole).encode()


def content_of(name: str) -> bytes:
    """The content served under `name`; raises FileNotFoundError for a wrong name."""
    return stylesheet() if name == "css/app.css" else (STATIC / name).read_bytes()


@cache
def hashed(name: str) -> str:
    """`js/app.js` as `js/app.0123456789ab.js`: the name changes with the content. Raises FileNotFoundError."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content_of(name)).hexdigest()[:12]}{dot}{ending}"


@pages.app_template_global()
def asset_url(name: str) -> str:
    """The address of a file under static/, which may be kept for ever because it names the content."""
    return f"{request.script_root}{ADDRESS}{hashed(name)}"


def serve(app: Flask, over_https: bool) -> None:
    """Have WhiteNoise answer for every file under static/, packed where that makes it smaller, before the pages are asked.

    The files are written once, under the names that carry their hash, to a folder that lasts as long as `app`.
    """
    folder = mkdtemp(prefix="static-")
    weakref.finalize(app, shutil.rmtree, folder, ignore_errors=True)
    packer = Compressor(use_brotli=False, quiet=True)
    for name in ("css/app.css", *_names()):
        file = Path(folder, hashed(name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content_of(name))
        if packer.should_compress(file.name):
            packer.compress(str(file))

    def add_headers(found: Headers, path: str, url: str) -> None:
        for header, value in fixed_headers(over_https).items():
            found[header] = value
        found["ETag"] = f'"{Path(path).name.split(".")[-2]}"'  # the same in every process

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix=ADDRESS,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: True,
        add_headers_function=add_headers,
    )


def _names() -> Iterator[str]:
    """Files served as they are: all but the single sheets and the service worker, which has an address of its own."""
    for file in sorted(STATIC.rglob("*")):
        name = file.relative_to(STATIC).as_posix()
        if file.is_file() and file.suffix != ".css" and name != "js/sw.js":
            yield name


@pages.get("/sw.js", may=PUBLIC)
def service_worker() -> Response:
    """The service worker, told which files make up the offline shell; its text changes whenever one of them does."""
    files = [url_for("assets.offline"), *(asset_url(name) for name in OFFLINE_FILES)]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    head = f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(files, indent=2)};\n\n"
    response = Response(head + (STATIC / "js/sw.js").read_text(encoding="utf-8"), mimetype="text/javascript")
    response.cache_control.no_cache = True
    return response


@pages.get("/manifest.webmanifest", may=PUBLIC)
def manifest() -> Response:
    """The manifest with which a phone puts the site on its home screen."""
    settings: Settings = current_app.config["SETTINGS"]
    name = settings.agency_name
    icons = [
        {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": asset_url("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": asset_url("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
    ]
    described = {
        "name": name,
        "short_name": name[:30],
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#0f5c55",
        "icons": icons,
    }
    response = Response(json.dumps(described, ensure_ascii=False), mimetype="application/manifest+json")
    response.cache_control.max_age = 3600
    return response


@pages.get("/offline", may=PUBLIC)
def offline() -> str:
    """Shown by the service worker in place of a page that cannot be reached."""
    return render_template("offline.html", person=None, nav=[], tabs=[])
