"""Every benchmark in turn, or those named: figures as ratios to a peer measured in the same run, with targets."""

import runpy
import sys

PARTS = {
    "sandbox": "builds against a cold process",
    "solver": "a killable child against bare HiGHS",
    "loading": "Pyomo models loaded, against Pyomo's own HiGHS interfaces",
    "arrays": "a million columns as arrays, against raw highspy",
    "files": "instance files against MPS, and hashes",
    "overhead": "the runner against bare highspy",
    "equivalence": "two orders of one model told to be the same, against BLISS",
    "structure": "programs told apart on random data, as builds of their model",
    "diff": "two models told apart line by line, with and without names",
    "race": "the race against each engine alone",
    "industrial": "published folders of text and data, solved to their recorded optimum",
    "learning": "one learning cycle with a scripted model, told step by step",
    "checks": "faults planted into right drafts, and what each check says of them",
    "library": "insights retrieved from libraries of three sizes, against 30 ms",
}

first_option = next((k for k, word in enumerate(sys.argv) if word.startswith("-")), len(sys.argv))
names, options = sys.argv[1:first_option] or list(PARTS), sys.argv[first_option:]
unknown = [name for name in names if name not in PARTS]
if unknown:
    sys.exit(f"There is no benchmark {', '.join(unknown)}; choose from {', '.join(PARTS)}.")
for name in names:
    print(f"# {name}: {PARTS[name]}", flush=True)
    sys.argv = [name, *options]  # a part may read options of its own, such as --sizes
    runpy.run_module(f"tests.bench.{name}", run_name="__main__")
