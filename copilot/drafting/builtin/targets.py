"""Finds what each limit limits: one item, several, all of them, or a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.drafting.builtin.context import Context, is_parted
from copilot.drafting.builtin.facts import Gap, Limit, Quantity, RawLimit, Row
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.owners import is_distributive, speaks_of_each
from copilot.drafting.builtin.refusals import refusal_of
from copilot.drafting.builtin.rownames import row_name, written
from copilot.drafting.builtin.scoring import row_score
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import ConstraintKind, Relation

_KIND_OF: dict[Relation, ConstraintKind] = {"<=": "resource", ">=": "requirement", "==": "balance"}
_ENOUGH = 0.45
_FEW = 6
_NEAR = 0.25
_EVERY = frozenset({"each", "both", "every", "either", "all"})
_MEASURED = "“{phrase}” is read as the amount of all items together."
_SHARE = "“{phrase}” is a share, and I could not see of what. Say “at most 40 % of all …”."
_LOOSE = "There is no other quantity that {phrase} could be, so it is read as the number of all items together."


def resolve(
    raw: RawLimit, rows: Sequence[Row], context: Context, *, taken: Collection[int] = ()
) -> tuple[list[Limit], list[Gap]]:
    """The limits that a number sets, or the gap it leaves; a share never is a number of things.

    `taken` are rows that another sentence limits already: they do not count where two rows fit alike.
    """
    limits, gaps = _resolved(raw, rows, context, taken=taken)
    if raw.quantity.part.shape == "percent" and any(limit.kind in ("bound", "sum") for limit in limits):
        return [], [Gap(_SHARE.format(phrase=written(raw.quantity)), (raw.quantity.span,))]
    return limits, gaps


def _resolved(
    raw: RawLimit, rows: Sequence[Row], context: Context, *, taken: Collection[int] = ()
) -> tuple[list[Limit], list[Gap]]:
    """The limits that a number sets (several where "each machine" has the same cap), or the gap it leaves."""
    quantity = raw.quantity
    refusal = refusal_of(quantity)
    if refusal:
        return [], [Gap(refusal, (quantity.span,))]
    counted = not _names_row(quantity, rows)
    if raw.item >= 0 and not (counted and speaks_of_each(quantity)):
        return [_on_items(raw, (raw.item,))], []
    if _is_of_each(quantity) and quantity.next_item >= 0:  # "5 units of each large and small vase"
        return [_on_items(raw, (item,)) for item in _items_behind(quantity)], []
    if counted and (speaks_of_each(quantity) or _is_of_each(quantity)):
        return [_on_items(raw, (item,)) for item in context.everything], []
    if context.invested and quantity.money and raw.sign == "<=" and _is_stake(quantity):
        return [_on_items(raw, context.everything)], []
    alone = sum(bool(row.money) for row in rows) == 1
    scores = [row_score(quantity, row, alone=alone) for row in rows]
    best = max(scores, default=0.0)
    items = _counted_items(quantity, rows, context, best=best)
    if items:
        return [_on_items(raw, items)], []
    if best >= _ENOUGH:
        return _on_rows(raw, rows, scores, taken, context)
    region = _items_around(quantity)
    after = [part.low for part in quantity.after[:2]]
    if after in (["of", "them"], ["of", "those"], ["of", "these"]):
        return [_on_items(raw, region if len(region) == 1 else context.everything)], []
    if len(region) == 1 and quantity.words <= context.hypernyms | context.measures | lexicon().container_stems:
        return [_on_items(raw, region)], []
    return _on_everything(raw, context, rows, taken)


def _counted_items(quantity: Quantity, rows: Sequence[Row], context: Context, *, best: float) -> tuple[int, ...]:
    """The items that the number counts: those behind it, the one it speaks about, or all; none where it is a row's."""
    near, counted = _items_behind(quantity), _is_measure_only(quantity, context, rows)
    if quantity.next_item >= 0 and len(near) == 1 and (counted or best < 1.0):
        return near
    if len(near) > 1 and best < _ENOUGH:
        return near
    region = _items_around(quantity)
    if counted and len(region) == 1 and not _is_total(quantity):
        return region
    named = _names_row(quantity, rows)
    known = context.hypernyms | context.measures | lexicon().container_stems
    told = quantity.words <= known or _is_total(quantity)
    measured = quantity.unit in context.measures and told and not region
    invested = context.invested and bool(quantity.money) and best < 0.9 and len(region) != 1
    if not named and ((counted and quantity.unit) or measured or invested):
        return context.everything
    return ()


