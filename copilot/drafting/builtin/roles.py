"""Decides what each number is: a coefficient of items, a limit, a share, a multiple, or mere counting."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.clauses import Clause
from copilot.drafting.builtin.counting import is_counting
from copilot.drafting.builtin.cues import cue_after, cue_before
from copilot.drafting.builtin.distances import distance_of, is_distance
from copilot.drafting.builtin.expressions import Expression
from copilot.drafting.builtin.facts import Fact, Gap, Limit, Quantity, RawLimit
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.owners import (
    by_hand,
    equals_each,
    holds_each,
    is_anew,
    is_available,
    is_distributive,
    is_for_all,
    is_served,
    is_split,
    made_by,
)
from copilot.drafting.builtin.pairs import in_proportion, paired
from copilot.drafting.builtin.quantities import quantities_of
from copilot.drafting.builtin.spans import shared_limit
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.builtin.zipping import named_of, zipped_of
from copilot.drafting.formulation import Relation

_OWNERS = frozenset({"they", "he", "she", "we", "you", "i"})
_POSSESSIVES = frozenset({"a", "his", "her", "their", "its", "my", "our", "the"})
_COLLECTIVE = frozenset({"both", "each", "every", "all", "either"})


@dataclass(slots=True)
class Roles:
    """What the numbers of a text are, under one list of items."""

    facts: list[Fact] = field(default_factory=list)
    limits: list[RawLimit] = field(default_factory=list)
    shares: list[RawLimit] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    open: list[Quantity] = field(default_factory=list)
    apart: list[Expression] = field(default_factory=list)
    pairs: list[Limit] = field(default_factory=list)


def assign(clause: Clause, *, item_count: int, hypernyms: frozenset[str], roles: Roles) -> None:
    """Give each number of the clause its role and add it to `roles`."""
    quantities = quantities_of(clause)
    zipped = zipped_of(clause, quantities)
    named = {} if zipped else named_of(clause, quantities)
    quantities = [named.get(quantity.position, quantity) for quantity in quantities]
    if len(quantities) > 1 and not (zipped or named) and any(part.low == "respectively" for part in clause.parts):
        roles.gaps.append(_unordered(clause, quantities))
    earlier: RawLimit | None = None
    told = _in_proportion(quantities, roles)
    for index, quantity in enumerate(quantities):
        if quantity.position in told:
            continue
        shared = None if zipped else shared_limit(quantities, index)
        if shared is not None:
            roles.limits.append(shared)
            continue
        if is_counting(quantity, item_count, hypernyms) or _is_one_of(quantity):
            continue
        if is_distance(quantity):
            _set_apart(quantity, roles)
            continue
        limit = None if is_for_all(quantity) else _limit(quantity, earlier)
        item = zipped.get(quantity.position, -1)
        pair = paired(limit) if limit is not None else None
        if pair is not None:
            roles.pairs.append(pair)
            continue
        if limit is not None:
            earlier = replace(limit, item=item)
            (roles.shares if quantity.part.shape in ("percent", "fraction", "multiple") else roles.limits).append(
                earlier
            )
            continue
        earlier = None
        if quantity.part.shape == "multiple" or (quantity.part.shape == "fraction" and not quantity.unit):
            roles.shares.append(RawLimit(_unsaid(quantity), quantity, weak=True))
            continue
        earlier = _add_other(quantity, item, item_count=item_count, hypernyms=hypernyms, roles=roles)


def _in_proportion(quantities: Sequence[Quantity], roles: Roles) -> frozenset[int]:
    """Where the two numbers of "at least 2 cooks for every 8 guards" stand, once that rule is added."""
    rule, spots = in_proportion(quantities) or (None, frozenset())
    roles.pairs.extend([rule] if rule else [])
    return spots


def _set_apart(quantity: Quantity, roles: Roles) -> None:
    apart = distance_of(quantity)
    roles.apart.extend([apart] if apart else [])
    roles.gaps.extend([] if apart else [no_role(quantity)])


def _unordered(clause: Clause, quantities: Sequence[Quantity]) -> Gap:
    """ "2, 3 and 4 respectively", where there are not as many names."""
    said = " ".join(part.text for part in clause.parts)
    return Gap(
        f'It is not clear what belongs to what in "{said[:300]}".', tuple(quantity.span for quantity in quantities)
    )


def _add_other(
    quantity: Quantity, item: int, *, item_count: int, hypernyms: frozenset[str], roles: Roles
) -> RawLimit | None:
    items = (item,) if item >= 0 else _owners(quantity, item_count=item_count, hypernyms=hypernyms)
    weak = _weak(quantity) if not items else None
    if items:
        for index in items:
            roles.facts.append(Fact(index, quantity.part.value, quantity, order=len(roles.facts)))
    elif weak is not None:
        roles.limits.append(RawLimit(weak, quantity, weak=True))
        return roles.limits[-1]
    else:
        roles.open.append(quantity)
    return None


def no_role(quantity: Quantity) -> Gap:
    """What the ledger says of a number that nothing explains."""
    text = f'The number "{quantity.part.text}" has no role that I could find.'
    return Gap(text, (quantity.span,), kind="direction", raw=RawLimit("<=", quantity, weak=True))


def _is_one_of(quantity: Quantity) -> bool:
    """ "To make 1 ton of A": the number stands for "each"; "at least 0" says nothing."""
    cued = cue_before(quantity.clause, quantity.position)
    if cued is not None:
        ahead = {part.low for part in quantity.clause[: quantity.position]}
        once = quantity.part.value == 1 and cued.sign == "==" and bool(ahead & {"each", "every"})
        return once or (quantity.part.value == 0 and cued.sign == ">=")  # "each van makes exactly one run"
    words = lexicon()
    timed = quantity.position > 0 and quantity.clause[quantity.position - 1].low == "for"
    if timed and quantity.part.value == 1 and quantity.unit in words.period_stems:
        return any(part.shape == "money" for part in quantity.clause)  # "costs $300 to run for 1 hour"
    measured = quantity.head in words.measure_stems | words.container_stems
    return quantity.part.value == 1 and quantity.next_item >= 0 and measured and not quantity.right


def _limit(quantity: Quantity, earlier: RawLimit | None) -> RawLimit | None:
    cue = cue_before(quantity.clause, quantity.position) or cue_after(quantity.clause, quantity.position)
    if cue is not None and (holds_each(quantity, cue) or equals_each(quantity, cue)):
        return None
    if cue is not None:
        return RawLimit(cue.sign, quantity, strict=cue.strict)
    if earlier is not None and _continues(earlier.quantity, quantity) and not is_available(quantity):
        return RawLimit(earlier.sign, quantity, weak=earlier.weak, strict=earlier.strict)
    sign = _stated(quantity)
    return RawLimit(sign, quantity, weak=True) if sign is not None else None


def _continues(earlier: Quantity, quantity: Quantity) -> bool:
    """Whether the number only continues a list of limits: no verb and no new subject in between."""
    between = [part for part in quantity.before if part.kind != "mark" and part.low not in lexicon().conjunctions]
    told = any(part.verb or part.low in ("per", "each", "every") for part in between)
    return not told and not is_anew(earlier, quantity)


def _stated(quantity: Quantity) -> Relation | None:
    """ "has a budget of $500", "240 hours are available", "a demand of 30": a limit whatever the subject."""
    words = lexicon().cues
    before = {part.low for part in quantity.before if not (part.verb and part.stem == "supply")}
    behind = {part.low for part in _behind(quantity)}
    owned = bool(quantity.right) or is_distributive(quantity)
    if _has_it(quantity) and not owned:
        return "<="
    low = [part.low for part in quantity.after[:2]]
    spends = len(quantity.after) > 1 and low[0] == "to" and quantity.after[1].stem in words.part_with_stems
    if is_available(quantity) or (quantity.money and spends):
        return "<="
    places = [part.low for part in reversed(quantity.before)]
    if len(places) > 1 and places[0] in _POSSESSIVES - {"a", "the"}:
        places = places if places[1] != "on" else places[1:]  # "on her 70 acres"
    place = next(iter(places), "")
    if place in ("on", "within", "from", "using") and len(quantity.left) > 1 and not owned:
        return "<="
    if quantity.part.shape == "money" and (_shares_out(quantity) or is_split(quantity)):
        return "<="
    if place in _POSSESSIVES and quantity.unit in lexicon().measure_stems and quantity.head in lexicon().place_stems:
        return "<="
    if not owned and ((words.have_strong & (before | behind)) - by_hand(before | behind)):
        return "<="
    if (words.want_strong & before and not owned) or _is_due(quantity):
        return ">="
    return None


def _has_it(quantity: Quantity) -> bool:
    """ "this Saturday she has 60 kg": a person has it, and no item stands in between."""
    ahead = [part for part in quantity.before if part.kind != "mark"]
    for spot in range(len(ahead) - 2, -1, -1):
        task = ahead[spot].low == "it" and "to" in [part.low for part in quantity.after]
        if (task or ahead[spot].low in _OWNERS) and ahead[spot + 1].low in ("have", "has", "had"):
            rest = ahead[spot + 2 :]
            return not any(part.kind == "item" or part.low == "to" for part in rest)
    return False


def _is_due(quantity: Quantity) -> bool:
    """ "9,000 parcels must be carried": the counted things are the subject of what is asked for."""
    start = quantity.position + 1 + len(quantity.after)
    low = [part.low for part in quantity.clause[start : start + 6]]
    if low[:1] in (["that"], ["which"], ["who"]):
        low = [word for word in low[1:] if word not in ("all", "also")]
        if low[:2] in (["have", "to"], ["has", "to"], ["need", "to"]):
            low = ["must", *low[2:]]
    counted = bool(quantity.unit) and not quantity.right and not quantity.money
    coming = {part.low for part in quantity.clause[quantity.position + 1 : start + 3]} & lexicon().cues.due
    served = quantity.unit not in lexicon().measure_stems
    if counted and coming and served and not any(part.kind == "item" for part in quantity.before):
        return True
    return counted and (low[:2] in (["must", "be"], ["should", "be"]) or low[1:3] == ["to", "be"])


def _shares_out(quantity: Quantity) -> bool:
    """ "invests $20,000 in A and B": the amount that is split between the items."""
    invests = any(part.stem == "invest" and part.verb for part in quantity.before)
    items = {part.item for part in quantity.clause[quantity.position :] if part.kind == "item"}
    return invests and not quantity.left and len(items) > 1


def _behind(quantity: Quantity) -> Parts:
    """Parts up to the next number, or the clause's end."""
    parts = quantity.clause
    verbs = False
    for spot in range(quantity.position + 1, len(parts)):
        verbs = verbs or parts[spot].verb
        if parts[spot].kind == "number" and verbs:
            return parts[quantity.position + 1 : spot]
    return parts[quantity.position + 1 :]


