"""The command line `python -m solvers solve|info|doctor|convert|diff FILE`.

Exit status: 0 done, 1 not solved, 2 bad input.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
from pathlib import Path
from typing import Any

from solvers import runner
from solvers.base import AvailabilityState
from solvers.equivalence.command import diff_main
from solvers.explain.command import explain_main
from solvers.fingerprint import fingerprint
from solvers.instance import Instance, InstanceError, Sense
from solvers.kkt import binding_rows
from solvers.mps import Reading, read
from solvers.mps_write import lp_text, mps_text
from solvers.numerics import remarks, spreads
from solvers.registry import AUTO, DEFAULT, SOLVERS
from solvers.result import Progress, Result, SolutionStatus, SolveOptions, TerminationCondition

_SOLVED = frozenset({TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE})
_ANSWERED = _SOLVED | {TerminationCondition.INFEASIBLE, TerminationCondition.UNBOUNDED}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["iis"]:
        return explain_main(given[1:])
    if given[:1] == ["diff"]:
        return diff_main(given[1:])
    options = _parser().parse_args(given)
    try:
        return int(options.command(options))
    except InstanceError as error:
        print(f"solvers: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solvers", description="Solve and inspect linear instances.")
    commands = parser.add_subparsers(required=True)
    solve = commands.add_parser("solve", help="solve a file and check the answer")
    solve.add_argument("file", type=Path)
    solve.add_argument("--solver", default="auto", help=", ".join((AUTO, *SOLVERS)))
    solve.add_argument("--method", default="choose", help="LP algorithm: choose, simplex, ipm; HiGHS: ipx, hipo")
    solve.add_argument("--time-limit", type=_seconds, default=60.0, help="seconds")
    solve.add_argument("--gap", type=float, default=1e-4, help="relative gap at which a MIP search ends")
    solve.add_argument("--threads", type=int, default=1)
    solve.add_argument("--json", action="store_true", help="print one JSON object")
    solve.set_defaults(command=_solve)
    info = commands.add_parser("info", help="sizes, ranges and fingerprint of a file")
    info.add_argument("file", type=Path)
    info.add_argument("--json", action="store_true")
    info.set_defaults(command=_info)
    doctor = commands.add_parser("doctor", help="which solvers work here; with a file, what may trouble them")
    doctor.add_argument("file", type=Path, nargs="?")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(command=_doctor)
    iis = commands.add_parser("iis", help="why a file has no best plan, and what would help; iis -h for its options")
    iis.add_argument("rest", nargs=argparse.REMAINDER)
    convert = commands.add_parser("convert", help="write a file as .mps, .lp or instance file")
    convert.add_argument("file", type=Path)
    convert.add_argument("target", type=Path)
    convert.set_defaults(command=_convert)
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value


def _solve(options: argparse.Namespace) -> int:
    reading = read(options.file)
    stopped = False

    def stop(signum: int, frame: object) -> None:
        nonlocal stopped
        stopped = True

    previous = signal.signal(signal.SIGINT, stop)  # Ctrl-C keeps the best solution found
    try:
        result = runner.solve(
            reading.instance,
            solver=options.solver,
            options=SolveOptions(
                time_limit_seconds=options.time_limit,
                relative_gap=options.gap,
                threads=options.threads,
                method=options.method,
            ),
            report=(lambda _: None) if options.json else _show_progress,
            should_stop=lambda: stopped,
        )
    finally:
        signal.signal(signal.SIGINT, previous)
    if options.json:
        print(json.dumps(_result_data(reading.instance, result), indent=2))
    else:
        _show_result(reading, result)
    return 0 if result.termination_condition in _ANSWERED else 1


def _show_progress(progress: Progress) -> None:
    if progress.objective_value is None and progress.iterations is None:
        return
    value = "–" if progress.objective_value is None else f"{progress.objective_value:g}"
    bound = "–" if progress.objective_bound is None else f"{progress.objective_bound:g}"
    gap = "–" if progress.relative_gap is None else f"{progress.relative_gap:.2%}"
    effort = f"nodes {progress.nodes}" if progress.nodes is not None else f"iterations {progress.iterations}"
    print(f"{progress.elapsed_seconds:8.1f} s  {progress.phase}  best {value}  bound {bound}  gap {gap}  {effort}")


def _show_result(reading: Reading, result: Result) -> None:
    instance = reading.instance
    for warning in reading.warnings[:10]:
        print(f"note: {warning}")
    print(f"{result.termination_condition}: {result.message}")
    if result.reason:
        print(f"solver: {result.solver or '–'} ({result.reason})")
    if result.x is None:
        return
    print(f"objective {result.objective_value:.12g}  bound {result.objective_bound}  in {result.seconds:.2f} s")
    if result.residuals is not None:
        checked = result.residuals
        print(
            f"checked: row violation {checked.max_row_violation:.1e} {checked.worst_row}, bound "
            f"{checked.max_bound_violation:.1e}, integrality {checked.max_integrality_violation:.1e}"
        )
    for name, value in zip(instance.column_names, result.x.tolist(), strict=True):
        if value:
            print(f"  {name} = {value:.10g}")


def _result_data(instance: Instance, result: Result) -> dict[str, Any]:
    checked = result.residuals
    point = result.x is not None and result.solution_status is not SolutionStatus.INFEASIBLE_POINT
    return {
        "termination_condition": result.termination_condition,
        "solution_status": result.solution_status,
        "message": result.message,
        "objective_value": result.objective_value,
        "objective_bound": result.objective_bound,
        "relative_gap": result.relative_gap,
        "variables": dict(zip(instance.column_names, result.x.tolist(), strict=True)) if result.x is not None else {},
        "binding": [f"{b.kind} {b.name} ({b.side})" for b in binding_rows(instance, result.x)]
        if point and result.x is not None
        else [],
        "residuals": None if checked is None else {name: getattr(checked, name) for name in checked.__slots__},
        "certificate": result.certificate,
        "solver": result.solver,
        "requested": result.requested,
        "reason": result.reason,
        "seconds": result.seconds,
        "raw_status": result.raw_status,
        "solver_version": result.solver_version,
    }


def _info(options: argparse.Namespace) -> int:
    reading = read(options.file)
    instance = reading.instance
    data = {
        "name": instance.name,
        "sense": instance.sense,
        "rows": instance.row_count,
        "columns": instance.column_count,
        "integer_columns": int(instance.integrality.sum()),
        "nonzeros": instance.nonzero_count,
        "objective_offset": instance.objective_offset,
        "ranges": {spread.kind: [spread.smallest, spread.largest] for spread in spreads(instance)},
        "fingerprint": fingerprint(instance),
        "digest": instance.digest(),
        "warnings": list(reading.warnings),
    }
    _print_data(data, as_json=options.json)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    data: dict[str, Any] = {}
    failed = False
    for name in sorted(SOLVERS):
        data[name], works = _probed(name)
        failed = failed or not works
    if options.file is not None:
        reading = read(options.file)
        data["remarks"] = [*reading.warnings, *remarks(reading.instance)] or ["Nothing unusual in the numbers."]
    _print_data(data, as_json=options.json)
    return 1 if failed else 0


def _probed(name: str) -> tuple[str, bool]:
    """Solve max x, x <= 3 in a child: a backend works when it gives the known answer, not when it can be imported.

    The second value says whether all is well: a backend that nobody installed is no fault, unless it is the default.
    """
    availability = SOLVERS[name].availability()
    if not availability:
        optional = availability.state is AvailabilityState.ABSENT and name != DEFAULT
        return f"{availability.state}: {availability.reason}", optional
    toy = Instance("toy", Sense.MAXIMIZE, "x", 0.0, *_TOY_ARRAYS, row_names=("limit",), column_names=("x",))  # type: ignore[arg-type]
    result = runner.solve(toy, solver=name, options=SolveOptions(time_limit_seconds=20))
    right = result.objective_value is not None and abs(result.objective_value - 3) < 1e-3
    if result.termination_condition in _SOLVED and right and result.solver == name:
        facts = [f"{result.solver_version}, {result.seconds:.2f} s", availability.reason]
        return f"{availability.state}: {'; '.join(fact for fact in facts if fact)}", True
    return f"{AvailabilityState.BROKEN}: {result.termination_condition}: {result.message}", False


_TOY_ARRAYS = ([1.0], [0, 1], [0], [1.0], [-math.inf], [3.0], [0.0], [math.inf], [0])


def _convert(options: argparse.Namespace) -> int:
    instance = read(options.file).instance
    ending = options.target.suffix.lower()
    try:
        if ending == ".mps":
            options.target.write_text(mps_text(instance), encoding="utf-8")
        elif ending == ".lp":
            options.target.write_text(lp_text(instance), encoding="utf-8")
        else:
            options.target.write_bytes(instance.to_bytes())
    except OSError as error:
        raise InstanceError(f"The file {options.target} cannot be written: {error.strerror}.") from error
    return 0


def _print_data(data: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(data, indent=2))
        return
    for name, value in data.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            for item in value:
                print(f"{name}: {item}")
        else:
            print(f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(main())
