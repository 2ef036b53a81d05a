"""The whole product, started the way a person does it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from copilot.up import family
from tests.live.deployment import hard_text
from tests.live.product import Client, frames
from tests.up.launching import ROOT, Product, environment, prepared_folder, wait_for

pytestmark = [pytest.mark.xdist_group("up"), pytest.mark.timeout(180)]
PASSWORD = re.compile(r"^ +password +(\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A first start that has become ready."""
    with Product(tmp_path_factory.mktemp("data")) as product:
        product.await_line("Ready after")
        yield product


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every other start copies instead of migrating its own."""
    return prepared_folder(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def data_dir(prepared: Path, tmp_path: Path) -> Path:
    """A data folder in which no account was made yet."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))


def test_the_first_start_answers_at_the_address_it_names(product: Product) -> None:
    with urllib.request.urlopen(product.url + "readyz", timeout=10) as answer:
        assert answer.status == 200


def test_it_listens_on_this_machine_alone(product: Product) -> None:
    assert product.url.startswith("http://127.0.0.1:")
    listening = {address for process in product.kin() for address in _listening(process.pid)}
    port = int(product.url.rsplit(":", 1)[1].rstrip("/"))
    assert listening == {f"0100007F:{port:04X}"}  # 127.0.0.1 as the kernel writes it


def test_the_first_start_shows_a_password_that_signs_the_owner_in(product: Product) -> None:
    password = PASSWORD.findall(product.output)
    assert len(password) == 1
    code = (
        "import django; django.setup(); from django.contrib.auth import authenticate; "
        f"print(authenticate(username='owner', password={password[0]!r}))"
    )
    variables = environment(product.data_dir, DJANGO_SETTINGS_MODULE="copilot.settings")
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "owner"


