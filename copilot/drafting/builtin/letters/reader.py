"""Reads a text whose rules are sums over named decisions, and keeps a ledger of what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.context import context_of
from copilot.drafting.builtin.facts import Fact, Gap, Row
from copilot.drafting.builtin.goals import aims_of
from copilot.drafting.builtin.ledger import check
from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes, lexemes_of
from copilot.drafting.builtin.letters.pairing import pairs_in
from copilot.drafting.builtin.letters.ranges import ranges_in
from copilot.drafting.builtin.letters.rules import Rule, found_in
from copilot.drafting.builtin.letters.settle import set_goal, settle
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.letters.worth import bounds_of, facts_of, limits_of
from copilot.drafting.builtin.mentions import Mentions, Parts
from copilot.drafting.builtin.overlooked import left_out, overlooked
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.tokens import Sentence
from copilot.drafting.builtin.words import lexicon, load

_CONDITIONS = frozenset({"if", "unless", "only", "except", "excluding", "otherwise"})
_STATES = frozenset({"is", "are", "be", "being", "has", "have", "can", "should", "must", "were", "was", "set"})
_SMALL = frozenset({"the", "of", "a", "to", "in", "for", "on", "and", "number", "from", "unit"})
_AGAIN = frozenset({"they", "these", "those", "follow", "following"})


@dataclass(slots=True)
class _Notebook:
    """What the sentences gave so far."""

    item_count: int
    rules: list[tuple[Rule, int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    waiting: Terms | None = None
    waited: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def read_letters(sentences: Sequence[Sentence], items: Items, *, whole: bool) -> Reading:
    """Read the sentences as rules over these decisions; what is not explained is a gap of the reading, and ends it."""
    mentions = Mentions(items)
    parted = [mentions.parts(sentence) for sentence in sentences]
    context = context_of(items, parted)
    reading = Reading(replace(context, whole=whole or context.whole))
    reading.offsets = [(one[0].start, one[-1].end) if one else (0, 0) for one in sentences]
    aims = aims_of(parted)
    book = _Notebook(len(items))
    for index, parts in enumerate(parted):
        _read_sentence(book, parts, index, aimed=any(aim.sentence == index for aim in aims))
        if book.gaps:
            reading.gaps = book.gaps
            return reading
    if book.waiting:
        book.gaps.append(Gap("A sum is explained, but nothing limits it.", ()))
    reading.rows, reading.gaps = book.rows, book.gaps
    reading.gaps.extend(_hole(row) for row in book.rows if len(row.facts) < len(items))
    set_goal(reading, aims)
    settle(reading, book.rules)
    reading.gaps.extend(overlooked(parted, reading.limits, reading.rows))
    reading.gaps.extend(left_out(parted, reading.limits, reading.rows))
    check(reading)
    return reading


def _read_sentence(book: _Notebook, parts: Parts, index: int, *, aimed: bool) -> None:
    lexemes = lexemes_of(_without_counts(parts, book.item_count))
    mutual = any(lexeme.kind == "either" for lexeme in lexemes)
    if mutual:
        lexemes = tuple(lexeme for lexeme in lexemes if lexeme.kind != "either")
    ranges, lexemes = ranges_in(lexemes)
    found = found_in(lexemes, book.item_count, book.waiting, book.waited)
    if found.waiting is not book.waiting:
        book.waited = frozenset(lexeme.part.stem for lexeme in lexemes if lexeme.kind == "word") - _SMALL
    book.waiting = found.waiting
    turned = [rule.turned() for rule in found.rules if rule.is_distance] if mutual else []
    if mutual and len(turned) != 1:
        book.gaps.append(_unread(lexemes))
        return
    book.rules.extend((rule, index) for rule in (*ranges, *found.rules, *turned))
    words = frozenset(lexeme.part.stem for lexeme in lexemes if lexeme.kind != "item")
    for rest in found.rest:
        _read_rest(book, rest, index, aimed=aimed, words=words)
    book.words = words | frozenset(lexeme.low for lexeme in lexemes if lexeme.kind != "item")


def _without_counts(parts: Parts, item_count: int) -> Parts:
    """Without numbers that only count the decisions: "two types", "three different projects"."""
    kept = []
    for position, part in enumerate(parts):
        before = parts[position - 1].low if position else ""
        counts = part.kind == "number" and part.worded and part.shape == "plain" and before not in ("least", "most")
        named = part.value == item_count or (part.value == 2.0 and before in ("these", "the", "those"))
        behind = parts[position + 1 : position + 5]
        listed = bool(behind) and behind[0].kind == "item" and part.value == _run_of_items(parts, position + 1)
        if counts and named and (listed or _is_group(behind)):
            part = replace(part, kind="word", stem=part.low)
        kept.append(part)
    return tuple(kept)


def _run_of_items(parts: Parts, start: int) -> int:
    """How many decisions are listed from a place on: "x1, x2 and x3"."""
    found: set[int] = set()
    for part in parts[start:]:
        if part.kind == "item":
            found.add(part.item)
        elif part.low != "," and part.low not in lexicon().conjunctions:
            break
    return len(found)


def _is_group(behind: Parts) -> bool:
    """Whether the words behind a number name the decisions together: "types of", "projects:", and not "hours for X"."""
    if not behind or behind[0].kind != "word" or behind[0].stem in lexicon().measure_stems:
        return False
    return not any(
        part.low in ("of", "for", "in", "on", "per") and follower.kind == "item" for part, follower in pairwise(behind)
    ) or behind[0].stem in ("typ", "kind")


def _read_rest(book: _Notebook, rest: Lexemes, index: int, *, aimed: bool, words: frozenset[str]) -> None:
    """What the rules of a sentence leave: coefficients, limits in a row, or words without numbers."""
    told_before, announced = _before_numbers(rest), _announces_bounds(rest)
    rest = _telling(rest)
    numbers = [lexeme for lexeme in rest if lexeme.kind in ("number", "factor")]
    if not numbers:
        if not aimed and _sounds_like_rule(rest):
            book.gaps.append(_unread(rest))
        return
    told = _says_in_order(rest)
    if any(lexeme.kind == "factor" for lexeme in numbers):
        book.gaps.append(_unread(rest))
        return
    pairs = pairs_in(rest, book.item_count, told=told)
    if pairs is None and not any(lexeme.kind == "item" for lexeme in rest) and len(numbers) == book.item_count:
        pairs = _in_order(rest, told=told)
    if pairs is None or len({item.item for item, _ in pairs}) < len(pairs):
        book.gaps.append(_unread(rest))
        return
    own = frozenset(word for lexeme in rest if lexeme.kind != "item" for word in (lexeme.part.stem, lexeme.low))
    around = own if own & _spoken() else words
    if not around & _spoken() and own & _AGAIN:
        around = book.words
    each = not announced and any(
        lexeme.kind == "each" or (lexeme.kind == "verb" and lexeme.low not in _STATES) for lexeme in rest
    )
    limits = None if each else bounds_of(pairs, told_before if announced else around)
    limits = limits or (limits_of(pairs, rest) if told else None)
    if limits is not None:
        book.rules.extend((rule, index) for rule in limits)
        return
    _add_row(
        book, facts_of(pairs, rest, words if _money_in(words) else _around(own, book.words), index, len(book.rows) * 10)
    )


def _announces_bounds(rest: Lexemes) -> bool:
    """ "the maximum numbers of each type are: 20 for X": limits, though "each" is said."""
    known = load("letters")["words"]
    low = [one.low for one in rest[: _first_number(rest)]]
    sized = any(
        one in known["largest"] + known["smallest"] and other in known["announced"] for one, other in pairwise(low)
    )
    return sized or bool({"bounds", "limits", "caps"} & set(low))


def _before_numbers(rest: Lexemes) -> frozenset[str]:
    return frozenset(word for one in rest[: _first_number(rest)] for word in (one.part.stem, one.low))


def _first_number(rest: Lexemes) -> int:
    return next((spot for spot, one in enumerate(rest) if one.kind == "number"), 0)


def _around(own: frozenset[str], before: frozenset[str]) -> frozenset[str]:
    """Words that tell what a row is of; the sentence before tells it where this one only points back to it."""
    telling = [word for word in own if word.isalpha() and not lexicon().is_small(word)]
    return own if telling and not own & _AGAIN else own | before


def _says_in_order(rest: Lexemes) -> bool:
    """ "respectively", "in that order"."""
    low = [lexeme.low for lexeme in rest]
    return "respectively" in low or any(
        low[spot : spot + 1] == ["in"] and "order" in low[spot + 1 : spot + 4] for spot in range(len(low))
    )


def _spoken() -> frozenset[str]:
    """Words that say whether numbers are limits or worth."""
    known = load("letters")["words"]
    money = lexicon().money_in_stems | lexicon().money_out_stems
    return money | set(known["largest"]) | set(known["smallest"])


def _money_in(words: frozenset[str]) -> bool:
    return bool(words & (lexicon().money_in_stems | lexicon().money_out_stems))


def _in_order(rest: Lexemes, *, told: bool) -> list[tuple[Lexeme, Lexeme]] | None:
    """ "The costs of these projects are 5, 8 and 9 respectively": in the order in which they were named."""
    numbers = [lexeme for lexeme in rest if lexeme.kind == "number"]
    if not told and not _is_plain_list(rest):
        return None
    return [
        (replace(number, kind="item", part=replace(number.part, item=index)), number)
        for index, number in enumerate(numbers)
    ]


def _is_plain_list(rest: Lexemes) -> bool:
    """ "are 50, 60 and 70": numbers with nothing but commas between them."""
    spots = [spot for spot, one in enumerate(rest) if one.kind == "number"]
    between = rest[spots[0] : spots[-1] + 1]
    told = spots[0] > 0 and rest[spots[0] - 1].low in ("are", "were")
    return told and len(spots) > 1 and all(one.kind in ("number", "comma", "join") for one in between)


def _add_row(book: _Notebook, facts: Sequence[Fact]) -> None:
    """A row of its own, or the cells that a row of the same kind still lacks."""
    quantity = facts[0].quantity
    for row in book.rows:
        known = next(iter(row.facts.values())).quantity
        alike = known.money == quantity.money and (known.unit == quantity.unit or known.sentence == quantity.sentence)
        if alike and not set(row.facts) & {fact.item for fact in facts}:
            row.facts.update({fact.item: fact for fact in facts})
            return
    book.rows.append(Row({fact.item: fact for fact in facts}))


def _telling(rest: Lexemes) -> Lexemes:
    """Without the pieces between commas that only ask for whole numbers, and purposes without a decision."""
    whole = set(load("letters")["words"]["whole"])
    pieces: list[list[Lexeme]] = [[]]
    for lexeme in rest:
        if lexeme.kind in ("comma", "colon", "purpose", "open"):
            pieces.append([])
        pieces[-1].append(lexeme)
    kept: list[Lexeme] = []
    for piece in pieces:
        numbers = [lexeme for lexeme in piece if lexeme.kind == "number"]
        named = any(lexeme.kind == "item" for lexeme in piece)
        says_whole = bool(whole & {lexeme.low for lexeme in piece}) and not numbers
        aside = piece and piece[0].kind == "purpose" and not named and all(lexeme.part.worded for lexeme in numbers)
        if not (says_whole or aside):
            kept.extend(piece)
    return tuple(kept)


def _sounds_like_rule(rest: Lexemes) -> bool:
    items = {lexeme.item for lexeme in rest if lexeme.kind == "item"}
    if not items:
        return False
    relation = any(lexeme.kind == "relation" and not lexeme.bare for lexeme in rest)
    low = {lexeme.low for lexeme in rest}
    condition = bool(_CONDITIONS & low) or low >= {"not", "both"} or low >= {"either", "or"}
    compared = any(lexeme.kind in ("more", "fewer") for lexeme in rest) and any(
        lexeme.kind == "than" for lexeme in rest
    )
    return (
        relation or condition or (compared and len(items) > 1 and not any(lexeme.kind == "purpose" for lexeme in rest))
    )


def _unread(rest: Lexemes) -> Gap:
    said = " ".join(lexeme.part.text for lexeme in rest)
    return Gap(f'I could not read "{said[:300]}".', ((rest[0].part.start, rest[-1].end),))


def _hole(row: Row) -> Gap:
    spans = tuple(fact.quantity.span for fact in row.facts.values())
    return Gap(f'"{row_name(row)}" is not given for everything there is to choose.', spans)
