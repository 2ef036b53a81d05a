"""What differs beyond coefficients, as text: products, functions, indicators, ordered and semicontinuous sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from solvers.beyond import OBJECTIVE
from solvers.equivalence.aligned import Aligned
from solvers.equivalence.changes import Kind, Value, number_text
from solvers.equivalence.ledger import Block, text_block
from solvers.instance import Instance
from solvers.tape import Code, folded

SIGNS = {Code.SUM: " + ", Code.PRODUCT: "*", Code.QUOTIENT: "/", Code.POWER: "^"}
Texts = Mapping[int, str]


def curved_blocks(
    given: tuple[Instance, Instance], laid: Aligned, rows: Sequence[str], columns: Sequence[str], objective: str
) -> Iterator[Block]:
    """Yield the changes of both models' parts that are not linear, in the names of `rows` and `columns`, per item.

    A model with such parts keeps all its rows and columns, so they have their numbers of the instance.
    """
    if not (given[0].beyond or given[1].beyond):
        return
    names = list(columns[: laid.columns.count]), [columns[item] for item in laid.columns.back.tolist()]
    items = range(laid.rows.count), laid.rows.back.tolist()
    both = list(zip(given, names, items, strict=True))
    for field, texts_of in (("products", _products), ("function", _functions), ("condition", _conditions)):
        old, new = ({_place(r, at): t for r, t in texts_of(one, called).items()} for one, called, at in both)
        changed = [item for item in sorted(old.keys() | new.keys()) if old.get(item) != new.get(item)]
        yield _block("objective", field, [(objective, old.get(k), new.get(k)) for k in changed if k == OBJECTIVE])
        yield _block("constraints", field, [(rows[k], old.get(k), new.get(k)) for k in changed if k != OBJECTIVE])
    before, after = ({called[j] for j in one.beyond.semicontinuous.tolist()} for one, called, _ in both)
    words = {True: "semicontinuous", False: "without a gap"}
    yield _block("variables", "kind", [(n, words[n in before], words[n in after]) for n in sorted(before ^ after)])
    sets, others = (_sets(one, called) for one, called, _ in both)
    names_of = [name for name in sorted(sets.keys() | others.keys()) if sets.get(name) != others.get(name)]
    yield _block("constraints", "special ordered set", [(n, sets.get(n), others.get(n)) for n in names_of])


def _place(row: int, items: Sequence[int]) -> int:
    return OBJECTIVE if row == OBJECTIVE else items[row]


def _block(kind: Kind, field: str, texts: list[tuple[str, Value, Value]]) -> Block:
    return text_block(kind, field, tuple(texts))


def _products(instance: Instance, names: Sequence[str]) -> Texts:
    """Return the quadratic terms of each row, the names of each product and the products in order."""
    part = instance.beyond
    terms: dict[int, dict[str, float]] = {}
    for row, first, second, value in zip(
        part.quadratic_row.tolist(),
        part.quadratic_first.tolist(),
        part.quadratic_second.tolist(),
        part.quadratic_value.tolist(),
        strict=True,
    ):
        product = "*".join(sorted((names[first], names[second])))
        mine = terms.setdefault(row, {})
        mine[product] = mine.get(product, 0.0) + value
    return {row: _sum(products) for row, products in terms.items()}


def _sum(products: Mapping[str, float]) -> str:
    return " + ".join(f"{number_text(value)} {name}" for name, value in sorted(products.items()) if value)


def _functions(instance: Instance, names: Sequence[str]) -> Texts:
    """Return the functions of each row as one sum, its terms in order."""
    found: dict[int, list[str]] = {}
    for number, row in enumerate(instance.beyond.tape_row.tolist()):
        found.setdefault(row, []).append(expression_text(instance, number, names))
    return {row: " + ".join(sorted(texts)) for row, texts in found.items()}


def expression_text(instance: Instance, number: int, names: Sequence[str]) -> str:
    """Return tape `number` as people write it, the terms of a sum and the factors of a product in order."""
    text: str = folded(*instance.beyond.tape(number), constant=number_text, column=lambda j: names[j], apply=_applied)
    return text


def _applied(word: Code, arguments: Sequence[str]) -> str:
    if word is Code.NEGATION:
        return f"-({arguments[0]})"
    if word not in SIGNS:
        return f"{word.name.lower()}({arguments[0]})"
    parts = sorted(arguments) if word in (Code.SUM, Code.PRODUCT) else list(arguments)
    return f"({SIGNS[word].join(parts)})"


def _conditions(instance: Instance, names: Sequence[str]) -> Texts:
    part = instance.beyond
    triples = zip(
        part.indicator_row.tolist(), part.indicator_column.tolist(), part.indicator_value.tolist(), strict=True
    )
    return {row: f"only if {names[column]} = {value}" for row, column, value in triples}


def _sets(instance: Instance, names: Sequence[str]) -> dict[str, str]:
    part, found = instance.beyond, {}
    for number, (name, kind) in enumerate(zip(part.set_names, part.set_kind.tolist(), strict=True)):
        members = ", ".join(names[j] for j in part.members(number).tolist())
        found[name] = f"at most {('one', 'two neighbours')[kind - 1]} of {members} not zero"
    return found
