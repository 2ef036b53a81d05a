"""Reads a follow-up message as edits of the formulation before it: add, change or drop a rule, a number, the aim."""

from __future__ import annotations

from copilot.drafting.base import DraftingError
from copilot.drafting.builtin.clauses import clauses_of
from copilot.drafting.builtin.facts import Fact, Gap, Limit, RawLimit
from copilot.drafting.builtin.goals import aims_of, goal_of
from copilot.drafting.builtin.known import Known, known_of, words_of
from copilot.drafting.builtin.mentions import Mentions, Parts
from copilot.drafting.builtin.quantities import content
from copilot.drafting.builtin.revision import Revision
from copilot.drafting.builtin.roles import Roles, assign, no_role
from copilot.drafting.builtin.rows import similarity
from copilot.drafting.builtin.shares import comparison_limits, share_limit
from copilot.drafting.builtin.targets import resolve
from copilot.drafting.builtin.tokens import sentences_of
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Constraint, Formulation

_APART = "A difference between two amounts cannot be added to a plan yet; state the whole problem with it."
_DROP = frozenset({"remove", "drop", "delete", "ignore", "forget", "lift", "discard", "omit", "cancel", "relax"})
_CHANGE = frozenset(
    {"change", "set", "increase", "raise", "reduce", "lower", "decrease", "update", "cut", "extend", "make", "adjust"}
)
_CHANGE_STEMS = frozenset(stem(word) for word in (*_CHANGE, "limit"))
_LESS = frozenset({"reduce", "lower", "decrease", "cut"})
_FRACTIONS = frozenset({"fraction", "fractional", "continuous", "fractions", "partial", "fractionally", "decimals"})
_WHOLE = frozenset({"integer", "integers", "whole"})
_CLEAR = 0.25


def revise(formulation: Formulation, *, text: str, start: int) -> Formulation:
    """The formulation changed as the message text[start:] says; items that it does not touch stay as they were.

    Raises DraftingError with a sentence that says what was not understood.
    """
    if any(variable.indices for variable in formulation.variables):
        raise DraftingError(
            "The built-in drafter cannot change a plan over a table by a follow-up yet; write the whole request again "
            "with the change in it."
        )
    known = known_of(formulation)
    sentences = sentences_of(" " * start + text[start:])
    revision = Revision(known, text=text)
    mentions = Mentions(known.context.items)
    for index, sentence in enumerate(sentences):
        revision.sentence_offsets.append((sentence[0].start, sentence[-1].end))
        _read_sentence(mentions.parts(sentence), index, known, revision)
    if not revision.changed:
        raise DraftingError(_not_understood(text[start:], known))
    return revision.result()


def _read_sentence(parts: Parts, index: int, known: Known, revision: Revision) -> None:
    low = {part.low for part in parts}
    numbered = any(part.kind == "number" for part in parts)
    if low & _DROP and not numbered:
        revision.drop(_matched_rule(parts, known))
        return
    if low & _FRACTIONS or (low & _WHOLE and not numbered):
        items = tuple(part.item for part in parts if part.kind == "item") or known.context.everything
        negated = bool(low & {"not", "need", "allow"}) and bool(low & _WHOLE) and "not" in low
        revision.set_domain(items, whole=bool(low & _WHOLE) and not negated and not low & _FRACTIONS)
        return
    if _changes_aim(parts, known, revision) and not numbered:
        return
    if low & _CHANGE and numbered and _change_number(parts, known, revision):
        return
    _add_rules(parts, index, known, revision)


def _changes_aim(parts: Parts, known: Known, revision: Revision) -> bool:
    aims = [aim for aim in aims_of([parts]) if aim.strong]
    if not aims:
        return False
    goal, gap = goal_of(aims, known.rows, known.context, asked=False)
    if goal is None:
        raise DraftingError(gap.reason if gap else _not_understood(_said(parts), known))
    revision.set_goal(goal)
    return True


def _change_number(parts: Parts, known: Known, revision: Revision) -> bool:
    """ "change finishing to 120", "increase carpentry by 20": the number of the rule or cell that is named."""
    spots = [spot for spot, part in enumerate(parts) if part.kind == "number"]
    if len(spots) != 1 or spots[0] == 0:
        return False
    number, before = parts[spots[0]], parts[: spots[0]]
    how = [part.low for part in before if part.low in ("to", "by")]
    if not how:
        return False
    name = _matched_number(before, known)
    sign = -1.0 if _LESS & {part.low for part in before} else 1.0
    revision.change(name, number, by=sign if how[-1] == "by" else 0.0)
    return True


