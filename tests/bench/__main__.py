"""Every benchmark in turn: figures as ratios to a peer measured in the same run."""

import runpy

PARTS = {"sandbox": "builds against a cold process", "solver": "a killable child against bare HiGHS"}

for name, meaning in PARTS.items():
    print(f"# {name}: {meaning}")
    runpy.run_module(f"tests.bench.{name}", run_name="__main__")
