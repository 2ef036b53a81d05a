"""Findings as plain JSON in the words of the request, for the page, the command and the API alike."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from copilot.drafting.formulation import Formulation
from copilot.runs.findings import Findings
from copilot.runs.levers import Change, lever_of
from copilot.runs.words import column_label, number, short_label, unit_of
from solvers.explain.conflict import Conflict
from solvers.explain.items import Item, Kind
from solvers.explain.ray import Ray
from solvers.explain.repair import Repair, Repairs
from solvers.explain.report import conflict_data, ray_data, repairs_data, sensitivity_data
from solvers.explain.sensitivity import SLACK, ColumnPrice, RowPrice, Sensitivity
from solvers.instance import Instance

LISTED = 200  # of a conflict, a repair and prices: what one page can show
QUOTE_CHARACTERS = 90


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose words to use: the formulation, the instance built from it, and the request with its phrases.

    `held` names the columns that a scenario fixes, and `locked` what the user wants to stay.
    """

    formulation: Formulation
    instance: Instance
    text: str
    held: Collection[str] = ()
    locked: Collection[str] = ()

    def told(self, findings: Findings) -> dict[str, Any]:
        """Everything found, by name: conflict, repairs, ray, sensitivity, unfinished; what is not there is absent."""
        found: dict[str, Any] = {}
        if findings.conflict is not None:
            found["conflict"] = self._conflict(findings.conflict)
        if findings.repairs is not None:
            found["repairs"] = self._repairs(findings.repairs)
        if findings.ray is not None:
            found["ray"] = self._ray(findings.ray)
        if findings.sensitivity is not None:
            found["sensitivity"] = self._sensitivity(findings.sensitivity)
        if findings.unfinished:
            found["unfinished"] = findings.unfinished
        return found

    def _conflict(self, conflict: Conflict) -> dict[str, Any]:
        raw = conflict_data(conflict)
        told, count, seen = [], 0, set()
        for item, data in zip(conflict.items, raw["items"], strict=True):
            exactly = self._is_exact(item)
            if exactly and (item.is_row, item.index) in seen:
                continue  # both sides of an equation are one rule to a person
            seen.add((item.is_row, item.index))
            count += 1
            if count <= LISTED:
                told.append(
                    data | {"label": self._label(item), "text": self._demand(item), "quote": self._quote(item.name)}
                )
        return raw | {"items": told, "item_count": count}

    def _repairs(self, repairs: Repairs) -> dict[str, Any]:
        raw = repairs_data(repairs)
        found = [data | self._repair(repair) for repair, data in zip(repairs.found, raw["found"], strict=True)]
        return raw | {"found": found, "locked": sorted(self.locked)}

    def _repair(self, repair: Repair) -> dict[str, Any]:
        moved = [Change(lever_of(c.item), c.item.name, c.item.limit, c.new_limit) for c in repair.changes]
        return {
            "changes": [change.data(self.formulation) for change in moved[:LISTED]],
            "change_count": len(moved),
            "largest_text": f"{repair.largest:.1%}",
            "total_text": number(repair.total),
        }

    def _ray(self, ray: Ray) -> dict[str, Any]:
        raw = ray_data(ray)
        unit = self.formulation.objective.unit
        for step in raw["steps"]:
            step |= {
                "label": column_label(step["name"], self.formulation),
                "text": _signed(step["amount"], unit_of(step["name"], self.formulation)),
                "gain_text": _signed(step["gain"], unit),
            }
        return raw | {"steps": raw["steps"][:LISTED], "gain_text": _signed(ray.gain, unit)}

    def _sensitivity(self, found: Sensitivity) -> dict[str, Any]:
        raw = sensitivity_data(found)
        rows = sorted(zip(found.rows, raw["rows"], strict=True), key=lambda pair: _rank(pair[0]))
        columns = sorted(zip(found.columns, raw["columns"], strict=True), key=lambda pair: pair[0].value == 0)
        return raw | {
            "rows": [data | self._row(row) for row, data in rows[:LISTED]],
            "row_count": len(rows),
            "columns": [data | self._column(column) for column, data in columns[:LISTED]],
            "column_count": len(columns),
        }

    def _row(self, row: RowPrice) -> dict[str, Any]:
        unit = unit_of(row.name, self.formulation)
        return {
            "label": short_label(row.name, self.formulation),
            "limit_text": "" if row.limit is None else number(row.limit, unit),
            "price_text": _signed(row.price, self.formulation.objective.unit),
            "range_text": _range(row.low, row.high, unit),
        }

    def _column(self, column: ColumnPrice) -> dict[str, Any]:
        unit = self.formulation.objective.unit
        return {
            "label": column_label(column.name, self.formulation),
            "value_text": number(column.value, unit_of(column.name, self.formulation)),
            "cost_text": number(column.cost, unit),
            "reduced_cost_text": _signed(column.reduced_cost, unit),
            "range_text": _range(column.cost_low, column.cost_high, unit),
        }

    def _label(self, item: Item) -> str:
        return short_label(item.name, self.formulation)

    def _demand(self, item: Item) -> str:
        """What the item demands, after its label: "at most 240 hours"."""
        if item.kind is Kind.INTEGRALITY:
            return "a whole number"
        limit = number(item.limit, unit_of(item.name, self.formulation))
        if not item.is_row and item.name in self.held:
            return f"fixed at {limit} by this scenario"
        if item.is_row and item.limit == 0 and not self._is_exact(item):
            return ""  # it compares quantities, and may be built the other way round: its label says it
        return f"{'exactly' if self._is_exact(item) else item.side} {limit}"

    def _is_exact(self, item: Item) -> bool:
        arrays = self.instance
        if item.kind is Kind.INTEGRALITY:
            return False
        lower, upper = (
            (arrays.row_lower, arrays.row_upper) if item.is_row else (arrays.column_lower, arrays.column_upper)
        )
        return bool(lower[item.index] == upper[item.index])

    def _quote(self, name: str) -> str:
        """The phrase of the request that the rule or quantity came from."""
        family = name.partition("[")[0]
        rules = [(rule.name, rule.spans) for rule in self.formulation.constraints]
        quantities = [(variable.name, variable.spans) for variable in self.formulation.variables]
        spans = next((found for own, found in rules + quantities if own in (name, family) and found), ())
        phrase = " … ".join(" ".join(self.text[span.start : span.end].split()) for span in spans[:2])
        return phrase if len(phrase) <= QUOTE_CHARACTERS else phrase[: QUOTE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"


def _rank(row: RowPrice) -> tuple[bool, float]:
    """What holds the plan first, and of that the dearest."""
    return row.side == SLACK, -abs(row.price)


def _signed(value: float, unit: str = "") -> str:
    text = number(value, unit)
    return text if value <= 0 or text in ("0", f"{unit}0") else f"+{text}"


def _range(low: float | None, high: float | None, unit: str) -> str:
    """ "from 160 to 300 hours"; an end that is infinite or unknown is said in words."""
    if low is None and high is None:
        return ""
    least = "unknown" if low is None else "any less" if math.isinf(low) else number(low, unit)
    most = "unknown" if high is None else "any more" if math.isinf(high) else number(high, unit)
    return f"{least} to {most}"
