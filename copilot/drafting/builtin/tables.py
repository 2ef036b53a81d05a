"""The table route: a table of options with numeric columns, and rules over its columns in controlled English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from copilot.drafting.base import DraftingError, Table
from copilot.drafting.builtin.tablewords import Wish, wishes_of
from copilot.drafting.formulation import (
    RELATION_WORDS,
    Assumption,
    Constraint,
    ConstraintKind,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Relation,
    Span,
    Term,
    Variable,
)
from copilot.drafting.latex import filled
from copilot.drafting.latex import number as plain_number
from copilot.drafting.naming import Names

_MOST_ROWS = 10_000
_KINDS: dict[Relation, ConstraintKind] = {"<=": "resource", ">=": "requirement", "==": "balance"}


def formulate(
    text: str, tables: Sequence[Table], *, revision_start: int = 0, limits: Sequence[Wish] = ()
) -> Formulation:
    """The plan over the one table whose rows are the options; from `revision_start` on the text revises itself.

    `limits` are rules that the table itself says.

    Raises DraftingError with a sentence where the table or a sentence about it cannot be used.
    """
    table = _item_table(tables)
    label = _label_column(table)
    numeric = [name for name in table.columns if name != label and _is_numeric(table, name)]
    if not numeric:
        raise DraftingError(f'The table "{table.name}" has no column of numbers, so there is nothing to sum or limit.')
    wishes = wishes_of(text, numeric=numeric, others=[name for name in table.columns if name not in numeric])
    return _Plan(table, label, text).formulation(_settled([*limits, *wishes], revision_start))


def _settled(wishes: Sequence[Wish], revision_start: int) -> list[Wish]:
    """What holds: a newer message replaces what an older one said of the same thing."""
    kept: dict[tuple[str, ...], Wish] = {}
    for wish in wishes:
        rule = wish.kind in ("total", "each", "count")
        key = (wish.kind, wish.column, wish.relation) if rule else (wish.kind,)
        before = kept.get(key)
        told_before = before is not None and before.start >= revision_start
        if (
            before is not None
            and told_before
            and (before.limit, before.sense, before.column)
            != (
                wish.limit,
                wish.sense,
                wish.column,
            )
        ):
            what = f"total {wish.column}" if wish.column else "the same thing"
            both = "two objectives" if wish.kind == "aim" else f"two different limits on {what}"
            raise DraftingError(f"The text names {both}. Keep the one that counts.")
        kept[key] = wish
    return list(kept.values())


@dataclass(slots=True)
class _Plan:
    table: Table
    label: str
    text: str
    names: Names = field(default_factory=Names)
    columns: dict[str, str] = field(default_factory=dict)
    parameters: list[Parameter] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    index: str = ""
    variable: str = ""

    def formulation(self, wishes: Sequence[Wish]) -> Formulation:
        """Set, parameters from the columns, one indexed decision, and a rule per wish."""
        self.index = self.names.take(self.table.name or "options", fallback="options", suffix="options")
        options = IndexSet(name=self.index, elements=_labels(self.table, self.label))
        chosen = any(wish.kind == "once" for wish in wishes)
        self.variable = self.names.take("chosen" if chosen else "quantity")
        aims = [wish for wish in wishes if wish.kind == "aim"]
        if not aims:
            raise DraftingError(_no_aim(self.table))
        goal = self._objective(aims[0])
        rules = tuple(self._rule(wish) for wish in wishes if wish.kind in ("total", "each", "count"))
        whole = chosen or not any(wish.kind == "fractions" for wish in wishes)
        self._assume_domain(wishes, whole=whole, chosen=chosen)
        return filled(
            Formulation(
                title=f"{goal.label[:1].upper()}{goal.label[1:]} over {self.table.name}"[:120],
                sets=(options,),
                parameters=tuple(self.parameters),
                variables=(
                    Variable(
                        name=self.variable,
                        label="chosen" if chosen else "quantity",
                        indices=(self.index,),
                        domain="binary" if chosen else "integer" if whole else "continuous",
                        upper=1.0 if chosen else None,
                    ),
                ),
                objective=goal,
                constraints=rules,
                assumptions=tuple(self.assumptions),
            )
        )

    def _assume_domain(self, wishes: Sequence[Wish], *, whole: bool, chosen: bool) -> None:
        if not chosen and whole and not any(wish.kind == "whole" for wish in wishes):
            self.assumptions.append(Assumption(text="Quantities are whole numbers.", about=self.variable))
        if not chosen:
            self.assumptions.append(Assumption(text="Quantities are never negative.", about=self.variable))

    def _objective(self, wish: Wish) -> Objective:
        what = f"total {wish.column}" if wish.column else f"number of {self.index} chosen"
        return Objective(
            name=self.names.take(what, fallback="objective", suffix="goal"),
            label=f"{wish.sense} {what}",
            sense="maximize" if wish.sense == "maximize" else "minimize",
            terms=(self._term(wish.column),),
            sentence=self._said(wish),
            spans=_spans(wish),
        )

    def _rule(self, wish: Wish) -> Constraint:
        each = wish.kind == "each"
        what = "quantity of each" if each else f"total {wish.column}" if wish.column else "total quantity"
        sign = RELATION_WORDS[wish.relation]
        name = self.names.take(f"{what} {sign}")
        source, shown = f"{name}_limit", plain_number(wish.limit).replace("{,}", ",")
        if wish.limit_column:
            source = f"{self._column(wish.limit_column)}[{self.index}]"
            shown = wish.limit_column
        else:
            self.parameters.append(
                Parameter(
                    name=self.names.take(source),
                    label=f"limit on {what}",
                    value=wish.limit,
                    sentence=self._said(wish),
                    spans=_spans(wish),
                )
            )
        kind: ConstraintKind = "bound" if each else "sum" if not wish.column else _KINDS[wish.relation]
        return Constraint(
            name=name,
            label=f"{what}: {sign} {shown}",
            kind=kind,
            indices=(self.index,) if each else (),
            terms=(self._term(wish.column),),
            relation=wish.relation,
            limit=wish.limit,
            limit_parameter=source,
            sentence=self._said(wish),
            spans=_spans(wish),
        )

    def _term(self, column: str) -> Term:
        variable = f"{self.variable}[{self.index}]"
        source = f"{self._column(column)}[{self.index}]" if column else ""
        return Term(coefficient=1.0, variable=variable, parameter=source)

    def _column(self, column: str) -> str:
        if column not in self.columns:
            name = self.names.take(column, fallback="column", suffix="value")
            self.columns[column] = name
            labels = _labels(self.table, self.label)
            values = _numbers(self.table, column)
            self.parameters.append(
                Parameter(
                    name=name,
                    label=f"{column} of each of {self.index}",
                    indices=(self.index,),
                    value=tuple(((label,), value) for label, value in zip(labels, values, strict=True)),
                    source=f"table:{self.table.name}.{column}"[:200],
                )
            )
        return self.columns[column]

    def _said(self, wish: Wish) -> str:
        return wish.said or " ".join(self.text[wish.start : wish.end].split())[:600]


def _item_table(tables: Sequence[Table]) -> Table:
    filled_tables = [table for table in tables if table.row_count and table.columns]
    if not filled_tables:
        raise DraftingError("The table has no rows. Attach a table with one option a row.")
    if len(filled_tables) > 1:
        names = ", ".join(table.name for table in filled_tables)
        raise DraftingError(
            f"There are several tables ({names}) and the built-in drafter reads one. Attach the table whose rows are "
            "the options, with one column a quantity."
        )
    if filled_tables[0].row_count > _MOST_ROWS:
        raise DraftingError(
            f'The table "{filled_tables[0].name}" has {filled_tables[0].row_count:,} rows and the built-in drafter '
            f"reads at most {_MOST_ROWS:,} options."
        )
    return filled_tables[0]


def _label_column(table: Table) -> str:
    """The first column of texts that are all different."""
    for name, cells in table.columns.items():
        texts = [str(cell).strip() for cell in cells if isinstance(cell, str) and cell.strip()]
        if len(texts) == table.row_count:
            if len(set(texts)) < len(texts):
                again = next(text for text in texts if texts.count(text) > 1)
                raise DraftingError(
                    f'Column "{name}" of table "{table.name}" names "{again}" twice; give each option its own name.'
                )
            return name
    raise DraftingError(f'The table "{table.name}" has no column of names; add one that names each option.')


def _is_numeric(table: Table, column: str) -> bool:
    cells = [cell for cell in table.columns[column] if cell is not None]
    return bool(cells) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)


def _numbers(table: Table, column: str) -> list[float]:
    numbers = []
    for row, cell in enumerate(table.columns[column], start=1):
        if not isinstance(cell, int | float):
            raise DraftingError(
                f'Row {row} of column "{column}" in table "{table.name}" is empty; fill it in, or remove the row.'
            )
        numbers.append(float(cell))
    return numbers


def _labels(table: Table, label: str) -> tuple[str, ...]:
    return tuple(str(cell).strip()[:200] for cell in table.columns[label])


def _no_aim(table: Table) -> str:
    return (
        f'The text does not say what to maximize or minimize over the table "{table.name}". '
        "Add, for instance, “Maximize total profit.”"
    )


def _spans(wish: Wish) -> tuple[Span, ...]:
    return (Span(start=wish.start, end=wish.end),)
