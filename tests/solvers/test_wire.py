"""Frames between a solve and its child: exact both ways, and garbage ends the child, never the parent."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import pytest

from solvers import process, runner, wire
from solvers.pool import Pool, PoolPromise
from solvers.result import Basis, Progress, Proof, ProofState, Result, SolutionStatus, TerminationCondition
from tests.solvers import instances


def reread(data: bytes, *, max_body: int = 1 << 20) -> tuple[dict[str, object], bytes]:
    found = wire.read_frame(io.BytesIO(data), max_body=max_body)
    assert found is not None
    return found


def test_progress_travels_whole() -> None:
    progress = Progress("simplex", 1.5, 2.0, None, 0.25, 7, 3, "log\n", np.array([1.0, -0.5]))
    again = wire.unpack_progress(*reread(wire.pack_progress(progress)))
    assert again.incumbent is not None
    assert again.incumbent.tolist() == [1.0, -0.5]
    assert (again.phase, again.relative_gap, again.nodes, again.log) == ("simplex", 0.25, 3, "log\n")


def test_a_result_travels_whole_without_residuals() -> None:
    result = Result(
        TerminationCondition.TIME_LIMIT,
        SolutionStatus.FEASIBLE,
        solver="highs",
        x=np.array([3.0]),
        row_dual=np.zeros(0),
        objective_value=float("inf"),
    )
    again = wire.unpack_result(*reread(wire.pack_result(result)))
    assert again.termination_condition is TerminationCondition.TIME_LIMIT
    assert again.objective_value == float("inf")
    assert again.x is not None
    assert again.x.tolist() == [3.0]
    assert again.row_dual is not None
    assert len(again.row_dual) == 0
    assert again.reduced_cost is None


def test_a_basis_travels_and_a_proof_does_not() -> None:
    basis = Basis(np.array([1, 0, 3], dtype=np.int8), np.array([2], dtype=np.int8))
    proof = Proof(ProofState.OPTIMAL, "The child says so.")
    status = SolutionStatus.OPTIMAL
    result = Result(
        TerminationCondition.OPTIMAL, status, solver="highs", x=np.arange(3.0), ray=np.ones(1), basis=basis, proof=proof
    )
    header, body = reread(wire.pack_result(result))
    again = wire.unpack_result(header, body)
    assert again.basis is not None
    assert (again.basis.column_status.tolist(), again.basis.row_status.tolist()) == ([1, 0, 3], [2])
    assert again.ray is not None
    assert again.ray.tolist() == [1.0]
    assert again.proof is None
    for wrong in ([["column_status", 3]], [["column_status", 9], ["row_status", -5]], [["x", 3], ["row_status", 1]]):
        with pytest.raises(wire.WireError):
            wire.unpack_result({**header, "basis": wrong}, body)
    with pytest.raises(wire.WireError):
        wire.unpack_result(header, body[:-1] + b"\x09")


def test_candidates_travel_and_a_pool_does_not() -> None:
    pool = Pool((), PoolPromise.K_BEST, "The child says so.")
    status = SolutionStatus.OPTIMAL
    result = Result(
        TerminationCondition.OPTIMAL, status, "gurobi", candidates=np.arange(6.0), pool_bound=float("inf"), pool=pool
    )
    header, body = reread(wire.pack_result(result))
    again = wire.unpack_result(header, body)
    assert again.candidates is not None
    assert again.candidates.tolist() == list(range(6))
    assert again.pool_bound == float("inf")
    assert again.pool is None
    with pytest.raises(wire.WireError):
        wire.unpack_result({**header, "fields": header["fields"] | {"pool": None}}, body)  # type: ignore[operator]


def test_a_clean_end_is_no_frame() -> None:
    assert wire.read_frame(io.BytesIO(b""), max_body=0) is None


@pytest.mark.parametrize(
    "data",
    [
        b"garbage that is long enough",
        b"WPF1",
        struct.pack("<4sIQ", b"WPF1", 2**31, 0),
        struct.pack("<4sIQ", b"WPF1", 2, 2**60) + b"{}",
        struct.pack("<4sIQ", b"WPF1", 3, 0) + b"{}",
        struct.pack("<4sIQ", b"WPF1", 2, 0) + b"[]",
        struct.pack("<4sIQ", b"WPF1", 2, 0) + b"{,",
    ],
)
def test_anything_else_is_refused_before_memory_is_taken(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.read_frame(io.BytesIO(data), max_body=1024)


@pytest.mark.parametrize(
    "header",
    [
        {"fields": {"phase": "x", "elapsed_seconds": 1}, "vectors": [["incumbent", 99]]},
        {"fields": {"phase": "x", "elapsed_seconds": 1}, "vectors": [["incumbent", -1]]},
        {"fields": {"phase": "x", "elapsed_seconds": 1}, "vectors": [["log", 1]]},
        {"fields": {"phase": "x", "elapsed_seconds": 1, "unknown": 2}, "vectors": []},
        {"fields": {}, "vectors": []},
        {},
    ],
)
def test_a_malformed_progress_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack_progress(header, b"12345678")


@pytest.mark.parametrize(
    "program",
    [
        "import os, sys, time; os.write(int(sys.argv[2]), b'garbage' * 1000); time.sleep(60)",
        "import os, sys, time; sys.path.insert(0, sys.argv[1]); from solvers import wire;"
        "os.write(int(sys.argv[2]), wire.frame({'kind': 'result', 'fields': {}, 'vectors': []})); time.sleep(60)",
        "import os; os._exit(3)",
    ],
    ids=["no frame", "empty result", "exit"],
)
def test_a_child_that_talks_nonsense_is_a_crash_not_an_exception(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_BOOT", program)
    began = time.monotonic()
    result = runner.solve(instances.workshop())
    assert result.termination_condition is TerminationCondition.CRASHED
    assert result.x is None
    assert time.monotonic() - began < 5
