#!/usr/bin/env python3
"""Makes assets/fonts/*.ttf: subsets of Inter (text, semi-bold) and JetBrains Mono, no hints, no
layout tables (the program's rasterizer reads neither), with the few maths glyphs they lack composed
from their own letters. Needs fontTools >= 4.38 and the upstream files; the result is committed.

  apt-get install python3-fonttools fonts-inter-variable fonts-jetbrains-mono
  python3 tools/fonts/make_fonts.py [--fonts /usr/share/fonts] [--out assets/fonts]

The page embeds smaller subsets of the results, assets/fonts/page/*.ttf; `--page-only` makes just those.
"""
import argparse
import gzip
import pathlib

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib import instancer

import charset

SMALL = 0.62      # scale of a composed sub- or superscript
RAISE = 0.34      # em, baseline of a superscript
LOWER = -0.16     # em, baseline of a subscript
COMPOSED = {      # character: (made from, scale, shift of the baseline in em)
    "ᵀ": ("T", SMALL, RAISE), "ⁿ": ("n", SMALL, RAISE), "⁻": ("−", SMALL, RAISE),
    "⁺": ("+", SMALL, RAISE), "⁼": ("=", SMALL, RAISE),
    "⁽": ("(", SMALL, RAISE), "⁾": (")", SMALL, RAISE),
    "₊": ("+", SMALL, LOWER), "₋": ("−", SMALL, LOWER), "₌": ("=", SMALL, LOWER),
    "₍": ("(", SMALL, LOWER), "₎": (")", SMALL, LOWER),
    "ₐ": ("a", SMALL, LOWER), "ₑ": ("e", SMALL, LOWER), "ᵢ": ("i", SMALL, LOWER),
    "ⱼ": ("j", SMALL, LOWER), "ₖ": ("k", SMALL, LOWER), "ₙ": ("n", SMALL, LOWER),
    "ₒ": ("o", SMALL, LOWER), "ₓ": ("x", SMALL, LOWER), "ₛ": ("s", SMALL, LOWER),
    "ₜ": ("t", SMALL, LOWER), "ₘ": ("m", SMALL, LOWER),
    "⋅": ("·", 1.0, 0.0), "∘": ("°", 1.0, -0.2), "∇": ("Δ", -1.0, 0.73), "‑": ("-", 1.0, 0.0),
    "―": ("—", 1.0, 0.0),
}


def compose(font, wanted):
    """Adds the glyphs of COMPOSED that the face lacks; a monospaced face keeps its advance."""
    cmap = font.getBestCmap()
    glyphs, metrics = font.getGlyphSet(), font["hmtx"].metrics
    em = font["head"].unitsPerEm
    mono = metrics[cmap[ord("i")]][0] == metrics[cmap[ord("M")]][0]
    for char, (base, scale, shift) in COMPOSED.items():
        if ord(char) in cmap or ord(char) not in wanted or ord(base) not in cmap:
            continue
        source = cmap[ord(base)]
        advance = metrics[source][0]
        record = DecomposingRecordingPen(glyphs)
        glyphs[source].draw(record)
        pen = TTGlyphPen(None)
        width = advance if mono else round(advance * abs(scale))
        left = (width - advance * abs(scale)) / 2
        record.replay(TransformPen(pen, (abs(scale), 0, 0, scale, left, shift * em)))
        glyph = pen.glyph()
        name = f"composed{ord(char):04X}"
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        metrics[name] = (width, getattr(glyph, "xMin", 0))
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(char)] = name
    font.setGlyphOrder(list(font["glyf"].glyphOrder))


def tabular(font):
    """Digits that do not jitter: every figure as wide as the next."""
    for table in font["cmap"].tables:
        if not table.isUnicode():
            continue
        for code in [*map(ord, "0123456789+−-.,")]:
            name = table.cmap.get(code)
            for variant in (f"{name}.tf", f"{name}.tnum"):
                if code in range(48, 58) and variant in font["hmtx"].metrics:
                    table.cmap[code] = variant


def subset(font, characters):
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "STAT", "DSIG", "gasp", "HVAR", "MVAR"]
    worker = Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)


PAGE = {
    "Inter-Regular.ttf": charset.PAGE,
    "Inter-SemiBold.ttf": charset.PAGE_BOLD,
    "JetBrainsMono-Regular.ttf": charset.PAGE_MONO,
}


def make_page_faces(out):
    (out / "page").mkdir(exist_ok=True)
    total = 0
    for name, characters in PAGE.items():
        font = TTFont(out / name, recalcTimestamp=False)
        subset(font, characters)
        scale_upem(font, 512)  # a tenth of a pixel at the largest size; a fifth of the bytes less
        font.save(out / "page" / name)
        total += len(gzip.compress((out / "page" / name).read_bytes(), 9))
    print(f"page: together {total} bytes gzip")


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--fonts", default="/usr/share/fonts", type=pathlib.Path)
    args.add_argument("--out", default=pathlib.Path(__file__).parents[2] / "assets/fonts",
                      type=pathlib.Path)
    args.add_argument("--page-only", action="store_true")
    args = args.parse_args()
    if args.page_only:
        return make_page_faces(args.out)
    inter = args.fonts / "truetype/inter-vf/Inter-roman.var.ttf"
    mono = args.fonts / "truetype/jetbrains-mono/JetBrainsMono-Regular.ttf"
    faces = {
        "Inter-Regular.ttf": (inter, 420, charset.FULL),
        "Inter-SemiBold.ttf": (inter, 620, charset.BOLD),
        "JetBrainsMono-Regular.ttf": (mono, None, charset.MONO),
    }
    total = 0
    for name, (path, weight, characters) in faces.items():
        font = TTFont(path, recalcTimestamp=False)
        if weight:
            font = instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
            tabular(font)
        compose(font, characters)
        subset(font, characters)
        out = args.out / name
        font.save(out)
        size = len(gzip.compress(out.read_bytes(), 9))
        total += size
        lacking = "".join(chr(c) for c in sorted(characters - set(font.getBestCmap())))
        print(f"{name}: {out.stat().st_size} bytes, {size} gzip; not in the face: {lacking}")
    print(f"together {total} bytes gzip")
    make_page_faces(args.out)


if __name__ == "__main__":
    main()
