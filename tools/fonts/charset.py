"""The characters the playground's faces carry. Everything else is drawn by the browser
(Ports::rasterise_label) or shown as U+FFFD on the desktop."""


def span(first, last):
    return set(range(first, last + 1))


LATIN = span(0x20, 0x7E) | span(0xA0, 0xFF) | span(0x100, 0x17F)
GREEK = span(0x391, 0x3A1) | span(0x3A3, 0x3A9) | span(0x3B1, 0x3C9)
CYRILLIC = span(0x400, 0x45F)
PUNCTUATION = {ord(c) for c in "‐‑–—―‘’‚“”„†‡•…‰′″‹›⁄€№™�"}
SUPERSCRIPTS = {ord(c) for c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿᵀ"}
SUBSCRIPTS = span(0x2080, 0x208E) | {ord(c) for c in "ₐₑᵢⱼₖₙₒₓₛₜₘ"}
MATHS = {ord(c) for c in "−√∑∂∞≈≠≤≥∈·×÷±⋅∘∇∏∫∝∥⟨⟩⊤⊙"}
ARROWS = {ord(c) for c in "←↑→↓↔↕↗↘↙↖⇒⇐↦↩↪↺↻⟲⟳⤢"}
ICONS = {ord(c) for c in "▶▸▾▴◂◀▲▼■□●○◆◇★☆✓✕✗⌘⇥⋮⋯─│█"}

FULL = (LATIN | GREEK | CYRILLIC | PUNCTUATION | SUPERSCRIPTS | SUBSCRIPTS
        | MATHS | ARROWS | ICONS)
# Titles and headings; what it lacks is taken from the regular face when the atlas is made.
BOLD = span(0x20, 0x7E) | span(0xA0, 0xFF) | GREEK | PUNCTUATION | SUPERSCRIPTS | SUBSCRIPTS | MATHS
MONO = FULL

# The page's own subsets: what the interface itself writes. Whatever else a person types is drawn by the
# browser; what the bold and mono faces lack is taken from the text face.
ASCII = span(0x20, 0x7E)
PAGE = (ASCII | PUNCTUATION | SUPERSCRIPTS | SUBSCRIPTS | MATHS
        | {ord(c) for c in "\u00a0¡¿«»°²³¹µßéèêàçäöüñ" "ασμτπθλφε" "ΔΣ←↑→↓↔⌘⋯▶●✓✕"})
PAGE_BOLD = ASCII | {ord(c) for c in "·×−ᵀ…’“”"}
PAGE_MONO = ASCII | {ord(c) for c in "·×÷±−∞≈√ᵀ…→"}
