"""The command line `python -m solvers solve|info|doctor|iis|check|convert|diff FILE`.

Exit status: 0 done, 1 not solved, 2 bad input or no room for the output; diff has its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solvers import runner
from solvers.base import AvailabilityState
from solvers.disk import is_full, sentence, write_whole
from solvers.instance import Instance, InstanceError, Sense
from solvers.mps import read
from solvers.mps_write import lp_text, mps_text
from solvers.numerics import remarks, spreads, suspicious
from solvers.proof.command import add_check_parser
from solvers.registry import DEFAULT, SOLVERS
from solvers.result import SolveOptions
from solvers.solve_command import SOLVED, add_solve

MAX_SUSPECTS = 1000


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()  # here, where a full disk can still be told
    except BrokenPipeError:  # the reader of our output has seen enough
        _hush()
        return 1
    except OSError as error:
        if not is_full(error):
            raise
        _hush()
        print(f"solvers: {sentence(error, 'the standard output')}", file=sys.stderr)
        return 2
    return status


def _hush() -> None:
    """Let what is still to be flushed at the end go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str]) -> int:
    if given[:1] == ["iis"]:
        from solvers.explain.command import explain_main  # late, as below: what only one command needs loads slowly

        return explain_main(given[1:])
    if given[:1] == ["diff"]:
        from solvers.equivalence.command import diff_main

        return diff_main(given[1:])
    options = _parser().parse_args(given)
    try:
        return int(options.command(options))
    except InstanceError as error:
        print(f"solvers: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solvers", description="Solve and inspect linear instances.")
    commands = parser.add_subparsers(required=True)
    add_solve(commands)
    info = commands.add_parser("info", help="sizes, ranges and fingerprint of a file")
    info.add_argument("file", type=Path)
    info.add_argument("--json", action="store_true")
    info.set_defaults(command=_info)
    doctor = commands.add_parser("doctor", help="which solvers work here; with a file, what may trouble them")
    doctor.add_argument("file", type=Path, nargs="?")
    doctor.add_argument("--solver", action="append", choices=sorted(SOLVERS), help="only this one; may be given again")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(command=_doctor)
    iis = commands.add_parser("iis", help="why a file has no best plan, and what would help; iis -h for its options")
    iis.add_argument("rest", nargs=argparse.REMAINDER)
    add_check_parser(commands)
    convert = commands.add_parser("convert", help="write a file as .mps, .lp or instance file")
    convert.add_argument("file", type=Path)
    convert.add_argument("target", type=Path)
    convert.set_defaults(command=_convert)
    return parser


def _info(options: argparse.Namespace) -> int:
    from solvers.fingerprint import fingerprint

    reading = read(options.file)
    instance = reading.instance
    data = {
        "name": instance.name,
        "sense": instance.sense,
        "rows": instance.row_count,
        "columns": instance.column_count,
        "integer_columns": int(instance.integrality.sum()),
        "nonzeros": instance.nonzero_count,
        "beyond_linear": list(instance.beyond.parts),
        "objective_offset": instance.objective_offset,
        "ranges": {spread.kind: [spread.smallest, spread.largest] for spread in spreads(instance)},
        "fingerprint": fingerprint(instance),
        "digest": instance.digest(),
        "warnings": list(reading.warnings),
        "remarks": remarks(instance),
    }
    if options.json:
        suspects = suspicious(instance).items()
        data["suspects"] = {name: [asdict(each) for each in found[:MAX_SUSPECTS]] for name, found in suspects}
    _print_data(data, as_json=options.json)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    data: dict[str, Any] = {}
    failed = False
    for name in sorted(options.solver or SOLVERS):
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
    result = runner.solve(toy, solver=name, options=SolveOptions(time_limit_seconds=60))
    right = result.objective_value is not None and abs(result.objective_value - 3) < 1e-3
    if result.termination_condition in SOLVED and right and result.solver == name:
        device = f"device {result.device}" if result.device else ""
        facts = [f"{result.solver_version}, {result.seconds:.2f} s", device, availability.reason]
        return f"{availability.state}: {'; '.join(fact for fact in facts if fact)}", True
    return f"{AvailabilityState.BROKEN}: {result.termination_condition}: {result.message}", False


_TOY_ARRAYS = ([1.0], [0, 1], [0], [1.0], [-math.inf], [3.0], [0.0], [math.inf], [0])


def _convert(options: argparse.Namespace) -> int:
    instance = read(options.file).instance
    ending = options.target.suffix.lower()
    if ending == ".mps":
        content = mps_text(instance).encode()
    elif ending == ".lp":
        content = lp_text(instance).encode()
    else:
        content = instance.to_bytes()
    write_whole(options.target, content)
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
