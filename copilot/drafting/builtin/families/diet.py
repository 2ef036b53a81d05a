"""Diet and blending: how much of each item to buy so that the needs are met, at least cost."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from copilot.drafting.builtin import wholeness
from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.cells import cells_of
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    constant_of,
    place_of,
    stems,
    unit_of,
)
from copilot.drafting.formulation import RELATION_WORDS, Formulation, Relation

FAMILY = "diet"
_DENIED = re.compile(r"\b(?:not|never|neither|nor|no|none|without|except|unless|cannot)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Need:
    column: str
    relation: Relation
    value: float
    place: Place
    said: bool


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal = account.says(patterns(FAMILY, "goal"))
    if goal is None or len(blocks) not in (1, 2):
        raise NotThisFamily
    block = blocks[0]
    table = columns(block)
    costs = [name for name in table if unit_of(block, name) in "$€£¥" and unit_of(block, name)]
    costs = costs or [name for name in table if stems(name) & stems(" ".join(words(FAMILY)["cost"]))]
    if len(costs) != 1 or len(table) < 2:
        raise NotThisFamily
    cost = costs[0]
    contents = [name for name in table if name != cost]
    constant = constant_of(reading)
    needs = _listed(reading, blocks[1], contents) if len(blocks) == 2 else _spoken(reading, contents)
    missing = [name for name in contents if name not in {need.column for need in needs}]
    if missing or not any(need.relation == ">=" for need in needs):
        raise InDoubt(f"I found no need for: {', '.join(missing or contents)}.")
    wholeness.heard(account, block.labels)
    reading.settle(FAMILY, len(block.records), len(contents))
    _check_named(reading, block)
    return _written(reading, table, cost, needs, constant)


def _check_named(reading: Reading, block: Block) -> None:
    """Doubt where a sentence names some foods and not all of them, in small letters too."""
    prose = reading.layout.prose.lower()
    for label in block.labels:
        for match in re.finditer(rf"(?<!\w){re.escape(label.lower())}s?(?!\w)", prose):
            start, end = reading.account.sentence_at(match.start())
            if not all(other.lower() in prose[start:end] for other in block.labels):
                raise InDoubt(f"“{label}” is named in the text beside its record.")


def _listed(reading: Reading, block: Block, contents: list[str]) -> list[_Need]:
    """ "* Protein: at least 98 grams" for each content, or "* 98 grams of protein" under "at least:"."""
    needs = []
    for record in map(_turned, block.records):
        column = [name for name in contents if stems(name) == stems(record.label)]
        column = column or [name for name in contents if stems(name) & stems(record.label)]
        if len(column) != 1 or len(record.cells) != 1 or record.loose:
            raise InDoubt(f"I did not understand the need “{record.label}”.")
        cell = record.cells[0]
        relation = _relation(record.said or cell.name) or (_relation(block.intro) if not cell.name else None)
        if relation is None:
            raise InDoubt(f"It is not clear whether {record.label} is a minimum or a maximum.")
        needs.append(_Need(column[0], relation, cell.value, (record.start, record.end), said=True))
    _introduced(reading, block)
    return needs


def _introduced(reading: Reading, block: Block) -> None:
    """The words of duty above the listed needs are part of them; a denial there is a rule of its own."""
    intro = reading.layout.prose.rfind(":", 0, block.start)
    if intro < 0:
        return
    start, end = reading.account.sentence_at(intro)
    said = reading.layout.prose[start:end]
    for phrase in (*patterns(FAMILY, "least"), *patterns(FAMILY, "most")):
        said = phrase.sub(" ", said)
    if _DENIED.search(said):
        raise InDoubt(f"I did not understand “{said.strip()}”.")
    _explain_cue(reading, (start, end), "target")


def _turned(record: Record) -> Record:
    """ "76 grams of protein", "at least 76 g of protein": the record with its content as its label."""
    whole = f"{record.label} {record.said}".strip()
    cells, loose = cells_of(whole, record.start)
    if len(cells) != 1 or loose or not (record.label[:1].isdigit() or _relation(record.label)):
        return record
    label = f"{cells[0].name} {cells[0].unit}".strip()
    return replace(record, label=label, cells=(replace(cells[0], name=""),), said=whole)


def _spoken(reading: Reading, contents: list[str]) -> list[_Need]:
    """ "at least 84 grams of protein, 117 grams of carbohydrates, and 1554 calories" """
    needs: list[_Need] = []
    for said in tuple(reading.account.numbers):
        unit = " ".join(words("any")["same"].get(word.lower(), word) for word in said.unit.split())
        column = [name for name in contents if stems(name) & stems(unit)]
        if len(column) != 1:
            continue
        before = reading.layout.prose[said.sentence[0] : said.start]
        relation = _relation(before)
        if relation is None:
            raise InDoubt(f"It is not clear whether {said.value:g} {said.unit} is a minimum or a maximum.")
        if (column[0], relation) in {(need.column, need.relation) for need in needs}:
            raise InDoubt(f"There are two numbers for {column[0]}.")
        reading.account.taken.append(reading.account.take(said))
        _explain_cue(reading, said.sentence)
        needs.append(_Need(column[0], relation, said.value, said.sentence, said=True))
    return needs


def _explain_cue(reading: Reading, sentence: tuple[int, int], *more: str) -> None:
    for phrase in (one for key in ("least", "most", *more) for one in patterns(FAMILY, key)):
        for match in phrase.finditer(reading.layout.prose, *sentence):
            reading.account.explain(*match.span())


def _relation(before: str) -> Relation | None:
    """The direction that the last cue gives; a target without one is a minimum."""
    spots: list[tuple[int, Relation]] = []
    for key, relation in (("least", ">="), ("most", "<=")):
        for phrase in patterns(FAMILY, key):
            spots += [(match.end(), relation) for match in phrase.finditer(before)]  # type: ignore[misc]
    if spots:
        return max(spots)[1]
    return ">=" if any(phrase.search(before) for phrase in patterns(FAMILY, "target")) else None


def _written(
    reading: Reading, table: dict[str, dict[str, float]], cost: str, needs: list[_Need], constant: float
) -> Formulation:
    account, block = reading.account, reading.layout.blocks[0]
    goal = account.says(patterns(FAMILY, "goal"))
    assert goal
    said, place = account.sentence_at(goal.start()), place_of(block)
    plan = Plan(reading.layout.text, reading.layout.sources)
    items = plan.index("items", [label_of(label) for label in block.labels], place)
    whole, parts = wholeness.heard(account, block.labels)
    split = not whole and (parts or account.says(patterns(FAMILY, "divisible")))
    buy = plan.variable("buy", (items,), said, domain="continuous" if split else "integer", label="portions bought")
    if not (split or whole):
        plan.assume("Portions are whole numbers.", buy)
    price = plan.table(cost, (items,), _keyed(table[cost]), place, unit=unit_of(block, cost))
    amounts = {
        name: plan.table(name, (items,), _keyed(table[name]), place, unit=unit_of(block, name))
        for name in dict.fromkeys(need.column for need in needs)
    }
    for need in needs:
        sense = RELATION_WORDS[need.relation]
        limit = plan.number(f"{need.column} {sense}", need.value, need.place, unit=unit_of(block, need.column))
        plan.rule(
            f"total {need.column} {sense}",
            [term(buy, amounts[need.column])],
            need.relation,
            limit,
            need.place,
            kind="requirement" if need.relation == ">=" else "resource",
        )
    title = "Diet: meet the needs at least cost"
    return plan.formulation(title, "total cost", "minimize", [term(buy, price)], said, constant=constant, unit="$")


def _keyed(values: dict[str, float]) -> dict[str, float]:
    return {label_of(label): value for label, value in values.items()}
