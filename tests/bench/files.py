"""Instance files against the MPS files that HiGHS writes and reads, and what the names of a content cost.

The instance has names on both sides, since MPS has them whether wanted or not.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import highspy

from solvers.fingerprint import fingerprint
from solvers.highs_engine import loaded
from solvers.instance import Instance
from tests.bench import generated
from tests.bench.measured import against, least

TARGET_RATIO, TARGET_DIGEST_SECONDS = 10.0, 0.25


def main() -> None:
    """Print one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        report = {
            "transport, 2.4e5 nonzeros": files(generated.transport().validate(), Path(folder)),
            "set cover, 1e6 nonzeros": files(generated.set_cover().validate(), Path(folder)),
        }
    report["names of the content, 2e6 nonzeros"] = names(generated.transport(sources=1000, sinks=1000).validate())
    print(json.dumps(report, indent=2))


def files(instance: Instance, folder: Path) -> dict[str, Any]:
    """Write and read one instance each way."""
    ours, mps = folder / "model.instance", folder / "model.mps"
    highs = loaded(instance, {"output_flag": False})
    for place in range(instance.column_count):
        highs.passColName(place, instance.column_names[place])
    for place in range(instance.row_count):
        highs.passRowName(place, instance.row_names[place])

    def read_mps() -> None:
        peer = highspy.Highs()
        peer.setOptionValue("output_flag", False)
        assert peer.readModel(str(mps)) != highspy.HighsStatus.kError
        assert peer.getNumNz() == instance.nonzero_count

    seconds = {
        "write": least(lambda: ours.write_bytes(instance.to_bytes())),
        "write MPS": least(lambda: highs.writeModel(str(mps))),
        "read": least(lambda: Instance.from_bytes(ours.read_bytes())),
        "read MPS": least(read_mps),
    }
    return {
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "megabytes": {"ours": round(ours.stat().st_size / 1e6, 1), "MPS": round(mps.stat().st_size / 1e6, 1)},
        "write, times faster": against(target=TARGET_RATIO, found=seconds["write MPS"] / seconds["write"]),
        "read, times faster": against(target=TARGET_RATIO, found=seconds["read MPS"] / seconds["read"]),
    }


def names(instance: Instance) -> dict[str, Any]:
    """Hash one instance by its bytes and by its structure."""
    return {
        "digest seconds": against(target=TARGET_DIGEST_SECONDS, found=least(instance.digest), at_most=True),
        "fingerprint seconds": round(least(lambda: fingerprint(instance), rounds=2), 2),
    }


if __name__ == "__main__":
    main()
