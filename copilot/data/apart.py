"""Reads large files in a child process under limits of time and memory, so that a server goes on answering."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from copilot.data import stored
from copilot.data.errors import DataError
from copilot.data.reading import read_tables
from copilot.data.table import DataTable

LARGE = 1 << 20  # bytes of text, or of a workbook unpacked; what is smaller is read in a fraction of a second
MEMORY = 3 << 30
AT_ONCE = 2
ROOT = Path(__file__).resolve().parents[2]
_MEMORY_OUT = 3  # how the child ends when the memory does not suffice
_turns = threading.BoundedSemaphore(AT_ONCE)


def read(name: str, content: bytes, *, max_bytes: int, seconds: float) -> tuple[DataTable, ...]:
    """Every table of a file, as `read_tables` gives them; a large one is read by a child.

    Raises DataError as `read_tables` does, and where time or memory do not suffice or too many are read at once.
    """
    if len(content) > max_bytes or not _is_large(content):
        return read_tables(name, content, max_bytes=max_bytes)
    if not _turns.acquire(timeout=seconds):
        raise DataError(f"{name} was not read: other large files are being read just now. Send it again in a minute.")
    try:
        return _by_child(name, content, max_bytes=max_bytes, seconds=seconds)
    finally:
        _turns.release()


def _is_large(content: bytes) -> bool:
    if not content.startswith(b"PK"):
        return len(content) > LARGE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(member.file_size for member in archive.infolist()) > LARGE
    except Exception:  # whoever reads it says what is wrong
        return len(content) > LARGE


def _by_child(name: str, content: bytes, *, max_bytes: int, seconds: float) -> tuple[DataTable, ...]:
    asked = json.dumps({"name": name, "max_bytes": max_bytes}).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "copilot.data.apart"],
            input=asked + content,
            cwd=ROOT,
            env={},  # no secret has to be where a stranger's file is taken apart
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(
            f"{name} takes longer than {seconds:g} seconds to read, so it was left. Keep the sheets and rows that "
            "matter, or save them as CSV. COPILOT_TABLE_SECONDS gives it longer."
        ) from error
    if done.returncode == _MEMORY_OUT or done.returncode < 0:
        raise DataError(
            f"{name} needs more memory than {MEMORY >> 30} GB to read, so it was left. Keep the sheets and rows that "
            "matter, or save them as CSV."
        )
    if done.returncode:
        raise DataError(f"{name} cannot be read: its reader failed. Save it anew, or as CSV, and upload it again.")
    told, _, rest = done.stdout.partition(b"\n")
    answer = json.loads(told)
    if "refused" in answer:
        raise DataError(answer["refused"])
    return tuple(_unframed(answer["tables"], rest))


def _unframed(heads: list[dict[str, object]], rest: bytes) -> Iterator[DataTable]:
    start = 0
    for head in heads:
        size = int(str(head["size"]))
        table = stored.from_bytes(rest[start : start + size], name=str(head["name"]), file=str(head["file"]))
        start += size
        warnings = head["warnings"]
        assert isinstance(warnings, list)
        yield replace(
            table,
            warnings=tuple(map(str, warnings)),
            content_hash=str(head["content_hash"]),
            encoding=str(head["encoding"]),
            delimiter=str(head["delimiter"]),
        )


def _child() -> int:
    """Read standard input, write the tables to standard output: a line of heads, then their bytes one after another."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        tables = read_tables(asked["name"], sys.stdin.buffer.read(), max_bytes=asked["max_bytes"])
        parts = [stored.to_bytes(table) for table in tables]
    except DataError as error:
        sys.stdout.write(json.dumps({"refused": str(error)}) + "\n")
        return 0
    except MemoryError:
        return _MEMORY_OUT
    heads = [
        {
            "size": len(part),
            "name": table.name,
            "file": table.file,
            "warnings": list(table.warnings),
            "content_hash": table.content_hash,
            "encoding": table.encoding,
            "delimiter": table.delimiter,
        }
        for table, part in zip(tables, parts, strict=True)
    ]
    sys.stdout.write(json.dumps({"tables": heads}) + "\n")
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part)
    return 0


if __name__ == "__main__":
    sys.exit(_child())
