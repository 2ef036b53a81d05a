"""Runs the explaining command: python -m solvers.explain FILE."""

import sys

from solvers.explain.command import explain_main

sys.exit(explain_main(sys.argv[1:]))
