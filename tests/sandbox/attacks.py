"""Hostile programs, each with the effect that would show from outside that it got through."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, field

from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import BuildOutcome, Limits
from tests.sandbox.scene import Scene, survivors

Succeeded = Callable[[Scene, Sandbox, BuildOutcome], bool]
SHORT = Limits(wall_seconds=0.4, cpu_seconds=5)


@dataclass(frozen=True)
class Attack:
    """`lines` run in build_model; `control` says that the attack works where nothing is locked (and may be tried)."""

    lines: str
    succeeded: Succeeded
    control: bool = True
    limits: Limits = field(default_factory=lambda: Limits(wall_seconds=10, cpu_seconds=2))


def _leaked(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
    return scene.leaked(outcome)


def _written(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
    return scene.written()


def _reached(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
    return scene.reached()


def _harmed(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
    return scene.harmed()


def _survived(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
    return bool(survivors(sandbox)) or "FORKED" in outcome.printed


def _said(word: str) -> Succeeded:
    return lambda scene, sandbox, outcome: word in outcome.printed


def _not_stopped_as(*kinds: str) -> Succeeded:
    def succeeded(scene: Scene, sandbox: Sandbox, outcome: BuildOutcome) -> bool:
        return outcome.failure is None or outcome.failure.kind not in kinds or bool(survivors(sandbox))

    return succeeded


_LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
_TOUCH = "touch {}'.format(data['target'])"

READING = {
    "read the password file": Attack("print(open('/etc/passwd').read())", _leaked),
    "read the application's settings": Attack("print(open(data['file']).read())", _leaked),
    "read a file with numpy": Attack("import numpy; print(bytes(numpy.fromfile(data['file'], dtype='u1')))", _leaked),
    "read a file with os.open": Attack("import os; print(os.read(os.open(data['file'], 0), 99))", _leaked),
    "import a module of its own": Attack("import sys\nsys.path.insert(0, data['folder'])\nimport evil_module", _leaked),
    "read the environment": Attack("import os; print(os.environ, os.popen('env').read())", _leaked, control=False),
    "read its own environ file": Attack("print(open('/proc/self/environ').read())", _leaked, control=False),
    "read the template's environ file": Attack(
        "import os; print(open(f'/proc/{os.getppid()}/environ').read())", _leaked, control=False
    ),
    "read another process's environ file": Attack("print(open('/proc/%d/environ' % data['victim']).read())", _leaked),
    "read the application's memory file": Attack(
        "f = open('/proc/%d/mem' % data['host'], 'rb', 0)\nf.seek(data['address'])\nprint(f.read(data['length']))",
        _leaked,
    ),
    "read the application's memory by process_vm_readv": Attack(
        _LIBC
        + "class V(ctypes.Structure): _fields_ = [('b', ctypes.c_void_p), ('n', ctypes.c_size_t)]\n"
        + "buf = ctypes.create_string_buffer(data['length'])\n"
        + "mine, far = V(ctypes.addressof(buf), data['length']), V(data['address'], data['length'])\n"
        + "libc.process_vm_readv(data['host'], ctypes.byref(mine), 1, ctypes.byref(far), 1, 0)\nprint(buf.raw)",
        _leaked,
    ),
    "find an inherited descriptor": Attack(
        "import os\nfor fd in range(4, 1024):\n"
        "    try: os.fstat(fd)\n    except OSError: continue\n    print('OPEN', fd)\n",
        _said("OPEN"),
        control=False,
    ),
}
NETWORK = {
    "connect by TCP": Attack(
        "import socket; socket.create_connection(('127.0.0.1', data['tcp']), timeout=1)", _reached
    ),
    "listen by TCP": Attack(
        "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', data['free_port']))\ns.listen()\nprint('BOUND')",
        _said("BOUND"),
    ),
    "send by UDP": Attack(
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', data['udp']))", _reached
    ),
    "connect to an abstract socket": Attack(
        "import socket; socket.socket(socket.AF_UNIX).connect(chr(0) + data['abstract'])", _reached
    ),
    "connect to a socket file": Attack("import socket; socket.socket(socket.AF_UNIX).connect(data['unix'])", _reached),
    "open a raw netlink socket": Attack(
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW); print('NETLINK')", _said("NETLINK")
    ),
}
WRITING = {
    "write a file": Attack("open(data['target'], 'w').write('x')", _written),
    "write to shared memory": Attack("open(data['shm'], 'w').write('x')", _written),
    "fill the disk": Attack(
        "f = open(data['target'], 'wb')\nfor i in range(1000): f.write(b'x' * 2**20)", _written, control=False
    ),
    "change the settings": Attack("open(data['file'], 'a').write('DEBUG=1')", _written),
    "remove a file": Attack("import os; os.remove(data['file'])", _written),
    "rename a file": Attack("import os; os.rename(data['file'], data['target'])", _written),
    "change a file's mode": Attack("import os; os.chmod(data['file'], 0)", _written),
    "make a folder": Attack("import os; os.mkdir(data['target'])", _written),
    "make a symbolic link": Attack("import os; os.symlink('/etc', data['target'])", _written),
    "make a hard link": Attack("import os; os.link(data['file'], data['target'])", _written),
    "make a named pipe": Attack("import os; os.mkfifo(data['target'])", _written),
    "truncate a file": Attack("import os; os.truncate(data['file'], 0)", _written),
    "write the model to a file": Attack(
        "m = ConcreteModel(); m.x = Var(); m.o = Objective(expr=m.x); m.write(data['target'], format='lp')", _written
    ),
    "save an array": Attack("import numpy; numpy.ones(3).tofile(data['target'])", _written),
}
PROCESSES = {
    "run a command by subprocess": Attack(
        "import subprocess; subprocess.run(['touch', data['target']], check=True)", _written
    ),
    "run a command by os.system": Attack(f"import os; os.system('{_TOUCH})", _written),
    "run a command by the C library": Attack(_LIBC + f"libc.system(('{_TOUCH}).encode())", _written),
    "replace itself by a shell": Attack(f"import os; os.execv('/bin/sh', ['sh', '-c', '{_TOUCH}])", _written),
    "spawn a process": Attack(
        "import os\npid = os.posix_spawn('/bin/touch', ['touch', data['target']], {})\nos.waitpid(pid, 0)", _written
    ),
    "climb from a tuple to os.system": Attack(
        "w = [c for c in ().__class__.__mro__[1].__subclasses__() if c.__name__ == '_wrap_close'][0]\n"
        f"w.__init__.__globals__['system']('{_TOUCH})",
        _written,
    ),
    "walk from pyomo to os.system": Attack(
        f"import pyomo.environ as p; p.pyomo.common.fileutils.os.system('{_TOUCH})", _written
    ),
    "fork bomb": Attack(
        "import os, time\nfor i in range(500):\n    if os.fork() == 0: time.sleep(60)\nprint('FORKED')",
        _survived,
        control=False,
    ),
    "outlive the build as a daemon": Attack(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1)\n    os._exit(0)\nprint('FORKED')",
        _survived,
    ),
    "start forty threads": Attack(
        "import threading, time\nfor i in range(40): threading.Thread(target=time.sleep, args=(0.01,)).start()\n"
        "print('STARTED')",
        _said("STARTED"),
    ),
    "kill another process": Attack("import os; os.kill(data['victim'], 9)", _harmed),
    "stop another process": Attack("import os; os.kill(data['victim'], 19)", _harmed),
    "trace another process": Attack(
        _LIBC + "libc.ptrace(16, data['victim'], 0, 0)\nimport time; time.sleep(0.05)\nprint(open('/proc/%d/stat' % "
        "data['victim']).read().rpartition(')')[2])",
        lambda scene, sandbox, outcome: " t " in outcome.printed,
    ),
    "kill the template": Attack(
        "import os; os.kill(os.getppid(), 9)",
        lambda scene, sandbox, outcome: outcome.failure is not None and "was lost" in outcome.failure.message,
        control=False,
    ),
}
_MAP = (
    _LIBC
    + "libc.mmap.restype = ctypes.c_void_p\n"
    + "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]\n"
    + "code = bytes([0xb8, 42, 0, 0, 0, 0xc3])\n"
)
_RUN = "    print('RAN', ctypes.CFUNCTYPE(ctypes.c_int)(a)())"
MEMORY = {
    "run code in writable memory": Attack(
        f"{_MAP}a = libc.mmap(None, 4096, 7, 0x22, -1, 0)\nif a != 2**64 - 1:\n    ctypes.memmove(a, code, 6)\n{_RUN}",
        _said("RAN 42"),
    ),
    "make written memory executable": Attack(
        f"{_MAP}a = libc.mmap(None, 4096, 3, 0x22, -1, 0)\nctypes.memmove(a, code, 6)\n"
        f"if libc.mprotect(ctypes.c_void_p(a), 4096, 5) == 0:\n{_RUN}",
        _said("RAN 42"),
    ),
    "make a file in memory": Attack("import os; print('MEMFD', os.memfd_create('x'))", _said("MEMFD")),
    "set up io_uring": Attack(
        _LIBC + "p = ctypes.create_string_buffer(120)\nprint('RING' if libc.syscall(425, 4, p) >= 0 else 'no')",
        _said("RING"),
        control=False,
    ),
    "enter a new user namespace": Attack(
        _LIBC + "print('UNSHARED' if libc.unshare(0x10000000) == 0 else 'no')", _said("UNSHARED"), control=False
    ),
    "raise its own limits": Attack(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))\nprint('RAISED')", _said("RAISED")
    ),
    "make itself readable again": Attack(
        _LIBC + "print('SET' if libc.prctl(4, 1, 0, 0, 0) == 0 else 'no')", _said("SET")
    ),
}
LIMITS = {
    "take three gigabytes": Attack("x = bytearray(3 * 2**30)", _not_stopped_as("memory"), control=False),
    "take memory in small pieces": Attack(
        "x = []\nwhile True: x.append(bytearray(2**24))",
        _not_stopped_as("memory"),
        control=False,
        limits=Limits(wall_seconds=10, cpu_seconds=5, memory_bytes=1 << 28),
    ),
    "take memory and catch the error": Attack(
        "x = []\nwhile True:\n    try: x.append(bytearray(2**24))\n    except MemoryError: pass",
        _not_stopped_as("timeout", "cpu", "memory", "crashed"),
        control=False,
        limits=SHORT,
    ),
    "print a gigabyte": Attack("for i in range(2**10): print('x' * 2**20)", _not_stopped_as("output"), control=False),
    "print and catch the error": Attack(
        "while True:\n    try: print('x' * 2**20)\n    except BaseException: pass",
        _not_stopped_as("timeout"),
        control=False,
        limits=SHORT,
    ),
    "raise a huge power": Attack("10 ** (10 ** 10)", _not_stopped_as("timeout", "cpu", "memory"), False, SHORT),
    "recurse without end": Attack("def f(): return f()\nf()", _not_stopped_as("raised"), control=False),
    "recurse past the interpreter's limit": Attack(
        "import sys\nsys.setrecursionlimit(2**30)\nclass A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        _not_stopped_as("crashed", "memory", "raised"),
        control=False,
    ),
    "loop without end": Attack("while True: pass", _not_stopped_as("timeout"), control=False, limits=SHORT),
    "loop and ignore every signal": Attack(
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except Exception: pass\n"
        "while True: pass",
        _not_stopped_as("timeout"),
        control=False,
        limits=SHORT,
    ),
    "ignore the processor limit": Attack(
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        _not_stopped_as("cpu"),
        control=False,
        limits=Limits(wall_seconds=30, cpu_seconds=1),
    ),
    "sleep for ever": Attack("import time\ntime.sleep(10**6)", _not_stopped_as("timeout"), control=False, limits=SHORT),
    "close the reply and go on": Attack(
        "import os\nos.close(3)\nwhile True: pass", _not_stopped_as("timeout"), control=False, limits=SHORT
    ),
}
_FRAME = (
    "import os, struct, json\nh = json.dumps({'failure': None, 'counts': [], 'printed': '', 'warnings': []}).encode()\n"
)
REPLIES = {
    "reply with a flood": Attack(
        "import os\nwhile True: os.write(3, b'x' * 2**20)",
        _not_stopped_as("output"),
        control=False,
        limits=Limits(wall_seconds=10, cpu_seconds=5, reply_bytes=20 << 20),
    ),
    "state a length of ten to the fifteenth": Attack(
        _FRAME + "os.write(3, struct.pack('<4sIQ', b'WPB1', len(h), 10**15) + h)\nos._exit(0)",
        _not_stopped_as("invalid_reply"),
        control=False,
    ),
    "reply with an object array": Attack(
        _FRAME
        + "i = json.dumps({'name': '', 'sense': 'minimize', 'objective_name': '', 'objective_offset': 0, 'arrays': "
        "[['cost', '|O', 1]] * 9, 'row_names': [], 'column_names': [], 'fixed': []}).encode()\n"
        "b = b'WPINST1\\n' + struct.pack('<I', len(i)) + i + b'cos' * 99\n"
        "os.write(3, struct.pack('<4sIQ', b'WPB1', len(h), len(b)) + h + b)\nos._exit(0)",
        _not_stopped_as("invalid_reply"),
        control=False,
    ),
    "reply twice": Attack(
        _FRAME + "os.write(3, struct.pack('<4sIQ', b'WPB1', len(h), 0) + h)",
        _not_stopped_as("invalid_reply"),
        control=False,
    ),
    "reply nothing": Attack("import os; os._exit(0)", _not_stopped_as("crashed"), control=False),
    "crash the interpreter": Attack(_LIBC + "ctypes.string_at(0)", _not_stopped_as("crashed"), control=False),
}
X32_CALL = Attack(_LIBC + "libc.syscall(0x40000000 + 39)\nprint('ALIVE')", _not_stopped_as("forbidden"), control=False)

ATTACKS: dict[str, Attack] = {**READING, **NETWORK, **WRITING, **PROCESSES, **MEMORY, **LIMITS, **REPLIES}
X86_ONLY = {"run code in writable memory", "make written memory executable"}
if platform.machine() == "x86_64":
    ATTACKS["call through the x32 table"] = X32_CALL
