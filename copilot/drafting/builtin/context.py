"""What one reading knows while it reads: the items, and the words that stand for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.words import lexicon

_ASKED_OF = frozenset({"of", "each", "every", "both", "the", "type", "types", "kind", "full", "or", "partial"})
_KINDS = frozenset({"type", "kind", "form", "model", "sort", "size", "brand", "method", "variety"})


_PARTS = frozenset({"partial", "partially", "partly", "fraction", "fractional", "divisibility", "fractionally"})
_ANY_VALUE = ("any nonnegative value", "any non negative value", "any non negative amount", "any real value")
_DENIALS = frozenset(
    {"not", "no", "cannot", "never", "without", "nobody", "none", "nothing", "avoid", "n't", "neither"}
)


@dataclass(frozen=True, slots=True)
class Context:
    """`hypernyms` are stems that name the items together; `invested` tells that the items are counted in money,
    `singled` are stems of what is told of one by one: cow in "each cow needs 2 kg"."""

    items: Items
    hypernyms: frozenset[str]
    measures: frozenset[str]
    invested: bool
    fractional: bool = False
    whole: bool = False
    singled: frozenset[str] = frozenset()

    @property
    def everything(self) -> tuple[int, ...]:
        """All item indices."""
        return tuple(range(len(self.items)))


def context_of(items: Items, sentences: Sequence[Parts]) -> Context:
    """Hypernyms from heads, "types of N", "N: A and B", "how many N of each"; measures from "acres of A"."""
    words = lexicon()
    hypernyms = {item.stems[-1] for item in items}
    hypernyms |= set.intersection(*(set(item.stems) for item in items)) if items else set()
    measures: set[str] = set()
    stems: set[str] = set()
    for parts in sentences:
        hypernyms |= _named_together(parts)
        asked = _asked(parts)
        hypernyms |= asked
        measures |= asked & words.measure_stems
        stems |= {part.stem for part in parts if part.kind == "word"}
        measures |= {part.holder for part in parts if part.holder} | _rates(parts)
    hypernyms = {stem for stem in hypernyms if stem not in words.empty_stems}
    fractional = any(map(_may_be_parted, sentences))
    invests = bool({"invest", "investment"} & stems) or _parts_with_money(sentences)
    invested = invests and "return" not in {item.stems[-1] for item in items}
    counted = _asks_how_many(sentences) and not _tells_rates(sentences)
    if not _asks_how_many(sentences) and (_is_paid_by_hour(sentences) or _asks_how_long(sentences)):
        measures.add("hour")
    plain = frozenset(hypernyms | words.generic_stems)
    singled = _singled(sentences) - plain
    return Context(items, plain, frozenset(measures), invested and not counted, fractional, singled=singled)


def _singled(sentences: Sequence[Parts]) -> frozenset[str]:
    """Stems behind "each" and "every" that no item has."""
    return frozenset(
        follower.stem
        for parts in sentences
        for part, follower in pairwise(parts)
        if part.low in ("each", "every") and follower.kind == "word" and not lexicon().is_small(follower.low)
    )


def _may_be_parted(parts: Parts) -> bool:
    """ "hours need not be whole", "any fraction of a gram"; not "cannot be sold in fractions"."""
    low = [part.low for part in parts]
    stems = [part.stem for part in parts]
    told = [spot for spot, stem in enumerate(stems) if stem in _PARTS]
    denied = any(word in _DENIALS for word in low[: told[-1]]) if told else True
    unwhole = any(
        word in ("whole", "integer", "integers", "integral") and {"not", "n't"} & set(low[max(0, spot - 3) : spot])
        for spot, word in enumerate(low)
    )
    joined = f" {' '.join(low)} "
    return not denied or unwhole or any(f" {phrase} " in joined for phrase in _ANY_VALUE)


def _asks_how_many(sentences: Sequence[Parts]) -> bool:
    return any(
        part.low == "how" and follower.low == "many" for parts in sentences for part, follower in pairwise(parts)
    )


def _asks_how_long(sentences: Sequence[Parts]) -> bool:
    """ "How long should each run?", where what it does in an hour is told."""
    asks = any(part.low == "how" and after.low == "long" for parts in sentences for part, after in pairwise(parts))
    hourly = any(
        part.low in ("an", "one", "per") and after.stem == "hour"
        for parts in sentences
        for part, after in pairwise(parts)
    )
    return asks and hourly


def _is_paid_by_hour(sentences: Sequence[Parts]) -> bool:
    """ "charges $100 per hour": where nothing is counted, hours are chosen, and parts of an hour too."""
    paid = [
        part
        for parts in sentences
        for part, *ahead in zip(parts, parts[1:], parts[2:], strict=False)
        if part.shape == "money" and ahead[0].low in ("per", "an") and ahead[1].stem == "hour"
    ]
    return len(paid) > 1


def _tells_rates(sentences: Sequence[Parts]) -> bool:
    """ "yields 5 %", "each dollar invested": what is put in comes back in proportion."""
    for parts in sentences:
        if any(part.shape == "percent" for part in parts):
            return True
        if any(part.low == "dollar" and follower.low == "invested" for part, follower in pairwise(parts)):
            return True
    return False


def _parts_with_money(sentences: Sequence[Parts]) -> bool:
    """ "has $90,000 to put into A and B, which pay 3%": money is put in, and comes back with a rate."""
    rated = any(part.shape == "percent" for parts in sentences for part in parts)
    return rated and any(
        part.shape == "money" and is_parted(parts, spot) for parts in sentences for spot, part in enumerate(parts)
    )


def is_parted(parts: Parts, position: int) -> bool:
    """Whether an amount of money is shared out: "$500 to put into A", "split $500 between"."""
    parting = lexicon().cues.part_with_stems
    ahead, behind = parts[max(0, position - 2) : position], parts[position + 1 : position + 3]
    told = len(behind) > 1 and behind[0].low == "to" and behind[1].stem in parting
    return told or any(part.stem in parting - {"spend"} and part.low not in ("invested", "placed") for part in ahead)


def _named_together(parts: Parts) -> set[str]:
    found = set()
    for position, part in enumerate(parts):
        if part.stem in _KINDS and position + 2 < len(parts) and parts[position + 1].low == "of":
            found.add(parts[position + 2].stem)
        if part.kind == "item" and position >= 2:
            spot = position - 1
            while spot > 0 and (parts[spot].low in ("a", "an", "the", "either", "both", ",", ":", "named", "by")):
                spot -= 1
            if (
                parts[spot].kind == "word"
                and parts[position - 1].kind != "word"
                and not lexicon().is_small(parts[spot].low)
            ) or (parts[spot].kind == "word" and spot < position - 1 and parts[spot + 1].low in (",", ":")):
                counted = spot and parts[spot - 1].kind == "number" and not parts[spot - 1].worded
                states = position + 1 < len(parts) and parts[position + 1].verb  # "one plank, a bench needs"
                found |= set() if counted or states else {parts[spot].stem}
    return found


def _rates(parts: Parts) -> set[str]:
    """Measures that the items are counted in: "$5 per kilogram", "12 acres of corn"."""
    words = lexicon()
    found = set()
    for position, part in enumerate(parts[:-1]):
        spot = position + 1
        while parts[spot].low in ("sq", "square", "cubic") and spot + 1 < len(parts):
            spot += 1
        follower = parts[spot]
        if part.low == "per" and follower.stem in words.measure_stems - words.period_stems:
            found.add(follower.stem)
        counted = position > 0 and parts[position - 1].kind == "number" and part.stem in words.measure_stems
        if counted and follower.low == "of" and position + 2 < len(parts) and parts[position + 2].kind == "item":
            found.add(part.stem)
    return found


def _asked(parts: Parts) -> set[str]:
    """ "how many trips of each", "how many of each vehicle"."""
    found = set()
    for position, part in enumerate(parts):
        if part.low in ("many", "much") and position + 1 < len(parts):
            for follower in parts[position + 1 : position + 5]:
                if follower.low in _ASKED_OF:
                    continue
                if follower.kind != "word" or lexicon().is_small(follower.low) or follower.verb:
                    break
                found.add(follower.stem)
    return found
