"""One comparison of a million nonzeros: prints the verdict, the peak of memory in MB and the seconds."""

from __future__ import annotations

import resource
import sys

from solvers.equivalence.compare import equivalence
from tests.bench.equivalence import FAMILIES, shuffled

NONZEROS = 1_000_000

if __name__ == "__main__":
    model = FAMILIES[sys.argv[1]](NONZEROS)
    found = equivalence(model, shuffled(model), seconds=300)
    print(found.verdict, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, round(found.seconds, 1))
