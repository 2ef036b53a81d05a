"""Parses a sum said in words: "the difference between twice X and Y", "the combined number of X and Y"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.mentions import Part

Terms = dict[int, tuple[Part, float]]
_DOUBLED = {"doubled": 2.0, "double": 2.0, "tripled": 3.0, "triple": 3.0, "twice": 2.0, "thrice": 3.0, "halved": 0.5}
_TIMES = frozenset({"multiplied", "times", "weighted", "weighed", "counted", "scaled"})
_SKIPPED = ("word", "verb", "break", "more")


@dataclass(slots=True)
class _Sum:
    """State while the lexemes of one sum are taken in from left to right."""

    together: bool
    terms: Terms = field(default_factory=dict)
    sign: float = 1.0
    factor: tuple[Part, float] | None = None
    joined: bool = False
    dangling: bool = False
    operated: bool = False
    row: bool = False  # a difference whose members a comma parts: "between X, Y and Z"
    apart: str = ""  # of a difference: "first" and "second" side, "" where there is none or it is over
    listed: int = 0
    wrong: bool = False


def parsed(lexemes: Sequence[Lexeme], item_count: int, *, together: bool = False) -> Terms | None:
    """Coefficient by decision, each with the part that says it; None where the words are no plain sum.

    `together` tells that words around the sum say that its members count together.
    """
    lexemes = _trimmed(lexemes)
    state = _Sum(together=together or _counts_together(lexemes))
    position = 0
    while position < len(lexemes) and not state.wrong:
        position += _take(state, lexemes, position)
    if state.wrong or state.factor is not None or (state.joined and state.dangling) or not state.terms:
        return None
    if state.apart == "first":
        return None
    return {} if any(not 0 <= item < item_count for item in state.terms) else state.terms


def _trimmed(lexemes: Sequence[Lexeme]) -> Sequence[Lexeme]:
    """Without commas, breaks and purposes at either end."""
    start, end = 0, len(lexemes)
    while start < end and lexemes[start].kind in ("comma", "break", "join", "colon"):
        start += 1
    while end > start and lexemes[end - 1].kind in ("comma", "break", "purpose", "colon", "open"):
        end -= 1
    return lexemes[start:end]


def _counts_together(lexemes: Sequence[Lexeme]) -> bool:
    """Whether "total", "combined" or the like says so; the "between" of a difference does not."""
    apart = False
    for lexeme in lexemes:
        if lexeme.kind == "difference":
            apart = True
        if lexeme.kind == "total" and not (apart and lexeme.low in ("between", "both")):
            return not apart
        if lexeme.kind == "total":
            apart = apart and lexeme.low != "between"
    return False


def _take(state: _Sum, lexemes: Sequence[Lexeme], position: int) -> int:
    """Take in the lexeme at a place; returns how many were used."""
    lexeme = lexemes[position]
    kind = lexeme.kind
    if kind == "item":
        return _take_item(state, lexemes, position)
    if kind == "open":
        return _take_bracket(state, lexemes, position)
    if kind in ("factor", "number"):
        return _take_factor(state, lexemes, position)
    if kind in ("join", "comma"):
        state.joined = bool(state.terms) or state.joined
        state.dangling = kind == "join"
    elif kind in ("plus", "minus"):
        _take_operator(state, lexeme)
    elif kind == "difference":
        state.wrong = bool(state.terms) or bool(state.apart)
        state.apart = "first"
    elif kind == "total":
        _take_together(state, lexeme)
    elif kind == "relation":
        state.wrong = not lexeme.bare
    elif kind not in (*_SKIPPED, "all"):
        state.wrong = True
    return 1


def _take_together(state: _Sum, lexeme: Lexeme) -> None:
    """ "X and the sum of Y and Z": of a difference, the second side is a sum of its own."""
    if lexeme.low == "between":
        return
    if state.apart == "first" and state.joined:
        _settle_join(state, owned=True)
    state.together = state.together or state.apart == "second"


def grouped(lexemes: Sequence[Lexeme], position: int) -> tuple[list[Lexeme], int] | None:
    """ "half the sum of X and Y", "a quarter of X and Y combined": what a factor is of, and where that ends."""
    items: list[Lexeme] = []
    ahead = total = False
    spot = position + 1
    for spot in range(position + 1, len(lexemes) + 1):
        one = lexemes[spot] if spot < len(lexemes) else None
        if one is not None and one.kind == "total" and one.low not in ("both", "either", "between"):
            total, ahead = True, ahead or not items
            if items:
                spot += 1
                break
        elif one is not None and one.kind == "item":
            items.append(one)
        elif one is None or one.kind not in ("word", "join", "comma", "verb", "all"):
            break
    named = len({one.item for one in items}) == len(items) > 1
    return (items, spot) if total and named else None


def _take_group(state: _Sum, factor: Lexeme, group: tuple[list[Lexeme], int]) -> int:
    """Add a factor times each member of its group; returns where the group ends."""
    items, end = group
    if state.factor is not None or (state.terms and not (state.joined or state.operated)):
        state.wrong = True
    _settle_join(state, owned=True)
    for one in items:
        state.wrong = state.wrong or one.item in state.terms
        state.terms[one.item] = (factor.part, state.sign * factor.value)
    state.listed += len(items)
    return end


def _take_factor(state: _Sum, lexemes: Sequence[Lexeme], position: int) -> int:
    lexeme = lexemes[position]
    group = grouped(lexemes, position) if lexeme.kind == "factor" else None
    if group:
        return _take_group(state, lexeme, group) - position
    if lexeme.part.shape == "money":
        state.wrong = True
    elif state.factor is not None:
        state.factor = (state.factor[0], state.factor[1] * lexeme.value)
        state.wrong = lexeme.kind == "number"
    else:
        _settle_join(state, owned=True)
        state.factor = (lexeme.part, lexeme.value)
    return 1


def _take_operator(state: _Sum, lexeme: Lexeme) -> None:
    if state.factor is not None or not state.terms or (state.apart == "first" and lexeme.kind == "minus"):
        state.wrong = True
    state.sign = 1.0 if lexeme.kind == "plus" else -1.0
    state.joined, state.listed, state.operated = False, 0, True
    if state.apart == "second":
        state.apart = ""


def _take_item(state: _Sum, lexemes: Sequence[Lexeme], position: int) -> int:
    lexeme = lexemes[position]
    again = lexeme.item in state.terms
    if again and not state.joined and state.factor is None and lexemes[position - 1].kind in ("item", "open", "word"):
        return 1  # "production from X, X" names it twice
    if again:
        state.wrong = True
        return 1
    if state.terms and not state.joined and state.listed:
        state.wrong = True  # two decisions side by side, with nothing that joins them
        return 1
    _settle_join(state, owned=state.factor is not None or (state.together and _is_apart(lexemes, position)))
    part, value = state.factor or (lexeme.part, 1.0)
    state.terms[lexeme.item] = (part, state.sign * value)
    state.factor = None
    state.listed += 1
    return 1


def _is_apart(lexemes: Sequence[Lexeme], position: int) -> bool:
    """ "twice the allocation for X and the allocation for Y": a member with a noun of its own takes no factor."""
    spot = position - 1
    while spot > 0 and lexemes[spot].kind in ("word", "verb"):
        spot -= 1
    between = lexemes[spot + 1 : position]
    return lexemes[spot].kind == "join" and len(between) > 2 and between[0].low == "the"


def _settle_join(state: _Sum, *, owned: bool) -> None:
    """What an "and" before a further member means."""
    if not state.joined:
        return
    state.joined, state.listed = False, 0
    if state.apart == "first":
        state.apart, state.sign, state.listed, state.together = "second", -state.sign, 0, False
        state.row = not state.dangling
        return
    if state.apart == "second" and not state.together:
        state.wrong = not state.row
        return
    scaled = any(abs(value) != 1.0 for _, value in state.terms.values())
    if not (state.together or owned or state.sign < 0):
        state.wrong = True
    elif scaled and not owned and state.sign > 0 and (state.operated or not state.together):
        state.wrong = True  # "twice X plus three times Y and Z" may mean two sums


def _take_bracket(state: _Sum, lexemes: Sequence[Lexeme], position: int) -> int:
    """ "X (doubled)", "general medicine (X)": a factor behind its decision, or the decision's letter."""
    end = next((spot for spot in range(position, len(lexemes)) if lexemes[spot].kind == "close"), len(lexemes))
    if end == len(lexemes):
        state.wrong = True
    inside = lexemes[position + 1 : end]
    items = [lexeme for lexeme in inside if lexeme.kind == "item"]
    figures = any(lexeme.kind in ("factor", "number") for lexeme in inside)
    factor = _factor_in(inside)
    last = next(reversed(state.terms), -1)
    if factor and not items and last >= 0 and lexemes[position - 1].item == last:
        part, value = state.terms[last]
        state.terms[last] = (part, value * factor)
    elif len(items) == 1 and not figures:
        if items[0].item not in state.terms or state.joined or state.factor:
            _take_item(state, items, 0)
    elif not state.terms and len(items) > 1:
        state.terms = parsed(inside, 99, together=True) or {}
        state.factor, state.joined, state.wrong = None, False, not state.terms
    elif (
        len(items) > 1
        and (state.joined or state.operated or state.apart == "second")
        and not {one.item for one in items} & set(state.terms)
    ):
        _take_inner(state, parsed(inside, 99, together=True))
    else:
        known = bool(items) and not figures and all(lexeme.item in state.terms for lexeme in items)
        state.wrong = (bool(items) and not known) or figures
    return end - position + 1


def _factor_in(inside: Sequence[Lexeme]) -> float:
    """The factor of "(doubled)", "(counted twice)", "(multiplied by 4)"; 0 where there is none."""
    scaled = [_DOUBLED[one.low] for one in inside if one.low in _DOUBLED]
    numbers = [one.value for one in inside if one.kind in ("number", "factor") and one.low not in _DOUBLED]
    times = any(one.low in _TIMES for one in inside) or any(one.part.shape == "multiple" for one in inside)
    if len(scaled) == 1 and not numbers:
        return scaled[0]
    return numbers[0] if len(numbers) == 1 and times and not scaled else 0.0


def _take_inner(state: _Sum, inner: Terms | None) -> None:
    """ "X3 and the combined investment of (X1 + X2)": a sum of its own as one member."""
    _settle_join(state, owned=True)
    scale = state.sign * (state.factor[1] if state.factor else 1.0)
    state.wrong = state.wrong or inner is None
    state.terms.update({item: (part, scale * value) for item, (part, value) in (inner or {}).items()})
    state.factor = None
    state.listed += 1
