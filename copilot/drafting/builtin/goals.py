"""Finds what is to be made largest or smallest."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.aims import Aim, aims_of, has_content
from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Gap, Goal, Row
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.words import lexicon

_PURPOSE = frozenset({"to", "required", "needed", "spent", "used", "for"})
_NO_DIRECTION = 'The text does not say what to make largest or smallest; "{name}" is taken, to be made {size}.'


def goal_of(
    aims: Sequence[Aim], rows: Sequence[Row], context: Context, *, asked: bool
) -> tuple[Goal | None, Gap | None]:
    """The objective, or the gap where no row, count or direction fits."""
    if not aims:
        return _without_aim(rows, asked=asked)
    results = [_matched(aim, rows, context) for aim in aims]
    goals = [goal for goal, _ in results if goal is not None]
    if not goals:
        return None, results[-1][1]
    different = {(goal.sense, goal.rows, goal.count) for goal in goals}
    if len(different) > 1:
        spans = tuple(goal.span for goal in goals)
        said = " and ".join(dict.fromkeys(f"{goal.sense} {goal.label}" for goal in goals))
        return None, Gap(f"There are two objectives: {said}. Keep one, and give the other a limit.", spans, weight=3)
    return goals[-1], None


def _no_aim() -> str:
    return (
        "The text does not say what to maximize or minimize. Add, for instance, “How many of each to maximize profit?”"
    )


def _matched(aim: Aim, rows: Sequence[Row], context: Context) -> tuple[Goal | None, Gap | None]:
    span = _span(aim)
    stems = {part.stem for part in _named(aim.words) if part.kind == "word"} - {"total", "number", "amount"}
    label = _label(aim)
    items = tuple(dict.fromkeys(part.item for part in aim.words if part.kind == "item"))
    money = _money_rows(stems, rows)
    counts = _counts(aim)
    counted = _counted(aim, rows, context)
    scores = [_score({counted} if counts and counted else stems, row, counts=counts) for row in rows]
    best = max(scores, default=0.0)
    if money is not None:
        return _goal(aim, money, label, rows)
    own = any(row.unit == counted and len(row.facts) == len(context.items) for row in rows)  # "hands" are cleaned
    if best >= 1.0 and (own or not (counts and counted in context.hypernyms)):
        top = [index for index, score in enumerate(scores) if score >= best - 0.1]
        if len(top) > 1:
            return _summed(aim, top, label, rows, context)
        return _goal(aim, ((top[0], 1.0),), label, rows)
    rates = [index for index, row in enumerate(rows) if row.is_rate and len(row.facts) == len(context.items)]
    if context.invested and len(rates) == 1 and stems & lexicon().money_in_stems:
        return _goal(aim, ((rates[0], 1.0),), label, rows)
    paid = not counts and stems & (lexicon().money_in_stems | lexicon().money_out_stems)
    if paid:
        text = f'I could not match what to {aim.sense}, "{label}", to a quantity in the text.'
        return None, Gap(text, (span,))
    if counts or stems & context.hypernyms or set(items) == set(context.everything):
        count = (
            items if items and len(items) < len(context.items) and not stems & context.hypernyms else context.everything
        )
        loose = not (stems & context.hypernyms or items or not stems)
        note = f'"{label}" is read as the number of all items together.' if loose else ""
        return Goal(aim.sense, (), count, label, aim.sentence, span, (note,) if note else ()), None
    if "tim" in stems and context.measures & {"hour", "minut", "day", "second"}:
        return Goal(aim.sense, (), context.everything, label, aim.sentence, span), None
    text = f'I could not match what to {aim.sense}, "{label}", to a quantity in the text.'
    return None, Gap(text, (span,))


def _named(words: Parts) -> Parts:
    """The words up to a purpose: "total time" in "total time required to move the goods"."""
    for spot, part in enumerate(words):
        if part.low in _PURPOSE and has_content(words[:spot]):
            named = [word.stem for word in words[:spot] if word.kind == "word"]
            return words[:spot] if {"tim", "cost", "money", "spend"} & set(named) else words
    return words


def _counts(aim: Aim) -> bool:
    return "number" in {part.low for part in aim.words}


def _counted(aim: Aim, rows: Sequence[Row], context: Context) -> str:
    """The last word of the name behind "number of", or its first where that is a row's unit.

    Machines in "number of stamping machines", times in "number of times books are borrowed".
    """
    plain = [part.stem for part in aim.words if part.kind == "word" and not lexicon().is_small(part.low)]
    first = next((stem for stem in plain if stem not in ("total", "number", "amount")), "")
    if any(first and row.unit == first and len(row.facts) == len(context.items) for row in rows):
        return first
    name, words = "", lexicon()
    for part in aim.words:
        if part.low == "of" and name in words.container_stems | words.measure_stems:
            name = ""
        if name and part.low == "of":
            break
        if part.kind == "word" and part.low not in ("total", "number", "of", "the") and lexicon().is_small(part.low):
            break
        if name and part.verb:
            break
        if part.kind in ("word", "item") and part.low not in ("total", "number", "of", "the"):
            name = part.stem
    return name


def _summed(
    aim: Aim, top: Sequence[int], label: str, rows: Sequence[Row], context: Context
) -> tuple[Goal | None, Gap | None]:
    """ "total time": all rows of that unit together."""
    if len({rows[index].unit for index in top}) == 1 and "total" in {part.low for part in aim.words}:
        return _goal(aim, tuple((index, 1.0) for index in top), label, rows)
    names = " or ".join(row_name(rows[index]) for index in top)
    return None, Gap(f'"{label}" may mean {names}.', (_span(aim),))


def _score(stems: set[str], row: Row, *, counts: bool) -> float:
    if row.money:
        return 0.0
    time = "tim" in stems and row.unit in ("minut", "hour", "second", "day")
    telling = row.words if counts else row.words | row.said
    akin = {stem for stem in stems if any(len(stem) > 4 and stem[:5] == other[:5] for other in telling)}
    exact = stems & row.words
    return len(exact) + 0.8 * len((stems & telling | akin) - exact) + (1.0 if time else 0.0)


def _money_rows(stems: set[str], rows: Sequence[Row]) -> tuple[tuple[int, float], ...] | None:
    """Rows of the money that the objective names: profit, revenue; cost; or revenue less cost."""
    words = lexicon()
    wanted = "in" if stems & words.money_in_stems else "out" if stems & words.money_out_stems else ""
    if not wanted:
        wanted = "any" if "money" in stems else ""
    if not wanted:
        return None
    named = [index for index, row in enumerate(rows) if row.money and stems & (row.words | row.said)]
    same = [index for index, row in enumerate(rows) if row.money == wanted or (wanted == "any" and row.money)]
    if len(named) == 1:
        return ((named[0], 1.0),)
    if len(same) == 1:
        return _net(same[0], stems, rows)
    unknown = [index for index, row in enumerate(rows) if row.money == "unknown"]
    if not same and len(unknown) == 1:
        return ((unknown[0], 1.0),)
    every = [index for index, row in enumerate(rows) if row.money]
    if not same and len(every) == 1 and rows[every[0]].money == "in" and wanted == "out":
        return ((every[0], 1.0),)
    if wanted == "out" and same:
        return tuple((index, 1.0) for index in same)
    return None


def _net(index: int, stems: set[str], rows: Sequence[Row]) -> tuple[tuple[int, float], ...]:
    """Profit of things with a selling price and a cost is the difference."""
    profit = "profit" in stems and "profit" not in rows[index].words | rows[index].said
    sold = {"sell", "sold", "revenu", "sal", "price"} & (rows[index].words | rows[index].said)
    costs = [spot for spot, row in enumerate(rows) if row.money == "out"]
    if profit and sold and len(costs) == 1:
        return ((index, 1.0), (costs[0], -1.0))
    return ((index, 1.0),)


def _goal(
    aim: Aim, weights: tuple[tuple[int, float], ...], label: str, rows: Sequence[Row]
) -> tuple[Goal | None, Gap | None]:
    note = ""
    if len(weights) > 1:
        names = [("" if sign > 0 else "less ") + row_name(rows[index]) for index, sign in weights]
        note = f'"{label}" is read as {" and ".join(names)}.'
    return Goal(aim.sense, weights, (), label, aim.sentence, _span(aim), (note,) if note else ()), None


def _without_aim(rows: Sequence[Row], *, asked: bool) -> tuple[Goal | None, Gap | None]:
    """ "How many of each?": profit is made largest, or else cost smallest, as a stated assumption."""
    for kind, sense, size in (("in", "maximize", "largest"), ("out", "minimize", "smallest"))[: 2 if asked else 1]:
        found = [index for index, row in enumerate(rows) if row.money == kind]
        if len(found) == 1:
            name = row_name(rows[found[0]])
            note = _NO_DIRECTION.format(name=name, size=size)
            quantity = next(iter(rows[found[0]].facts.values())).quantity
            return Goal(sense, ((found[0], 1.0),), (), name, quantity.sentence, quantity.span, (note,)), None  # type: ignore[arg-type]
    return None, Gap(_no_aim(), ())


def _label(aim: Aim) -> str:
    kept = [
        part for part in aim.words if part.low not in ("the", "his", "her", "their", "its", "your", "be", "is", "are")
    ]
    return " ".join(part.text for part in kept) or "objective"


def _span(aim: Aim) -> tuple[int, int]:
    return (aim.words[0].start, aim.words[-1].end) if aim.words else (0, 0)


__all__ = ["Aim", "Part", "aims_of", "goal_of"]
