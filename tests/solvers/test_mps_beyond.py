"""Products, sets, indicators and semicontinuous columns in MPS and LP files mean here what they mean to SCIP."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solvers.__main__ import main
from solvers.beyond import OBJECTIVE, Beyond
from solvers.fingerprint import fingerprint
from solvers.instance import Instance, InstanceError
from solvers.kkt import residuals
from solvers.mps import read
from solvers.mps_write import lp_text, mps_text
from tests.solvers import instances
from tests.solvers.test_beyond import everything as with_every_part

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench"
needs_bench = pytest.mark.skipif(not BENCH.is_dir(), reason=f"NOT VERIFIED: the benchmark folder {BENCH} is not here")
ORACLE = """
import json, sys
from pyscipopt import Model
problem = Model()
problem.hideOutput()
problem.readProblem(sys.argv[1])
problem.optimize()
best = problem.getBestSol() if problem.getNSols() else None
point = {} if best is None else {variable.name: best[variable] for variable in problem.getVars()}
print("\\n" + json.dumps([problem.getStatus(), None if best is None else problem.getObjVal(), point]))
"""


def scip_on(path: Path) -> tuple[str, float | None, dict[str, float]]:
    """SCIP's status, objective value and point for the file as SCIP itself reads it."""
    done = subprocess.run(
        [sys.executable, "-c", ORACLE, str(path)], capture_output=True, text=True, timeout=240, check=True
    )
    status, value, point = json.loads(done.stdout.splitlines()[-1])
    return status, value, point


def every_part() -> Instance:
    """As in the tests of `Beyond`, without the formula, which no such file can hold."""
    instance = with_every_part(tape_row=[], tape_indptr=[0], tape_code=[], tape_operand=[])
    return replace(instance, row_lower=np.array([-np.inf, 3.0]), row_upper=np.array([9.0, np.inf]))


FILES = [
    "lp/beyond_linear/findRoot.lp.gz",
    "lp/beyond_linear/mcf64-4-1.lp.gz",
    "lp/beyond_linear/meanvarx.mps.gz",
    "lp/beyond_linear/meanvarxsc.lp.gz",
    "lp/beyond_linear/pcu_0.1.lp.gz",
    "lp/beyond_linear/tpesc.lp.gz",
    "mps/qcqp.lp",
    "mps/qjh_quadobj.mps",
    "mps/qjh_qmatrix.mps",
    "mps/qptestnw.lp",
    "mps/semi-continuous.lp",
    "mps/semi-continuous.mps",
    "mps/semi-integer.lp",
    "mps/2821-summation.mps",
]


@needs_bench
@pytest.mark.bench
@pytest.mark.parametrize("name", FILES)
def test_a_file_means_what_it_means_to_scip(name: str, tmp_path: Path) -> None:
    path = BENCH / name
    instance = read(path).instance
    status, optimum, point = scip_on(path)
    assert status == "optimal"
    assert set(instance.column_names) <= set(point)
    x = np.array([point[column] for column in instance.column_names])
    assert instance.objective_at(x) == pytest.approx(optimum, rel=1e-6, abs=1e-6)
    checked = residuals(instance, x)
    assert max(checked.relative_row_violation, checked.max_bound_violation, checked.max_set_violation) < 2e-6
    # The point shows that nothing was added that forbids it; the optimum of what we write, that nothing was lost.
    for ending, text in (("lp", lp_text), ("mps", mps_text)):
        written = tmp_path / f"again.{ending}"
        written.write_text(text(instance))
        assert scip_on(written)[1] == pytest.approx(optimum, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("ending", "text"), [("mps", mps_text), ("lp", lp_text)])
def test_every_part_is_written_and_read_back(tmp_path: Path, ending: str, text: Any) -> None:
    instance = every_part()
    path = tmp_path / f"case.{ending}"
    path.write_text(text(instance))
    again = read(path).instance
    assert replace(again.beyond, set_names=instance.beyond.set_names) == instance.beyond
    assert fingerprint(again) == fingerprint(instance)


