"""The command `check FILE PROOF`, and a proof on its way to a file or to a reader of JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from solvers.disk import write_whole
from solvers.instance import InstanceError
from solvers.mps import read
from solvers.proof.check import CertificateError, verify
from solvers.result import Proof

MAX_BYTES = 1 << 28


def proof_data(proof: Proof | None) -> dict[str, Any] | None:
    """Return what is said of a proof, without the certificate, as plain JSON."""
    if proof is None:
        return None
    names = ("state", "sentence", "bound", "exact", "gap", "violation", "method", "seconds")
    return {"proven": proof.proven} | {name: getattr(proof, name) for name in names}


def write_certificate(path: Path, proof: Proof | None) -> None:
    """Write the certificate as JSON; raises InstanceError with a sentence when there is none or no room for it."""
    if proof is None or proof.certificate is None:
        reason = "" if proof is None else f" {proof.sentence}"
        raise InstanceError(f"There is no proof to write to {path}.{reason}")
    write_whole(path, f"{json.dumps(proof.certificate, indent=1)}\n".encode())


def add_check_parser(commands: Any) -> None:
    """Add the command `check` to a parser's commands."""
    check = commands.add_parser("check", help="check a proof of a file again, in exact arithmetic")
    check.add_argument("file", type=Path)
    check.add_argument("proof", type=Path, help="what solve --proof wrote")
    check.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    """Print what is proven and return 0, or the reason why nothing is and return 1."""
    instance, data = read(options.file).instance, _loaded(options.proof)
    try:
        bound = verify(instance, data)
    except CertificateError as error:
        print(f"not proven: {error}")
        return 1
    if data["claim"] == "infeasible":
        print(f"proven: no point satisfies all constraints of {instance.name}.")
    else:
        what = "the optimum is exactly" if data["claim"] == "optimal" else f"no point is better ({instance.sense}) than"
        print(f"proven: {what} {data['bound']} ≈ {float(bound):.12g}")
    if data.get("digest") != instance.digest():
        print("note: the proof was made for a file with other names or numbers; it holds for this one too.")
    return 0


def _loaded(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InstanceError(f"The proof {path} is larger than {MAX_BYTES >> 20} MB.")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InstanceError(f"The proof {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InstanceError(f"The proof {path} is not JSON.") from error
    if not isinstance(data, dict):
        raise InstanceError(f"The proof {path} is not an object.")
    return data
