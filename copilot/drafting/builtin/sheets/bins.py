"""Bin packing from a sheet of sizes: as few equal bins as possible; some together, some apart, so many in one."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, field

from copilot.drafting.builtin.families.members import Marked
from copilot.drafting.builtin.families.packing import joins_of
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.sheets.goal import explain_goals, goals_of
from copilot.drafting.builtin.sheets.limits import explain_cues, first_word, relation_of, window_of
from copilot.drafting.builtin.sheets.marks import marked_members, shared_words, unread_marks
from copilot.drafting.builtin.sheets.measures import factor
from copilot.drafting.builtin.sheets.numbers import read_whole
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import Sheet, stems_of
from copilot.drafting.formulation import Formulation

FAMILY = "packing"
_MOST = 60
_COUNTED = "quantity qty number count copies pieces pcs units items how many amount"
_DENIED = re.compile(r"\b(?:not|never|no|none|cannot|nor)\b", re.IGNORECASE)
_MONEY = frozenset("$€£¥")


@dataclass(slots=True)
class _Size:
    name: str
    unit: str
    values: dict[str, float]
    capacity: float = 0.0


@dataclass(slots=True)
class _Bins:
    sizes: list[_Size]
    place: tuple[int, int]
    said: tuple[int, int]
    counts: list[float] = field(default_factory=list)
    pairs: list[tuple[str, tuple[str, ...], tuple[int, int]]] = field(default_factory=list)


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    few = problem.says(FAMILY, "few")
    if few is None or len(problem.sheets) != 1 or problem.says("staffing", "row"):
        raise NotRead
    sheet = _sized(problem.sheets[0])
    if sheet is not None and any(column.stems & stems_of(_COUNTED) for column in sheet.columns):
        raise Doubt("Several items of one kind are not read yet; give each its own line.")
    if sheet is None or len(sheet.labels) > _MOST:
        raise NotRead
    read_whole(problem.account)
    marked = marked_members(problem.prose, sheet.labels, (), shared_words(sheet.labels))
    labels = [label_of(label) for label in sheet.labels]
    sizes = [
        _Size(one.name or "size", one.unit or one.name, dict(zip(labels, one.values, strict=True)))
        for one in sheet.columns
    ]
    found = _Bins(sizes, sheet.place, problem.account.sentence_at(few.start()))
    _pairs(problem, marked, found)
    _numbers(problem, marked, found)
    large = [label for size in sizes for label, value in size.values.items() if value > size.capacity]
    if large:
        raise Doubt(f"{large[0]} is larger than a bin, so no packing exists.")
    loose = unread_marks(problem, marked, len(sheet.labels))
    if loose:
        raise Doubt(f"I did not understand what the text says of “{loose[0]}” beside its line.")
    problem.absorb(FAMILY, "few")
    for goal in goals_of(problem):
        explain_goals(problem, goal)
    problem.settle(FAMILY, len(sheet.labels))
    return _written(problem, found)


def _sized(sheet: Sheet) -> Sheet | None:
    """The sheet with items as rows and one column of sizes."""
    for standing in (sheet, sheet.turned()):
        if len(standing.columns) == 1 and standing.columns[0].numeric and len(standing.labels) > 2:
            return standing
    return None


def _numbers(problem: Problem, marked: Marked, found: _Bins) -> None:
    """The capacities, and how many may be in one."""
    for said in sorted(problem.account.numbers, key=lambda one: one.start):
        window = window_of(problem, marked, said)
        word = first_word(window)
        relation = relation_of(window)
        holds = any(phrase.search(f"{window.left}|{window.near_right}") for phrase in phrases(FAMILY, "holds"))
        holds = holds and not _DENIED.search(f"{window.left}|{re.split('[,;]', window.right)[0]}")
        if said.value == len(found.sizes[0].values) and relation is None:
            problem.account.counts.append(problem.account.take(said))
            continue
        measured = [(size, scale) for size in found.sizes if (scale := _scale(word, size)) is not None]
        if len(measured) == 1:
            size, scale = measured[0]
            if size.capacity and size.capacity != said.value * scale:
                raise Doubt(f"There are two capacities, {size.capacity:g} and {said.value * scale:g}.")
            size.capacity = said.value * scale
        elif re.match(r"[-‑]", window.right):
            problem.account.counts.append(problem.account.take(said))
            continue
        elif (relation == "<=" or holds) and not set(said.unit) & _MONEY:
            found.counts.append(said.value)
        else:
            continue
        problem.account.taken.append(problem.account.take(said))
        explain_cues(problem, said, window)
    bare = [size for size in found.sizes if not size.capacity]
    if len(bare) == len(found.counts) == 1:
        bare[0].capacity = found.counts.pop()
    if len(found.counts) > 1 or any(not size.capacity for size in found.sizes):
        raise Doubt("I found no capacity of the bins, or more than one.")


def _scale(word: str, size: _Size) -> float | None:
    """What a number in the unit of a word is multiplied by, where the word measures the size."""
    if not word or not size.unit or (scale := factor(word, size.unit)) is None:
        return None
    return scale


def _pairs(problem: Problem, marked: Marked, found: _Bins) -> None:
    """Items that go together, and items that do not."""
    for kind in ("apart", "together"):
        for phrase in phrases(FAMILY, kind):
            for match in phrase.finditer(marked.text):
                if all(problem.account.explained[match.start() : match.end()]):
                    continue
                if re.search(r"\b(?:unless|except|if)\b", match.group(), re.IGNORECASE):
                    continue
                members = tuple(one for group in marked.within(*match.span()) for one in group)
                if (len(set(members)) != 2 and kind == "apart") or len(set(members)) < 2:
                    continue
                problem.account.explain(*match.span())
                found.pairs.append((kind, members, problem.account.sentence_at(match.start())))


def _written(problem: Problem, found: _Bins) -> Formulation:
    plan = Plan(problem.text)
    labels = list(found.sizes[0].values)
    items, bins = plan.index("items", labels, found.place), plan.index("bins", labels, found.place)
    inside, own_bin = "item lies in the bin named after the other", "bin is used, and named after its largest item"
    put = plan.variable("put", (items, bins), found.said, domain="binary", label=inside)
    used = plan.variable("used", (bins,), found.said, domain="binary", label=own_bin)
    plan.rule("each in one bin", [term(put)], "==", 1, found.said, kind="balance", indices=(items,))
    fits: dict[Key, float] = dict.fromkeys(itertools.product(labels, labels), 1.0)
    for size in found.sizes:
        values = plan.table(size.name, (items,), size.values, found.place, unit=size.unit)
        capacity = plan.number(f"capacity of a bin in {size.name}", size.capacity, found.said, unit=size.unit)
        room = [term(put, values), term(used, capacity, minus=True)]
        plan.rule(f"room in each bin by {size.name}", room, "<=", 0, found.said, kind="resource", indices=(bins,))
        for key in fits:
            pair = size.values[key[0]] + size.values[key[1]]
            fits[key] *= float(key[0] == key[1] or pair <= size.capacity)
    order = joins_of(found.sizes[0].values, math.inf)
    joint: dict[Key, float] = {key: value * order[key] for key, value in fits.items()}
    may = plan.table("may_join", (items, bins), joint, found.place, label="1 where both fit into one bin")
    joins = [term(put), term(used, may, minus=True)]
    plan.rule("only bins in use", joins, "<=", 0, found.said, kind="logical", indices=(items, bins))
    own = [term(f"put[{bins},{bins}]"), term(used, minus=True)]
    plan.rule("each bin holds the item it is named after", own, "==", 0, found.said, kind="logical", indices=(bins,))
    for count in found.counts:
        most = plan.number("most in a bin", count, found.said)
        plan.rule("so many in a bin", [term(put), term(used, most, minus=True)], "<=", 0, found.said, indices=(bins,))
    _paired(plan, found, bins)
    plan.assume("Every item must be packed, each into one bin.")
    return plan.formulation(
        "Bin packing: as few bins as possible", "number of bins", "minimize", [term(used)], found.said
    )


def _paired(plan: Plan, found: _Bins, bins: str) -> None:
    """Items that go together, and items that do not."""
    for kind, members, place in found.pairs:
        first, *others = [label_of(member) for member in members]
        for other in others:
            same = kind == "together"
            terms = [term(f"put[{first},{bins}]"), term(f"put[{other},{bins}]", minus=same)]
            words = f"{first} {'with' if same else 'apart from'} {other}"
            plan.rule(words, terms, "==" if same else "<=", 0 if same else 1, place, kind="logical", indices=(bins,))
