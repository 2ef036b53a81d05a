"""Covering: the cheapest or the fewest options that together reach all that must be reached."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.sheets.cells import cell_of
from copilot.drafting.builtin.sheets.crosses import FAMILY, Reach, costs_of, crossed, of_crosses
from copilot.drafting.builtin.sheets.goal import explain_goals, goals_of
from copilot.drafting.builtin.sheets.marks import marked_members, unread_marks
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem
from copilot.drafting.builtin.sheets.rules import rules_of
from copilot.drafting.builtin.sheets.sheet import Sheet
from copilot.drafting.formulation import Formulation, Term

_VERB = re.compile(
    r"\b(?:covers?|reach(?:es)?|serves?|spans?|includes?|contains?|sees?|handles?|visits?|treats?|teaches|knows?"
    r"|speaks?|protects?|watches|supplies|can \w+)\b[:\s]*|[{\[(](?=[^$€£)]*[,\s])|:\s",
    re.IGNORECASE,
)
_COST = re.compile(
    r"(?:\b(?:at|for|and|with)\s+)?(?:a\s+)?"
    r"(?:\b(?:cost|costs|costing|price|rent|fee|priced at)\b(?:\s+(?:of|is))?[:\s]*)?"
    r"[$€£]\s?\d[\d,.]*\s?[kKmM]?\b|\b(?:cost|costs|costing|price|rent|fee)\b[\s:]*(?:of|is)?\s*\d[\d,.]*\s?[kKmM]?\b|^\s*\d[\d,.]*\s?[kKmM]\b"
)
_NUMBERED = re.compile(r"(?P<name>[^\d]*[^\W\d][^\d]*?)[\s:=]+[\d.,]+(?: ?[^\W\d]{1,7})?")
_NEAR = re.compile(
    r"\b(?:within(?: a radius of)?|(?:in|at)?\s?(?:under|less than|at most|no more than|up to|not more than))\s+"
    r"(?P<number>\w+|\d+(?:\.\d+)?)[\s-](?:minutes?|min|seconds?|hours?|km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|m|blocks)\b",
    re.IGNORECASE,
)


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    every = problem.says(FAMILY, "every")
    goals = [goal for goal in goals_of(problem) if goal.sense == "minimize"]
    if every is None or not goals or problem.says(FAMILY, "other"):
        raise NotRead
    reach = _reach(problem)
    if len(reach.reached) < 2 or len(reach.wanted) < 2:
        raise NotRead
    marked = marked_members(problem.prose, reach.reached)
    reach.rules = rules_of(problem, marked)
    reach.times = _times(problem, reach.wanted)
    if unread_marks(problem, marked, len(reach.reached)):
        raise Doubt("I did not understand what the text says of an option beside its line.")
    _check_wanted(problem, reach)
    if not reach.costs and not problem.says(FAMILY, "fewest"):
        raise Doubt("I found no cost of the options, and the text does not ask for the fewest.")
    _drop_range(problem)
    for key in ("every", "fewest", "once"):
        problem.absorb(FAMILY, key)
    explain_goals(problem, goals[0])
    problem.settle(FAMILY, len(reach.reached), len(reach.wanted))
    return _written(problem, reach, goals[0].place, problem.account.sentence_at(every.start()))


def _reach(problem: Problem) -> Reach:
    told = [reach for items in problem.lists if (reach := _of_lines(problem, items.start)) is not None]
    told += [reach for sheet in problem.sheets if (reach := _of_sheet(problem, sheet)) is not None]
    if len(told) != 1:
        raise NotRead
    reach = told[0]
    if problem.says(FAMILY, "itself"):
        problem.absorb(FAMILY, "itself")
        heads = {label.split()[0] for label in reach.reached}
        prefix = f"{next(iter(heads))} " if len(heads) == 1 else ""
        for label, several in reach.reached.items():
            own = label.removeprefix(prefix)
            reach.reached[label] = list(dict.fromkeys([own, *several]))
        if {one for several in reach.reached.values() for one in several} != {
            label.removeprefix(prefix) for label in reach.reached
        }:
            raise Doubt("The neighbours are not the options themselves.")
    if not reach.costs:
        _add_costs(problem, reach)
    return reach


def _add_costs(problem: Problem, reach: Reach) -> None:
    """Costs that a sentence lists: "A $400, B $350"."""
    for sheet in problem.sheets:
        if len(sheet.columns) == 1 and sheet.columns[0].numeric and len(sheet.labels) == len(reach.reached):
            full = {label.split()[-1]: label for label in reach.reached}
            values = dict(zip(sheet.labels, sheet.columns[0].values, strict=True))
            if set(values) == set(full):
                reach.costs = {full[short]: value for short, value in values.items()}


def _of_lines(problem: Problem, start: int) -> Reach | None:
    items = next(items for items in problem.lists if items.start == start)
    reached, costs = {}, {}
    for item in items.items:
        cost = _COST.search(item.rest)
        rest = item.rest if cost is None else f"{item.rest[: cost.start()]} ; {item.rest[cost.end() :]}"
        verb = _VERB.search(rest)
        names = _names(rest[verb.end() :] if verb else rest)
        if not names:
            return None
        reached[label_of(item.label)] = names
        if cost:
            value = _amount(cost.group())
            if value is not None:
                costs[label_of(item.label)] = value
    if _are_numbers(list(reached.values())):
        return None
    if costs and len(costs) < len(reached):
        raise Doubt("Some options have a cost and some have none; give each one.")
    return Reach(reached, costs, (items.start, items.end))


def _are_numbers(lines: Sequence[Sequence[str]]) -> bool:
    """ "hall 4, roof 9" in one line and "hall 7, roof 2" in another: numbers of the same names, and no lists."""
    parted = [[_NUMBERED.fullmatch(name) for name in names] for names in lines]
    if not all(match for line in parted for match in line):
        return False
    named = [[match["name"].lower() for match in line if match] for line in parted]
    return len(named[0]) > 1 and all(len(set(line)) == len(line) and set(line) == set(named[0]) for line in named)


def _amount(said: str) -> float | None:
    match = re.search(r"[$€£]?\s?\d[\d,.]*\s?[kKmM]?", said)
    return cell_of(match.group().strip()).value if match else None


def _names(listed: str) -> list[str]:
    """The names of a list, without a shared noun in front: "zones 1, 3 and 5"."""
    body = re.split(r"[;}\])]|\s[—–-]\s|\bat\b|\bfor\b", listed.strip(" {[("))[0]
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*/\s*|\s*\+\s*", body.strip(" .:"))
    if len(parts) == 1 and re.fullmatch(r"(?:[A-Z]*\d+|[A-Z])(?:\s+(?:[A-Z]*\d+|[A-Z]))+", parts[0].strip()):
        parts = parts[0].split()
    parts = [part.strip(" .{}[]()") for part in parts if part.strip(" .{}[]()")]
    if parts and (head := re.match(r"[A-Za-z]+s\s+(?=\d|[A-Z]\b)", parts[0])):
        parts[0] = parts[0][head.end() :]
    if any(len(part) > 30 or len(part.split()) > 4 or re.search(r"[$€£]", part) for part in parts):
        return []
    return [label_of(part) for part in parts]


def _of_sheet(problem: Problem, sheet: Sheet) -> Reach | None:
    """A table with a column of names, or one of crosses."""
    words = [column for column in sheet.columns if all(cell.value is None for cell in column.cells)]
    numbers = [column for column in sheet.columns if column.numeric]
    crosses = [column for column in sheet.columns if crossed(column.cells)]
    if (
        len(words) == 1
        and words[0] not in crosses
        and len(numbers) <= 1
        and len(words) + len(numbers) == len(sheet.columns)
    ):
        reached = {label_of(a): _names(cell.text) for a, cell in zip(sheet.labels, words[0].cells, strict=True)}
        costs = costs_of(sheet, numbers)
        return Reach(reached, costs, sheet.place) if all(reached.values()) else None
    if len(crosses) >= 2:
        return of_crosses(problem, sheet)
    turned = sheet.turned()
    return of_crosses(problem, turned) if sum(crossed(column.cells) for column in turned.columns) >= 2 else None


def _times(problem: Problem, wanted: Sequence[str]) -> dict[str, float]:
    """How often each is to be reached: those that the clause names, else all."""
    account, times = problem.account, dict.fromkeys(wanted, 1.0)
    for said in list(account.numbers):
        before = problem.prose[said.sentence[0] : said.start].lower()
        if re.search(
            r"\b(?:covered|seen|reached|served|watched|exercised|tested|be|by)\b[\w\s]*\bat least\s+$|\bby\s+$", before
        ) and (
            "at least" in before or re.search(r"\bat least\b|different", problem.prose[said.end : said.sentence[1]])
        ):
            account.taken.append(account.take(said, said.start))
            account.explain(said.sentence[0], said.end)
            clause = re.split(r"[;:]|\b(?:but|while|whereas)\b", problem.prose[said.sentence[0] : said.start])[-1]
            told = [one for one in wanted if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", problem.sentence(said))]
            named = [one for one in told if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", clause)]
            beyond = named and re.search(r"\b(?:others?|rest|remaining|all|every|each)\b", clause)
            if told != named or beyond or set(times.values()) != {1.0}:
                raise Doubt("It is not clear how often each must be reached; give one sentence for each number.")
            times |= dict.fromkeys(named or wanted, said.value)
    return times


def _drop_range(problem: Problem) -> None:
    """How near something must be to be reached says no more than the lists do: "within ten minutes"."""
    for match in _NEAR.finditer(problem.prose):
        for said in [n for n in problem.account.numbers if n.start == match.start("number")]:
            problem.account.counts.append(problem.account.take(said))
            problem.account.explain(*match.span())


def _check_wanted(problem: Problem, reach: Reach) -> None:
    """Doubt where the text names something that nothing reaches, or only some of what is reached."""
    nouns: list[str] = re.findall(r"[^\W\d_]{4,}", problem.prose)
    codes = [one for one in reach.wanted if len(one) <= 3]
    if len(codes) == len(reach.wanted):
        for match in re.finditer(
            r"\b(?P<noun>[A-Za-z]{4,})s?\s(?P<code>[a-z]|[A-Z]|[A-Z]?\d{1,2})\b(?!\w)", problem.prose
        ):
            kind = match["noun"].lower().rstrip("s")
            several = [noun for noun in nouns if noun.lower() in (f"{kind}s", kind)]
            code = match["code"]
            like = all(bool(re.fullmatch(r"[a-z]", code)) == bool(re.fullmatch(r"[a-z]", one)) for one in codes)
            if len(several) > 1 and code not in reach.wanted and code != "a" and like and code not in reach.reached:
                raise Doubt(f"Nothing reaches “{match.group()}”, so no choice reaches all.")
    named = [one for one in reach.wanted if len(one) > 2 and re.search(rf"\b{re.escape(one)}\b", problem.prose)]
    named = [one for one in named if reach.times.get(one, 1.0) == 1.0]
    if 0 < len(named) < len(reach.wanted):
        raise Doubt("The text names only some of what can be reached; say “all of them”, or list them all.")


def _written(problem: Problem, reach: Reach, said: tuple[int, int], rule: tuple[int, int]) -> Formulation:
    plan = Plan(problem.text)
    options, parts = plan.index("options", reach.reached, reach.place), plan.index("wanted", reach.wanted, reach.place)
    inside: dict[Key, float] = {(a, b): float(b in reach.reached[a]) for a in reach.reached for b in reach.wanted}
    if any(sum(inside[a, b] for a in reach.reached) < reach.times[b] for b in reach.wanted):
        raise Doubt("Something is reached by fewer options than it must be, so no choice is enough.")
    covers = plan.table("covers", (options, parts), inside, reach.place, label="1 where the option reaches it")
    take = plan.variable("take", (options,), said, domain="binary", label="the option is taken")
    same = len(set(reach.times.values())) == 1
    often = reach.times[reach.wanted[0]] if same else plan.table("times", (parts,), dict(reach.times), rule)
    plan.rule("each is reached", [term(take, covers)], ">=", often, rule, kind="requirement", indices=(parts,))
    for one in reach.rules:
        terms = [Term(coefficient=factor, variable=f"take[{label_of(member)}]") for member, factor in one.terms]
        plan.rule(one.words, terms, one.relation, one.limit, one.place, kind="logical")
    cost = plan.table("cost", (options,), dict(reach.costs), reach.place) if reach.costs else ""
    what = "total cost" if reach.costs else "number of options"
    title = f"Covering: reach everything with the least {what}"
    return plan.formulation(title, what, "minimize", [term(take, cost)], said)
