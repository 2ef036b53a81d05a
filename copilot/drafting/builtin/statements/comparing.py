"""Reads statements that set decisions against one another: "A may outnumber C by no more than 10"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.regions import less
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.statements.ratios import per, ratio
from copilot.drafting.builtin.statements.sums import items_in, numbers_in, related, sum_of
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

Chunk = Sequence[Lexeme]
_FLIP: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


def compared(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """The rules of a statement that sets sums of decisions against one another; None where it is no such statement."""
    for read in (_apart, ratio, _by, _beyond, _more_than, per, _as_many, _against):
        found = read(chunk, item_count)
        if found is not None:
            return found
    return None


def _spot(chunk: Chunk, *kinds: str) -> int:
    return next((spot for spot, lexeme in enumerate(chunk) if lexeme.kind in kinds), -1)


def _apart(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "X and Y may differ by up to 3", "neither may outnumber the other by more than 15"."""
    kinds = {lexeme.kind for lexeme in chunk}
    mutual = "either" in kinds and ("exceed" in kinds or any(lexeme.phrase == "within" for lexeme in chunk))
    if not (mutual or "differ" in kinds):
        return None
    numbers, items = numbers_in(chunk), items_in(chunk)
    items = items or (list(range(item_count)) if item_count == 2 else [])
    signs = {lexeme.sign for lexeme in chunk if lexeme.kind == "relation"}
    denied = "deny" in kinds
    ceiling = signs == {"<="} or (denied and signs <= {">="}) or (not signs and ("may" in kinds or denied))
    if len(numbers) != 1 or numbers[0].kind != "number" or len(items) != 2 or not ceiling:
        return None
    one, two = ({item: (numbers[0].part, 1.0)} for item in items)
    return [related(less(*pair), "<=", numbers[0], chunk) for pair in ((one, two), (two, one))]


def _sides(chunk: Chunk, verb: int, end: int, item_count: int) -> Terms | None:
    """What stands before a comparison less what stands behind it."""
    left = sum_of(chunk[:verb], item_count)
    right = sum_of(chunk[verb + 1 : end], item_count)
    if not left or not right or set(left) & set(right):
        return None
    return less(left, right)


