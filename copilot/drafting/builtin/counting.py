"""Numbers that only count what is told of: "two types of", "three machines: a saw ..", "a 1 year term"."""

from __future__ import annotations

from copilot.drafting.builtin.cues import cue_before
from copilot.drafting.builtin.facts import Quantity
from copilot.drafting.builtin.words import lexicon

_COUNTING = frozenset({"typ", "kind", "different", "option", "method", "way", "sort", "form", "model", "styl"})
_FEW = 6


def is_counting(quantity: Quantity, item_count: int, hypernyms: frozenset[str]) -> bool:
    """ "two types of", "the three options": the number tells how many items there are."""
    part = quantity.part
    if part.shape != "plain" or part.value != int(part.value):
        return False
    if _is_announced(quantity, item_count, hypernyms):
        return True
    first = [word.stem for word in quantity.after[:3]]
    named = any(stem in _COUNTING for stem in first)
    listed = part.value == item_count and (part.worded or quantity.next_item >= 0)
    if listed and part.worded and {quantity.unit, quantity.head} & hypernyms:
        return True
    if part.worded and part.value <= _FEW and _introduces(quantity):
        return True
    cued = cue_before(quantity.clause, quantity.position) is not None
    return not cued and (
        (named and part.value <= 10)
        or (
            (listed and part.worded and not quantity.right and quantity.unit == "")
            or (listed and part.worded and not quantity.left)
        )
    )


def _is_announced(quantity: Quantity, item_count: int, hypernyms: frozenset[str]) -> bool:
    """ "two processes", "3 layouts", "a 1 year term": what is told of one by one elsewhere, or a span of time."""
    words, value = lexicon(), quantity.part.value
    if cue_before(quantity.clause, quantity.position) is not None or quantity.right:
        return False
    if quantity.unit in words.period_stems and quantity.head in words.term_stems:
        return True
    if not quantity.head or len(quantity.left) == 1:
        return False
    steps = quantity.part.worded and value <= _FEW and quantity.head in words.announced_stems
    return steps or (value == item_count and quantity.head in hypernyms - words.generic_stems and not quantity.left)


def _introduces(quantity: Quantity) -> bool:
    """ "two machines, a grinder and a packer": the number announces a list."""
    ahead = quantity.clause[quantity.position + 1 + len(quantity.after) :][:2]
    measured = quantity.unit in lexicon().measure_stems
    if len(ahead) < 2 or measured or cue_before(quantity.clause, quantity.position) is not None:
        return False
    return ahead[0].low == ":" or (ahead[0].low == "," and ahead[1].low in ("a", "an", "one", "the"))
