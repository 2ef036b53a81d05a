"""Fetches the pinned browser libraries with `npm pack`; needed only to change a version."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = HERE / "manifest.json"


@dataclass(frozen=True, slots=True)
class Library:
    """One pinned package and the files of it that pages load; keys are paths in the package."""

    name: str
    version: str
    licence: str
    files: dict[str, str]

    @property
    def folder(self) -> str:
        """Name of the folder in static/vendor."""
        return f"{self.name}-{self.version}"


LIBRARIES = (
    Library(
        "htmx.org",
        "4.0.1",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "dist/ext/hx-ws.min.js": "hx-ws.min.js", "LICENSE": "LICENSE.txt"},
    ),
    Library(
        "uplot",
        "1.6.32",
        "MIT",
        {
            "dist/uPlot.iife.min.js": "uPlot.iife.min.js",
            "dist/uPlot.min.css": "uPlot.min.css",
            "LICENSE": "LICENSE.txt",
        },
    ),
)


def integrity(path: Path) -> str:
    """The file's subresource integrity value."""
    return f"sha384-{base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()}"


def entry(library: Library) -> dict[str, Any]:
    """What the manifest says of a library whose files lie in static/vendor."""
    files = {target: integrity(HERE / library.folder / target) for target in sorted(library.files.values())}
    return {"name": library.name, "version": library.version, "licence": library.licence, "files": files}


def main() -> int:
    """Fetch every library anew and write the manifest."""
    for library in LIBRARIES:
        _fetch(library)
    MANIFEST.write_text(json.dumps([entry(library) for library in LIBRARIES], indent=2) + "\n")
    return 0


def _fetch(library: Library) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch other versions; the files committed here need nothing.")
    target = HERE / library.folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", f"{library.name}@{library.version}"], cwd=folder, check=True)  # noqa: S603
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for source, name in library.files.items():
                member = archive.extractfile(f"package/{source}")
                assert member is not None
                text = member.read().decode()
                (target / name).write_text(_without_source_map(text))


def _without_source_map(text: str) -> str:
    # The maps are not vendored; a static storage that hashes names would look for them.
    kept = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL")]
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.exit(main())