def _is_stake(quantity: Quantity) -> bool:
    """ "has $90,000 to put into A": money that there is to share out, though one thing may be named only."""
    owned = any(part.low in ("has", "have", "had", "with") for part in quantity.before)
    split = any(part.low in ("between", "among", "across") for part in quantity.clause[quantity.position + 1 :][:2])
    return (owned or split) and not quantity.left and is_parted(quantity.clause, quantity.position)


def _is_of_each(quantity: Quantity) -> bool:
    """ "15 tons of each", "at most 8 of either type": so many of every single item, not of all together."""
    low = [part.low for part in quantity.after]
    kinds = {"type", "kind", "sort", "per", "product", "item"}
    for spot in range(len(low) - 1):
        if low[spot] == "of" and (low[spot + 1] == "each" or (low[spot + 1] == "either" and spot == 0)):
            return spot + 2 == len(low) or low[spot + 2] in kinds
    return False


def _items_behind(quantity: Quantity) -> tuple[int, ...]:
    """The list of items that begins right behind the counted phrase."""
    if quantity.next_item < 0:
        return ()
    found: list[int] = []
    words = lexicon()
    behind = quantity.clause[quantity.position + 1 + len(quantity.after) :]
    for spot, part in enumerate(behind):
        ahead = behind[spot + 1 : spot + 3]
        if found and part.kind == "item" and len(ahead) > 1 and _is_noun(ahead[0]) and ahead[1].verb:
            break  # "12 vans and the coach crew has"
        if part.kind == "item":
            found.append(part.item)
        elif part.low not in words.conjunctions | words.determiners and part.low != ",":
            break
    return tuple(dict.fromkeys(found))


def _is_noun(part: Part) -> bool:
    return part.kind == "word" and not part.verb and not lexicon().is_small(part.low)


def _items_around(quantity: Quantity) -> tuple[int, ...]:
    """Items between the numbers next to this one; those behind it first."""
    behind: list[int] = []
    spoken = any(part.kind == "item" for part in quantity.before)
    for part in quantity.clause[quantity.position + 1 :]:
        if part.kind == "number" or (spoken and part.low == ","):
            break  # "A sells up to 200 copies, B up to 300"
        if part.kind == "item":
            behind.append(part.item)
    if behind:
        return tuple(dict.fromkeys(behind))
    ahead = [part.item for part in quantity.before if part.kind == "item"]
    return tuple(dict.fromkeys(ahead)) or quantity.left


def _is_measure_only(quantity: Quantity, context: Context, rows: Sequence[Row]) -> bool:
    """Whether the phrase counts the items themselves: no unit, a container, or a word for all of them."""
    words = lexicon()
    if quantity.money:
        return context.invested
    plain = context.hypernyms | context.measures | words.container_stems
    named = context.hypernyms - words.generic_stems - words.measure_stems
    if quantity.next_item < 0 and quantity.head in named and not any(quantity.head in row.words for row in rows):
        return True
    if quantity.next_item >= 0:
        plain = plain | words.measure_stems
    elif not quantity.unit or quantity.unit != "unit":
        plain = plain - frozenset().union(*(row.words for row in rows if not row.money)) if rows else plain
    return all(stem in plain for stem in quantity.words)


def _is_total(quantity: Quantity) -> bool:
    stems = {part.stem for part in quantity.clause if part.kind == "word"}
    return bool(stems & (lexicon().total_stems - {"all"}))


def _names_row(quantity: Quantity, rows: Sequence[Row]) -> bool:
    return any(quantity.unit == row.unit for row in rows if not row.money)


def _on_items(raw: RawLimit, items: tuple[int, ...], note: str = "") -> Limit:
    kind = "bound" if len(items) == 1 else "sum"
    quantity = raw.quantity
    return Limit(
        kind,  # type: ignore[arg-type]
        raw.sign,
        items,
        quantity.sentence,
        (quantity.span,),
        quantity=quantity,
        strict=raw.strict,
        notes=(note,) if note else (),
    )


def _on_rows(
    raw: RawLimit, rows: Sequence[Row], scores: Sequence[float], taken: Collection[int], context: Context
) -> tuple[list[Limit], list[Gap]]:
    best = max(scores)
    every = _says_every(raw.quantity)
    close = [index for index, score in enumerate(scores) if score > best - (2 * _NEAR if every else _NEAR)]
    if len(close) > 1 and not every and set(close) - set(taken):
        close = [index for index in close if index not in taken]
    if len(close) > 1 and not every:
        close = [index for index in close if scores[index] > best - 0.01] if best >= 1.0 else close
    if len(close) > 1 and not every:
        return [], [_torn(raw, rows, close)]
    limits = []
    for index in close:
        items = tuple(item for item in context.everything if item in rows[index].facts)
        limits.append(
            Limit(
                _KIND_OF[raw.sign],
                raw.sign,
                items,
                raw.quantity.sentence,
                (raw.quantity.span,),
                row=index,
                quantity=raw.quantity,
                strict=raw.strict,
            )
        )
    return limits, []


