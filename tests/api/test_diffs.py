"""`/api/v1/diffs`: answered, kept, refused with sentences, and 404 to strangers."""

from __future__ import annotations

import base64
import errno
import tempfile
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.review import queue, services
from copilot.review.models import Comparison, ModelFile
from copilot.runs.models import ModelVersion
from solvers.equivalence.report import unpacked
from tests.factories import MembershipFactory, VersionFactory
from tests.review.models import lots

LP = b"minimize\n cost: 2 x + 3 y\nsubject to\n need: x + y >= 4\nend\n"


@pytest.fixture
def caller(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def version(owner: User, **changes: Any) -> ModelVersion:
    made: ModelVersion = VersionFactory(workspace=workspace_of(owner), instance=lots(**changes).to_bytes())
    return made


def asked(client: Client, a: object, b: object) -> Any:
    body = {"a": str(a), "b": str(b)}
    return client.post("/api/v1/diffs", body, content_type="application/json")


def uploaded(client: Client, content: bytes, name: str = "model.lp") -> Any:
    return client.post("/api/v1/model-files", {"file": SimpleUploadedFile(name, content)})


def test_a_different_model_is_answered_with_its_families(alice: User, caller: Client) -> None:
    one, two = version(alice), version(alice, capacity=117.0)
    response = asked(caller, one.id, two.id)
    found = response.json()
    assert response.status_code == 200
    assert found["status"] == "done"
    assert found["verdict"] == "different"
    assert [family["family"] for family in found["diff"]["families"]] == ["capacity"]
    assert found["diff"]["families"][0]["patterns"] == ["right-hand side 130 → 117 in 6 of 6 rows"]
    assert found["certificate"] is None
    assert found["stats"]["rows"] == [18, 18]
    assert found["engine"]
    assert caller.get(response["Location"]).json() == found


def test_an_equivalent_model_comes_with_its_mapping(alice: User, caller: Client) -> None:
    one, two = version(alice), version(alice, make="produce", factor=2.0)
    found = asked(caller, one.id, two.id).json()
    assert found["verdict"] == "equivalent"
    mapping = unpacked(base64.b64decode(found["certificate"]["data"]))
    before, after = lots(), lots(make="produce", factor=2.0)
    assert [after.column_names[j] for j in mapping["column"][:6]] == [f"produce[{t}]" for t in range(6)]
    dense = before.matrix.todense()
    kept = mapping["row"] >= 0
    other = after.matrix.todense()[np.ix_(mapping["row"][kept], mapping["column"])] * mapping["factor"][kept, None]
    assert np.allclose(dense[kept], other)


def test_the_same_question_is_answered_from_what_is_kept(
    alice: User, caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = version(alice), version(alice, capacity=117.0)
    first = asked(caller, one.id, two.id).json()
    monkeypatch.setattr(services.work, "execute", lambda comparison_id: pytest.fail("compared again"))
    assert asked(caller, one.id, two.id).json() == first
    twin = version(alice, capacity=117.0)  # another row with the same content
    again = asked(caller, one.id, twin.id).json()
    assert again["id"] != first["id"]
    assert again["diff"] == first["diff"]


def test_a_large_model_is_left_to_a_worker(
    alice: User, caller: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[object] = []
    monkeypatch.setattr(services, "INLINE_NONZEROS", 10)
    monkeypatch.setattr(queue, "ring_worker", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        response = asked(caller, version(alice).id, version(alice, final=True).id)
    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert [str(one) for one in rung] == [response.json()["id"]]
    assert response["Location"].endswith(response.json()["id"])
    services.work.execute(rung[0])  # type: ignore[arg-type]
    assert caller.get(response["Location"]).status_code == 200


def test_a_file_is_compared_with_a_version_or_a_file(alice: User, caller: Client) -> None:
    stored = uploaded(caller, LP)
    assert stored.status_code == 201
    assert uploaded(caller, LP).json()["id"] == stored.json()["id"]
    other = uploaded(caller, LP.replace(b">= 4", b">= 5"), "other.lp").json()
    found = asked(caller, stored.json()["id"], other["id"]).json()
    assert found["diff"]["families"][0]["entries"][0] == {
        "subject": "need",
        "field": "right-hand side",
        "old": 4.0,
        "new": 5.0,
    }
    assert found["a"] == {"id": stored.json()["id"], "title": "model.lp", "kind": "file"}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.lp", "empty"),
        (b"minimize\n x +* y\nend\n", "odd.lp", "odd.lp"),
        (b"a;b\n1;2\n", "table.csv", ".mps"),
        (b"WPINST2\n\xff\xff\xff\xff", "forged.bin", "forged.bin"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name(
    content: bytes, name: str, words: str, caller: Client
) -> None:
    response = uploaded(caller, content, name)
    assert response.status_code == 400
    assert words in " ".join(response.json()["file"])


def test_a_fault_in_a_file_is_told_with_its_line(caller: Client) -> None:
    response = uploaded(caller, b"minimize\n cost: 2 x\nsubject to\n need: x >= >= 4\nend\n", "lines.lp")
    assert "lines.lp" in response.json()["file"][0]
    assert "line 4" in response.json()["file"][0]


def test_a_file_that_is_too_large_is_refused(caller: Client, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"MODEL_MEGABYTES": 0}
    assert "COPILOT_MODEL_MEGABYTES" in uploaded(caller, LP).json()["file"][0]


def test_a_model_that_grows_when_unpacked_is_refused(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "GROWTH", 0)
    assert "when it is unpacked" in uploaded(caller, LP).json()["file"][0]


def test_a_session_without_its_token_changes_nothing(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert asked(strict, uuid4(), uuid4()).status_code == 403


@pytest.mark.parametrize("body", [{}, {"a": "x", "b": "y"}, {"a": str(uuid4())}])
def test_bad_input_is_refused_with_sentences(body: dict[str, str], caller: Client) -> None:
    response = caller.post("/api/v1/diffs", body, content_type="application/json")
    assert response.status_code == 400
    assert all(sentence.endswith(".") for sentences in response.json().values() for sentence in sentences)


def test_models_of_two_workspaces_are_not_compared(alice: User, caller: Client) -> None:
    elsewhere = MembershipFactory(user=alice).workspace
    other = VersionFactory(workspace=elsewhere, instance=lots().to_bytes())
    response = asked(caller, version(alice).id, other.id)
    assert response.status_code == 400
    assert "different workspaces" in response.json()["detail"]


def test_strangers_get_404_and_visitors_nothing(alice: User, charlie: User, client: Client) -> None:
    one, two = version(alice), version(alice, capacity=117.0)
    assert asked(client, one.id, two.id).status_code == 401
    client.force_login(alice)
    kept = asked(client, one.id, two.id)["Location"]
    client.force_login(charlie)
    assert asked(client, one.id, two.id).status_code == 404
    assert asked(client, version(charlie).id, two.id).status_code == 404
    assert client.get(kept).status_code == 404
    assert not Comparison.objects.visible_to(charlie).exists()


def test_an_upload_that_finds_no_room_stores_nothing_and_the_next_one_works(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/model")

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkdtemp", full)
        refused = uploaded(caller, LP)
    assert refused.status_code == 400
    assert "no room on the server to read model.lp" in refused.content.decode()
    assert not ModelFile.objects.exists()
    assert uploaded(caller, LP).status_code == 201