@pytest.mark.parametrize(("kind", "text"), [("MPS", mps_text), ("LP", lp_text)])
def test_a_formula_is_refused_in_a_sentence(kind: str, text: Any) -> None:
    with pytest.raises(InstanceError, match=rf"as an {kind} file, .* \(its constraint row\[0\] holds one\)"):
        text(with_every_part())


def test_a_range_of_products_and_a_waiting_range_keep_both_sides(tmp_path: Path) -> None:
    instance = replace(every_part(), row_lower=np.array([2.0, 3.0]), row_upper=np.array([9.0, 7.0]))
    path = tmp_path / "case.mps"
    path.write_text(mps_text(instance))
    assert fingerprint(read(path).instance) == fingerprint(instance)
    path = tmp_path / "case.lp"
    path.write_text(lp_text(instance))
    again = read(path).instance
    assert again.row_lower.tolist() == [2, -np.inf, 3, -np.inf]
    assert again.beyond.indicator_row.tolist() == [2, 3]
    assert sorted(again.beyond.quadratic_row.tolist()) == [OBJECTIVE, OBJECTIVE, 0, 1]


def test_other_dialects_of_sets_and_products_are_understood(tmp_path: Path) -> None:
    head = "NAME t\nROWS\n N goal\n L c\nCOLUMNS\n x goal 1 c 1\n y goal 1 c 1\nRHS\n RHS c 9\nBOUNDS\n UP B x 4\n"
    wanted = Beyond(
        set_kind=np.array([2]), set_indptr=np.array([0, 2]), set_indices=np.array([1, 0]),
        set_weights=np.array([1.0, 2.0]), set_names=("s",),
    )  # fmt: skip
    for section in (
        "SOS\n S2 SOS s 5\n    SOS x:2\n    SOS y:1\n",
        "SOS\n S2 s\n    x 2\n    y 1\n",
        "SOS2\n s\n x 2\n y 1\n",
        "SOS\n* a remark\n S2 SOS s\n    SOS  y  1\n    SOS  x  2\n",
    ):
        path = tmp_path / "sets.mps"
        path.write_text(f"{head}{section}ENDATA\n")
        assert read(path).instance.beyond == wanted, section
    path = tmp_path / "case.lp"
    path.write_text(
        "\\ a remark\nmin\n goal: 2x + [ 4 x^2 + 2 x * y - y ^2 ] / 2 + 7\nst\n-3 <= x + 2 y <= 8\n"
        "c: x + [ x y ] - 1 >= 2\nb = 0 -> - x - y >= -5\nbounds\n-inf <= x <= 4\n y free\nbinaries\n b\nend\n"
    )
    instance = read(path).instance
    assert instance.objective_at(np.array([1.0, 2.0, 0.0])) == 2 + 2 + 2 - 2 + 7
    assert instance.row_lower.tolist() == [-3, 3, -5]
    assert instance.row_upper.tolist() == [8, np.inf, np.inf]
    assert instance.row_activity(np.array([1.0, 2.0, 0.0])).tolist() == [5, 3, -3]
    assert instance.column_lower.tolist() == [-np.inf, -np.inf, 0]
    assert instance.column_upper.tolist() == [4, np.inf, 1]
    assert instance.integrality.tolist() == [0, 0, 1]
    assert instance.beyond.indicator_value.tolist() == [0]


