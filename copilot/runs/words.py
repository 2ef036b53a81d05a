"""Numbers and names as people write them."""

from __future__ import annotations

from copilot.drafting.formulation import Formulation, Variable

MONEY = ("$", "€", "£", "¥")


def number(value: float | None, unit: str = "") -> str:
    """A number with its thousands separated, no noise in the last digits, money with its sign first."""
    if value is None:
        return "unknown"
    rounded = round(value, 6)
    text = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.4f}".rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    if unit in MONEY:
        return f"-{unit}{text[1:]}" if text.startswith("-") else f"{unit}{text}"
    return f"{text} {unit}".strip()


def label_of(name: str, formulation: Formulation) -> str:
    """What the request calls a row or a column of the instance."""
    labels = {c.name: c.label or c.sentence or c.name for c in formulation.constraints}
    family, _, index = name.partition("[")
    if name in labels or family not in labels:
        return labels.get(name) or column_label(name, formulation)
    return f"{labels[family]}: {index.rstrip(']')}"


def short_label(name: str, formulation: Formulation) -> str:
    """The same, but a whole line of algebra, which repeats its name, gives its name alone."""
    family = name.partition("[")[0]
    is_algebra = any(
        (rule.label or rule.sentence).startswith(f"{rule.name}:")
        for rule in formulation.constraints
        if rule.name in (name, family)
    )
    return name if is_algebra else label_of(name, formulation)


def unit_of(name: str, formulation: Formulation) -> str:
    """The unit in which a row or a column is counted."""
    family = name.partition("[")[0]
    units = {rule.name: rule.unit for rule in formulation.constraints}
    variable = variable_of(name, formulation)
    return units.get(name) or units.get(family) or (variable.unit if variable else "")


def column_label(name: str, formulation: Formulation) -> str:
    """What the request calls a column: its label, or "family: element" for one of a family."""
    variable = variable_of(name, formulation)
    family, _, index = name.partition("[")
    label = (variable.label if variable else "") or family
    return f"{label}: {index.rstrip(']')}" if index else label


def variable_of(name: str, formulation: Formulation) -> Variable | None:
    """The declaration that a column belongs to."""
    declared = {variable.name: variable for variable in formulation.variables}
    return declared.get(name) or declared.get(name.partition("[")[0])


def objective_label(formulation: Formulation) -> str:
    """What is made largest or smallest, without the verb: "Profit"."""
    words = (formulation.objective.label or "Objective").rstrip(".").split()
    if len(words) > 1 and words[0].lower().startswith(("maximi", "minimi")):
        words = words[1:]
    label = " ".join(words)
    return label[:1].upper() + label[1:]
