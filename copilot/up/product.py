"""The whole product on one machine: which parts it has, in which order they start, and what is said meanwhile."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings

from copilot.up import address, broker, prepare
from copilot.up.errors import UpError
from copilot.up.hold import Hold
from copilot.up.part import Recipe
from copilot.up.supervisor import Supervisor

PATIENCE_SECONDS = 10.0  # then a start that is not ready says what is missing, and goes on waiting
Say = Callable[[str], None]


def run(*, host: str, port: int, say: Say) -> None:
    """Start everything, and stay until a signal comes; raises UpError when it cannot start."""
    started = time.monotonic()
    os.umask(0o077)  # database, journal and logs are this account's alone
    hold = Hold(settings.DATA_DIR)
    try:
        patience = 10.0 if hold.after_crash else 0.0
        with closing(address.bind(host, port, patience_seconds=patience)) as listening:
            hold.note(f"process {os.getpid()}, {address.url(listening)}")
            say(f"Wellposed is starting. Its data is in {settings.DATA_DIR}, its logs in {_logs()}.")
            password = prepare.prepare()
            if password:
                say(prepare.account_note(password))
            with Supervisor(say=say) as supervisor:
                _start_parts(supervisor, listening, say=say)
                _await_ready(supervisor, listening, say=say)
                if supervisor.was_ready:
                    say(_welcome(host, address.url(listening), seconds=time.monotonic() - started))
                while not supervisor.stopping:
                    supervisor.look()
                say("Stopping ...")
            say("Everything has stopped. Work in progress goes on at the next start.")
    finally:
        hold.release()


def _start_parts(supervisor: Supervisor, listening: socket.socket, *, say: Say) -> None:
    if settings.EMBEDDED_BROKER:
        _start_broker(supervisor, say=say)
    if not settings.IN_PROCESS:
        supervisor.start(_python("worker", "copilot.up.worker"))
    descriptor = listening.fileno()
    supervisor.start(_python("web", "copilot.up.web", "--fd", str(descriptor), descriptors=(descriptor,)))


def _start_broker(supervisor: Supervisor, *, say: Say) -> None:
    path, folder = settings.BROKER_SOCKET, settings.DATA_DIR / "broker"
    broker.check_path(path)
    broker.end_orphan(path)
    recipe = Recipe("broker", broker.command(path, folder), _logs() / "broker.log", {}, ends_last=True)
    part = supervisor.start(recipe)
    if broker.wait_until_ready(path, seconds=10, ended=part.ended):
        return
    words = part.last_words()
    supervisor.end(part, deadline=time.monotonic())
    aside = broker.set_aside(folder)
    say(f"The broker could not use its journal, which is now in {aside}; no run is lost by that. Starting it afresh.")
    folder.mkdir(mode=0o700)
    part = supervisor.start(recipe)
    if not broker.wait_until_ready(path, seconds=10, ended=part.ended):
        raise UpError(f"The broker does not start. Its log ends so:\n{words}")


def _await_ready(supervisor: Supervisor, listening: socket.socket, *, say: Say) -> None:
    header = address.host_header(settings.ALLOWED_HOSTS)
    deadline = time.monotonic() + PATIENCE_SECONDS
    told = False
    while not supervisor.stopping:
        parts = address.readiness(listening, host_header=header)
        if parts and all(state == "ok" for state in parts.values()):
            supervisor.was_ready = True
            return
        supervisor.look()
        if time.monotonic() > deadline and not told:
            told = True
            say(f"Not ready yet: {_missing(parts)}. Waiting; Ctrl-C stops. Logs: {_logs()}")


def _missing(parts: dict[str, str] | None) -> str:
    if parts is None:
        return "the web server does not answer"
    return ", ".join(f"{name} ({state})" for name, state in parts.items() if state != "ok")


def _python(name: str, module: str, *arguments: str, descriptors: tuple[int, ...] = ()) -> Recipe:
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return Recipe(name, command, _logs() / f"{name}.log", environment, descriptors)


def _logs() -> Path:
    folder: Path = settings.DATA_DIR / "logs"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _welcome(host: str, url: str, *, seconds: float) -> str:
    lines = [f"Ready after {seconds:.1f} s. Open {url} in a browser. Ctrl-C stops everything."]
    if host not in address.LOCAL:
        lines.append(
            f"It listens on {host}, so other machines may reach it: name its public address in ALLOWED_HOSTS, "
            "and put a proxy with TLS in front (BEHIND_TLS_PROXY)."
        )
    return "\n".join(lines)
