"""`manage.py library` as a person and as a script call it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from copilot.library.models import Insight
from tests.library.cast import approved, released
from tests.library.test_formats import FIRST

pytestmark = pytest.mark.django_db


def said(*words: object) -> str:
    out = io.StringIO()
    call_command("library", *map(str, words), stdout=out)
    return out.getvalue()


def told(*words: object) -> Any:
    return json.loads(said(*words, "--json"))


def test_in_and_out_again(tmp_path: Path) -> None:
    came, went = tmp_path / "in.json", tmp_path / "out.json"
    came.write_text(json.dumps([FIRST]))
    assert told("import", came, "--licence", "MIT")["stored"] == 1
    assert told("export", went, "--taxonomy", tmp_path / "labels.json")["format"] == "alphaopt"
    assert json.loads(went.read_text()) == [FIRST]
    assert list(json.loads((tmp_path / "labels.json").read_text())) == ["General Formulation"]


def test_the_report_is_read_by_people_too(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([FIRST]))
    assert "1 new drafts" in said("import", path)


def test_a_bad_file_is_refused_with_every_reason(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps([FIRST, {"insight_id": 1}, 3]))
    out = io.StringIO()
    with pytest.raises(CommandError, match="Nothing"):
        call_command("library", "import", str(path), stdout=out)
    assert "record 2" in out.getvalue()
    assert "record 3" in out.getvalue()
    assert not Insight.objects.exists()


@pytest.mark.parametrize(
    "words", [("import", "absent.json"), ("rollback",), ("release", "r"), ("rollback", "--workspace", 99)]
)
def test_what_cannot_be_done_is_said(words: tuple[object, ...]) -> None:
    with pytest.raises(CommandError):
        said(*words)


def test_release_and_rollback() -> None:
    approved()
    released("r1")
    with pytest.raises(CommandError, match="gate"):
        said("release", "r2", "--activate")
    assert told("release", "r2")["active"] is False
    assert told("release", "r3", "--activate", "--no-gate", "by hand")["size"] == 1
    assert told("stats")["active_release"] == "r3"
    assert "r1 is active again" in said("rollback")


def test_figures() -> None:
    approved()
    figures = told("stats")
    assert figures["versions"]["active"] == 1
    assert "1 active" in said("stats")
