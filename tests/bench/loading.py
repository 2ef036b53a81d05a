"""A Pyomo model loaded into HiGHS: ours against Pyomo's own HiGHS interfaces, and the memory of a million variables.

The model is built outside the clock. Names are left out on both sides: ours are written when they are read, and the
peers are told not to pass any.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from solvers.from_pyomo import to_instance
from solvers.highs_engine import loaded
from tests.bench.measured import against, least
from tests.bench.pyomo_models import lot_sizing_model, transport_model

ROOT = Path(__file__).parents[2]
TARGET_MEGABYTES = 1100
MILLION = """
import json, resource
from solvers.from_pyomo import to_instance
from solvers.highs_engine import loaded
from tests.bench.measured import least
from tests.bench.pyomo_models import transport_model
model = transport_model(1000, 1000)
highs = []
seconds = least(lambda: highs.append(loaded(to_instance(model), {"output_flag": False})), rounds=1)
assert highs[0].getNumCol() == 1_000_000
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": round(seconds, 2), "megabytes": round(megabytes)}))
"""


def ours(model: Any) -> Any:
    """Load by our way."""
    return loaded(to_instance(model), {"output_flag": False})


def by_appsi(model: Any) -> Any:
    """Load by Pyomo's persistent interface in appsi."""
    from pyomo.contrib.appsi.solvers import Highs

    peer = Highs()
    peer.set_instance(model)
    return peer._solver_model


def by_contrib(model: Any) -> Any:
    """Load by Pyomo's newer persistent interface."""
    from pyomo.contrib.solver.solvers.highs import Highs

    peer = Highs()
    peer.set_instance(model)
    return peer._solver_model


def measured(model: Any, target: float, *, rounds: int) -> dict[str, Any]:
    """Load one model by each way."""
    columns = ours(model).getNumCol()
    seconds = {"ours": least(lambda: ours(model), rounds=3)}
    peers: dict[str, Callable[[Any], Any]] = {"appsi highs": by_appsi, "contrib.solver highs": by_contrib}
    for name, peer in peers.items():
        sizes = []
        seconds[name] = least(lambda peer=peer, sizes=sizes: sizes.append(peer(model).getNumCol()), rounds=rounds)  # type: ignore[misc]
        assert sizes[0] == columns, f"{name} loaded another model"
    ratios = {name: against(target=target, found=seconds[name] / seconds["ours"]) for name in peers}
    return {
        "columns": columns,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "times faster": ratios,
    }


def main() -> None:
    """Print one JSON object."""
    report: dict[str, Any] = {
        "transport, 1e5 columns": measured(transport_model(250, 400), 2.0, rounds=3),
        "lot sizing, 333,000 columns and 222,000 rows": measured(lot_sizing_model(300, 370), 4.0, rounds=1),
    }
    command = [sys.executable, "-c", MILLION]
    million = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    million["peak"] = against(target=TARGET_MEGABYTES, found=million["megabytes"], at_most=True)
    report["transport, 1e6 columns, the model included"] = million
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
