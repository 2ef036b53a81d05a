"""Reads a text as statements over named amounts; what is not accounted for is a gap of the reading, and ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.context import context_of
from copilot.drafting.builtin.facts import Gap
from copilot.drafting.builtin.ledger import check
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.settle import settled_rules
from copilot.drafting.builtin.mentions import Mentions, Part, Parts
from copilot.drafting.builtin.overlooked import left_out, overlooked
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.statements.aiming import goal_of
from copilot.drafting.builtin.statements.chart import cut
from copilot.drafting.builtin.statements.gathering import rows_of
from copilot.drafting.builtin.statements.lexing import lexemes_of
from copilot.drafting.builtin.statements.placing import placed
from copilot.drafting.builtin.statements.sums import Aside, Given, Statement
from copilot.drafting.builtin.tokens import Sentence
from copilot.drafting.builtin.words import lexicon

_EARLY = 2  # sentences in which the decisions are first told of
_LIMITS = frozenset({"least", "most", "than", "needs", "need", "exactly"})


@dataclass(slots=True)
class Told:
    """What the sentences gave so far."""

    rules: list[tuple[Rule, int]] = field(default_factory=list)
    given: list[tuple[Given, int]] = field(default_factory=list)


class _Mentions(Mentions):
    """Mentions where "400 litres of lime" speaks of the lime that is chosen."""

    def _is_substance(self, sentence: Sentence, position: int, index: int) -> bool:
        del sentence, position, index
        return False


def _without_counts(parts: Parts, item_count: int, *, early: bool) -> Parts:
    """Without numbers that only count the decisions, where these are first told of: "three shrubs", "two routes"."""
    kept = []
    alone = sum(part.kind == "number" and part.worded for part in parts) == 1
    for position, part in enumerate(parts):
        before = parts[position - 1].low if position else ""
        behind = parts[position + 1 : position + 2]
        counts = part.kind == "number" and part.worded and part.shape == "plain" and part.value == item_count
        noun = bool(behind) and behind[0].kind == "word" and behind[0].stem not in lexicon().measure_stems
        noun = noun and not lexicon().is_small(behind[0].low)
        noun = noun or [one.low for one in parts[position + 1 : position + 3]] in (
            ["of", "its"],
            ["of", "the"],
            ["of", "their"],
        )
        single = part.kind == "number" and part.worded and part.value == 1 and bool(behind)
        if (
            single
            and behind[0].stem in _holders()
            and any(one.kind == "item" for one in parts[position + 2 : position + 4])
        ):
            part = replace(part, kind="word", stem=part.low)
        if (
            counts
            and (noun or not behind)
            and ((early and alone) or before in ("these", "the", "all"))
            and before not in _LIMITS
        ):
            part = replace(part, kind="word", stem=part.low)
        if part.shape == "fraction" and part.low == "half" and _is_manner(parts, position):
            part = replace(part, kind="word", stem=part.low)
        kept.append(part)
    return tuple(kept)


def _is_manner(parts: Parts, position: int) -> bool:
    """ "cannot be half carried out": half done, and half of nothing."""
    before = [one.low for one in parts[max(0, position - 3) : position]]
    behind = parts[position + 1 : position + 2]
    return "be" in before and bool(behind) and behind[0].low.endswith(("ed", "en", "ne", "ilt"))


def _holders() -> frozenset[str]:
    return lexicon().measure_stems | lexicon().container_stems


def with_others(parts: Parts, items: Items) -> Parts:
    """ "the other two", "the others": the decisions that the sentence has not named."""
    named = {part.item for part in parts if part.kind == "item"}
    missing = [index for index in range(len(items)) if index not in named]
    kept: list[Part] = []
    skip = 0
    for position, part in enumerate(parts):
        if skip:
            skip -= 1
            continue
        ahead = parts[position + 1 : position + 2]
        several = part.low == "other" and bool(ahead) and ahead[0].kind == "number" and ahead[0].value == len(missing)
        if named and len(missing) > 1 and (several or part.low == "others"):
            for index in missing:
                label = items[index].label
                kept.append(replace(part, kind="item", item=index, low=label.lower(), stem=label.lower(), text=label))
                kept.append(replace(part, kind="word", low="and", stem="and"))
            kept[-1] = replace(part, kind="word", low="together", stem="together")
            skip = int(several)
        else:
            kept.append(part)
    return tuple(kept)


def read_statements(sentences: Sequence[Sentence], items: Items, *, whole: bool) -> Reading:
    """Read the sentences as statements over these decisions."""
    mentions = _Mentions(items)
    book, parted, gap = Told(), [], None
    for index, sentence in enumerate(sentences):
        told = with_others(mentions.parts(sentence), items)
        parted.append(_without_counts(told, len(items), early=index < _EARLY))
        gap = _taken(book, parted[-1], index, len(items))
        if gap is not None:
            break
    context = context_of(items, parted)
    reading = Reading(replace(context, whole=whole or context.whole, fractional=context.fractional and not whole))
    reading.offsets = [(sentence[0].start, sentence[-1].end) for sentence in sentences]
    if gap is not None:
        reading.gaps.append(gap)
        return reading
    rows = rows_of(book.given, len(items))
    if rows is None:
        reading.gaps.append(Gap("It is not clear which number belongs to what.", ()))
        return reading
    reading.rows = rows
    for row in rows:
        if len(row.facts) < len(items):
            spans = tuple(fact.quantity.span for fact in row.facts.values())
            reading.gaps.append(Gap(f'"{row_name(row)}" is not given for everything there is to choose.', spans))
    if not reading.gaps:
        _settle(reading, book, parted)
    return reading


def _settle(reading: Reading, told: Told, parted: Sequence[Parts]) -> None:
    """Limits find what they are of; the row that none limits is the objective."""
    rules, limits, gaps = placed(told.rules, reading, parted)
    reading.limits = limits
    reading.gaps.extend(gaps)
    goal, gap = goal_of(reading, parted)
    reading.goal = goal
    reading.gaps.extend([gap] if gap else [])
    settled_rules(reading, rules)
    reading.gaps.extend(overlooked(parted, reading.limits, reading.rows))
    reading.gaps.extend(left_out(parted, reading.limits, reading.rows))
    check(reading)


def _depends(parts: Parts, statements: Sequence[Statement]) -> bool:
    """Whether a rule holds only under a condition, or is one of two: "if", "unless", "not both"."""
    low = [part.low for part in parts]
    logical = any(
        tuple(low[spot : spot + len(phrase)]) == phrase
        for phrase in lexicon().cues.logical
        for spot in range(len(low))
        if low[spot] == phrase[0]
    )
    ruled = any(isinstance(one, Rule) and not one.pending for one in statements)
    asks = bool({"what", "how", "which", "find", "determine"} & set(low))
    return logical or (ruled and bool({"if", "unless", "either"} & set(low)) and not asks)


def _taken(told: Told, parts: Parts, index: int, item_count: int) -> Gap | None:
    """Take in a sentence; the gap where some of it is not accounted for."""
    lexemes = lexemes_of(parts)
    statements = cut(lexemes, item_count)
    harmed = any(one.kind == "harm" for one in lexemes)
    strict = any(isinstance(one, Rule) and one.strict for one in statements or ())
    if statements is None or (harmed and strict) or _depends(parts, statements):
        said = " ".join(part.text for part in parts)
        return Gap(f'I could not read "{said[:300]}".', ((parts[0].start, parts[-1].end),))
    for statement in statements:
        if isinstance(statement, Rule):
            told.rules.append((statement, index))
        elif isinstance(statement, Given):
            told.given.append((statement, index))
        else:
            assert isinstance(statement, Aside)
    return None
