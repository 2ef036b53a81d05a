"""A Python file that builds the model and solves it, given Pyomo and HiGHS and nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.drafting.base import DraftingError
from copilot.drafting.exports.known import Known
from copilot.drafting.exports.values import data_source

NEEDS = "pip install pyomo highspy"
ARRAYS = (
    "This program returns arrays and not a Pyomo model, so it runs only inside the application that built it. "
    "Download the instance as an MPS or LP file instead."
)
SOLVE = '''\
def solve():
    """Build the model, solve it with HiGHS, print and return the value of the objective."""
    model = build_model(DATA)
    results = pyo.SolverFactory("appsi_highs").solve(model)
    print("termination condition:", results.solver.termination_condition)
    objective = next(model.component_data_objects(pyo.Objective, active=True))
    value = pyo.value(objective)
    print("objective value:", value)
    for variable in model.component_data_objects(pyo.Var, active=True):
        if variable.value is not None and abs(variable.value) > 1e-9:
            print(f"  {variable.name} = {variable.value:g}")
    return value
'''


def script(known: Known) -> str:
    """The whole file. Raises DraftingError for a program that builds arrays."""
    if known.builds_arrays:
        raise DraftingError(ARRAYS)
    head = [f"# {known.title}, version {known.version}", f"# Needs: {NEEDS}", *comment_of(known.request)]
    parts = ["\n".join(head), program_of(known), data_source(known.draft.data), solve_source(), _main(known)]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def program_of(known: Known) -> str:
    """The program as it was built, with nothing around it."""
    return known.draft.program.strip("\n")


def solve_source() -> str:
    """The function that solves, with the import that it needs whatever the program imported, and under which name."""
    return "import pyomo.environ as pyo\n\n\n" + SOLVE


def comment_of(text: str) -> Iterator[str]:
    """The lines of a text as comments; nothing in it can end the comment."""
    yield "#"
    for line in text.splitlines() or [""]:
        yield f"# {''.join(sign for sign in line if sign.isprintable() or sign == chr(9))}".rstrip()


def expected_of(known: Known) -> str:
    """What was found before, as one line of Python that compares with it; empty where nothing was."""
    if known.objective_value is None:
        return ""
    return f"found_before = {known.objective_value!r}  # with the data above"


def _main(known: Known) -> str:
    lines = ['if __name__ == "__main__":', "    value = solve()"]
    if expected := expected_of(known):
        lines += [f"    {expected}", '    print("found before:", found_before, "difference:", value - found_before)']
    return "\n".join(lines)
