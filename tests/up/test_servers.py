"""The same product over real servers: PostgreSQL and Redis in place of what it brings along."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.up.launching import Product, wait_for

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("up"), pytest.mark.timeout(180)]
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture
def database() -> Iterator[str]:
    """URL of an empty PostgreSQL database of our own."""
    name = f"wellposed_up_{uuid.uuid4().hex[:8]}"
    try:
        server = psycopg.connect(f"{POSTGRES}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL does not answer: {error}")
    with server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{POSTGRES}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """A Redis database that the product may use."""
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=3)
    try:
        client.ping()
    except redis.ConnectionError as error:
        pytest.skip(f"Redis does not answer: {error}")
    with client:
        yield client


def test_real_servers_take_the_place_of_the_embedded_ones(tmp_path: Path, database: str, broker: redis.Redis) -> None:
    queue = f"up-{uuid.uuid4().hex[:8]}"
    with Product(tmp_path, DATABASE_URL=database, REDIS_URL=REDIS, COPILOT_QUEUE=queue) as product:
        product.await_line("Ready after")
        assert product.pid_of("valkey-server") is None
        assert not (tmp_path / "db.sqlite3").exists()
        assert wait_for(lambda: "ready." in product.logs(), seconds=30), product.logs()
        assert broker.sismember(f"_kombu.binding.{queue}", f"{queue}\x06\x16\x06\x16{queue}".encode())
        with psycopg.connect(database) as connection:
            assert connection.execute("SELECT username FROM accounts_user").fetchall() == [("owner",)]
        assert product.end() == 0
    broker.delete(*broker.keys(f"*{queue}*"))
