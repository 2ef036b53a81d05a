"""Generated problems: proven optima agree with brute force, and nothing that the optimum needs is left unsaid."""

import itertools
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from copilot.evaluation.generate.making import CLASSES, Generated, GenerateError, generate
from copilot.evaluation.problems import read_problems
from copilot.runs import engines

UNSAID = {  # what a reader knows without being told: counts of things that are listed, and what the classes fix
    "portfolio": {"count", "least"},
    "tsp": {"load", "capacity"},
    "multicommodity": {"tail", "head", "net"},
    "job_shop": {"machine"},
    "set_covering": {"reaches"},
}


def made(group: str, size: int, seed: int = 1) -> Generated:
    return generate(group, size=size, seed=seed, sandbox=engines.sandbox(), limits=engines.build_limits())


def numbers_of(value: object) -> set[float]:
    if isinstance(value, dict):
        return {number for one in value.values() for number in numbers_of(one)}
    return {float(value)} if isinstance(value, int | float) else set()


@pytest.mark.parametrize("group", sorted(CLASSES))
def test_every_class_says_all_its_numbers(group: str) -> None:
    problem = made(group, max(4, CLASSES[group].smallest))
    told = "\n".join((problem.told.text, *problem.told.tables.values())).replace(",", " ").replace("$", " ")
    said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", told)}
    said |= {float(one.replace(",", "")) for one in re.findall(r"\d{1,3}(?:,\d{3})+", problem.told.text)}
    needed = {name: numbers_of(value) for name, value in problem.data.items() if name not in UNSAID.get(group, set())}
    left_out = {name: numbers - said - {0.0} for name, numbers in needed.items() if numbers - said - {0.0}}
    assert not left_out


def test_the_same_seed_gives_the_same_problem_and_another_one_another() -> None:
    assert made("knapsack", 5) == made("knapsack", 5)
    assert made("knapsack", 5).told.text != made("knapsack", 5, seed=2).told.text


def test_a_knapsack_agrees_with_every_choice_tried() -> None:
    problem = made("knapsack", 8)
    data = problem.data
    choices = itertools.product((0, 1), repeat=8)
    totals = [
        sum(t * data["worth"][i] for t, i in zip(taken, data["ITEMS"], strict=True))
        for taken in choices
        if sum(t * data["weight"][i] for t, i in zip(taken, data["ITEMS"], strict=True)) <= data["capacity"]
    ]
    assert problem.answer == max(totals)


def test_a_cover_agrees_with_every_choice_tried() -> None:
    problem = made("set_covering", 6)
    data = problem.data
    totals = [
        sum(data["cost"][s] for s in built)
        for count in range(7)
        for built in itertools.combinations(data["SITES"], count)
        if all(any((s, a) in data["reaches"] for s in built) for a in data["AREAS"])
    ]
    assert problem.answer == min(totals)


def test_a_tour_agrees_with_every_order_tried() -> None:
    problem = made("tsp", 6)
    home, *others = problem.data["TOWNS"]
    lengths = [
        sum(problem.data["distance"][pair] for pair in itertools.pairwise((home, *order, home)))
        for order in itertools.permutations(others)
    ]
    assert problem.answer == min(lengths)


def test_routes_agree_with_every_split_tried() -> None:
    problem = made("vrp", 5)
    data = problem.data
    home, *others = data["TOWNS"]

    def length(order: tuple[str, ...]) -> float:
        return sum(data["distance"][pair] for pair in itertools.pairwise((home, *order, home)))

    best = min(
        sum(length(part) for part in parts)
        for order in itertools.permutations(others)
        for cuts in itertools.product((False, True), repeat=len(others) - 1)
        for parts in [split(order, cuts)]
        if all(sum(data["load"][t] for t in part) <= data["capacity"] for part in parts)
    )
    assert problem.answer == best


def split(order: tuple[str, ...], cuts: tuple[bool, ...]) -> list[tuple[str, ...]]:
    parts = [[order[0]]]
    for town, cut in zip(order[1:], cuts, strict=True):
        if cut:
            parts.append([])
        parts[-1].append(town)
    return [tuple(part) for part in parts]


def test_bins_agree_with_every_placing_tried() -> None:
    problem = made("bin_packing", 6)
    weights = list(problem.data["weight"].values())
    counts = [
        len(set(placing))
        for placing in itertools.product(range(6), repeat=6)
        if all(sum(w for w, b in zip(weights, placing, strict=True) if b == bin_) <= 100 for bin_ in set(placing))
    ]
    assert problem.answer == min(counts)


def test_a_schedule_agrees_with_every_order_of_the_jobs_tried() -> None:
    problem = made("job_shop", 3)
    data = problem.data
    tickets = [job for job in data["JOBS"] for _ in data["STEPS"]]
    assert problem.answer == min(length_of(data, order) for order in set(itertools.permutations(tickets)))


def length_of(data: dict, order: tuple[str, ...]) -> float:  # type: ignore[type-arg]
    """Each ticket starts the next step of its job as early as machine and job allow; one of the orders is best."""
    ready, free, step = dict.fromkeys(data["JOBS"], 0), {}, dict.fromkeys(data["JOBS"], 0)  # type: ignore[var-annotated]
    for job in order:
        key = (job, str(step[job]))
        machine = data["machine"][key]
        ready[job] = free[machine] = max(ready[job], free.get(machine, 0)) + data["hours"][key]
        step[job] += 1
    return max(ready.values())


@pytest.mark.parametrize(("group", "size", "says"), [("sudoku", 4, "no class sudoku"), ("tsp", 2, "at least 4")])
def test_what_cannot_be_made_is_refused(group: str, size: int, says: str) -> None:
    with pytest.raises(GenerateError, match=says):
        made(group, size)


def test_the_command_writes_what_evaluate_reads(tmp_path: Path) -> None:
    out = tmp_path / "fresh.jsonl"
    call_command("generate", "facility_location", "--size", "2", "--count", "2", "--out", str(out))
    problems = read_problems([out])
    assert [problem.group for problem in problems] == ["facility_location"] * 2
    assert [table.name for table in problems[0].tables] == ["sites", "clients"]
    assert json.loads(out.read_text().splitlines()[0])["gold"]["program"].startswith("import pyomo")
    with pytest.raises(CommandError, match="no class chess"):
        call_command("generate", "chess")
