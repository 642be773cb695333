"""Make the fonts of this folder from their published releases.

Called by build.sh, which fetches and checks the sources. Every output is TrueType (glyf): it exports
faster than CFF, and one file holds one face.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTCollection, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

# Layout features a horizontal Chinese page uses; vertical setting and its tables go.
FEATURES = ["ccmp", "liga", "locl", "kern", "mark", "halt", "palt", "chws"]
# An epoch second, so that two builds give the same bytes: 2024-01-01T00:00:00Z in Mac time.
BUILD_TIME = 1704067200 + 2082844800


def codes_of(encoding, high, low):
    """Code points of a two-byte encoding's rows."""
    found = set()
    for h in high:
        for l in low:
            try:
                found.add(ord(bytes((h, l)).decode(encoding)))
            except UnicodeDecodeError:
                pass
    return found


ASCII = set(range(0x20, 0x7F))
PUNCTUATION = (
    set(range(0xA0, 0x100)) | set(range(0x2010, 0x2040)) | set(range(0x3000, 0x3030))
    | set(range(0xFF00, 0xFFF0)) | {0x2103, 0x2116, 0x20AC, 0x2460, 0x2500, 0x25CB, 0x25A1, 0x2611}
)
# GB/T 2312: rows 16–87 hold its 6,763 characters.
GB2312 = codes_of("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF))


def cut(font, codes):
    """Subsets `font` to `codes` (all it has, where None) and drops vertical setting."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.notdef_outline = True
    options.glyph_names = False
    options.hinting = False
    options.recalc_timestamp = False
    options.drop_tables += ["vhea", "vmtx", "VORG", "STAT", "BASE", "DSIG"]
    worker = subset.Subsetter(options)
    have = set(font.getBestCmap())
    worker.populate(unicodes=have if codes is None else have & codes)
    worker.subset(font)
    return font


def tabular_digits(font):
    """Gives the ten digits one advance width, centred, and no kerning, so that columns of amounts align."""
    cmap, metrics, glyphs = font.getBestCmap(), font["hmtx"], font["glyf"]
    names = [cmap[ord(d)] for d in "0123456789"]
    width = max(metrics[n][0] for n in names)
    for n in names:
        advance, bearing = metrics[n]
        shift = (width - advance) // 2
        glyph = glyphs[n]
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(glyphs)
        metrics[n] = (width, bearing + shift)
    drop_kerning(font, set(names))


def drop_kerning(font, names):
    """Takes `names` out of every pair adjustment's coverage."""
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            if table.LookupType != 2:
                continue
            kept = [(i, g) for i, g in enumerate(table.Coverage.glyphs) if g not in names]
            if table.Format == 1:
                table.PairSet = [table.PairSet[i] for i, _ in kept]
                table.PairSetCount = len(kept)
                for pairs in table.PairSet:
                    pairs.PairValueRecord = [r for r in pairs.PairValueRecord if r.SecondGlyph not in names]
                    pairs.PairValueCount = len(pairs.PairValueRecord)
            table.Coverage.glyphs = [g for _, g in kept]
            if table.Format == 2:
                table.ClassDef2.classDefs = {
                    g: c for g, c in table.ClassDef2.classDefs.items() if g not in names
                }


def to_truetype(font):
    """Turns cubic outlines into quadratic ones, to a thousandth of an em."""
    order = font.getGlyphOrder()
    source = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(source)
        source[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    del font["CFF "]
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = glyphs
    for name in order:
        glyph: Glyph = glyphs[name]
        glyph.recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0) or 0)
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"
    font["post"].formatType = 3.0
    return font


def rename(font, family):
    """Gives a face made here a family of its own, so that it is never taken for the original."""
    table = font["name"]
    table.names = [r for r in table.names if r.nameID in (0, 5, 7, 8, 9, 11, 13, 14)]
    for number, text in ((1, family), (2, "Regular"), (3, f"{family} 1"), (4, family),
                         (6, family.replace(" ", ""))):
        table.setName(text, number, 3, 1, 0x409)


def store(font, path):
    font["head"].created = font["head"].modified = BUILD_TIME
    font.recalcTimestamp = False
    font.save(path)
    print(f"{path.name}: {len(font.getBestCmap())} characters, {path.stat().st_size / 1e6:.2f} MB")


def main(work, out):
    heading = ASCII | PUNCTUATION | GB2312

    body = cut(TTFont(work / "serif/400Regular/NotoSerifSC_400Regular.ttf"), None)
    tabular_digits(body)
    has = set(body.getBestCmap())
    store(body, out / "NotoSerifSC-Regular.ttf")

    # Under its own name: as a weight of Noto Serif SC it would be chosen for bold text and lack its rare characters.
    title = cut(TTFont(work / "serif/600SemiBold/NotoSerifSC_600SemiBold.ttf"), heading)
    rename(title, "Chancery Title")
    store(title, out / "ChanceryTitle-SemiBold.ttf")
    store(cut(TTFont(work / "sans/700Bold/NotoSansSC_700Bold.ttf"), heading),
          out / "NotoSansSC-Bold.ttf")

    faces = TTCollection(work / "cjk/NotoSerifCJK-Regular.ttc", lazy=True).fonts
    rare = next(f for f in faces if f["name"].getDebugName(1) == "Noto Serif CJK SC")
    blocks = [(0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)]
    missing = {c for a, b in blocks for c in range(a, b + 1)} - has
    rare = to_truetype(cut(rare, missing))
    rename(rare, "Chancery Rare")
    store(rare, out / "ChanceryRare-Regular.ttf")


main(Path(sys.argv[1]), Path(sys.argv[2]))
