"""Draw the sample company seal as SVG outlines.

    python3 samples/seal/build.py "NAME ON THE RING" "LINE IN THE MIDDLE" > samples/seal/seal.svg

A plain round seal of 40 mm: a ring, the name along it, one straight line in the middle. No star, no emblem:
those belong to others. All text is outlines of fonts/ChanceryTitle-SemiBold.ttf, so that no viewer needs the
font and no text of the seal counts as text of the letter. Needs fonttools.
"""

import math
import sys
from pathlib import Path

from fontTools.misc.transform import Transform
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

FONT = Path(__file__).resolve().parents[2] / "fonts" / "ChanceryTitle-SemiBold.ttf"
SIZE = 400  # tenths of a millimetre
CENTRE = SIZE / 2
INK = "#c8102e"


class Outlines:
    def __init__(self, font):
        self.glyphs, self.cmap = font.getGlyphSet(), font.getBestCmap()

    def path(self, char, width, height, place):
        """`char` stretched to `width` × `height` about its ink's middle, then moved by `place`."""
        glyph = self.glyphs[self.cmap[ord(char)]]
        bounds = BoundsPen(self.glyphs)
        glyph.draw(bounds)
        x0, y0, x1, y1 = bounds.bounds
        # One em box for every character: a short stroke such as 一 must not grow to fill the height.
        shape = Transform(width / 1000, 0, 0, -height / 1000, 0, 0)
        fit = place.transform(shape).translate(-500, -380 if y1 - y0 > 300 else -(y0 + y1) / 2)
        pen = SVGPathPen(self.glyphs, ntos=lambda v: f"{v:.1f}".removesuffix(".0"))
        glyph.draw(TransformPen(pen, fit))
        return pen.getCommands()


def ring_of_text(outlines, name):
    count = len(name)
    # A name of up to 24 characters runs around at most 280°, open at the foot.
    step = min(math.radians(280) / max(count - 1, 1), math.radians(25))
    radius, height = 149.0, 60.0
    width = min(46.0, step * radius * 0.98)
    for i, char in enumerate(name):
        angle = (i - (count - 1) / 2) * step
        place = (
            Transform()
            .translate(CENTRE + radius * math.sin(angle), CENTRE - radius * math.cos(angle))
            .rotate(angle)
        )
        yield outlines.path(char, width, height, place)


def line_of_text(outlines, text, y, width, height, gap):
    start = CENTRE - (len(text) - 1) * gap / 2
    for i, char in enumerate(text):
        yield outlines.path(char, width, height, Transform().translate(start + i * gap, y))


def main(name, middle):
    outlines = Outlines(TTFont(FONT))
    paths = [
        *ring_of_text(outlines, name),
        *line_of_text(outlines, middle, CENTRE + 4, 52, 58, 50),
    ]
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="40mm" height="40mm">\n'
        f'<circle cx="{CENTRE:g}" cy="{CENTRE:g}" r="192" fill="none" stroke="{INK}" stroke-width="12"/>\n'
        f'<path fill="{INK}" d="{" ".join(paths)}"/>\n'
        "</svg>"
    )


main(*sys.argv[1:3])
