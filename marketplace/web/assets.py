"""What the browser fetches besides pages: the one style sheet, and what keeps a phone going without a network."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from flask import Response, current_app, render_template, request, url_for

from marketplace.config import Settings
from marketplace.web.guard import PUBLIC, Pages

STATIC = Path(__file__).resolve().parents[2] / "static"

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

# What a phone needs to show anything at all without a network.
OFFLINE_FILES = (
    "css/app.css",
    "icons.svg",
    "icon.svg",
    "vendor/inter.woff2",
    "vendor/htmx.min.js",
    "js/app.js",
    "js/offline.js",
)

A_YEAR = 31_536_000

pages = Pages("assets", __name__)


@cache
def stylesheet() -> bytes:
    """All sheets as one, so that a page asks once; addresses in it carry their content hash."""
    sheets = (f"{STATIC}/css/{name}.css" for name in SHEETS)
    whole = "\n".join(Path(sheet).read_text(encoding="utf-8") for sheet in sheets)
    with_hashes = re.sub(r'"\.\./([^"]+)"', lambda found: f'"../{found[1]}?v={content_hash(found[1])}"', whole)
    return with_hashes.encode()


@cache
def content_hash(name: str) -> str:
    """Twelve hex digits that change with a file under static/; raises FileNotFoundError for a wrong name."""
    content = stylesheet() if name == "css/app.css" else (STATIC / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


@pages.app_template_global()
def asset_url(name: str) -> str:
    """The address of a file under static/, which may be kept for ever because it names the content."""
    return url_for("static", filename=name, v=content_hash(name))


@pages.get("/static/css/app.css", may=PUBLIC)
def app_css() -> Response:
    response = Response(stylesheet(), mimetype="text/css")
    if request.args.get("v") == content_hash("css/app.css"):
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    response.set_etag(content_hash("css/app.css"))
    response.make_conditional(request)
    return response


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
    """What a phone needs to put the site on its home screen."""
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
