"""Who comes in, how often, and what a body may be: every refusal is a sentence, and none is a fault of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from copilot.accounts import tokens
from copilot.accounts.models import ApiToken, User
from copilot.api import openapi, urls
from copilot.chat import services as chat
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db
TEXT = "maximize 70 desks + 40 chairs\nsubject to\n4 desks + 3 chairs <= 240"


def test_a_token_is_kept_as_a_hash_and_its_use_is_noted(program: Program, alice: User) -> None:
    assert program.get("runs").status_code == 200
    token = ApiToken.objects.get(user=alice)
    assert token.used_at is not None
    assert program.secret not in {token.digest, token.start, token.name}
    assert token.start == program.secret[:8]


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"digest": "0" * 64},
    ],
)
def test_a_token_out_of_force_opens_nothing(change: dict[str, Any], program: Program) -> None:
    ApiToken.objects.update(**change)
    response = program.get("runs")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["detail"].endswith(".")


def test_a_user_who_may_not_sign_in_has_no_token(program: Program, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert program.get("runs").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer \xff\xfe", "Basic YTpi", "Bearer " + "x" * 5000])
def test_odd_headers_are_no_key(header: str, client: Client) -> None:
    assert client.get("/api/v1/runs", headers={"Authorization": header}).status_code == 401


def test_tokens_are_made_and_revoked_on_a_page(alice: User, charlie: User, client: Client) -> None:
    assert client.get("/api-tokens/")["Location"].startswith("/login/")
    client.force_login(alice)
    page = client.post("/api-tokens/", {"name": "night job", "days": "30"})
    token = ApiToken.objects.get()
    secret = next(
        word for word in page.content.decode().replace("<", " ").replace(">", " ").split() if word.startswith("wp_")
    )
    assert tokens.holder_of(secret) == (alice, token)
    assert secret not in client.get("/api-tokens/").content.decode()
    client.force_login(charlie)
    assert client.post(f"/api-tokens/{token.id}/revoke/").status_code == 404
    client.force_login(alice)
    assert client.post(f"/api-tokens/{token.id}/revoke/").status_code == 302
    assert tokens.holder_of(secret) is None


@pytest.mark.parametrize(
    "form", [{"name": ""}, {"name": "x" * 61}, {"name": "a", "days": "0"}, {"name": "a", "days": "x"}]
)
def test_a_token_that_cannot_be_made_comes_back_with_a_sentence(
    form: dict[str, str], alice: User, client: Client
) -> None:
    client.force_login(alice)
    page = client.post("/api-tokens/", form)
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_is_made_on_the_command_line(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("api_token", "alice", "--name", "ci", "--days", "7")
    assert tokens.holder_of(capsys.readouterr().out.strip()) is not None
    with pytest.raises(CommandError, match="no active user"):
        call_command("api_token", "nobody")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "JSON"),
        (b"[]", 400, "object"),
        (b'"text"', 400, "object"),
        (b"null", 400, "object"),
        (b'{"text": NaN}', 400, "JSON"),
        (b'{"text": "maximize \\ud800"}', 400, "half of a character"),
        (b"\xff\xfe\x00", 400, "JSON"),
        (b"[" * 50_000 + b"]" * 50_000, 400, "deeply"),
        (b"[" * 300 + b"]" * 300, 400, "deeply"),
        (b'{"seed": ' + b"9" * 10_000 + b"}", 400, "JSON"),
        (b'{"text": "' + b"a" * (13 << 20) + b'"}', 413, "MB"),
        (b'{"text": ""}', 400, "empty"),
        (b'{"text": "a\\u0000b"}', 400, "ull"),
        (b'{"text": "maximize", "seed": -1}', 400, "0"),
        (b'{"text": "maximize", "time_limit_seconds": 1e400}', 400, "seconds"),
        (b'{"text": "maximize", "solver": "cplex"}', 400, "cplex"),
        (b'{"text": "maximize", "datasets": "all"}', 400, "list"),
        (b'{"text": {"a": 1}}', 400, "string"),
    ],
)
def test_a_bad_body_is_refused_with_words(body: bytes, status: int, words: str, program: Program) -> None:
    response = program.post("conversations", body)
    assert response.status_code == status
    assert words in response.content.decode()


def test_too_many_calls_wait(program: Program, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"API_CALLS_PER_MINUTE": 5, "API_STARTS_PER_MINUTE": 2}
    starts = [program.post("conversations", {"text": TEXT}).status_code for _ in range(3)]
    assert starts == [201, 201, 429]
    calls = [program.get("runs") for _ in range(3)]
    assert [one.status_code for one in calls] == [200, 200, 429]
    assert int(calls[-1]["Retry-After"]) <= 60


def test_no_limit_is_no_limit(program: Program, settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"API_CALLS_PER_MINUTE": 0, "API_STARTS_PER_MINUTE": 0}
    assert program.get("runs").status_code == 200


def test_a_database_that_is_away_is_said_in_json(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(chat, "begin_conversation", away)
    response = program.post("conversations", {"text": TEXT})
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "again" in response.json()["detail"]


def test_an_unknown_address_is_said_in_json(program: Program, client: Client) -> None:
    for response in (program.get("nowhere/at/all"), client.post("/api/v1/nowhere")):
        assert response.status_code == 404
        assert "openapi.json" in response.json()["detail"]


def test_the_session_of_the_site_serves_with_its_csrf_token(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get("/api/v1/runs").status_code == 200
    assert browser.post("/api/v1/conversations", {"text": TEXT}, content_type="application/json").status_code == 403


def test_the_description_names_every_address_and_what_it_takes(program: Program) -> None:
    told = program.get("openapi.json").json()
    assert told == openapi.document()
    assert len(told["paths"]) == len(urls.urlpatterns) - 1
    begin = told["paths"]["/api/v1/conversations"]["post"]["requestBody"]["content"]
    assert begin["application/json"]["schema"]["required"] == ["text"]
    assert "tables" in begin["multipart/form-data"]["schema"]["properties"]
    ids = [
        one["operationId"] for path in told["paths"].values() for name, one in path.items() if name in openapi.METHODS
    ]
    assert len(ids) == len(set(ids))
    assert all(
        one["description"] for path in told["paths"].values() for name, one in path.items() if name in openapi.METHODS
    )
    assert get_resolver().resolve("/api/v1/openapi.json").url_name == "api-openapi"
