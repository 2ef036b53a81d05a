"""A version as a file, from the page and from the API: the right content, to those who may see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.runs.models import ModelVersion, Run
from solvers.fingerprint import fingerprint
from solvers.instance import Instance
from solvers.mps import read
from tests.chat import stories

DOORS = ("/versions/{}/model.{}", "/api/v1/versions/{}/model.{}")


@pytest.fixture
def version(alice: User) -> ModelVersion:
    run = stories.fresh(stories.finished(alice))
    assert run.version is not None
    return run.version


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("form", ["lp", "mps", "instance"])
def test_what_solvers_read_is_the_same_instance(
    alice: User, client: Client, version: ModelVersion, door: str, form: str, tmp_path: Path
) -> None:
    client.force_login(alice)
    response = client.get(door.format(version.id, form))
    assert response.status_code == 200
    file = tmp_path / f"model.{form}"
    file.write_bytes(response.content)
    stored = Instance.from_bytes(bytes(version.instance))
    assert fingerprint(read(file).instance) == fingerprint(stored)


@pytest.mark.parametrize("door", DOORS)
def test_programs_and_maths_come_under_the_name_of_the_version(
    alice: User, client: Client, version: ModelVersion, door: str
) -> None:
    client.force_login(alice)
    script = client.get(door.format(version.id, "py"))
    assert version.program.strip() in script.content.decode()
    assert f'-v{version.number}.py"' in script["Content-Disposition"]
    assert "found_before = 3700" in script.content.decode()
    assert json.loads(client.get(door.format(version.id, "ipynb")).content)["nbformat"] == 4
    assert rb"\documentclass" in client.get(door.format(version.id, "tex")).content


@pytest.mark.parametrize("door", DOORS)
def test_strangers_and_unknown_forms_get_404(
    alice: User, charlie: User, client: Client, version: ModelVersion, door: str
) -> None:
    client.force_login(charlie)
    assert client.get(door.format(version.id, "py")).status_code == 404
    client.force_login(alice)
    assert client.get(door.format(version.id, "exe")).status_code == 404


def test_a_program_of_arrays_leads_back_with_the_reason(alice: User, client: Client, version: ModelVersion) -> None:
    ModelVersion.objects.filter(id=version.id).update(program="def build_arrays(data):\n    return None\n")
    client.force_login(alice)
    page = client.get(DOORS[0].format(version.id, "py"), follow=True)
    assert page.status_code == 200
    assert "MPS or LP file instead" in page.content.decode()
    assert client.get(DOORS[1].format(version.id, "py")).status_code == 400


def test_the_code_tab_offers_every_form(alice: User, client: Client, version: ModelVersion) -> None:
    client.force_login(alice)
    run = Run.objects.get(version=version)
    page = client.get(f"/conversations/{run.message.conversation_id}/").content.decode()
    for form in ("py", "ipynb", "tex", "lp", "mps", "instance"):
        assert DOORS[0].format(version.id, form) in page