def test_what_it_keeps_is_closed_to_other_accounts(product: Product) -> None:
    kept = [path for path in product.data_dir.iterdir() if path.name != "static"]
    assert {"db.sqlite3", "secret_key", "logs"} <= {path.name for path in kept}
    assert not [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_a_second_start_on_the_same_folder_is_refused(product: Product) -> None:
    with Product(product.data_dir) as second:
        assert second.process.wait(60) == 1
        assert wait_for(lambda: "already runs" in second.output)
    assert str(product.process.pid) in second.output
    assert product.url in second.output
    assert "Traceback" not in second.output


def test_a_worker_killed_outright_is_replaced(product: Product) -> None:
    first = product.pid_of("copilot.up.worker")
    assert first
    os.kill(first, signal.SIGKILL)
    product.await_line("The worker ended (signal SIGKILL)")
    assert wait_for(lambda: product.pid_of("copilot.up.worker") not in (None, first))


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Product(tmp_path, "--port", str(port)) as product:
            assert product.process.wait(60) == 1
            line = product.await_line(f"Port {port} on 127.0.0.1 is taken")
    assert "--port" in line
    assert "Traceback" not in product.output


def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    with Product(tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:9/nothing") as product:
        assert product.process.wait(60) == 1
        product.await_line("DATABASE_URL")
    assert "Traceback" not in product.output


def test_a_broker_that_is_away_is_named_and_waited_for(data_dir: Path) -> None:
    with Product(data_dir, REDIS_URL="redis://127.0.0.1:9/0") as product:
        assert "broker" in product.await_line("Not ready yet")
        assert product.end() == 0


def test_ctrl_c_in_the_middle_of_a_solve_ends_every_process(data_dir: Path) -> None:
    with Product(data_dir) as product:
        product.await_line("Ready after")
        _await_template(product)
        _end_in_the_middle_of_a_solve(product, signed_in(product))
    journal = data_dir / "broker" / "appendonlydir" / "appendonly.aof.manifest"
    assert journal.exists()
    journal.write_text("this is no manifest\n")
    with Product(data_dir) as second:  # which a journal that the broker cannot read does not stop
        second.await_line("Ready after")
        second.await_line("no run is lost")
        assert list(data_dir.glob("broker-unreadable-*/appendonlydir"))
        assert not PASSWORD.search(second.output)
        assert second.end(signal.SIGHUP) == 0


def test_one_process_serves_and_works_and_every_event_arrives_and_ctrl_c_ends_it(data_dir: Path) -> None:
    with Product(data_dir, COPILOT_IN_PROCESS="1") as product:
        product.await_line("Ready after")
        assert not product.pid_of("valkey-server")
        assert not product.pid_of("copilot.up.worker")
        client = signed_in(product)
        run = ask(client, "maximize 3 x + 2 y\nsubject to\nlimit: x + y <= 4\nmachine: x <= 3")
        with client.socket(run, 0) as socket:
            heard = list(frames(socket, seconds=60))
        assert [frame["sequence"] for frame in heard] == list(range(1, len(heard) + 1))
        assert heard[-1]["type"] == "run.finished", product.logs()
        assert "result.explained" in [frame["type"] for frame in heard]
        _await_template(product)
        _end_in_the_middle_of_a_solve(product, client)
    with Product(data_dir, COPILOT_IN_PROCESS="1") as second:
        second.await_line("Ready after")
        assert not PASSWORD.search(second.output)
        assert second.end(signal.SIGHUP) == 0


def test_a_killed_supervisor_takes_its_processes_along_and_the_next_start_works(data_dir: Path) -> None:
    with Product(data_dir) as product:
        product.await_line("Ready after")
        _await_template(product)
        kin = product.kin()
        port = product.url.rsplit(":", 1)[1].rstrip("/")
        product.process.kill()
        product.process.wait()
        with Product(data_dir, "--port", port) as second:  # at once: port and socket are still being given back
            second.await_line("Ready after")
            assert wait_for(lambda: not family.living(kin))
            assert second.end() == 0


def test_a_doorbell_reaches_the_worker_inside_the_web_process(data_dir: Path) -> None:
    script = (
        "import django, threading; django.setup()\n"
        "from copilot.celery import app\n"
        "from copilot.up.in_process import InProcessWorker\n"
        "heard = threading.Event()\n"
        "@app.task(name='test.bell')\n"
        "def hear(): heard.set()\n"
        "with InProcessWorker():\n"
        "    app.send_task('test.bell')\n"
        "    print('heard' if heard.wait(20) else 'silence', flush=True)\n"
    )
    variables = environment(data_dir, COPILOT_IN_PROCESS="1", DJANGO_SETTINGS_MODULE="copilot.settings")
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=90, check=False
    )
    assert "heard" in shown.stdout, shown.stderr


def signed_in(product: Product) -> Client:
    """The owner, without a browser."""
    password = PASSWORD.findall(product.output)[0]
    return Client(SimpleNamespace(url=product.url.rstrip("/"), password=password))  # type: ignore[arg-type]


def ask(client: Client, text: str) -> str:
    """Post a message in a new conversation; returns the run's id."""
    _, page = client.post("/conversations/", text=text, solver="auto")
    return re.findall(r"/runs/([0-9a-f-]{36})/cancel/", page)[-1]


def _end_in_the_middle_of_a_solve(product: Product, client: Client) -> None:
    """Ctrl-C while a solver is searching: soon nothing of the product lives."""
    run = ask(client, hard_text())
    with client.socket(run, 0) as socket:
        assert any(frame["type"] == "solve.progress" for frame in frames(socket, seconds=60))
    kin = product.kin()
    assert product.pid_of("solvers.child")
    asked_at = time.monotonic()
    assert product.end(signal.SIGINT) == 0
    assert time.monotonic() - asked_at < 15
    assert not family.living(kin)


def _await_template(product: Product) -> None:
    """Wait for the deepest of our processes: the sandbox's, a child of the worker in a session of its own."""
    assert wait_for(lambda: product.pid_of("copilot.sandbox.template"), seconds=30), product.logs()


def _listening(pid: int) -> set[str]:
    """Local addresses, as the kernel writes them, on which the process listens by TCP."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                addresses.add(fields[1])
    return addresses
