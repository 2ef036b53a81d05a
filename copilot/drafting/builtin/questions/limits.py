"""Doubts about a number that limits something: what, in which direction, and which of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from copilot.drafting.builtin.facts import Gap, Limit, RawLimit
from copilot.drafting.builtin.questions.doubts import (
    MOST_CHOICES,
    Choice,
    Doubt,
    close,
    doubt_of,
    listed,
    put,
    row_names,
    short,
    wording,
)
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import written
from copilot.drafting.builtin.scoring import row_score
from copilot.drafting.builtin.targets import resolve
from copilot.drafting.formulation import RELATION_WORDS, ConstraintKind, Relation

_KIND_OF: dict[Relation, ConstraintKind] = {"<=": "resource", ">=": "requirement", "==": "balance"}
_SIGNS: dict[str, Relation] = {"most": "<=", "least": ">=", "exact": "=="}


def about_target(reading: Reading, gap: Gap) -> Doubt | None:
    """ "1500 hours": sanding, assembly, both together, or the number of things?"""
    return None if gap.raw is None else _target(reading, gap, gap.raw)


def _target(reading: Reading, gap: Gap, raw: RawLimit) -> Doubt:
    said = wording("target")
    phrase, named = short(_with_sign(raw)), row_names(reading)
    choices = [
        Choice(
            said["row"].format(phrase=phrase, name=named[row]), limiting(gap, raw, (row,)), _others(reading, gap, row)
        )
        for row in _rows_for(reading, gap)
    ]
    if _summable(reading, gap.rows):
        names = " and ".join(named[row] for row in gap.rows)
        choices.append(Choice(said["together"].format(phrase=phrase, names=names), limiting(gap, raw, gap.rows)))
    elif not raw.quantity.money:
        count = said["count"].format(phrase=phrase, items=listed(reading.context))
        choices.append(Choice(count, limiting(gap, raw, ())))
    return doubt_of("target", choices, gap=gap, phrase=phrase)


def _others(reading: Reading, gap: Gap, chosen: int) -> tuple[tuple[int, int], ...]:
    """Where the numbers of the rows stand that the limit then does not limit."""
    facts = [fact for row in gap.rows if row != chosen for fact in reading.rows[row].facts.values()]
    return tuple(fact.quantity.span for fact in facts)


def about_direction(reading: Reading, gap: Gap) -> Doubt | None:
    """ "1000 hours": a minimum, a maximum, or exact? The goal tells what is usual.

    Where it is not clear either what the number limits, that is asked, and the usual direction is taken.
    """
    raw, said = gap.raw, wording("direction")
    if raw is None or reading.goal is None:
        return None
    raw = replace(raw, sign=">=" if reading.goal.sense == "minimize" else "<=")
    clear = bool(_resolved(reading, raw))
    if not clear and _rows_for(reading, replace(gap, raw=raw)):
        return _target(reading, gap, raw)
    if not clear and raw.quantity.money:
        return None
    phrase = short(written(raw.quantity))
    choices = []
    for name, sign in _SIGNS.items():
        turned = replace(raw, sign=sign)
        apply = _directed(gap, turned) if clear else limiting(gap, turned, ())
        choices.append(Choice(said[name].format(phrase=phrase), apply))
    usual = choices[list(_SIGNS.values()).index(raw.sign)].sentence
    choices.append(Choice(said["told"].format(phrase=phrase), lambda read: close(read, gap), gap.spans))
    return doubt_of("direction", choices, usual=usual, gap=gap, phrase=phrase)


def directions(reading: Reading) -> Iterator[Doubt]:
    """Limits whose direction was taken from the goal, since the text says none."""
    said = wording("direction")
    for limit in reading.limits:
        if limit.quantity is None or all(limit.quantity is not guess for guess in reading.guessed):
            continue
        phrase = short(written(limit.quantity))
        choices = [Choice(said[name].format(phrase=phrase), _turned(limit, sign)) for name, sign in _SIGNS.items()]
        usual = next(choice for choice, sign in zip(choices, _SIGNS.values(), strict=True) if sign == limit.sign)
        yield doubt_of("direction", choices, usual=usual.sentence, phrase=phrase)


def about_two(reading: Reading, gap: Gap) -> Doubt | None:
    """ "150 and 200 hours": of the same thing (one counts), or of two?"""
    if len(gap.limits) != 2:
        return None
    first, second = gap.limits
    if first.quantity is None or second.quantity is None:
        return None
    said = wording("twice")
    one, two, named = short(_phrase_of(first)), short(_phrase_of(second)), row_names(reading)
    if one == two:
        return None
    choices = []
    for kept, dropped, limit in ((one, two, second), (two, one, first)):
        choices.append(Choice(said["one"].format(kept=kept, dropped=dropped), _without(limit), limit.spans))
    for row in _alike(reading, first.row):
        for moved, stays in ((second, first), (first, second)):
            names = {"name": named[row], "other_name": named[first.row]}
            quoted = {"phrase": short(_phrase_of(moved)), "other": short(_phrase_of(stays))}
            choices.append(Choice(said["split"].format(**quoted, **names), _moved(moved, row)))
    usual = "" if first.sign != second.sign else _tighter(choices, first, second)
    return doubt_of("twice", choices, usual=usual, gap=gap, one=one, two=two)


def _with_sign(raw: RawLimit) -> str:
    return f"{RELATION_WORDS[raw.sign]} {written(raw.quantity)}"


def _phrase_of(limit: Limit) -> str:
    assert limit.quantity is not None
    return _with_sign(RawLimit(limit.sign, limit.quantity))


def _rows_for(reading: Reading, gap: Gap) -> list[int]:
    """The rows that the number may limit: those that fit alike, else all of its kind, the likeliest first."""
    if gap.rows:
        return list(gap.rows)
    assert gap.raw is not None
    quantity = gap.raw.quantity
    aimed = {row for row, _ in reading.goal.rows} if reading.goal else set()
    used = {row for limit in reading.limits for row in limit.all_rows}
    found = []
    for index, row in enumerate(reading.rows):
        score = row_score(quantity, row)
        fits = not (quantity.unit and row.unit) or quantity.unit == row.unit or score > 0
        if fits and bool(quantity.money) == bool(row.money) and not row.is_rate and index not in aimed:
            found.append((index in used, -score, index))
    return [index for _, _, index in sorted(found)][: MOST_CHOICES - 1]


def _summable(reading: Reading, rows: Sequence[int]) -> bool:
    return (
        1 < len(rows) < MOST_CHOICES and len({(reading.rows[row].unit, reading.rows[row].money) for row in rows}) == 1
    )


def _limit_on(reading: Reading, raw: RawLimit, rows: Sequence[int]) -> Limit:
    items = tuple(item for item in reading.context.everything if any(item in reading.rows[row].facts for row in rows))
    kind: ConstraintKind = _KIND_OF[raw.sign] if rows else "sum"
    quantity = raw.quantity
    return Limit(
        kind,
        raw.sign,
        items or reading.context.everything,
        quantity.sentence,
        (quantity.span,),
        row=rows[0] if rows else -1,
        also=tuple(rows[1:]),
        quantity=quantity,
        strict=raw.strict,
    )


def limiting(gap: Gap, raw: RawLimit, rows: Sequence[int]) -> Callable[[Reading], None]:
    """Close the gap by a limit on the sum of these rows; on the number of all things where there is none."""

    def apply(reading: Reading) -> None:
        close(reading, gap)
        reading.settled |= set(gap.rows) - set(rows)
        reading.limits.append(_limit_on(reading, raw, rows))

    return apply


def _resolved(reading: Reading, raw: RawLimit) -> list[Limit]:
    """What the number limits, as a limit of its direction; nothing where that is not clear either."""
    found, gaps = resolve(raw, reading.rows, reading.context)
    return [] if gaps else found


def _directed(gap: Gap, raw: RawLimit) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        close(reading, gap)
        reading.limits.extend(_resolved(reading, raw))

    return apply


def _turned(limit: Limit, sign: Relation) -> Callable[[Reading], None]:
    kind = _KIND_OF[sign] if limit.row >= 0 else limit.kind
    return lambda reading: put(reading, limit, replace(limit, sign=sign, kind=kind))


def _without(limit: Limit) -> Callable[[Reading], None]:
    return lambda reading: put(reading, limit)


def _moved(limit: Limit, row: int) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        items = tuple(reading.rows[row].facts)
        put(reading, limit, replace(limit, row=row, items=items, also=()))

    return apply


def _alike(reading: Reading, row: int) -> Iterator[int]:
    """The other rows of the same unit that nothing limits."""
    if row < 0:
        return
    used = {other for limit in reading.limits for other in limit.all_rows}
    for index, other in enumerate(reading.rows):
        if (
            index not in used
            and other.unit == reading.rows[row].unit
            and bool(other.money) == bool(reading.rows[row].money)
        ):
            yield index
            return


def _tighter(choices: Sequence[Choice], first: Limit, second: Limit) -> str:
    """The answer that keeps the narrower of two limits in one direction."""
    assert first.quantity is not None
    assert second.quantity is not None
    lower = first.quantity.part.value <= second.quantity.part.value
    return choices[0 if lower == (first.sign == "<=") else 1].sentence