def _owners(quantity: Quantity, *, item_count: int, hypernyms: frozenset[str]) -> tuple[int, ...]:
    """The items whose coefficient the number is."""
    if quantity.right and len(quantity.right) < max(item_count, 2):
        return quantity.right
    if made := made_by(quantity):
        return made
    if quantity.left:
        return quantity.left
    if quantity.right:
        return quantity.right
    return tuple(range(item_count)) if is_for_all(quantity) or _is_of_all(quantity, hypernyms) else ()


def _is_of_all(quantity: Quantity, hypernyms: frozenset[str]) -> bool:
    """ "each vehicle uses 3", "both take 2", "2 hours per desk": so much of every item."""
    ahead = quantity.clause[: quantity.position]
    for spot, part in enumerate(ahead):
        if part.low in _COLLECTIVE and spot + 1 < len(ahead):
            follower = ahead[spot + 1]
            if follower.stem in hypernyms or (part.low == "both" and (follower.verb or follower.low == "of")):
                return True
    behind = [part for part in quantity.after if part.kind == "word"]
    return any(
        part.low in ("per", "each", "every") and follower.stem in hypernyms
        for part, follower in itertools.pairwise(behind)
    )


def _weak(quantity: Quantity) -> Relation | None:
    """ "has 500 acres", "needs to deliver 1000 gifts": what there is, or what is asked for."""
    words = lexicon().cues
    ahead = quantity.clause[: quantity.position]
    for spot in range(len(ahead) - 1, -1, -1):
        part = ahead[spot]
        obliged = part.low in ("has", "have", "had") and ahead[spot + 1 : spot + 2] and ahead[spot + 1].low == "to"
        if part.low in words.want or obliged:
            return ">="
        if part.low in words.have and not (part.low == "with" and is_served(ahead[:spot])):
            return "<="
    if (
        ahead
        and ahead[0].low == "to"
        and len(ahead) > 1
        and ahead[1].verb
        and all(part.kind == "word" for part in ahead)
    ):
        return ">="  # "To bring 340 guests up the mountain, ..."
    behind = {part.low for part in _behind(quantity)}
    return ">=" if behind & words.want else None


def _unsaid(quantity: Quantity) -> Relation:
    """A share or multiple without a limit phrase is an equation: "must be three times the number of"."""
    del quantity
    return "=="
