"""The whole product as a person starts it: live events over real sockets, cut at random, and a worker killed."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.deployment import hard_text
from tests.live.product import Client, Product, frames

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(180)]
DISCONNECTS = int(os.environ.get("WELLPOSED_DISCONNECTS", "30"))


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("product"), COPILOT_SOLVE_SECONDS=str(4 + DISCONNECTS // 10))
    yield product
    product.close()


@pytest.fixture(scope="module")
def client(product: Product) -> Client:
    return Client(product)


def start(client: Client, text: str) -> str:
    """Post a message in a new conversation; returns the run's id."""
    _, page = client.post("/conversations/", text=text, solver="auto", drafter="auto")
    return re.findall(r"/runs/([0-9a-f-]{36})/cancel/", page)[-1]


def read_to_the_end(client: Client, run: str, after: int = 0) -> list[dict[str, Any]]:
    with client.socket(run, after) as socket:
        return list(frames(socket, seconds=60))


def test_random_disconnects_lose_nothing_and_double_nothing(client: Client) -> None:
    rng = random.Random(5)
    run = start(client, hard_text())
    seen: list[int] = []
    finished = False
    for _ in range(DISCONNECTS):
        with client.socket(run, seen[-1] if seen else 0) as socket:
            for frame in frames(socket, seconds=rng.uniform(0.0, 0.25)):
                seen.append(frame["sequence"])
                finished = finished or frame["type"] == "run.finished"
    if not finished:
        seen += [frame["sequence"] for frame in read_to_the_end(client, run, seen[-1] if seen else 0)]
    assert seen == list(range(1, len(seen) + 1))
    whole = read_to_the_end(client, run)
    assert [frame["sequence"] for frame in whole] == seen
    assert whole[-1]["type"] == "run.finished"


def test_a_worker_killed_mid_solve_is_replaced_and_the_card_completes(product: Product, client: Client) -> None:
    run = start(client, hard_text(seed=8))
    with client.socket(run, 0) as socket:
        for frame in frames(socket, seconds=30):
            if frame["type"] == "solve.progress":
                break
    killed = time.monotonic()
    os.kill(product.worker_pid(), signal.SIGKILL)
    whole = read_to_the_end(client, run)
    types = [frame["type"] for frame in whole]
    assert types[-1] == "run.finished", types
    assert types.count("run.recovered") == 1
    assert types.count("version.saved") == 1
    assert [frame["sequence"] for frame in whole] == list(range(1, len(whole) + 1))
    print(f"finished {time.monotonic() - killed:.1f} s after the kill")


def test_stop_ends_a_solve_from_the_page(client: Client) -> None:
    run = start(client, hard_text(seed=9))
    with client.socket(run, 0) as socket:
        for frame in frames(socket, seconds=30):
            if frame["type"] == "solve.progress" and frame["data"].get("objective_value"):
                break
        clicked = time.monotonic()
        client.post(f"/runs/{run}/cancel/")
        types = [frame["type"] for frame in frames(socket, seconds=20)]
    assert types[-1] == "run.finished"
    print(f"click to cancelled {time.monotonic() - clicked:.2f} s")
    assert time.monotonic() - clicked < 10


def test_a_socket_of_nobody_is_closed_without_a_word(product: Product, client: Client) -> None:
    run = start(client, "maximize x\nsubject to\nx <= 4")
    anonymous = Client.__new__(Client)
    anonymous.__dict__ = client.__dict__ | {"_jar": []}
    with anonymous.socket(run, 0) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404
