"""Settles what the rules of a text are of: the objective among the rows, and limits that name no decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.cues import Cue
from copilot.drafting.builtin.expressions import Expression, notes_of, rules_of
from copilot.drafting.builtin.facts import Gap, Goal, Limit, Row
from copilot.drafting.builtin.goals import Aim
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.builtin.words import lexicon, load
from copilot.drafting.formulation import ConstraintKind, Relation

_GENERIC = frozenset({"unit", "total", "combin", "resourc", "allocat", "allocation", "all", "both", "sum"})

_PLAN = frozenset(
    {
        "total",
        "combin",
        "both",
        "all",
        "sum",
        "overall",
        "across",
        "collect",
        "together",
        "togeth",
        "altogether",
        "altogeth",
        "jointly",
    }
)
_EVERYTHING = frozenset({"overall", "altogether", "togeth", "together"})
_KIND_OF: dict[Relation, ConstraintKind] = {"<=": "resource", ">=": "requirement", "==": "balance"}


def set_goal(reading: Reading, aims: Sequence[Aim]) -> None:
    """The row that the objective names; the only row where its words do not contradict."""
    senses = {aim.sense for aim in aims}
    if len(senses) != 1:
        text = "The text does not say what to maximize or minimize." if not senses else "There are two objectives."
        reading.gaps.append(Gap(text, (), about_goal=True))
        return
    scored = [(max(_fits(aim, row) for aim in aims), -index) for index, row in enumerate(reading.rows)]
    best = max(scored, default=(0, 0))
    tied = [score for score, _ in scored if score == best[0]]
    aim = aims[-1]
    span = (aim.words[0].start, aim.words[-1].end)
    alone = _only_money(reading, aim.sense)
    if not best[0] and alone is not None and any(_speaks_of_money(aim) for aim in aims):
        best, tied = (1, -alone), [1]
    if not best[0] or len(tied) > 1:
        label = " ".join(part.text for part in aim.words)
        text = f'I could not match what to {aim.sense}, "{label}", to a quantity in the text.'
        reading.gaps.append(Gap(text, (span,), about_goal=True))
        return
    row = -best[1]
    reading.goal = Goal(aim.sense, ((row, 1.0),), (), row_name(reading.rows[row]), aim.sentence, span)


def _only_money(reading: Reading, sense: str) -> int | None:
    """The one row of money, where it is what one spends less or earns more of."""
    found = [
        index
        for index, row in enumerate(reading.rows)
        if row.money and all(fact.quantity.part.shape == "money" for fact in row.facts.values())
    ]
    wrong = "in" if sense == "minimize" else "out"
    return found[0] if len(found) == 1 and reading.rows[found[0]].money != wrong else None


def _speaks_of_money(aim: Aim) -> bool:
    return bool({part.low for part in aim.words} & set(load("letters")["words"]["money"]))


def _fits(aim: Aim, row: Row) -> int:
    words = lexicon()
    stems = {part.stem for part in aim.words if part.kind == "word"} - _GENERIC
    named = stems & (row.words | row.said) - words.empty_stems
    paid, earned = bool(stems & words.money_out_stems), bool(stems & words.money_in_stems)
    same = (paid and row.money in ("out", "unknown")) or (earned and row.money in ("in", "unknown"))
    return 2 * same + len(named)


def settle(reading: Reading, rules: Sequence[tuple[Rule, int]]) -> None:
    """Rules become limits; a limit without a decision is of a row that its words name, or of all together."""
    expressions: list[Expression] = []
    aimed = {row for row, _ in reading.goal.rows} if reading.goal else set()
    limits: list[Limit] = []
    for rule, index in rules:
        if not rule.pending:
            expressions.append(_expression(rule, rule.terms, index))
            continue
        wrong = _miscounts(rule, len(reading.context.items))
        row = -1 if wrong else _row_of(rule, reading, aimed)
        if row >= 0:
            limits.append(row_limit(rule, row, reading.rows[row], index))
        elif rule.words & _PLAN and not wrong:
            every = dict.fromkeys(reading.context.everything, (rule.limit, 1.0))
            expressions.append(_expression(rule, every, index))
        else:
            reading.gaps.append(Gap(f'It is not clear what "{rule.limit.text}" limits.', (rule.span,)))
    reading.limits = [*limits, *rules_of(expressions, reading.rows)]
    reading.notes.extend(notes_of(expressions, reading.context.items))


def _miscounts(rule: Rule, item_count: int) -> bool:
    """ "Both" of three, "all three" of four: not all of the decisions are meant."""
    said = [size for word, size in (("both", 2), ("three", 3), ("four", 4), ("five", 5)) if word in rule.words]
    return any(size != item_count for size in said)


def _row_of(rule: Rule, reading: Reading, aimed: set[int]) -> int:
    """The row that a limit's words name, or -1; rows that are not the objective come first."""
    money = lexicon().money_in_stems | lexicon().money_out_stems
    goal_sign = "<=" if reading.goal and reading.goal.sense == "minimize" else ">="
    found = []
    for index, row in enumerate(reading.rows):
        named = rule.words & (row.words | ({row.unit} if row.unit else set())) - _GENERIC
        paid = bool(row.money) and (rule.money or bool(rule.words & money))
        if index in aimed and rule.words & _EVERYTHING and rule.sign != goal_sign:
            continue  # "no more than 120 units overall", where the most is wanted: of the amounts, not of the worth
        if index in aimed and (rule.sign == goal_sign or not rule.words & money & (row.said | row.words)):
            continue  # a cost that is made small needs no ceiling: the limit is on the amounts
        if named or paid:
            found.append(index)
    return found[0] if len(found) == 1 else -1


def settled_rules(reading: Reading, rules: Sequence[tuple[Rule, int]]) -> None:
    """Add rules that name their decisions to a reading's limits, with what is assumed of their differences."""
    expressions = [_expression(rule, rule.terms, index) for rule, index in rules]
    reading.limits = [*reading.limits, *rules_of(expressions, reading.rows)]
    reading.notes.extend(notes_of(expressions, reading.context.items))


def row_limit(rule: Rule, index: int, row: Row, sentence: int) -> Limit:
    """The limit of a row that a rule says."""
    fact = next(iter(row.facts.values()))
    quantity = replace(fact.quantity, part=rule.limit, sentence=sentence)
    items = tuple(sorted(row.facts))
    return Limit(_KIND_OF[rule.sign], rule.sign, items, sentence, (rule.span,), row=index, quantity=quantity)


def _expression(rule: Rule, terms: Terms, index: int) -> Expression:
    said = "difference" if rule.apart else rule.limit.low
    clause = (replace(rule.limit, low=said, start=rule.span[0], end=rule.span[1]),)
    cue = Cue(rule.sign, 0, rule.strict)
    told = {item: (part, value) for item, (part, value) in terms.items() if value}
    return Expression(told, cue, rule.limit, index, clause)
