"""What the text of a program tells without running it: where its components are built, which numbers it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

STRUCTURAL = frozenset({0.0, 1.0, 100.0})  # none, one, and per cent: numbers of every formula
LINES_SHOWN = 60
_SIZING = frozenset({"range", "RangeSet", "arange", "zeros", "ones", "empty", "full", "linspace", "eye", "int"})
_COMPONENTS = frozenset({"Var", "Constraint", "Objective", "Expression", "ConstraintList", "LogicalConstraint"})
_ADDERS = frozenset({"add", "append"})
_BY_NAME = frozenset({"add_component", "add_rows", "add_columns", "add_objective", "add"})
_PASSES = 5


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of data whose numbers are more than coefficients: they size something, or decide what is written."""

    sizes: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()

    def __or__(self, other: Roles) -> Roles:
        """Return the roles in either of two programs."""
        return Roles(self.sizes | other.sizes, self.switches | other.switches)


def same_source(first: str, second: str) -> bool:
    """Whether two programs are the same but for comments, docstrings and layout."""
    trees = _parsed(first), _parsed(second)
    if trees[0] is None or trees[1] is None:
        return first == second
    return ast.dump(_bare(trees[0])) == ast.dump(_bare(trees[1]))


def same_but_for_numbers(first: str, second: str) -> bool:
    """Whether two programs are the same once every number that they hold is left out."""
    trees = _parsed(first), _parsed(second)
    if trees[0] is None or trees[1] is None:
        return False
    return ast.dump(_Unnumbered().visit(_bare(trees[0]))) == ast.dump(_Unnumbered().visit(_bare(trees[1])))


def held_numbers(program: str) -> tuple[float, ...]:
    """Sizes of the numbers that stand in the program itself, ascending, each as often as it does.

    Left out are 0, 1 and 100, exponents, subscripts and the digits that a number is rounded to.
    """
    tree = _parsed(program)
    if tree is None:
        return ()
    skipped = {id(node) for node in _places_without_quantities(tree)}
    found = [
        abs(float(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and id(node) not in skipped
    ]
    return tuple(sorted(value for value in found if value not in STRUCTURAL))


def roles_of(program: str) -> Roles:
    """Which data size something or decide what is written; names are followed through plain assignments."""
    tree = _parsed(program)
    if tree is None:
        return Roles()
    known = _aliases(tree)
    sizes: set[str] = set()
    switches: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _SIZING:
            sizes |= {name for argument in node.args for name in _names(argument, known)}
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            switches |= _names(node.test, known)
        elif isinstance(node, ast.comprehension):
            switches |= {name for test in node.ifs for name in _names(test, known)}
    return Roles(frozenset(sizes), frozenset(switches))


def component_lines(program: str) -> dict[str, tuple[int, ...]]:
    """Component name -> lines of the program that build it, counted from 1: its own statement, its rule, its rows."""
    tree = _parsed(program)
    if tree is None:
        return {}
    rules = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found: dict[str, set[int]] = {}
    for name, node in _components(tree):
        found.setdefault(name, set()).update(_span(node))
        for rule in _rules(node, name, rules):
            found[name].update(_span(rule))
    return {name: tuple(sorted(lines)[:LINES_SHOWN]) for name, lines in found.items()}


def lines_of(family: str, lines: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The lines of a family in what `component_lines` found; a family named in a loop has those of its loop."""
    if family in lines:
        return lines[family]
    composed = [name for name in lines if name.endswith("*") and len(name) > 1 and family.startswith(name[:-1])]
    return lines[max(composed, key=len)] if composed else ()


def _parsed(program: str) -> ast.Module | None:
    try:
        return ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


class _Unnumbered(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(0) if type(node.value) in (int, float) else node


def _places_without_quantities(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield from ast.walk(node.right)
        elif isinstance(node, ast.Subscript):
            yield from ast.walk(node.slice)
        elif isinstance(node, ast.Call) and _called(node) == "round":
            yield from (part for argument in node.args[1:] for part in ast.walk(argument))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _aliases(tree: ast.AST) -> Mapping[str, set[str]]:
    """Variable or attribute -> names of the data that it was made from."""
    known: dict[str, set[str]] = {}
    for _ in range(_PASSES):
        size = sum(map(len, known.values()))
        for targets, value in _bindings(tree):
            names = _names(value, known)
            for target in targets if names else ():
                known.setdefault(target, set()).update(names)
        if sum(map(len, known.values())) == size:
            break
    return known


def _bindings(tree: ast.AST) -> Iterator[tuple[set[str], ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and not _is_component(node.value):
            yield {name for target in node.targets for name in _bound(target)}, node.value
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield _bound(node.target), node.value
        elif isinstance(node, ast.For | ast.comprehension):
            yield _bound(node.target), node.iter


def _is_component(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and _called(value) in _COMPONENTS


def _bound(target: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return names | ({target.attr} if isinstance(target, ast.Attribute) else set())


def _names(node: ast.AST, known: Mapping[str, set[str]]) -> set[str]:
    """Names of data that an expression reads, directly or by a variable."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant):
            found.add(str(part.slice.value))
        elif isinstance(part, ast.Call) and _called(part) == "get" and part.args:
            found |= {str(part.args[0].value)} if isinstance(part.args[0], ast.Constant) else set()
        elif isinstance(part, ast.Name):
            found |= known.get(part.id, set())
        elif isinstance(part, ast.Attribute):
            found |= known.get(part.attr, set())
    return found


def _components(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """(component, statement that builds it or adds to it)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = [part for target in targets for part in _parts(target)]
            yield from ((part.attr, node) for part in parts if isinstance(part, ast.Attribute))
            yield from _named(node.value, node)
        elif isinstance(node, ast.Expr):
            yield from _named(node.value, node)
        elif isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator.func if isinstance(decorator, ast.Call) else decorator, ast.Attribute):
                    yield node.name, node


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _named(value: ast.expr | None, statement: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """`m.add_component("x", ...)` and `m.rows.add(...)`."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return
    first = value.args[0] if value.args else None
    if value.func.attr in _BY_NAME and (name := _written(first)):
        yield name, statement
    elif value.func.attr in _ADDERS and isinstance(value.func.value, ast.Attribute):
        yield value.func.value.attr, statement


def _written(name: ast.expr | None) -> str:
    """A name as it stands in a call; of a composed one its beginning, with a star."""
    if isinstance(name, ast.JoinedStr) and name.values and isinstance(name.values[0], ast.Constant):
        return f"{name.values[0].value!s}*"
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


def _rules(node: ast.stmt, name: str, rules: Mapping[str, ast.FunctionDef]) -> Iterator[ast.FunctionDef]:
    """The functions that a component's statement names, or that carry its name as Pyomo's convention has it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in rules and isinstance(part.ctx, ast.Load):
            yield rules[part.id]
    if f"{name}_rule" in rules:
        yield rules[f"{name}_rule"]


def _span(node: ast.stmt) -> range:
    first = node.lineno
    if isinstance(node, ast.FunctionDef):
        first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
    return range(first, (node.end_lineno or first) + 1)
