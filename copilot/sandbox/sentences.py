"""Sentences for the user: what stopped a build, and what to do next."""

from __future__ import annotations

import re
import signal
from typing import Any

from copilot.sandbox.outcome import BuildFailure, FailureKind, Limits

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TEXT_LENGTH = 600
# What a child may report, by kind, or by kind and exception; the other kinds are the host's own to tell.
_REPORTED = {
    "syntax": "{place} is not valid Python: {text}. Correct it and build again.",
    "forbidden": "{place} may not stay as it is. {text}.",
    "forbidden:ModuleNotFoundError": "{place} imports something that programs may not use ({text}). "
    "Use pyomo, numpy, scipy or plain Python.",
    "forbidden:PermissionError": "{place} reached for a file, the network or another process ({text}), which programs "
    "may not. Take everything from the argument of its function.",
    "raised": "{place} raised {what}. Correct the program or its data.",
    "raised:RecursionError": "{place} calls itself without end (RecursionError). Replace the recursion by a loop.",
    "memory": "{place} needed more than {megabytes} MB of memory. Use fewer index combinations, or sparse sets.",
    "output": "The program printed far too much and was stopped. Remove the print calls.",
    "no_function": "The program defines neither build_model(data) nor build_arrays(data). Put the model into a "
    "function of that name.",
    "no_model": "build_model returned {text} instead of a Pyomo ConcreteModel. End it by returning the model.",
    "no_model:build_arrays": "build_arrays returned {text} instead of an ArrayModel. End it by returning the model.",
    "unsupported": "{text}.",
    "infeasible_constraint": "{place} has a constraint that can never hold, whatever the variables are: {text}. "
    "Correct its numbers.",
    "infeasible_constraint:TriviallyInfeasible": "{text}.",
    "refused": "The program was not run, because its process could not be locked away. Run it again.",
}
_RESUBMIT = "Simplify the program, or run it again."


def clean(text: object, length: int = _TEXT_LENGTH) -> str:
    """Text from a child as text for a page: no control characters, no reordering marks, at most `length` characters."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", str(text)[:length])


def line_of(text: object, length: int = _TEXT_LENGTH) -> str:
    """`clean` text on one line, for the middle of a sentence."""
    return " ".join(clean(text, length).split())


def from_report(facts: dict[str, Any], *, limits: Limits) -> BuildFailure:
    """The failure that a child reports; raises ValueError if the facts are not what a guest writes."""
    kind = FailureKind(str(facts.get("kind")))
    line, exception, text = facts.get("line"), line_of(facts.get("exception", ""), 80), line_of(facts.get("text", ""))
    if kind not in _REPORTED or not (line is None or (type(line) is int and 0 < line < 1 << 31)):
        raise ValueError("not a failure that a guest reports")
    message = _reported_sentence(kind, line=line, exception=exception, text=text, limits=limits)
    return BuildFailure(kind, message, line, detail=f"{exception}: {text}".strip(": "))


def timeout(limits: Limits) -> BuildFailure:
    """The wall clock ended the child."""
    return BuildFailure(
        FailureKind.TIMEOUT,
        f"Building the model took longer than {limits.wall_seconds:g} seconds and was stopped. "
        "Look for a loop without end, or build fewer constraints.",
    )


def cancelled() -> BuildFailure:
    """The user asked for it."""
    return BuildFailure(
        FailureKind.CANCELLED, "The build was stopped as you asked. Send the request again to build it."
    )


def refused() -> BuildFailure:
    """This machine has no wall to run model code behind."""
    return BuildFailure(
        FailureKind.REFUSED,
        "This machine cannot lock a program away safely, so the model was not built. Run the application on Linux "
        "(or in a Linux container) with seccomp; `python manage.py sandbox_doctor` shows what is missing.",
        detail="the sandbox tier of this machine is none",
    )


def unavailable(reason: str) -> BuildFailure:
    """The template process cannot be started."""
    return BuildFailure(
        FailureKind.REFUSED,
        "The sandbox could not be started, so the model was not built. Try again in a moment; "
        "`python manage.py sandbox_doctor` shows what is wrong.",
        detail=clean(reason),
    )


def too_large(limits: Limits) -> BuildFailure:
    """The reply passed its cap."""
    return BuildFailure(
        FailureKind.OUTPUT,
        f"The built instance is larger than {limits.reply_bytes / 1e6:.0f} MB. "
        "Use fewer index combinations, or a coarser model.",
    )


def invalid(reason: str) -> BuildFailure:
    """The reply is no instance."""
    return BuildFailure(
        FailureKind.INVALID_REPLY,
        f"The build gave no well-formed instance: {line_of(reason).rstrip('.')}. Correct the program or its data.",
        detail=clean(reason),
    )


def ended(report: dict[str, Any], *, limits: Limits) -> BuildFailure:
    """The child ended without a whole reply; `report` is what the template saw (wait status, CPU seconds)."""
    if "error" in report:
        return _crashed("could not be started", detail=clean(report["error"]))
    number = int(report.get("status", 0)) & 0x7F
    name = signal.Signals(number).name if number in {item.value for item in signal.Signals} else str(number)
    cpu_seconds = float(report.get("cpu_seconds", 0.0))
    if name == "SIGXCPU" or (name == "SIGKILL" and cpu_seconds >= limits.cpu_seconds):
        return _cpu(limits, detail=name)
    if name == "SIGKILL":
        text = "The machine ran out of memory while the model was built. Use fewer index combinations, or sparse sets."
        return BuildFailure(FailureKind.MEMORY, text, detail="ended by the operating system")
    if name == "SIGSYS":
        text = (
            "The program called the operating system in a way that programs may not. Use only Pyomo and plain Python."
        )
        return BuildFailure(FailureKind.FORBIDDEN, text, detail=name)
    return _crashed("ended unexpectedly", detail=name if number else "it left without a reply")


def lost() -> BuildFailure:
    """The template process itself went away."""
    return _crashed("was lost", detail="the template process ended during the build")


def _cpu(limits: Limits, *, detail: str) -> BuildFailure:
    return BuildFailure(
        FailureKind.CPU,
        f"Building the model used more than {limits.cpu_seconds} seconds of processor time and was stopped. "
        "Look for a loop without end, or build fewer constraints.",
        detail=detail,
    )


def _crashed(what: str, *, detail: str) -> BuildFailure:
    return BuildFailure(
        FailureKind.CRASHED, f"The process that built the model {what} ({detail}). {_RESUBMIT}", detail=detail
    )


def _reported_sentence(kind: FailureKind, *, line: int | None, exception: str, text: str, limits: Limits) -> str:
    key = f"{kind}:{exception}" if f"{kind}:{exception}" in _REPORTED else str(kind)
    place = f"Line {line} of the program" if line else "The program"
    megabytes = f"{limits.memory_bytes / 2**20:.0f}"
    what = f"{exception or 'an error'}{': ' + text if text else ''}"
    return _REPORTED[key].format(place=place, what=what, text=text.rstrip("."), megabytes=megabytes)
