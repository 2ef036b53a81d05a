"""The only file with exec: runs a program inside a locked child and turns what it returns into plain data."""

from __future__ import annotations

import builtins
import gc
import io
import logging
import os
import random
import sys
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import numpy as np
import numpy.random.bit_generator as numpy_entropy
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.core import AbstractModel, ConcreteModel, Constraint, Objective, Param, Set, Var

from copilot.sandbox import gate, lockdown, wire
from solvers.arrays import ArrayModel
from solvers.from_pyomo import to_instance
from solvers.instance import InstanceError
from solvers.pyomo_errors import TriviallyInfeasible, UnsupportedModel

PROGRAM_NAME = "<program>"
# Together these keep an honest header under `wire.HEADER_BYTES`, whatever characters it is made of.
_TEXT_LENGTH = 2_000
_PRINTED_LENGTH = 1 << 17
_FAMILIES, _FAMILY_NAME_LENGTH = 2_000, 100
_WARNINGS, _WARNING_LENGTH = 50, 500
_COMPONENTS = {"set": Set, "param": Param, "var": Var, "constraint": Constraint, "objective": Objective}
_INFEASIBLE = ("trivial Boolean (False)", "always infeasible", "trivially infeasible")


class Failure(Exception):
    """Why there is no instance: a kind of `outcome.FailureKind`, and the facts that the host writes a sentence from."""

    def __init__(self, kind: str, *, line: int | None = None, exception: str = "", text: str = "") -> None:
        super().__init__(kind)
        self.facts = {"kind": kind, "line": line, "exception": exception, "text": text[:_TEXT_LENGTH]}


class _TooMuchPrinted(BaseException):
    """Raised by print itself, so that a loop of prints ends at once."""


class _Printed(io.TextIOBase):
    """Keeps the first `keep` characters and ends the program after `wire.PRINT_FACTOR` times as many."""

    def __init__(self, keep: int) -> None:
        self._keep, self._kept, self._seen, self._parts = keep, 0, 0, list[str]()

    def write(self, text: str) -> int:
        self._seen += len(text)
        part = text[: max(0, self._keep - self._kept)]
        self._kept += len(part)
        self._parts.append(part) if part else None
        if self.exceeded:
            raise _TooMuchPrinted
        return len(text)

    @property
    def exceeded(self) -> bool:
        return self._seen > self._keep * wire.PRINT_FACTOR

    @property
    def text(self) -> str:
        return "".join(self._parts)


class _Collector(logging.Handler):
    """Pyomo's own warnings, as lines."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.lines) < _WARNINGS:
            self.lines.append(record.getMessage()[:_WARNING_LENGTH])


def seed_everything(seed: int) -> None:
    """Make random, numpy's legacy functions and an unseeded `default_rng()` repeat for the same seed.

    `os.urandom`, and with it an unseeded `random.Random()`, stay what the kernel gives.
    """
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    numpy_entropy.randbits = random.Random(f"entropy {seed}").getrandbits  # type: ignore[attr-defined] # noqa: S311 — repeatable on purpose


def build(request: wire.Request) -> bytes:
    """Run the program and answer with a reply frame; whatever the program does, the answer is a frame."""
    printed, collector = _Printed(min(request.printed_bytes, _PRINTED_LENGTH)), _Collector()
    header: dict[str, Any] = {"failure": None, "counts": []}
    body = b""
    streams = sys.stdout, sys.stderr
    pyomo_log = logging.getLogger("pyomo")
    handlers, pyomo_log.handlers = pyomo_log.handlers, [collector]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            sys.stdout = sys.stderr = printed
            header["counts"], body = _run(request)
        except Failure as failure:
            header["failure"] = failure.facts
        except BaseException as error:  # the program may raise anything, and the answer is a frame
            header["failure"] = _facts(error)
        finally:
            sys.stdout, sys.stderr = streams
            pyomo_log.handlers = handlers
    if printed.exceeded:
        header["failure"], body = Failure("output").facts, b""
    header["printed"] = printed.text
    noted = [str(item.message)[:_WARNING_LENGTH] for item in caught[:_WARNINGS]]
    header["warnings"] = [*collector.lines, *noted][:_WARNINGS]
    return wire.write_reply(header, body)


def answer(request: wire.Request) -> None:
    """Build, and write the frame to the reply channel."""
    gc.set_threshold(50_000, 20, 100)  # a child lives for one build: collecting early only touches shared pages
    frame = memoryview(build(request))
    while frame:
        frame = frame[os.write(lockdown.REPLY_DESCRIPTOR, frame) :]


def _run(request: wire.Request) -> tuple[list[tuple[str, str, int]], bytes]:
    if request.gate:
        for finding in gate.lint(request.program):
            raise Failure(finding.kind, line=finding.line, text=finding.message)
    seed_everything(request.seed)
    entry, model = _execute(request.program, request.data)
    if entry == "build_arrays":
        if not isinstance(model, ArrayModel):
            raise Failure("no_model", exception=entry, text=_kind(model))
        counts = [(name[:_FAMILY_NAME_LENGTH], kind, size) for name, kind, size in model.families()[:_FAMILIES]]
        return counts, model.instance().to_bytes()
    if not isinstance(model, ConcreteModel):
        raise Failure("no_model", text=_kind(model))
    instance = to_instance(model)
    return _families(model), instance.to_bytes()


def _kind(value: object) -> str:
    if isinstance(value, AbstractModel):
        return "an AbstractModel"
    return "nothing" if value is None else f"a value of type {type(value)}"


def _execute(program: str, data: Mapping[str, Any]) -> tuple[str, object]:
    """Return the name of the function that was called, and what it returned."""
    try:
        code = compile(program, PROGRAM_NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise Failure("syntax", line=getattr(error, "lineno", None), text=str(getattr(error, "msg", error))) from error
    namespace: dict[str, Any] = {"__name__": "program", "__builtins__": builtins}
    exec(code, namespace)
    for entry in gate.ENTRIES:
        if callable(namespace.get(entry)):
            return entry, namespace[entry](data)
    raise Failure("no_function")


def _families(pyomo_model: ConcreteModel) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    for kind, component_type in _COMPONENTS.items():
        for component in pyomo_model.component_objects(component_type, active=True):
            if not component.local_name.startswith("_"):  # sets that Pyomo itself makes for an index
                found.append((component.name[:_FAMILY_NAME_LENGTH], kind, len(component)))
    return found[:_FAMILIES]


def _facts(error: BaseException) -> dict[str, Any]:
    line, text, exception = _line(error.__traceback__), _text(error), type(error).__name__
    if isinstance(error, _TooMuchPrinted):
        kind = "output"
    elif isinstance(error, MemoryError):
        kind = "memory"
    elif isinstance(error, ModuleNotFoundError | PermissionError):
        kind = "forbidden"
    elif isinstance(error, TriviallyInfeasible):
        kind = "infeasible_constraint"
    elif isinstance(error, UnsupportedModel | InstanceError):
        kind = "unsupported"
    elif isinstance(error, ValueError | InfeasibleConstraintException) and any(sign in text for sign in _INFEASIBLE):
        kind = "infeasible_constraint"
    else:
        kind = "raised"
    return Failure(kind, line=line, exception=exception, text=text).facts


def _line(traceback: TracebackType | None) -> int | None:
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == PROGRAM_NAME:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT_LENGTH]
    except BaseException:  # the program wrote this exception's __str__
        return ""
