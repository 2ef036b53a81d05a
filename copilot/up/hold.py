"""Holds a data folder for one supervisor at a time; the kernel lets go when the holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from copilot.up.errors import UpError


class Hold:
    """An exclusive hold on a data folder; `after_crash` tells whether the last holder ended without releasing it."""

    def __init__(self, data_dir: Path) -> None:
        self._file = (data_dir / "up.lock").open("a+")
        self._file.seek(0)
        note = self._file.read().strip()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise UpError(
                f"Wellposed already runs on the data folder {data_dir} ({note or 'it is still starting'}). "
                "Stop it there with Ctrl-C, or give this one a folder of its own with COPILOT_DATA_DIR."
            ) from error
        self.after_crash = bool(note)
        self.note(f"process {os.getpid()}")

    def note(self, text: str) -> None:
        """Write down who holds the folder, for whoever comes second."""
        self._file.truncate(0)
        self._file.write(text)
        self._file.flush()

    def release(self) -> None:
        """Let go, leaving no trace of a crash; safe to call twice."""
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()