def _matched_number(parts: Parts, known: Known) -> str:
    """The parameter whose label shares most words with the phrase."""
    named = [part.item for part in parts if part.item >= 0]
    stems = content(parts) | {word for item in named for word in known.context.items[item].stems}
    stems -= _CHANGE_STEMS
    items = {known.formulation.variables[item].name for item in named}
    scored = []
    for parameter in known.formulation.parameters:
        words = words_of(parameter.label)
        shared = len(words & stems)
        is_limit = parameter.label.startswith("limit")
        score = shared + (0.3 if is_limit != bool(items) else 0.0)
        scored.append((score if shared else 0.0, parameter.name))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or scored[0][0] < 1 or (len(scored) > 1 and scored[0][0] - scored[1][0] < _CLEAR):
        raise DraftingError(_not_understood(_said(parts), known))
    return scored[0][1]


def _matched_rule(parts: Parts, known: Known) -> Constraint:
    """The rule whose words are named: "remove the finishing limit"."""
    stems = content(parts) - {"remov", "drop", "delet", "ignor", "limit", "rul", "constraint"}
    items = [known.formulation.variables[part.item].name for part in parts if part.kind == "item"]
    scored = []
    for rule in known.formulation.constraints:
        named = {term.variable for term in rule.terms}
        score = float(len(words_of(rule.label) & stems)) + 0.5 * len(named & set(items))
        score += 0.5 if items and named == set(items) else 0.0
        scored.append((score, rule))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or scored[0][0] == 0 or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        raise DraftingError(_not_understood(_said(parts), known))
    return scored[0][1]


def _add_rules(parts: Parts, index: int, known: Known, revision: Revision) -> None:
    roles, limits, gaps = Roles(), [], []
    for clause in clauses_of(parts, sentence=index, before=()):
        assign(clause, item_count=len(known.context.items), hypernyms=known.context.hypernyms, roles=roles)
        compared, open_gaps = comparison_limits(clause, told=True)
        limits.extend(compared)
        gaps.extend(open_gaps)
    for raw in roles.limits:
        found, unclear = _resolved(raw, known)
        limits.extend(found)
        gaps.extend(unclear)
    for raw in roles.shares:
        limit, gap = share_limit(raw, known.rows, known.context)
        limits.extend([limit] if limit else [])
        gaps.extend([gap] if gap else [])
    limits.extend(roles.pairs)
    gaps.extend(roles.gaps)
    gaps.extend(no_role(quantity) for quantity in roles.open)
    gaps.extend(Gap(_APART, ()) for _ in roles.apart)
    if gaps:
        raise DraftingError(f"{gaps[0].reason} {_not_understood(_said(parts), known)}")
    for fact in roles.facts:
        revision.change(_cell(fact, known, _said(parts)), fact.quantity.part)
    for limit in limits:
        revision.limit(limit)
    says_number = any(part.kind == "number" for part in parts)
    if not (limits or roles.facts) and (says_number or content(parts)):
        raise DraftingError(_not_understood(_said(parts), known))


def _resolved(raw: RawLimit, known: Known) -> tuple[list[Limit], list[Gap]]:
    return resolve(raw, known.rows, known.context)


def _cell(fact: Fact, known: Known, said: str) -> str:
    """The parameter that the number replaces: the item's coefficient in the row that its words name."""
    variable = known.formulation.variables[fact.item].name
    scored = []
    for row, terms in zip(known.rows, known.terms, strict=True):
        sources = [term.parameter for term in terms if term.variable == variable and term.parameter.isidentifier()]
        if sources and fact.item in row.facts:
            scored.append((similarity(fact.quantity, row.facts[fact.item].quantity), sources[0]))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or scored[0][0] < 0.5 or (len(scored) > 1 and scored[0][0] - scored[1][0] < 0.1):
        raise DraftingError(_not_understood(said, known))
    return scored[0][1]


def _said(parts: Parts) -> str:
    return " ".join(part.text for part in parts)


def _not_understood(message: str, known: Known) -> str:
    short = " ".join(message.split())[:120]
    names = ", ".join(variable.name.replace("_", " ") for variable in known.formulation.variables)
    rules = "; ".join(rule.label for rule in known.formulation.constraints[:6])
    return (
        f"I did not understand the change “{short}”. The plan chooses {names}; its rules are: {rules or 'none'}. "
        "Name one of them, as in “at most 30 …”, “there are now 300 hours of …”, “remove the … limit”."
    )
