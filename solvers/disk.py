"""Files that are written whole or not at all, and what is said when the disk has no room for them."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from solvers.instance import InstanceError

_CAUSES = {
    errno.ENOSPC: "The disk is full at {place}: free some space there and try again.",
    errno.EDQUOT: "The disk quota is used up at {place}: free some space there and try again.",
    errno.EFBIG: (
        "A file at {place} would be larger than this process may write: raise that limit (ulimit -f) and try again."
    ),
}


class DiskFull(InstanceError):
    """There was no room to write; the text names the place and says what to do."""


def is_full(error: OSError) -> bool:
    """Whether the disk, a quota or the limit on the size of files is what stopped the writing."""
    return error.errno in _CAUSES


def sentence(error: OSError, place: Path | str | None = None) -> str:
    """Return what to say of a write that failed at `place`: else what the system names, or the temporary folder."""
    where = place or error.filename or _temporary()
    if error.errno in _CAUSES:
        return _CAUSES[error.errno].format(place=where)
    return f"The file {where} cannot be written: {error.strerror or error}."


@contextlib.contextmanager
def needing_room() -> Iterator[None]:
    """Turn a full disk under temporary files into DiskFull; every other error passes."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(sentence(error)) from error
        if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):
            # Python tries them by writing a few bytes, and does not say why that failed.
            raise DiskFull(f"{_NOWHERE}: free some space and try again.") from error
        raise


_NOWHERE = "No folder for temporary files can be written to, most likely because its disk is full"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file completely, or leave what was there before; raises InstanceError with a sentence.

    The bytes go to a file beside it, which takes its place at the end. A device or a pipe is written to as it is.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            with target.open("wb", buffering=0) as stream:
                _fill(stream.fileno(), content)
            return
        beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
        try:
            with beside.open("xb", buffering=0) as stream:
                _fill(stream.fileno(), content)
                os.fsync(stream.fileno())
            if target.exists():
                shutil.copymode(target, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise (DiskFull if is_full(error) else InstanceError)(sentence(error, path)) from error


def _fill(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _temporary() -> str:
    return tempfile.tempdir or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  (only to be named in a sentence)
