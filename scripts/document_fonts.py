"""Makes the two cuts of Inter that invoices and pay statements are set in, out of the pinned npm package.

Run by whoever raises a version, never by whoever runs the site: `python scripts/document_fonts.py`. It needs `npm` on the
path and `pip install fonttools brotli`. typst reads neither WOFF2 nor variable fonts, hence static TrueType files.
"""

import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from vendor_assets import INTER, unpacked

TARGET = Path(__file__).resolve().parents[1] / "templates" / "documents" / "fonts"
CUTS = {"Regular": 400, "SemiBold": 600}
PARTS = (
    "latin",
    "latin-ext",
    "vietnamese",
    "greek",
    "greek-ext",
    "cyrillic",
    "cyrillic-ext",
)  # every letter that Inter has


def main() -> int:
    """Writes Inter-Regular.ttf and Inter-SemiBold.ttf."""
    with tempfile.TemporaryDirectory() as folder:
        files = unpacked(INTER, Path(folder)) / "files"
        for name, weight in CUTS.items():
            parts = []
            for part in PARTS:
                font = TTFont(files / f"inter-{part}-wght-normal.woff2")
                instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True, updateFontNames=True)
                font.flavor = None
                path = Path(folder) / f"{part}-{weight}.ttf"
                font.save(path)
                parts.append(str(path))
            merged = Merger().merge(parts)
            _name(merged, name, weight)
            merged.save(TARGET / f"Inter-{name}.ttf")
            print(f"Inter-{name}.ttf: {(TARGET / f'Inter-{name}.ttf').stat().st_size:,} bytes")
    return 0


def _name(font: TTFont, cut: str, weight: int) -> None:
    """One family with two weights, as a typesetter looks for them."""
    font["OS/2"].usWeightClass = weight
    names = {1: f"Inter {cut}".removesuffix(" Regular"), 2: "Regular", 4: f"Inter {cut}", 16: "Inter", 17: cut}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)


if __name__ == "__main__":
    raise SystemExit(main())