def _by(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "A may exceed C by at most 100", "A cannot exceed C by more than 100", "A must be below C by 3"."""
    verb = _spot(chunk, "exceed")
    by = next((spot for spot, lexeme in enumerate(chunk) if lexeme.kind == "by"), -1)
    if verb < 0 or by < 0:
        return None
    number = next((spot for spot in range(by + 1, len(chunk)) if chunk[spot].kind == "number"), -1)
    if number < 0:
        return None
    end = _unit_end(chunk, number)
    if items_in(chunk[end:]) and not items_in(chunk[verb:by]):  # "may exceed by up to 20 the straw bales"
        right = sum_of(chunk[end:], item_count)
    else:
        right = sum_of(chunk[verb + 1 : by], item_count)
        if items_in(chunk[end:]):
            return None
    left = sum_of(chunk[:verb], item_count)
    if not left or not right or set(left) & set(right) or len(numbers_in(chunk[by:])) > 1:
        return None
    signs = [lexeme.sign for lexeme in chunk[by:number] if lexeme.kind == "relation"]
    may = any(lexeme.kind == "may" for lexeme in chunk) or any(lexeme.low in ("only", "just") for lexeme in chunk)
    return _rule_by(less(left, right), chunk, chunk[verb], chunk[number], signs, may=may)


def _unit_end(chunk: Chunk, number: int) -> int:
    end = number + 1
    while end < len(chunk) and chunk[end].kind == "word" and chunk[end].low not in ("of", "for", "in", "to", "the"):
        end += 1
    return end


def _rule_by(
    terms: Terms, chunk: Chunk, verb: Lexeme, number: Lexeme, signs: Sequence[Relation], *, may: bool
) -> list[Rule] | None:
    """The distance rule: what is denied or allowed is a ceiling on how far one is beyond the other."""
    denied = verb.strict
    if denied:
        sign: Relation = "<=" if not signs or signs[0] == ">=" else "=="
    else:
        sign = signs[0] if signs else ("<=" if may else ">=")
    if sign == "==" and denied:
        return None
    if verb.sign == "<=":
        terms = {item: (part, -value) for item, (part, value) in terms.items()}
    return [related(terms, sign, number, chunk)]


def _beyond(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "A at most ten beds larger than B", "A must stay at least two below B", "no more than 11 A above the B"."""
    verb = _spot(chunk, "exceed")
    if verb < 0:
        return None
    ahead = chunk[:verb]
    spots = [spot for spot, lexeme in enumerate(ahead) if lexeme.kind == "number"]
    if not spots or chunk[spots[-1]].part.shape == "money":
        return None
    number = spots[-1]
    between = ahead[number + 1 :]
    if any(lexeme.kind in ("comma", "relation", "by", "factor", "plus", "minus") for lexeme in between):
        return None
    relation = next((spot for spot in range(number - 1, max(-1, number - 4), -1) if ahead[spot].kind == "relation"), -1)
    subject = ahead[: relation if relation >= 0 else number]
    inside = items_in(between)
    left = sum_of(subject, item_count) if items_in(subject) else sum_of(between, item_count) if inside else None
    right = sum_of(chunk[verb + 1 :], item_count)
    if not left or not right or set(left) & set(right) or (items_in(subject) and inside) or _amounts(chunk, verb):
        return None
    denied = any(lexeme.kind == "deny" for lexeme in subject) and not (relation >= 0 and _was_denied(ahead[relation]))
    may = any(lexeme.kind == "may" for lexeme in chunk)
    must = any(lexeme.kind == "must" for lexeme in chunk)
    sign: Relation | None = ahead[relation].sign if relation >= 0 else "<=" if may else ">=" if must else None
    if sign is None or denied:
        return None
    terms = less(left, right)
    if chunk[verb].sign == "<=":
        terms = {item: (part, -value) for item, (part, value) in terms.items()}
    return [related(terms, sign, ahead[number], chunk)]


def _amounts(chunk: Chunk, verb: int) -> bool:
    """Whether numbers that are no factors stand behind a comparison."""
    return any(one.kind == "number" and not _scales(chunk, spot) for spot, one in enumerate(chunk) if spot > verb)


def _was_denied(relation: Lexeme) -> bool:
    """Whether a limit phrase is a word of more or less that a "not" has turned already."""
    known = load("freely")["limits"]
    return relation.phrase in known["rise"] or relation.phrase in known["fall"]


def _more_than(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "at least 5 more X than Y", "X must get 2 more than Y", "more X than Y", "no more X than Y"."""
    than = _spot(chunk, "than")
    more = next((spot for spot in range(than - 1, -1, -1) if chunk[spot].kind in ("more", "fewer")), -1)
    if than < 0 or more < 0:
        return None
    way = 1.0 if chunk[more].kind == "more" else -1.0
    inside, subject = sum_of(chunk[more + 1 : than], item_count), sum_of(chunk[:more], item_count)
    left = inside or subject
    right = sum_of(chunk[than + 1 :], item_count)
    if not left or not right or set(left) & set(right) or len(numbers_in(chunk)) > 1:
        return None
    if way < 0:
        left, right = right, left
    denied = any(lexeme.kind == "deny" for lexeme in chunk[:more])
    numbers = [spot for spot, lexeme in enumerate(chunk) if lexeme.kind == "number"]
    if not numbers:
        if not any(lexeme.kind in ("must", "deny") for lexeme in chunk):
            return None
        zero = chunk[than]
        if denied:
            return [related(less(left, right), "<=", zero, chunk, value=0.0)]
        return [replace(related(less(left, right), ">=", zero, chunk, value=0.0), strict=True)]
    number = numbers[0]
    signs = [lexeme.sign for lexeme in chunk[max(0, number - 2) : number] if lexeme.kind == "relation"]
    may = any(lexeme.kind == "may" for lexeme in chunk)
    if number > more or (denied and not signs):
        return None
    sign: Relation = signs[0] if signs else "<=" if may else ">="
    return [related(less(left, right), sign, chunk[number], chunk)]


def _as_many(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "at least as many scooters as bikes", "A at least as numerous as B", "at most half as many A as B"."""
    many = _spot(chunk, "many")
    if many < 0:
        return None
    last = next((spot for spot in range(len(chunk) - 1, many, -1) if chunk[spot].low == "as"), -1)
    items = items_in(chunk)
    factors = [lexeme for lexeme in chunk if lexeme.kind == "factor"]
    if last < 0 or len(items) < 2 or len(factors) > 1:
        return None
    inside = sum_of(chunk[many + 1 : last], item_count)
    subject = sum_of(
        [one for one in chunk[:many] if one.kind not in ("factor", "relation", "exceed", "deny")], item_count
    )
    end, added = _constant(chunk, last)
    if end < 0:
        return None
    left, right = inside or subject, sum_of(chunk[last + 1 : end], item_count)
    signs = [_sign(lexeme) for lexeme in chunk if lexeme.kind in ("relation", "exceed")]
    if not left or not right or len(signs) > 1 or set(left) & set(right):
        return None
    at = chunk.index(factors[0]) if factors else last
    if at < many and items_in(chunk[at:many]):  # "twice A must be as large as B"
        left = _scaled(left, factors[0].value)
    elif at < last:
        right = _scaled(right, factors[0].value)
    sign: Relation = signs[0] if signs else "=="
    if not signs and not any(lexeme.kind == "must" for lexeme in chunk):
        return None
    number, value = added or (chunk[many], 0.0)
    return [related(less(left, right), sign, number, chunk, value=value)]


def _scaled(terms: Terms, factor: float) -> Terms:
    return {item: (part, value * factor) for item, (part, value) in terms.items()}


def _against(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "X may not exceed twice Y", "A must be at least C plus 3", "royal no more than plain"."""
    spots = [spot for spot, lexeme in enumerate(chunk) if lexeme.kind in ("relation", "exceed")]
    if len(spots) != 1 or any(lexeme.kind in ("by", "than", "many") for lexeme in chunk):
        return None
    verb = spots[0]
    if not items_in(chunk[:verb]) or not items_in(chunk[verb + 1 :]):
        return None
    chunk, front = _without_front(chunk, verb)
    end, limit = (len(chunk), front) if front else _constant(chunk, verb)
    counted = verb + 1 < len(chunk) and chunk[verb + 1].kind == "number" and chunk[verb].phrase != "compared"
    if end < 0 or (counted and _scales(chunk, verb + 1) and chunk[verb + 1].value == int(chunk[verb + 1].value)):
        return None  # "fewer than 30 tables": how many, and no factor
    plain = not any(one.kind in ("plus", "minus", "difference") for one in chunk[:verb])
    if plain and chunk[verb].kind == "exceed" and any(one.kind == "number" for one in chunk[:verb]):
        return None  # "five A in excess of B": how far, and no factor
    terms = _sides(chunk, verb, end, item_count)
    if terms is None:
        return None
    lexeme = chunk[verb]
    sign = _sign(lexeme)
    number, value = limit or (chunk[verb], 0.0)
    strict = lexeme.kind == "exceed" and not lexeme.strict
    return [replace(related(terms, sign, number, chunk, value=value), strict=strict)]


def _sign(lexeme: Lexeme) -> Relation:
    """The relation of a limit phrase, or of a comparison that may be denied: "not exceed"."""
    denied = lexeme.kind == "exceed" and lexeme.strict
    return _FLIP[lexeme.sign] if denied else lexeme.sign


def _without_front(chunk: Chunk, verb: int) -> tuple[Chunk, tuple[Lexeme, float] | None]:
    """ "limited to 12 plus half of B": the sum without the number before it, and that number."""
    ahead = chunk[verb + 1 : verb + 5]
    sign = next((at for at, one in enumerate(ahead) if one.kind in ("plus", "minus")), -1)
    told = ahead[:sign] if sign > 0 else ()
    if not told or told[0].kind != "number" or any(one.kind != "word" for one in told[1:]):
        return chunk, None
    kept = tuple(chunk[verb + 1 + sign + (ahead[sign].kind == "plus") :])
    if kept and kept[0].kind == "minus":
        return chunk, None
    return (*chunk[: verb + 1], *kept), (told[0], told[0].value)


def _constant(chunk: Chunk, verb: int) -> tuple[int, tuple[Lexeme, float] | None]:
    """Where the sum behind a comparison ends, and the number that is added to it: "Y minus 5", "C + 18"."""
    last = len(chunk)
    while last > verb and chunk[last - 1].kind in ("word", "verb", "comma", "break", "close"):
        last -= 1
    if last - 2 > verb and chunk[last - 1].kind == "number" and chunk[last - 2].kind in ("plus", "minus", "fewer"):
        value = chunk[last - 1].value
        return last - 2, (chunk[last - 1], value if chunk[last - 2].kind == "plus" else -value)
    if any(lexeme.kind == "number" and not _scales(chunk, spot) for spot, lexeme in enumerate(chunk)):
        return -1, None
    return len(chunk), None


def _scales(chunk: Chunk, spot: int) -> bool:
    """Whether a number stands right before a decision, as a factor."""
    return spot + 1 < len(chunk) and chunk[spot + 1].kind == "item"
