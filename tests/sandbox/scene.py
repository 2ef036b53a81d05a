"""What a hostile program would be after, watched from outside the sandbox."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any, Self

from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildOutcome

NOBODY = 65534


class Scene:
    """A secret in a file, in our environment and in our memory; listeners; a victim process; places to write to.

    Everything is open to every user, so that only the sandbox, not a permission bit, can be what stops an attack.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = "canary-7f3a91c4"
        for parent in (folder, folder.parent, folder.parent.parent):
            parent.chmod(0o777)
        self.file = folder / "secret.env"
        self.target = folder / "written"
        self.shm = Path("/dev/shm") / f"sandbox-test-{os.getpid()}"
        self.memory = ctypes.create_string_buffer(self.secret.encode())

    def __enter__(self) -> Self:
        self.stack = contextlib.ExitStack()
        os.environ["SANDBOX_TEST_SECRET"] = self.secret
        self.stack.callback(os.environ.pop, "SANDBOX_TEST_SECRET")
        self.tcp = self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.udp = self._listen(socket.AF_INET, ("127.0.0.1", 0), kind=socket.SOCK_DGRAM)
        self.abstract = self._listen(socket.AF_UNIX, f"\0sandbox-test-{os.getpid()}")
        self.unix_path = self.folder / "socket"
        self.unix = self._listen(socket.AF_UNIX, str(self.unix_path))
        self.unix_path.chmod(0o777)
        free = self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.free_port = free.getsockname()[1]
        free.close()
        (self.folder / "evil_module.py").write_text(f"print({self.secret!r})\n")
        self.victim = self._start_victim()
        self.reset()
        return self

    def __exit__(self, *_: object) -> None:
        self.victim.kill()
        self.victim.wait()
        self.shm.unlink(missing_ok=True)
        self.stack.close()

    def reset(self) -> None:
        """Put everything back as it was before the last attack."""
        self.file.unlink(missing_ok=True)
        self.file.write_text(f"SECRET={self.secret}\n")
        self.file.chmod(0o666)
        for path in (self.target, self.shm):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        for listener in (self.tcp, self.abstract, self.unix):
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
        with contextlib.suppress(BlockingIOError):
            self.udp.recv(100)
        if self.victim.poll() is not None or self._victim_state() not in "SR":
            self.victim.kill()
            self.victim.wait()
            self.victim = self._start_victim()

    def facts(self) -> dict[str, Any]:
        """All that an attacker could wish to know, as the program's data."""
        return {
            "file": str(self.file),
            "folder": str(self.folder),
            "target": str(self.target),
            "shm": str(self.shm),
            "tcp": self.tcp.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "free_port": self.free_port,
            "abstract": f"sandbox-test-{os.getpid()}",
            "unix": str(self.unix_path),
            "host": os.getpid(),
            "victim": self.victim.pid,
            "address": ctypes.addressof(self.memory),
            "length": len(self.secret),
        }

    def leaked(self, outcome: BuildOutcome) -> bool:
        """Whether the secret came back in any part of the outcome."""
        return self.secret in repr(outcome) or "root:x:0:0" in repr(outcome)

    def written(self) -> bool:
        """Whether anything was made, changed or removed in the places open to all."""
        made = any(os.path.lexists(path) for path in (self.target, self.shm))
        kept = self.file.exists() and self.file.stat().st_mode & 0o777 == 0o666
        return made or not kept or self.file.read_text() != f"SECRET={self.secret}\n"

    def reached(self) -> bool:
        """Whether a listener of ours was reached."""
        for listener in (self.tcp, self.abstract, self.unix):
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
                return True
        with contextlib.suppress(BlockingIOError):
            return bool(self.udp.recv(100))
        return False

    def harmed(self) -> bool:
        """Whether the victim process was ended, stopped or traced."""
        return self.victim.poll() is not None or self._victim_state() not in "SR"

    def _victim_state(self) -> str:
        return Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def _listen(self, family: int, address: Any, kind: int = socket.SOCK_STREAM) -> socket.socket:
        listener = self.stack.enter_context(socket.socket(family, kind))
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(8)
        listener.setblocking(False)
        return listener

    def _start_victim(self) -> subprocess.Popen[bytes]:
        user: dict[str, Any] = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        return subprocess.Popen(["/bin/sleep", "300"], **user, env={"SANDBOX_TEST_SECRET": self.secret})


def survivors(sandbox: Sandbox) -> list[int]:
    """Processes that came out of the sandbox's template and still live.

    They share its command line. So may another template of this process, and its children: those are not ours.
    """
    template = sandbox.start().pid
    own = Path(f"/proc/{template}/cmdline").read_bytes()
    alike = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != template:
            with contextlib.suppress(OSError):
                if (entry / "cmdline").read_bytes() == own:
                    alike[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    others = {pid for pid, parent in alike.items() if parent == os.getpid()}
    return [pid for pid, parent in alike.items() if pid not in others and parent not in others]
