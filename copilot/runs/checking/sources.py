"""Whether each number of the formulation is the one that its own phrase, or its own cell, says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from copilot.drafting.base import Table
from copilot.drafting.formulation import Formulation, Parameter
from copilot.drafting.render import number_text
from copilot.runs.checking.check import Check
from copilot.runs.checking.request import MOST, follows, inside

TITLE = "Each number is the one that its phrase says"
_PLAIN = (0.0, 1.0, 100.0)
_FEW = 3  # numbers in the phrases: among more, nearly everything can be computed from two of them
_STRANGE = 0.1  # of the numbers of one table: with more, they are computed from others
_LEAST = 4


def sources(formulation: Formulation, text: str, tables: Sequence[Table]) -> Check | None:
    """Fail where a number follows neither from the numbers of its own phrases nor from its cell; None without any."""
    compared, wrong = 0, []
    for item in formulation.parameters:
        found = _from_text(item, text) if item.source == "text" else _from_table(item, tables)
        compared += found is not None
        if found:
            wrong.append((item.name, found))
    if wrong:
        detail = "; ".join(problem for _, problem in wrong[:3])
        names = tuple(name for name, _ in wrong)
        return Check("sources", TITLE, "fail", f"{detail}.", names, items=names[:3])
    return Check("sources", TITLE, "pass", f"{compared} numbers and tables compared.") if compared else None


def _from_text(item: Parameter, text: str) -> str | None:
    """What is wrong with a number of the text, empty where nothing is; None where its phrases tell nothing."""
    known = inside(text, item.spans) if len(text) <= MOST else []
    if not known:
        return None
    if isinstance(item.value, int | float):
        if item.value in _PLAIN or len(set(known)) > _FEW or follows(item.value, known):
            return ""
        return f"{item.name} is {number_text(item.value)}, but its phrase says {_listed(known)}"
    values = Counter(abs(number) for _, number in item.value if number not in _PLAIN)
    strange = values - Counter(known)
    if values.total() < _LEAST or not 0 < strange.total() <= max(1.0, _STRANGE * values.total()):
        return ""
    if all(number in known for number in strange):
        return ""  # said once for several labels
    key, number = next((key, number) for key, number in item.value if abs(number) in strange)
    return f"{item.name} of {', '.join(key)} is {number_text(number)}, which its phrase does not say"


def _from_table(item: Parameter, tables: Sequence[Table]) -> str | None:
    """The same for a column: the number of a label is the cell in the row that has the label."""
    name, _, column = item.source.removeprefix("table:").partition(".")
    table = next((one for one in tables if one.name == name), None)
    if table is None or column not in table.columns or isinstance(item.value, int | float) or len(item.indices) != 1:
        return None
    cells = dict(_labelled(table, column, {key[0] for key, _ in item.value}))
    if len(cells) < len(item.value):
        return None
    for (label,), number in item.value:
        if not any(math.isclose(number, cell, rel_tol=1e-9, abs_tol=1e-12) for cell in cells[label]):
            said = _listed(cells[label])
            return f"{item.name} of {label} is {number_text(number)}, but its row has {said} under {column}"
    return ""


def _labelled(table: Table, column: str, labels: set[str]) -> Iterator[tuple[str, list[float]]]:
    """(label, the numbers of the column in rows that hold the label); a sum of several rows is not looked for."""
    found: Mapping[str, list[float]] = {label: [] for label in labels}
    for place, cell in enumerate(table.columns[column]):
        row = {str(other[place]) for name, other in table.columns.items() if name != column}
        for label in row & labels:
            if isinstance(cell, int | float):
                found[label].append(float(cell))
    yield from ((label, numbers) for label, numbers in found.items() if len(numbers) == 1)


def _listed(known: Sequence[float]) -> str:
    return " and ".join(number_text(number) for number in dict.fromkeys(known[:3]))