HEAD = "NAME t\nROWS\n N goal\n L c\nCOLUMNS\n x goal 1 c 1\nRHS\n RHS c 9\nBOUNDS\n UP B x 4\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.mps", f"{HEAD}SOS\n x 1\nENDATA\n", "line 12 stands in no special ordered set"),
        ("a.mps", f"{HEAD}SOS\n S1 s\n w 1\nENDATA\n", "line 13 names the variable w, which the file does not declare"),
        ("a.mps", f"{HEAD}SOS\n S1 s\n x one\nENDATA\n", "line 13 has one where a finite number is expected"),
        ("a.mps", f"{HEAD}SOS\n S1 s\n x 1\n x 2\nENDATA\n", "special ordered set s needs each variable once"),
        ("a.mps", f"{HEAD}INDICATORS\n IF c x 2\nENDATA\n", "line 12 is not of the form IF"),
        ("a.mps", f"{HEAD}INDICATORS\n IF c x 1\nENDATA\n", "waits for variable x, which is not binary"),
        ("a.mps", f"{HEAD}INDICATORS\n IF c x\nENDATA\n", "line 12 has 3 words where 4 are expected"),
        ("a.mps", f"{HEAD}QCMATRIX d\n x x 1\nENDATA\n", "line 11 names the constraint d"),
        ("a.mps", f"{HEAD}QCMATRIX c\n x x nan\nENDATA\n", "line 12 has nan where a finite number is expected"),
        ("a.mps", f"{HEAD}QCMATRIX c\n x x 1e400\nENDATA\n", "line 12 has 1e400 where a finite number"),
        ("a.mps", f"{HEAD}QUADOBJ\n x x 1\nQMATRIX\n x x 1\nENDATA\n", r"line 13 gives the products .* again"),
        ("a.mps", f"{HEAD}GENCONS\n MAX g\nENDATA\n", "line 11 begins general constraints"),
        ("a.lp", "min x + [ x * ]\nst\nc: x >= 1\nend", r"line 1 has \] where a variable is expected"),
        ("a.lp", "min [ x^2\nst\nc: x >= 1\nend", "line 1 has the end of its section where"),
        ("a.lp", "min x\nst\nc: [ x^2 ] >= y\nend", "line 3 has y where a number is expected"),
        ("a.lp", "min x\nst\nc: [ x^2 ] 4\nend", "line 3 has 4 where <= or"),
        ("a.lp", "min x\nst\nc: [ x^2 ] <= 4\nbounds\n x + y <= 3\nend", "line 5 has a bound on something other"),
        ("a.lp", "min x\nst\nc: b = 2 -> x <= 4\nend", "line 3 waits for an indicator value other than 0 and 1"),
        ("a.lp", "min x\nst\nc: x <= 4\nsos\ns: S3:: x:1\nend", "line 5 has S3 where S1:: or S2:: is expected"),
        ("a.lp", "x <= [ 3\nmin x\nend", "line 1 stands before the objective"),
        ("a.lp", "min x + [ x^2 ] / 0\nst\nend", "line 1 divides by zero"),
        ("a.lp", "min x\nst\nc: [ x^2 ] <= 1e400\nd: § >= 1\nend", "line 4 holds '§"),
        ("a.lp", "min [ x^2 ]\nst\nc: 3 <= 4\nend", "line 3 compares two numbers"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InstanceError, match=sentence) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_the_command_line_converts_and_tells_of_every_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, own, written = tmp_path / "a.lp", tmp_path / "a.instance", tmp_path / "b.mps"
    source.write_text(lp_text(every_part()))
    assert main(["convert", str(source), str(own)]) == 0
    assert main(["convert", str(own), str(written)]) == 0
    assert fingerprint(read(written).instance) == fingerprint(every_part())
    capsys.readouterr()
    assert main(["info", str(written)]) == 0
    shown = capsys.readouterr().out
    for part in every_part().beyond.parts:
        assert part in shown
    formula = tmp_path / "formula.instance"
    formula.write_bytes(with_every_part().to_bytes())
    assert main(["convert", str(formula), str(written)]) == 2
    assert "nonlinear functions" in capsys.readouterr().err


def test_a_file_without_parts_is_linear(tmp_path: Path) -> None:
    path = tmp_path / "plain.lp"
    path.write_text(lp_text(instances.workshop()))
    assert read(path).instance.is_linear
