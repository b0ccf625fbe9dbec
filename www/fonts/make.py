"""Makes math.woff2 and math.txt from the wheel of ziamath: python3 make.py ziamath-0.13-py3-none-any.whl

Get the wheel with `pip download ziamath==0.13 --no-deps`. Needs fonttools 4.68.0 and brotli: other versions may pack the same
glyphs into other bytes.

The subset has the characters listed below, the larger sizes and the pieces that the MATH table builds of them, and the shapes
for exponents (`ssty`). It is drawn only where the reader's system has no font for mathematics. math.txt lists its characters,
one hexadecimal code point a line, for the test that compares them with the formulas of the site.
"""

import hashlib
import io
import pathlib
import sys
import zipfile

from fontTools import subset
from fontTools.ttLib import TTFont

MEMBER = "ziamath/fonts/STIXTwoMath-Regular.ttf"
SHA256 = "8f42cb183a85043a4dc3f8e41ac3821eb27bf178d68ace929ba439523622323c"
NAME = "tensorscope math"

CHARACTERS = [
    # ASCII, and the signs of Latin-1.
    *range(0x20, 0x7F), 0xA0, 0xAC, 0xAF, 0xB1, 0xB2, 0xB3, 0xB7, 0xB9, 0xD7, 0xF7,
    # Greek, upright: capitals that no Latin letter looks like, and small letters.
    0x393, 0x394, 0x398, 0x39B, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9, *range(0x3B1, 0x3CA),
    # Accents of letters, as characters of their own and combining.
    0x2C6, 0x2DC, 0x302, 0x303, 0x304, 0x20D7,
    # Superscripts and subscripts inside of words.
    0x2070, *range(0x2074, 0x207A), *range(0x2080, 0x208A),
    # Italic Latin and Greek; the planck constant stands for an italic h.
    0x210E, *range(0x1D434, 0x1D455), *range(0x1D456, 0x1D468), *range(0x1D6FC, 0x1D714), 0x1D715, 0x1D716, 0x1D719,
    # Bold, for vectors and matrices: small Latin letters and a few capitals, a few small Greek letters.
    *range(0x1D41A, 0x1D434), 0x1D400, 0x1D407, 0x1D416, 0x1D417, 0x1D6C5, 0x1D6C8, 0x1D739, 0x1D73C,
    # Signs.
    0x2013, 0x2016, 0x2026, 0x2032, 0x2061, 0x2062, 0x2063, 0x2190, 0x2191, 0x2192, 0x2193, 0x21A6, 0x21D2, 0x2202, 0x2207,
    0x2208, 0x220F, 0x2211, 0x2212, 0x2217, 0x2218, 0x221A, 0x221D, 0x221E, 0x2223, 0x2225, 0x222B, 0x2248, 0x2260, 0x2264, 0x2265,
    0x226A, 0x226B, 0x2295, 0x2297, 0x2299, 0x22A4, 0x22C5, 0x22EE, 0x22EF, 0x2308, 0x2309, 0x230A, 0x230B, 0x23DF, 0x27E8, 0x27E9,
]
# What grows with its content; everything else has one size.
GROWING = [*map(ord, "()[]{}|"), 0x302, 0x303, 0x304, 0x2016, 0x221A, 0x2223, 0x2225, 0x2211, 0x220F, 0x222B, 0x2308, 0x2309, 0x230A, 0x230B,
           0x23DF, 0x27E8, 0x27E9]
# What has a shape of its own in an exponent.
SMALL = [*range(0x30, 0x3A), *map(ord, "()+-,=/"), 0x210E, 0x2032, 0x2212, 0x22A4, *range(0x1D434, 0x1D468), *range(0x1D6FC, 0x1D71A)]


def keep(coverage, glyphs, records):
    """Drops from a coverage, and from the list beside it, what is not in `glyphs`."""
    kept = [(name, record) for name, record in zip(coverage.glyphs, records) if name in glyphs]
    coverage.glyphs = [name for name, _ in kept]
    return [record for _, record in kept]


def thin(font):
    """Takes away sizes and shapes that the formulas of the site do not need; an exponent of an exponent takes the common shape."""
    names = font.getBestCmap()
    growing, small = ({names[code] for code in codes if code in names} for codes in (GROWING, SMALL))
    variants = font["MATH"].table.MathVariants
    if variants.VertGlyphCoverage:
        variants.VertGlyphConstruction = keep(variants.VertGlyphCoverage, growing, variants.VertGlyphConstruction)
        variants.VertGlyphCount = len(variants.VertGlyphConstruction)
    if variants.HorizGlyphCoverage:
        variants.HorizGlyphConstruction = keep(variants.HorizGlyphCoverage, growing, variants.HorizGlyphConstruction)
        variants.HorizGlyphCount = len(variants.HorizGlyphConstruction)
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            if hasattr(table, "alternates"):
                table.alternates = {name: shapes[:1] for name, shapes in table.alternates.items() if name in small}



def main(wheel):
    packed = zipfile.ZipFile(wheel).read(MEMBER)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        sys.exit(f"{MEMBER} in {wheel} is not the expected file")
    font = TTFont(io.BytesIO(packed), recalcTimestamp=False)
    missing = [f"{code:04x}" for code in CHARACTERS if code not in font.getBestCmap()]
    thin(font)
    options = subset.Options(
        layout_features=["ssty"],
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
        name_languages=[0x409],
        glyph_names=False,
        drop_tables=["DSIG", "GPOS", "GDEF", "gasp"],
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    for record in font["name"].names:
        renamed = {1: NAME, 3: f"{NAME} {record}", 4: NAME, 6: NAME.replace(" ", "-")}
        if record.nameID in renamed:
            record.string = renamed[record.nameID]
    font.flavor = "woff2"
    here = pathlib.Path(__file__)
    font.save(here.with_name("math.woff2"))
    present = sorted(code for code in font.getBestCmap())
    here.with_name("math.txt").write_text("".join(f"{code:04x}\n" for code in present))
    size = here.with_name("math.woff2").stat().st_size
    print(f"{len(present)} characters, {len(font.getGlyphOrder())} glyphs, {size} bytes; not in the font: {missing or 'none'}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
