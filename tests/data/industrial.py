"""Which program of ours models which published folder; all of the folder's numbers come from its files."""

from __future__ import annotations

from pathlib import Path

FOLDERS = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "miplib_nl"
# Solved in a few seconds each, so every test run proves them.
QUICK = {
    "acc-tight2": "channels",
    "enlight4": "lights",
    "enlight8": "lights",
    "enlight9": "lights",
    "f2gap201600": "exposures",
    "gr4x6": "freight",
    "mik-250-20-75-2": "edge_nodes",
    "mik-250-20-75-5": "edge_nodes",
    "stein15inf": "covering",
    "stein45inf": "covering",
}
# Solved to the end, or to the recorded value with a bound that is still open, within minutes: the benchmark's.
LONGER = {
    "acc-tight4": "channels",
    "enlight_hard": "lights",
    "graphdraw-gemcutter": "diagram",
    "mik-250-20-75-3": "edge_nodes",
    "mik-250-20-75-4": "edge_nodes",
}
PROGRAMS = QUICK | LONGER


def program_of(name: str) -> str:
    """The program for a folder."""
    return (Path(__file__).parent / "programs" / f"{PROGRAMS[name]}.py").read_text(encoding="utf-8")
