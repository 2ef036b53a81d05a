"""Whether tables of numbers and sets of labels belong together: a misspelt town has a cost that nothing reads."""

from __future__ import annotations

from copilot.drafting.formulation import Formulation, Parameter
from copilot.runs.checking.check import Check

TITLE = "Every number of a table belongs to labels that exist"


def labels(formulation: Formulation) -> Check | None:
    """Fail where a table has a number for a label that is not in its set; None where there is no table over sets."""
    sets = {item.name: frozenset(item.elements) for item in formulation.sets}
    tables = [item for item in formulation.parameters if item.indices and not isinstance(item.value, int | float)]
    tables = [item for item in tables if all(index in sets for index in item.indices)]
    wrong = [problem for item in tables if (problem := _stray(item, sets))]
    if wrong:
        return Check("labels", TITLE, "fail", f"{'; '.join(wrong[:3])}.")
    return Check("labels", TITLE, "pass", f"{len(tables)} tables compared with their sets.") if tables else None


def _stray(item: Parameter, sets: dict[str, frozenset[str]]) -> str:
    assert not isinstance(item.value, int | float)
    for key, _ in item.value:
        if len(key) != len(item.indices):
            return f"{item.name} has a number for {', '.join(key)}, but {len(item.indices)} labels are due"
        for label, index in zip(key, item.indices, strict=True):
            if label not in sets[index]:
                return f"{item.name} has a number for “{label}”, which is not in {index}"
    return ""
