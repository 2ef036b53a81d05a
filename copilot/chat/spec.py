"""A formulation for the page: items by element, each with the phrases it came from, and the request cut into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from copilot.drafting import latex
from copilot.drafting.formulation import Formulation
from copilot.drafting.render import FormulationLine, formulation_lines, highlight_segments, in_own_words, mathml

QUOTE_CHARACTERS = 90
MANY = 16
GROUPS: tuple[tuple[str, str, str], ...] = (
    ("variable", "Decisions", "What the plan chooses."),
    ("objective", "Goal", "What is made as large or as small as possible."),
    ("constraint", "Rules", "What every plan must keep."),
    ("assumption", "Assumptions", "Not said in the request; taken for granted. Correct any of them in a message."),
    ("unexplained", "Left over", "Parts of the request that no item explains."),
    ("set", "Sets", "What things are counted over."),
    ("parameter", "Numbers", "What is given."),
)
FOLDED = ("set", "parameter")
# Where phrases overlap, the most telling element lends its colour.
PRECEDENCE = ("unexplained", "constraint", "objective", "assumption", "variable", "set", "parameter")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the formulation; `key` links it to its phrases."""

    key: str
    name: str
    sentence: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one element."""

    element: str
    title: str
    hint: str
    folded: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the request; `keys` are the items that cover it, separated by spaces (empty: none)."""

    text: str
    keys: str
    first: str
    element: str
    is_start: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula with the sentence that says the same."""

    name: str
    element: str
    sentence: str
    mathml: SafeString


def groups_of(formulation: Formulation, text: str) -> tuple[Group, ...]:
    """Items by element, in the order people read; elements without items are left out."""
    keyed = _keyed(formulation, text)
    found = []
    for element, title, hint in GROUPS:
        items = tuple(_item(key, line, text) for key, line in keyed.items() if line.element == element)
        if items:
            found.append(Group(element, title, hint, element in FOLDED or len(items) > MANY, items))
    return tuple(found)


def groups_so_far(items: Sequence[Mapping[str, str]]) -> tuple[Group, ...]:
    """What is known of a formulation that still arrives, as `draft.partial` tells it; nothing in it is checked yet."""
    found = []
    for element, title, hint in GROUPS:
        mine = [item for item in items if item.get("element") == element]
        told = tuple(
            Item(f"{element[0]}{number}", item.get("name", ""), _said_so_far(item), ())
            for number, item in enumerate(mine)
        )
        if told:
            found.append(Group(element, title, hint, element in FOLDED, told))
    return tuple(found)


def _said_so_far(item: Mapping[str, str]) -> str:
    name, words = item.get("name", "").replace("_", " "), item.get("words", "")
    return f"{name}: {words}" if words else name


def segments_of(formulation: Formulation, text: str) -> tuple[Segment, ...]:
    """The request cut where phrases begin and end; joined, the texts give the request again."""
    keyed = _keyed(formulation, text)
    pieces = highlight_segments(text, {key: line.spans for key, line in keyed.items() if line.spans})
    seen: set[str] = set()
    segments = []
    for piece, keys in pieces:
        ranked = sorted(keys, key=lambda key: PRECEDENCE.index(keyed[key].element))
        first = ranked[0] if ranked else ""
        element = keyed[first].element if first else ""
        segments.append(Segment(piece, " ".join(ranked), first, element, bool(first) and first not in seen))
        seen |= set(keys)
    return tuple(segments)


def formulas_of(formulation: Formulation, text: str = "") -> tuple[Formula, ...]:
    """Goal, rules and domains as maths; an item without a formula is said in words."""
    lines = [line for line in _keyed(formulation, text).values() if line.element in ("objective", "constraint")]
    stated = [Formula(line.name, line.element, line.sentence, _maths(line.latex)) for line in lines]
    letters = latex.letters_of(formulation.sets)
    domains = [
        Formula(variable.name, "variable", variable.label or variable.name, _maths(latex.domain(variable, letters)))
        for variable in formulation.variables
    ]
    return (*stated, *domains)


def _keyed(formulation: Formulation, text: str) -> Mapping[str, FormulationLine]:
    lines = formulation_lines(in_own_words(formulation, text))
    return {f"{line.element[0]}{number}": line for number, line in enumerate(lines)}


def _item(key: str, line: FormulationLine, text: str) -> Item:
    quotes = (_short(text[span.start : span.end]) for span in line.spans)
    # A line of algebra is its own sentence: quoting it again says nothing.
    told = tuple(quote for quote in dict.fromkeys(quotes) if quote and quote != line.sentence.strip())
    return Item(key, line.name, line.sentence, told)


def _short(phrase: str) -> str:
    words = " ".join(phrase.split())
    return words if len(words) <= QUOTE_CHARACTERS else words[: QUOTE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _maths(source: str) -> SafeString:
    # mathml() emits its own allow-listed elements and escapes every text.
    return mark_safe(mathml(source, block=True)) if source else mark_safe("")  # noqa: S308
