"""Published folders of text and data, each built from its own files in the sandbox and solved by HiGHS alone.

Usage: python -m tests.bench industrial [--only NAME ...] [--seconds S]; S limits one solve (300).
"""

from __future__ import annotations

import argparse
import sys

from copilot.data.folders import read_folder
from copilot.sandbox.host import Sandbox
from solvers import runner
from solvers.result import SolveOptions
from tests.data.industrial import FOLDERS, PROGRAMS, program_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PROGRAMS), default=list(PROGRAMS))
    parser.add_argument("--seconds", type=float, default=300.0)
    asked = parser.parse_args()
    if not FOLDERS.is_dir():
        sys.exit(f"No industrial folders at {FOLDERS}: they are kept beside the checkout, not in it.")
    options = SolveOptions(time_limit_seconds=asked.seconds, proof_seconds=0.0)
    box = Sandbox()
    for name in asked.only:
        read = read_folder(FOLDERS / name)
        built = box.build(program_of(name), read.data(), seed=1)
        if built.instance is None:
            print(f"{name:22} not built: {built.failure}")
            continue
        found = runner.solve(built.instance, solver="highs", options=options, core_count=1)
        print(
            f"{name:22} build {built.seconds:5.2f} s  solve {found.seconds:6.1f} s  {found.termination_condition} "
            f"{found.objective_value} (recorded {read.optimum}), bound {found.objective_bound}",
            flush=True,
        )
    box.close()


if __name__ == "__main__":
    main()
