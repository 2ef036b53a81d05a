"""One reading of a text: items, rows, limits, objective, and the ledger of what they leave unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.candidates import Items
from copilot.drafting.builtin.clauses import Clause, clauses_of, has_the_same, subject_items
from copilot.drafting.builtin.context import Context, context_of
from copilot.drafting.builtin.conversions import converted
from copilot.drafting.builtin.directions import direct
from copilot.drafting.builtin.expressions import extracted, notes_of, rules_of
from copilot.drafting.builtin.facts import Gap, Goal, Limit, Quantity, RawLimit, Row
from copilot.drafting.builtin.gates import bare_heads, beyond, dropped_rule, open_number, other_period
from copilot.drafting.builtin.goals import Aim, aims_of, goal_of
from copilot.drafting.builtin.kinds import contents_of, hypernym_heads
from copilot.drafting.builtin.ledger import check, nameless, overreach, reaches
from copilot.drafting.builtin.mentions import Mentions, Part, Parts
from copilot.drafting.builtin.overlooked import left_out, overlooked, overstepped, unsummed
from copilot.drafting.builtin.roles import Roles, assign
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.rows import rows_of
from copilot.drafting.builtin.shares import comparison_limits, share_limit
from copilot.drafting.builtin.targets import resolve
from copilot.drafting.builtin.tokens import Sentence
from copilot.drafting.builtin.words import lexicon

_ARITHMETIC = frozenset(
    {"plus", "minus", "difference", "calculated", "multiplied", "divided", "squared", "doubled", "tripled", "halved"}
)
_ASKING = frozenset({"how", "many", "much"})


@dataclass(slots=True)
class Reading:
    """Everything one list of items makes of the text; `gaps` is the ledger, `notes` are assumptions,
    `offsets` say where each sentence stands in the text, `unchecked` counts the gaps and notes before the checks,
    `guessed` are limits whose direction the text does not say, and `told` says where a note was told by a person."""

    context: Context
    rows: list[Row] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    goal: Goal | None = None
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    offsets: list[tuple[int, int]] = field(default_factory=list)
    unchecked: tuple[int, int] | None = None
    guessed: list[Quantity] = field(default_factory=list)
    told: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """Size of the ledger; zero is a complete reading."""
        return sum(gap.weight for gap in self.gaps)


def read(sentences: Sequence[Sentence], items: Items, *, sums: bool = False) -> Reading:
    """Read the sentences as a choice between these items; `sums` also reads sums said in words."""
    mentions = Mentions(items, hypernym_heads(sentences), contents_of(items, sentences))
    mentions.add_holders(sentences)
    parted = [mentions.parts(sentence) for sentence in sentences]
    reading = Reading(context_of(items, parted))
    reading.offsets = [(one[0].start, one[-1].end) if one else (0, 0) for one in sentences]
    whole = parted
    parted, expressions = extracted(parted) if sums else (parted, [])
    reading.gaps.extend(bare_heads(parted, reading.context))
    aims = aims_of(parted)
    roles = _roles(parted, aims, reading)
    reading.rows = rows_of(roles.facts, item_count=len(items))
    reading.gaps.extend(roles.gaps)
    asked = any(_ASKING & {part.low for part in parts} for parts in parted)
    reading.goal, gap = goal_of(aims, reading.rows, reading.context, asked=asked)
    if sums:
        reading.gaps.extend(nameless(row) for row in reading.rows if not (row.words or row.said or row.money))
    direct(reading, roles)
    loose = _add_limits(reading, roles)
    reading.goal, gap = _settled(reading, aims, reading.goal, gap, limits_open=bool(loose))
    _add_loose(reading, loose)
    reading.gaps.extend(
        overreach(limit, reading.context) for limit in reading.limits if reaches(limit, reading, sums=sums)
    )
    reading.limits = _once([*reading.limits, *roles.pairs, *rules_of([*expressions, *roles.apart], reading.rows)])
    reading.gaps.extend(
        overreach(limit, reading.context) for limit in reading.limits if _is_one_of_several(limit, reading)
    )
    odd = [other_period(limit, reading.rows) for limit in reading.limits]
    reading.gaps.extend(gap for gap in odd if gap is not None)
    reading.gaps.extend(overlooked(parted, reading.limits, reading.rows))
    reading.gaps.extend(left_out(whole, reading.limits, reading.rows, piecewise=sums))
    reading.gaps.extend((*overstepped(whole, reading.limits, reading.rows), *unsummed(whole)) if sums else ())
    reading.notes.extend(notes_of(expressions, items))
    if gap is not None:
        reading.gaps.append(replace(gap, about_goal=True))
    reading.unchecked = (len(reading.gaps), len(reading.notes))
    check(reading)
    return reading


def _roles(parted: Sequence[Parts], aims: Sequence[Aim], reading: Reading) -> Roles:
    roles = Roles()
    before: tuple[int, ...] = ()
    for index, parts in enumerate(parted):
        kept = _without_aims(parts, [aim for aim in aims if aim.sentence == index])
        if not kept:
            continue
        clauses = clauses_of(kept, sentence=index, before=() if has_the_same(kept, parted[:index]) else before)
        for clause in clauses:
            reading.gaps.extend(_beyond(clause))
            assign(clause, item_count=len(reading.context.items), hypernyms=reading.context.hypernyms, roles=roles)
            limits, gaps = comparison_limits(clause)
            reading.limits.extend(limits)
            reading.gaps.extend(gaps)
            odd = (open_number(clause), beyond(clause), None if gaps else dropped_rule(clause, limits))
            reading.gaps.extend(gap for gap in odd if gap is not None)
        before = subject_items(kept)
    return roles


def _beyond(clause: Clause) -> list[Gap]:
    """Sums and differences said in words ("three times X plus Y") are beyond this reader, and must not be guessed."""
    low = [part.low for part in clause.parts]
    span = (clause.parts[0].start, clause.parts[-1].end)
    for phrase in lexicon().cues.logical:
        if any(tuple(low[at : at + len(phrase)]) == phrase for at in range(len(low))):
            said = " ".join(phrase)
            return [Gap(f'"{said}" is an either-or rule or a fixed charge, which I cannot write yet.', (span,))]
    figures = any(part.kind == "number" for part in clause.parts)
    words = _ARITHMETIC & set(low)
    listed = words == {"plus"} and len(clause.items) == 1 and _opens_with_item(clause)
    if not words or not clause.items or listed or ("divided" in low and not figures):
        return []
    text = f'"{" ".join(part.text for part in clause.parts)}" says a sum in words; write it as an algebra line.'
    return [Gap(text[:500], (span,))]


def _opens_with_item(clause: Clause) -> bool:
    """ "A lamp needs 8 minutes of wiring plus 2 sheets of glass": the only item stands before all numbers."""
    kinds = [part.kind for part in clause.parts if part.kind in ("item", "number")]
    return bool(kinds) and kinds[0] == "item"


def _without_aims(parts: Parts, aims: Sequence[Aim]) -> Parts:
    kept: list[Part] = list(parts)
    for aim in sorted(aims, key=lambda aim: -aim.start):
        del kept[aim.start : aim.end]
    return tuple(kept)


def _add_limits(reading: Reading, roles: Roles) -> list[RawLimit]:
    """Limits with a clear target, then those that fit two rows; returns those that fit none."""
    torn: list[tuple[RawLimit, Gap]] = []
    loose: list[RawLimit] = []
    for said in roles.limits:
        raw, note = converted(said, reading.rows, reading.context)
        reading.notes.extend([note] if note else [])
        limits, gaps = resolve(raw, reading.rows, reading.context)
        if any(limit.notes for limit in limits):
            loose.append(raw)
            continue
        reading.limits.extend(limits)
        torn.extend((raw, gap) for gap in gaps if gap.rows)
        reading.gaps.extend(gap for gap in gaps if not gap.rows)
    for raw, gap in torn:
        _settle(reading, raw, gap)
    for raw in roles.shares:
        limit, unclear = share_limit(raw, reading.rows, reading.context)
        reading.limits.extend([limit] if limit else [])
        reading.gaps.extend([unclear] if unclear else [])
    reading.limits = _once(reading.limits)
    return loose


def _add_loose(reading: Reading, loose: Sequence[RawLimit]) -> None:
    """Limits that fit nothing by their words, on what the rest of the reading leaves."""
    aimed = {index for index, _ in reading.goal.rows} if reading.goal else set()
    for raw in loose:
        taken = {limit.row for limit in reading.limits} | aimed
        reading.limits.extend(resolve(raw, reading.rows, reading.context, taken=taken)[0])
    reading.limits = _once(reading.limits)


def _is_less(limit: Limit, other: Limit) -> bool:
    """ "room for 500, and at most 200 of A" is a sum with a part of it."""
    one, two = limit.quantity, other.quantity
    return one is None or two is None or one.part.value <= two.part.value


def _is_one_of_several(limit: Limit, reading: Reading) -> bool:
    """ "at least 4 workers in the morning, and at least 6 for B": beside a bound on one item, no limit on all."""
    told = limit.quantity is None or lexicon().total_stems & {part.stem for part in limit.quantity.clause}
    return (
        limit.kind == "sum"
        and bool(limit.notes)
        and not told
        and any(
            other.kind == "bound"
            and other.sign == limit.sign
            and other.sentence == limit.sentence
            and _is_less(limit, other)
            for other in reading.limits
        )
    )


def _settle(reading: Reading, raw: RawLimit, gap: Gap) -> None:
    """A limit that fits two rows: another sentence says which, or limits one of them already, or it stays open."""
    value = raw.quantity.part.value
    said = [limit for limit in reading.limits if limit.quantity and limit.row in gap.rows and limit.sign == raw.sign]
    if any(limit.quantity and limit.quantity.part.value == value for limit in said):
        reading.settled |= set(gap.rows)
        return
    taken = {limit.row for limit in said}
    limits, gaps = resolve(raw, reading.rows, reading.context, taken=taken)
    reading.limits.extend(limits)
    reading.gaps.extend(gaps)


def _once(limits: Sequence[Limit]) -> list[Limit]:
    """The same rule said twice is one rule."""
    found: dict[tuple[object, ...], Limit] = {}
    for limit in limits:
        value = limit.quantity.part.value if limit.quantity else None
        share = limit.share.part.value if limit.share else None
        found.setdefault((limit.kind, limit.sign, limit.items, limit.base, limit.row, value, share), limit)
    return sorted(found.values(), key=lambda limit: limit.spans[0])


def _settled(
    reading: Reading, aims: Sequence[Aim], goal: Goal | None, gap: Gap | None, *, limits_open: bool
) -> tuple[Goal | None, Gap | None]:
    """An objective that fits nothing by its words is the one complete row that nothing else uses."""
    loose = (gap is not None and gap.weight < 2) or (goal is not None and bool(goal.count) and bool(goal.notes))
    used = {limit.row for limit in reading.limits}
    free = [
        index
        for index, row in enumerate(reading.rows)
        if index not in used and len(row.facts) == len(reading.context.items)
    ]
    counts = goal is not None and bool(aims) and "number" in {part.low for part in aims[0].words}
    if not loose or len(aims) != 1 or (counts and limits_open and not any(reading.rows[index].unit for index in free)):
        return goal, gap
    if not free and goal is None and {"amount", "number"} & {part.low for part in aims[0].words}:
        return _as_count(aims[0], reading.context), None
    words, stems = lexicon(), {part.stem for part in aims[0].words}
    money = stems & (words.money_in_stems | words.money_out_stems)
    if len(free) != 1 or (money and not reading.rows[free[0]].money):
        return goal, gap
    row = reading.rows[free[0]]
    if row.money == "out" and stems & words.money_in_stems and "pric" not in row.words | row.said:
        return goal, gap  # a cost is no profit
    aim, name = aims[0], row_name(reading.rows[free[0]])
    label = " ".join(part.text for part in aim.words)
    note = f'"{label}" is read as "{name}", which nothing else uses.'
    span = (aim.words[0].start, aim.words[-1].end)
    return Goal(aim.sense, ((free[0], 1.0),), (), name, aim.sentence, span, (note,)), None


def _as_count(aim: Aim, context: Context) -> Goal:
    label = " ".join(part.text for part in aim.words)
    note = f'"{label}" is read as the number of all items together.'
    span = (aim.words[0].start, aim.words[-1].end)
    return Goal(aim.sense, (), context.everything, label, aim.sentence, span, (note,))