def _torn(raw: RawLimit, rows: Sequence[Row], close: Sequence[int]) -> Gap:
    """A limit that fits several rows alike."""
    found = list(dict.fromkeys(row_name(rows[index]) for index in close))
    if len(found) == 1:
        text = (
            f"The text gives {found[0]} more than once for the same thing, in different amounts. Say each amount once."
        )
        return Gap(text, (raw.quantity.span,), rows=tuple(close))
    text = f'The limit "{written(raw.quantity)}" fits more than one quantity: {" or ".join(found)}.'
    return Gap(text, (raw.quantity.span,), rows=tuple(close), kind="target", raw=raw)


def _loose(
    raw: RawLimit, context: Context, rows: Sequence[Row], taken: Collection[int]
) -> tuple[list[Limit], list[Gap]]:
    """A limit whose noun fits nothing: the one complete row that nothing else uses, or all items together."""
    phrase = f'"{written(raw.quantity)}"'
    free = [
        index
        for index, row in enumerate(rows)
        if index not in taken
        and not row.money
        and len(row.facts) == len(context.items)
        and row.unit not in lexicon().measure_stems
        and not row.is_rate
    ]
    if len(free) == 1:
        limits, _ = _on_rows(raw, rows, [float(index == free[0]) for index in range(len(rows))], (), context)
        note = f'{phrase} is read as a limit on "{row_name(rows[free[0]])}".'
        return [replace(limit, notes=(note,)) for limit in limits], []
    if raw.quantity.head in context.singled:
        text = f"It is not clear what {phrase} limits: the text also speaks of each of them."
        return [], [Gap(text, (raw.quantity.span,), kind="target", raw=raw)]
    return [_on_items(raw, context.everything, _LOOSE.format(phrase=phrase))], []


def _of_subject(raw: RawLimit, context: Context, region: tuple[int, ...]) -> tuple[list[Limit], list[Gap]]:
    """ "trucks may do at most 9 journeys": a limit on the one item that the clause speaks of; not of "each truck"."""
    if is_distributive(raw.quantity) or raw.weak:
        text = f'It is not clear what "{written(raw.quantity)}" limits.'
        return [], [Gap(text, (raw.quantity.span,), kind="target", raw=raw)]
    note = f'"{written(raw.quantity)}" is read as a limit on "{context.items[region[0]].label}".'
    return [_on_items(raw, region, note)], []


def _on_everything(
    raw: RawLimit, context: Context, rows: Sequence[Row], taken: Collection[int]
) -> tuple[list[Limit], list[Gap]]:
    quantity = raw.quantity
    if _is_measure_only(quantity, context, rows) and (_is_total(quantity) or quantity.unit or quantity.money):
        return [_on_items(raw, context.everything)], []
    alike = any(quantity.head[:4] == word[:4] for item in context.items for word in item.stems)
    plural = not alike and quantity.unit and not quantity.money and quantity.unit not in lexicon().measure_stems
    if plural and raw.weak and quantity.part.worded and quantity.part.value <= _FEW:
        return [], []  # "sold under two names"
    region = _items_around(quantity)
    named = len(region) == 1 and any(part.kind == "item" for part in quantity.clause)
    if plural and not _names_row(quantity, rows) and named and not _is_total(quantity):
        return _of_subject(raw, context, region)
    if plural and not _names_row(quantity, rows):
        return _loose(raw, context, rows, taken)
    around = set(_items_around(quantity))
    alone = not around or around == set(context.everything)
    if quantity.unit in context.measures and not _names_row(quantity, rows) and alone:
        return [_on_items(raw, context.everything, _MEASURED.format(phrase=written(quantity)))], []
    text = f'It is not clear what "{written(quantity)}" limits.'
    return [], [Gap(text, (quantity.span,), kind="target", raw=raw)]


def _says_every(quantity: Quantity) -> bool:
    """ "each machine", "both teams", "of fiber and iron each", and not "each day"."""
    words = lexicon()
    if quantity.tail and quantity.clause[-1].low == "each":
        return True
    for part, follower in pairwise(quantity.clause):
        if part.low in _EVERY and follower.stem not in words.period_stems:
            return True
    return False
