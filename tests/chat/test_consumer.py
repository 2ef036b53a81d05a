"""A client that reconnects with its last sequence gets every event once, in order, and strangers get nothing."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser

from copilot.accounts.models import Membership, User
from copilot.accounts.services import workspace_of
from copilot.chat import consumers
from copilot.runs import bell
from copilot.runs.models import Lifecycle, Run
from tests.chat import stories
from tests.chat.sockets import Socket
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
DISCONNECTS = 100


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "LOOK_SECONDS", 0.01)


@pytest.fixture
def owner(transactional_db: None) -> User:
    user: User = UserFactory(username="alice")
    workspace_of(user)
    return user


async def test_a_finished_run_is_told_in_full_and_closed(owner: User) -> None:
    run = await database_sync_to_async(stories.finished)(owner)
    socket = Socket(run.id, owner)
    await socket.open()
    frames, code = await socket.rest()
    assert [frame["sequence"] for frame in frames] == list(range(1, run.last_sequence + 1))
    assert ["content" in frame for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert code == consumers.FINISHED


async def test_nothing_new_on_a_finished_run_closes_at_once(owner: User) -> None:
    run = await database_sync_to_async(stories.finished)(owner)
    socket = Socket(run.id, owner, after=run.last_sequence)
    await socket.open()
    assert await socket.rest() == ([], consumers.FINISHED)


@pytest.mark.parametrize("nonsense", ["x", "-3", "1e9", "٣٣٣٣٣٣٣٣٣٣", ""])
async def test_a_nonsense_sequence_means_from_the_beginning(nonsense: str, owner: User) -> None:
    run = await database_sync_to_async(stories.finished)(owner)
    socket = Socket(run.id, owner, after=nonsense)
    await socket.open()
    frames, _ = await socket.rest()
    assert frames[0]["sequence"] == 1


async def test_strangers_and_visitors_learn_only_that_nothing_is_here(owner: User) -> None:
    run = await database_sync_to_async(stories.finished)(owner)
    charlie: User = await database_sync_to_async(UserFactory)(username="charlie")
    missing = UUID(int=0)
    for run_id, user in ((run.id, charlie), (run.id, AnonymousUser()), (missing, owner)):
        socket = Socket(run_id, user)
        await socket.open()
        assert await socket.rest() == ([], consumers.NOT_FOUND)


async def test_a_member_sees_the_run_and_stops_seeing_it_with_the_membership(owner: User) -> None:
    run = await database_sync_to_async(stories.running)(owner)
    bob: User = await database_sync_to_async(UserFactory)(username="bob")
    membership = await database_sync_to_async(MembershipFactory)(workspace_id=run.workspace_id, user=bob)
    socket = Socket(run.id, bob)
    await socket.open()
    for _ in range(run.last_sequence):
        await socket.next()
    await database_sync_to_async(Membership.objects.filter(id=membership.id).delete)()
    frames, _ = await socket.rest()
    assert frames == []


async def test_a_bell_is_heard_before_the_next_look(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "LOOK_SECONDS", 60)
    run = await database_sync_to_async(stories.running)(owner, steps=0)
    socket = Socket(run.id, owner, after=run.last_sequence)
    await socket.open()
    await asyncio.sleep(0.2)  # it has looked once by now
    await database_sync_to_async(stories.progressing)(run, [1])
    await get_channel_layer().group_send(bell.group_of(run.id), {"type": "run.bell"})
    frame = await socket.next()
    assert isinstance(frame, dict)
    assert frame["type"] == "solve.progress"
    await socket.leave()


async def test_without_a_broker_the_socket_still_tells_everything(owner: User, settings: Any, tmp_path: Path) -> None:
    dead = {"hosts": [f"unix://{tmp_path}/nobody.sock"]}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": dead}}
    run = await database_sync_to_async(stories.finished)(owner)
    socket = Socket(run.id, owner)
    await socket.open()
    frames, code = await socket.rest()
    assert (len(frames), code) == (run.last_sequence, consumers.FINISHED)


async def test_random_disconnects_lose_and_double_nothing(owner: User) -> None:
    run = await database_sync_to_async(stories.running)(owner, steps=0)
    chance = random.Random(20)
    writing = asyncio.create_task(_write(run, chance))
    seen: list[int] = []
    disconnects = 0
    while not seen or seen[-1] < await database_sync_to_async(_last)(run.id) or not writing.done():
        socket = Socket(run.id, owner, after=seen[-1] if seen else 0)
        await socket.open()
        for _ in range(chance.randrange(1, 4)):
            if isinstance(frame := await socket.next(), int):
                break
            seen.append(frame["sequence"])
        await socket.leave()
        disconnects += 1
    await writing
    assert disconnects >= DISCONNECTS
    assert seen == list(range(1, await database_sync_to_async(_last)(run.id) + 1))


async def _write(run: Run, chance: random.Random) -> None:
    for step in range(2 * DISCONNECTS):
        await database_sync_to_async(stories.progressing)(run, [step])
        if chance.random() < 0.2:
            await asyncio.sleep(0.005)
    await database_sync_to_async(stories.finish)(run, Lifecycle.SUCCEEDED, "Done.")


def _last(run_id: UUID) -> int:
    return Run.objects.get(id=run_id).last_sequence
