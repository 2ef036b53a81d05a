"""Staffing from needs by day or by block of hours: how many start when, each at work for so many in a row."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.sheets.goal import explain_goals, goals_of
from copilot.drafting.builtin.sheets.numbers import read_whole
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import Sheet
from copilot.drafting.formulation import Formulation

FAMILY = "staffing"
_SPAN = re.compile(
    r"[\s-]*(?:consecutive |straight |successive |full |running )?"
    r"(hours?|h|days?|blocks?|shifts?|periods?|slots?)\b"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BLOCK = re.compile(
    r"(?P<a>\d{1,2})(?:[:.h](?P<am>\d\d))?\s*(?P<ap>am|pm)?\s*(?:-|–|to|—)\s*(?P<b>\d{1,2})(?:[:.h](?P<bm>\d\d))?\s*(?P<bp>am|pm)?",
    re.I,
)


_TIME = r"(?:midnight|noon|\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?)"
_STAY = re.compile(
    r"\b(?:those|anyone|whoever|someone|people|\w+) (?:who|that) (?:arrives?|starts?|begins?|comes? in|reports?)"
    rf"(?: \w+){{0,2}}? at (?P<a>{_TIME})(?: \w+)? (?:stays?|works?|leaves?|goes? home|finish(?:es)?|is (?:free|done))"
    rf"(?: \w+)? (?:until|till|at|to) (?P<b>{_TIME})",
    re.IGNORECASE,
)
_BLOCKS = re.compile(
    r"\b(?:blocks?|shifts?|slots?|periods?|intervals?|spans?|parts?|sections?|watches)\b", re.IGNORECASE
)


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    goals = [goal for goal in goals_of(problem) if goal.sense == "minimize"]
    few = problem.says(FAMILY, "few")
    if not (goals or few) or len(problem.sheets) != 1 or problem.says(FAMILY, "row") is None:
        raise NotRead
    sheet = _needed(_with_hours(problem.sheets[0]))
    labels, needs = [label_of(label) for label in sheet.labels], sheet.columns[0].values
    read_whole(problem.account)
    hours = _block_hours(sheet.labels)
    _drop_hours(problem, hours)
    week = [label[:3].lower() for label in sheet.labels] == list(_DAYS) or sorted(
        label[:3].lower() for label in sheet.labels
    ) == sorted(_DAYS)
    if hours is None and not all(label[:3].lower() in _DAYS for label in sheet.labels):
        raise NotRead
    length = _length(problem, hours)
    _check_told(problem, length * (hours or 0))
    if not 1 <= length <= len(labels):
        raise Doubt("I found no number of days or blocks that each works in a row.")
    wage = _wage(problem)
    around = week or (hours is not None and hours * len(labels) == 24)
    for key in ("row", "rest", "around", "patterns"):
        problem.absorb(FAMILY, key)
    for goal in goals:
        explain_goals(problem, goal)
    problem.settle(FAMILY, len(labels), len(labels) - length + 1, len(labels) - length)
    problem.absorb(FAMILY, "few")
    said = goals[0].place if goals else problem.account.sentence_at(few.start() if few else 0)
    shape = (length, around, wage)
    return _written(problem, labels, list(needs), shape, (said, sheet.place))


def _with_hours(sheet: Sheet) -> Sheet:
    """The sheet named by its column of hours, where it has one beside its numbers."""
    told = [column for column in sheet.columns if all(_BLOCK.search(cell.text) for cell in column.cells)]
    told = [column for column in told if all(cell.value is None for cell in column.cells)]
    if len(told) != 1:
        return sheet
    kept = tuple(column for column in sheet.columns if column is not told[0])
    return replace(sheet, labels=tuple(cell.text for cell in told[0].cells), columns=kept)


def _wage(problem: Problem) -> float | None:
    """What each is paid, the same for all."""
    account = problem.account
    for said in list(account.numbers):
        money = (said.start > 0 and problem.prose[: said.start].rstrip()[-1:] in "$€£") or said.unit in ("$", "€", "£")
        if money and any(phrase.search(problem.sentence(said)) for phrase in phrases(FAMILY, "wage")):
            account.taken.append(account.take(said))
            return said.value
    return None


def _needed(sheet: Sheet) -> Sheet:
    for standing in (sheet, sheet.turned()):
        if len(standing.columns) == 1 and standing.columns[0].numeric and len(standing.labels) > 3:
            return standing
    raise NotRead


def _block_hours(labels: tuple[str, ...]) -> float | None:
    """Hours of a block, where all are equal and each begins where the one before ends."""
    spans: list[tuple[float, float]] = []
    for label in labels:
        match = _BLOCK.search(_clock(label))
        if match is None:
            return None
        spans.append((_hour(match["a"], match["am"], match["ap"]), _hour(match["b"], match["bm"], match["bp"])))
    sizes = {(end - start) % 24 for start, end in spans}
    joined = all(one[1] % 24 == two[0] % 24 for one, two in itertools.pairwise(spans))
    return sizes.pop() if len(sizes) == 1 and joined else None


def _clock(text: str) -> str:
    """Hours as they are counted: "noon" as 12 pm, "4 a.m." as 4 am."""
    for word, plain in (("midnight", "12 am"), ("noon", "12 pm")):
        text = re.sub(rf"\b(?:12 )?{word}\b", plain, text, flags=re.IGNORECASE)
    return re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text, flags=re.IGNORECASE)


def _drop_hours(problem: Problem, hours: float | None) -> None:
    """ "six blocks of four hours" says what the sheet shows."""
    for said in [said for said in problem.account.numbers if said.value == hours]:
        before = problem.prose[said.sentence[0] : said.start]
        if _BLOCKS.search(before) and re.match(r"[\s-]*hours?\b", problem.prose[said.end :]):
            problem.account.counts.append(problem.account.take(said))


def _check_told(problem: Problem, hours: float) -> None:
    """ "Those who arrive at 8 p.m. stay until 4 a.m." repeats how long each works; Doubt where it differs."""
    account = problem.account
    for match in _STAY.finditer(problem.prose):
        ends = [_BLOCK.search(_clock(f"{match['a']} - {match['b']}"))]
        times = [(_hour(end["a"], end["am"], end["ap"]), _hour(end["b"], end["bm"], end["bp"])) for end in ends if end]
        if not times or (times[0][1] - times[0][0]) % 24 != hours % 24:
            raise Doubt(f"“{match.group()}” is not as long as each works.")
        for said in [said for said in account.numbers if match.start() <= said.start < match.end()]:
            account.counts.append(account.take(said))
        account.explain(*match.span())


def _hour(hour: str, minute: str | None, half: str | None) -> float:
    value = float(hour) + (float(minute) / 60 if minute else 0)
    if half and half.lower() == "pm" and value < 12:
        return value + 12
    return 0.0 if half and half.lower() == "am" and value == 12 else value


def _length(problem: Problem, hours: float | None) -> int:
    """How many periods in a row each works."""
    account, found = problem.account, set[float]()
    for said in list(account.numbers):
        behind = problem.prose[said.end : said.end + 40]
        before = problem.prose[max(said.sentence[0], said.start - 40) : said.start]
        unit = _SPAN.match(behind)
        told = any(phrase.search(problem.sentence(said)) for phrase in phrases(FAMILY, "row"))
        rest = re.search(r"\b(?:off|free|rest)\b", behind[:25]) or re.search(r"\boff\b\W*$", before)
        if unit is None or not told or rest:
            continue
        if unit[1].startswith("h"):
            if hours is None or (said.value / hours) % 1:
                continue
            found.add(said.value / hours)
        else:
            found.add(said.value)
        account.taken.append(account.take(said))
    for said in list(account.numbers):
        behind = problem.prose[said.end : said.end + 30]
        before = problem.prose[max(said.sentence[0], said.start - 30) : said.start]
        if re.match(r"\s*(?:consecutive |straight |days? )*(?:days? )?(?:off|free|of rest)\b", behind) or re.search(
            r"\boff (?:the next |for |on )?$", before
        ):
            account.counts.append(account.take(said))
            rest_days = said.value
            if found and hours is None and next(iter(found)) + rest_days != 7:
                raise Doubt("Days at work and days off do not add up to a week.")
    if len(found) != 1:
        raise Doubt("I found no number of days or blocks that each works in a row.")
    return int(found.pop())


def _written(
    problem: Problem,
    labels: list[str],
    needs: list[float],
    shape: tuple[int, bool, float | None],
    places: tuple[tuple[int, int], tuple[int, int]],
) -> Formulation:
    (size, around, wage), (said, place), count = shape, places, len(labels)
    starts = labels if around else labels[: count - size + 1]
    plan = Plan(problem.text)
    first, at_work = plan.index("first periods", starts, place), plan.index("periods", labels, place)
    works: dict[Key, float] = {
        (a, b): float((j - i) % count < size) for i, a in enumerate(starts) for j, b in enumerate(labels)
    }
    duty = plan.table("works", (first, at_work), works, said, label="1 in periods at work, by the first")
    need = plan.table("needed", (at_work,), dict(zip(labels, needs, strict=True)), place)
    start = plan.variable("start", (first,), said, domain="integer", label="how many start in each period")
    plan.rule("enough in each", [term(start, duty)], ">=", need, place, kind="requirement", indices=(at_work,))
    if not around:
        plan.assume("The periods do not go round, so a row ends with the last one at the latest.", start)
    if wage is not None:
        pay = plan.number("pay of each", wage, said)
        return plan.formulation("Staffing: the least pay", "total pay", "minimize", [term(start, pay)], said)
    return plan.formulation("Staffing: as few as possible", "number of people", "minimize", [term(start)], said)
