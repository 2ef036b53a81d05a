"""Writes plans as lines of algebra, in the notations that people use."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.drafting.structured.plan import Plan, Relation, Rule, amount, text_of

_NAMES = (
    ["x", "y", "z", "w"],
    ["x1", "x2", "x3", "x4"],
    ["x_1", "x_2", "x_3", "x_4"],
    ["A", "B", "C", "D"],
    ["desks", "chairs", "shelves", "stools"],
    ["rye", "oats", "corn", "hay"],
    ["unitsA", "unitsB", "unitsC", "unitsD"],
)
_HEADS = {
    "maximize": (
        "maximize {}",
        "max {}",
        "Maximise {}",
        "MAX {}",
        "max: {}",
        "maximize profit = {}",
        "Maximize Z = {}",
    ),
    "minimize": ("minimize {}", "min {}", "Minimise {}", "MIN {}", "min: {}", "minimize cost: {}", "Minimize Z = {}"),
}
_SIGNS: Mapping[Relation, tuple[str, ...]] = {
    "<=": ("<=", "≤", "=<"),
    ">=": (">=", "≥", "=>"),
    "==": ("=", "=="),
}
_WHOLES = ("{} integer", "{} integers", "integer {}", "int {}", "{} are integers", "{} are whole numbers", "{} ∈ Z")


def drawn(rng: random.Random) -> Plan:
    """A plan of two to four names and two to five rules that has an optimum."""
    while True:
        names = rng.choice(_NAMES)[: rng.randint(2, 4)]
        sense = rng.choice(["maximize", "minimize"])
        plan = Plan(sense, list(names), {name: amount(rng) for name in names})  # type: ignore[arg-type]
        sides: tuple[Relation, ...] = ("<=",) * 4 if sense == "maximize" else (">=",) * 4
        for _ in range(rng.randint(2, 5)):
            plan.rules.append(_rule(rng, plan, rng.choice((*sides, "<=", ">=", "=="))))
        plan.whole = set(rng.choice([[], [], names, names[:1]]))
        if plan.optimum() and len({tuple(sorted(rule.terms.items())) for rule in plan.rules}) == len(plan.rules):
            return plan


def _rule(rng: random.Random, plan: Plan, relation: Relation) -> Rule:
    used = rng.sample(plan.names, rng.randint(1, len(plan.names)))
    terms = {name: amount(rng, 1, 9) for name in plan.names if name in used}
    if len(used) == 1:
        terms = dict.fromkeys(used, 1.0)
    elif rng.random() < 0.25:
        last = list(terms)[-1]
        terms[last] = -terms[last]
        if rng.random() < 0.5:
            return Rule(terms, relation if relation != "==" else "<=", 0.0)
    return Rule(terms, relation, amount(rng, 5, 400))


def written(plan: Plan, rng: random.Random) -> str:
    """The plan in one notation, drawn by `rng`."""
    times = rng.choice([" ", "", "*", " * ", " · "])
    if any(name[0] in "eE" for name in plan.names):
        times = " "
    signs = {relation: rng.choice(ways) for relation, ways in _SIGNS.items()}
    goal = rng.choice(_HEADS[plan.sense]).format(_sum(plan.goal, times))
    labels = rng.random() < 0.3
    lines = [
        (f"c{place}: " if labels else "") + _line(rule, times, signs, rng) for place, rule in enumerate(plan.rules, 1)
    ]
    if rng.random() < 0.4:
        zero = f" {signs['>=']} 0"
        lines.append(", ".join(plan.names) + zero)
    if plan.whole:
        names = [name for name in plan.names if name in plan.whole]
        lines.append(rng.choice(_WHOLES).format(", ".join(names)))
    return _joined(goal, lines, rng)


def _joined(goal: str, lines: list[str], rng: random.Random) -> str:
    header = rng.choice(["subject to", "s.t.", "st", "subject to:", "such that", "Subject To", ""])
    if rng.random() < 0.2:
        return f"{goal}; " + "; ".join(lines) + ";"
    indent = rng.choice(["", "  ", "\t"])
    blank = rng.choice(["\n", "\n", "\n\n"])
    return goal + blank + (f"{header}\n" if header else "") + "\n".join(indent + line for line in lines)


def _line(rule: Rule, times: str, signs: Mapping[Relation, str], rng: random.Random) -> str:
    sign = signs[rule.relation]
    negative = {name: -value for name, value in rule.terms.items() if value < 0}
    positive = {name: value for name, value in rule.terms.items() if value > 0}
    if negative and positive and rng.random() < 0.5:  # the way people write a ratio
        right = _sum(negative, times) + (f" + {text_of(rule.limit)}" if rule.limit else "")
        return f"{_sum(positive, times)} {sign} {right}"
    if rng.random() < 0.15 and rule.relation != "==":
        flipped = signs["<=" if rule.relation == ">=" else ">="]
        return f"{text_of(rule.limit)} {flipped} {_sum(rule.terms, times)}"
    return f"{_sum(rule.terms, times)} {sign} {text_of(rule.limit)}"


def _sum(terms: Mapping[str, float], times: str) -> str:
    text = ""
    for name, value in terms.items():
        sign = "-" if value < 0 else "+"
        body = name if abs(value) == 1 else f"{text_of(abs(value))}{times}{name}"
        text += f" {sign} {body}" if text else (f"-{body}" if value < 0 else body)
    return text


def latex(plan: Plan, rng: random.Random) -> str:
    """The plan as LaTeX source."""
    sign = {"<=": r"\le", ">=": rng.choice([r"\ge", r"\geq"]), "==": "="}
    goal = rf"\{plan.sense[:3]} " + _sum(plan.goal, " ")
    rules = [f"{_sum(rule.terms, ' ')} {sign[rule.relation]} {text_of(rule.limit)}" for rule in plan.rules]
    rules.append(", ".join(plan.names) + r" \ge 0")
    if plan.whole:
        rules.append(", ".join(name for name in plan.names if name in plan.whole) + r" \in \mathbb{Z}")
    start = r"\text{s.t. }" if rng.random() < 0.5 else r"\text{subject to }"
    return " \\\\\n".join([goal, start + rules[0], *rules[1:]])
