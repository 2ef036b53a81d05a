"""A linter for whoever drafts programs: it finds in two milliseconds, with a line, what the wall would refuse anyway.

It is not a wall. Python offers endless ways around a check of its syntax; the kernel's layers in `lockdown` hold
whether or not this file was asked. It exists so that a drafter can repair a program without a build.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

ENTRIES = ("build_model", "build_arrays")  # the first that a program defines is called
ARRAYS = "solvers.arrays"
MAX_BYTES = 200_000
MAX_FINDINGS = 20
MODULES = frozenset({
    "__future__", "abc", "bisect", "cmath", "collections", "copy", "csv", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "heapq", "itertools", "json", "logging", "math", "networkx", "numbers",
    "numpy", "operator", "pandas", "pyomo", "random", "re", "scipy", "statistics", "string", "textwrap", "time",
    "typing", "unicodedata", "warnings",
})  # fmt: skip
PYOMO = frozenset({
    "core", "dae", "environ", "gdp", "kernel", "mpec", "network",
})  # fmt: skip
NAMES = frozenset({
    "__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "delattr", "eval", "exec",
    "exit", "getattr", "globals", "help", "input", "locals", "memoryview", "open", "quit", "setattr", "vars",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "builtins", "ctypes", "ctypeslib", "f_builtins", "f_globals", "fileutils", "fromfile",
    "genfromtxt", "gi_frame", "loadtxt", "memmap", "os", "read_csv", "read_excel",
    "read_pickle", "savetxt", "savez", "subprocess", "sys", "tb_frame", "to_csv",
    "to_pickle", "tofile", "write",
})  # fmt: skip
SOLVERS = frozenset({"SolverFactory", "SolverManagerFactory"})
MAGIC_NAMES = frozenset({"__name__", "__doc__", "__annotations__"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to repair: `kind` is syntax, forbidden or no_function; `line` is counted from 1 (None: the whole)."""

    kind: str
    line: int | None
    message: str


def lint(program: str) -> tuple[Finding, ...]:
    """Return what must change before the program can be built, first line first; empty when nothing was found."""
    if len(program.encode(errors="replace")) > MAX_BYTES:
        text = f"The program is longer than {MAX_BYTES // 1000} kB; keep the numbers in the data, not in the program."
        return (Finding("forbidden", None, text),)
    try:
        tree = ast.parse(program)
    except SyntaxError as error:
        return (Finding("syntax", error.lineno, str(error.msg)),)
    except (ValueError, RecursionError, MemoryError) as error:
        return (Finding("syntax", None, str(error) or "The program is nested too deeply to be read."),)
    findings = sorted(_findings(tree), key=lambda finding: finding.line or 0)
    if not findings and not _defines_entry(tree):
        return (Finding("no_function", None, f"It does not define {ENTRIES[0]}(data)."),)
    return tuple(findings[:MAX_FINDINGS])


def _defines_entry(tree: ast.Module) -> bool:
    bound = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    defined = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return not {*bound, *defined}.isdisjoint(ENTRIES)


def _findings(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        message = _fault(node)
        if message:
            yield Finding("forbidden", getattr(node, "lineno", None), message)


def _fault(node: ast.AST) -> str:
    match node:
        case ast.Import(names=names):
            return next(filter(None, (_import_fault(alias.name) for alias in names)), "")
        case ast.ImportFrom(module=module, names=names, level=level):
            if level:
                return "The program is one file: it has no package to import from with a dot."
            return _import_fault(module or "") or next(filter(None, (_name_fault(alias.name) for alias in names)), "")
        case ast.Attribute(attr=attribute):
            return _attribute_fault(attribute)
        case ast.Name(id=name):
            return _name_fault(name)
    return ""


def _import_fault(module: str) -> str:
    if module == ARRAYS:
        return ""
    root, _, rest = module.partition(".")
    if root not in MODULES:
        return f"It imports {module}, which a program may not use; use pyomo, numpy, scipy or plain Python."
    if root == "pyomo" and rest.partition(".")[0] not in PYOMO:
        return f"It imports {module}; from Pyomo a program needs pyomo.environ, pyomo.gdp, pyomo.dae or pyomo.network."
    return ""


def _name_fault(name: str) -> str:
    if name in SOLVERS:
        return f"It uses {name}, but programs only build: return the ConcreteModel, the solver is called for it."
    if name in NAMES or (name.startswith("__") and name not in MAGIC_NAMES):
        return f"It uses {name}, which a program may not; all data arrives as the argument of its function."
    return ""


def _attribute_fault(attribute: str) -> str:
    if attribute in SOLVERS:
        return _name_fault(attribute)
    if attribute.startswith("_") or attribute in ATTRIBUTES:
        return f"It uses the attribute {attribute}, which a program may not; it may use the public parts of Pyomo."
    return ""
