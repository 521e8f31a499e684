"""Copies the pinned front-end files (htmx, icons, typeface) out of their npm packages into static/.

Run by whoever raises a version, never by whoever runs the site: `python scripts/vendor_assets.py`. It needs `npm` on
the path and, for the typeface, `pip install fonttools brotli`. Every file is checked against its SHA-384 below before
it is written, so a changed package stops the run.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "static"


@dataclass(frozen=True)
class Package:
    """One npm package at one version."""

    name: str
    version: str


@dataclass(frozen=True)
class Copied:
    """One file taken over as it is; `sha384` is that of the file inside the package."""

    package: Package
    source: str
    target: str
    sha384: str


HTMX = Package("htmx.org", "4.0.1")
LUCIDE = Package("lucide-static", "1.62.0")
INTER = Package("@fontsource-variable/inter", "5.3.0")

COPIED = (
    Copied(
        HTMX,
        "dist/htmx.min.js",
        "vendor/htmx.min.js",
        "429f6b742f07ec4a8ea17fa74743f744f1b63688e2faa7702651a97f3c1026c7cea69dec1b021d48ff713b7f94944867",
    ),
    Copied(
        HTMX,
        "LICENSE",
        "vendor/htmx.LICENSE.txt",
        "854dd26c8c03462dc5ab9aa2fa02d5c26ef335538a07775d0fbf799263780e0ec2f3a56e1a80eb58a6bf4cf196e81580",
    ),
    Copied(
        LUCIDE,
        "LICENSE",
        "vendor/lucide.LICENSE.txt",
        "b4a169c0a5d2d26b0c96c2115a1ec10a2ea95848371ba5b43e324a2917ad0aaf0a9bff0e75120cc38e03692d08b68acd",
    ),
    Copied(
        INTER,
        "LICENSE",
        "vendor/inter.LICENSE.txt",
        "923df0b3eaa7ce36b3c6c2d3ccf015697aae205bb23516156925d7d36e0d1bbf59daf0ec9005850e19ec2586b3028d02",
    ),
)

TYPEFACE = "files/inter-latin-wght-normal.woff2"
TYPEFACE_SHA384 = "974aa5ed0d73aaf5f992501547062370c542902c60e5d31376086c2250b7a58917eb0c041deae1d9b3ffe3201aa37226"

# What English and Spanish pages print, plus the accented letters of people's names in western Europe.
LETTERS = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+0178,U+2010-2015,U+2018-201A,U+201C-201E,U+2022,U+2026,"
    "U+2032-2033,U+2039-203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2215"
)

# One SHA-384 over every icon in ICONS, in that order.
ICONS_SHA384 = "6d58f61cececab10ae4630ef161c95c129e9e332eaae4c64289ea7488ac82cee69c5c783945a5b9969fc920cde8e6f42"
ICONS = (
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-up-right",
    "arrow-down-right",
    "badge-check",
    "ban",
    "bell",
    "briefcase-medical",
    "building-2",
    "calendar",
    "calendar-days",
    "calendar-plus",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle-check",
    "circle-dollar-sign",
    "circle-question-mark",
    "clipboard-list",
    "clock",
    "coffee",
    "download",
    "file-text",
    "filter",
    "flag",
    "handshake",
    "headset",
    "heart",
    "history",
    "inbox",
    "info",
    "key-round",
    "keyboard",
    "languages",
    "layout-dashboard",
    "link",
    "list-checks",
    "log-out",
    "mail",
    "map-pin",
    "menu",
    "message-square",
    "moon",
    "pause",
    "pencil",
    "phone",
    "play",
    "plus",
    "printer",
    "receipt",
    "repeat",
    "scale",
    "search",
    "send",
    "settings",
    "shield-check",
    "sparkles",
    "square",
    "star",
    "stethoscope",
    "sun",
    "timer",
    "trash-2",
    "triangle-alert",
    "undo-2",
    "upload",
    "user",
    "users",
    "wallet",
    "wifi-off",
    "x",
    "zap",
)


class Mismatch(Exception):
    """A package did not hold what was pinned here."""


def main() -> int:
    """Fetches the packages, checks them, writes static/; exit code 1 when a checksum differs."""
    with tempfile.TemporaryDirectory() as folder:
        packages = {package: unpacked(package, Path(folder)) for package in (HTMX, LUCIDE, INTER)}
        try:
            for item in COPIED:
                write(item.target, checked(packages[item.package] / item.source, item.sha384))
            write("icons.svg", sprite(packages[LUCIDE] / "icons"))
            write("vendor/inter.woff2", subset(packages[INTER] / TYPEFACE, Path(folder)))
        except Mismatch as mismatch:
            print(mismatch, file=sys.stderr)
            return 1
    return 0


def unpacked(package: Package, folder: Path) -> Path:
    """The folder that holds the package's files, fetched with the ordinary npm client."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    target = folder / re.sub(r"\W+", "-", package.name)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def checked(source: Path, sha384: str) -> bytes:
    """The file's bytes, once they are what was pinned; raises Mismatch otherwise."""
    content = source.read_bytes()
    check(content, sha384, source.name)
    return content


def check(content: bytes, sha384: str, name: str) -> None:
    """Raises Mismatch when the content is not what was pinned."""
    found = hashlib.sha384(content).hexdigest()
    if found != sha384:
        raise Mismatch(f"{name}: expected SHA-384 {sha384}, found {found}. Nothing more was written.")


def sprite(folder: Path) -> bytes:
    """One SVG with a symbol an icon, so that a page draws all its icons with one request."""
    drawings = [(folder / f"{name}.svg").read_bytes() for name in ICONS]
    check(b"".join(drawings), ICONS_SHA384, "icons")
    symbols = [symbol(name, drawing.decode()) for name, drawing in zip(ICONS, drawings, strict=True)]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>\n"]).encode()


def symbol(name: str, drawing: str) -> str:
    """One icon's shapes; a stroke of 1.75 sits better beside Inter than Lucide's own 2."""
    shapes = re.sub(r"\s+", " ", drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")])
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round">{shapes.strip()}</symbol>'
    )


def subset(source: Path, folder: Path) -> bytes:
    """The typeface with only the letters the site prints: 48 KB become about 35."""
    checked(source, TYPEFACE_SHA384)
    target = folder / "inter.woff2"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "fontTools.subset",
            str(source),
            f"--output-file={target}",
            "--flavor=woff2",
            "--layout-features=calt,tnum,kern,ccmp",
            f"--unicodes={LETTERS}",
        ],
        check=True,
    )
    return target.read_bytes()


def write(target: str, content: bytes) -> None:
    """Puts one file under static/ and says so."""
    path = STATIC / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"static/{target}: {len(content):,} bytes")


if __name__ == "__main__":
    raise SystemExit(main())
