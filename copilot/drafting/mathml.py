"""LaTeX from anywhere, rendered on the server as MathML that is safe to put on a page."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element  # only the node type of the converter's tree: nothing is parsed

MAX_LATEX = 4_000
MAX_DEPTH = 60
MAX_MARKUP = 200_000
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ELEMENTS = frozenset(
    """math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts
    mprescripts none mtable mtr mtd mstyle mpadded mphantom""".split()  # noqa: SIM905  (one screen, not thirty lines)
)
# No style, class, id, href or colour: a formula may not restyle the page or lead away from it.
ATTRIBUTES = frozenset(
    """display stretchy fence form separator lspace rspace minsize maxsize movablelimits largeop symmetric accent
    accentunder mathvariant columnalign columnspacing rowspacing linethickness displaystyle scriptlevel
    width height depth voffset""".split()  # noqa: SIM905
)
PLAIN_VALUE = re.compile(r"(?:[a-z-]{1,20}(?: [a-z]{1,10}){0,20}|[+-]?\d{0,2}(?:\.\d{1,4})?(?:em|ex|px|pt|mu|%)?)")
# The converter expands macros while it reads: a few definitions could make a formula of any size.
_GROUPED = re.compile(r"\d{1,3}(?:\{,\}\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
# The converter does not know these environments; the right-hand ones are laid out alike.
_ENVIRONMENTS = {"{aligned}": "{split}", "{gathered}": "{matrix}", "{align}": "{align*}"}
MACROS = re.compile(r"\\(?:newcommand|renewcommand|def|let|href|class|style|id)\b")


@lru_cache(maxsize=512)  # a live page shows the same formulas again with every event
def mathml(latex: str, *, block: bool = False) -> str:
    """MathML of a formula; what cannot be read is shown as escaped text. Never raises, never returns other markup."""
    display = "block" if block else "inline"
    try:
        markup = _convert(latex, display)
    except Exception:  # the converter raises many kinds, IndexError and RecursionError among them
        markup = ""
    if markup and len(markup) <= MAX_MARKUP:
        return markup
    shown = latex if len(latex) <= MAX_LATEX else latex[:MAX_LATEX] + "…"
    return f'<math xmlns="{NAMESPACE}" display="{display}"><mtext>{_escaped(shown)}</mtext></math>'


def _convert(latex: str, display: str) -> str:
    from latex2mathml.converter import Converter

    if not latex.strip() or len(latex) > MAX_LATEX or MACROS.search(latex) or _brace_depth(latex) > MAX_DEPTH:
        return ""
    for unknown, known in _ENVIRONMENTS.items():
        latex = latex.replace(unknown, known)
    # A thousands separator is part of its number: one element, or a screen reader says two numbers.
    latex = _GROUPED.sub(lambda match: rf"\text{{{match.group().replace('{,}', ',')}}}", latex)
    return _serialize(Converter(display=display).convert_to_element(latex), depth=0)


def _serialize(node: Element, *, depth: int) -> str:
    if depth > MAX_DEPTH * 3:
        raise RecursionError
    inside = _text(node.text) + "".join(_serialize(child, depth=depth + 1) + _text(child.tail) for child in node)
    if node.tag not in ELEMENTS:
        return f"<mrow>{inside}</mrow>" if len(node) else f"<mtext>{inside}</mtext>"
    attributes = "".join(
        f' {name}="{_escaped(value)}"'
        for name, value in node.attrib.items()
        if name in ATTRIBUTES and PLAIN_VALUE.fullmatch(value)
    )
    if node.tag == "mtext" and _NUMBER.fullmatch(inside):
        return f"<mn>{inside}</mn>"
    namespace = f' xmlns="{NAMESPACE}"' if node.tag == "math" else ""
    return f"<{node.tag}{namespace}{attributes}>{inside}</{node.tag}>"


def _text(text: str | None) -> str:
    # The converter writes signs as character references (&#x02264;) and people's text raw, in one string.
    return _escaped(unescape(text)) if text else ""


def _escaped(text: str) -> str:
    return escape("".join(sign for sign in text if sign >= " " or sign in "\n\t"))


def _brace_depth(latex: str) -> int:
    depth = deepest = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest
