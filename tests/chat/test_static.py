"""What the browser is given: vendored files as pinned, nothing from elsewhere, nothing inline, readable colours."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC, TEMPLATES, VENDOR = ROOT / "static", ROOT / "templates", ROOT / "static" / "vendor"
PAGES = sorted(TEMPLATES.rglob("*.html"))
OWN_SCRIPT_BYTES = 5 * 1024
READABLE = 4.5  # WCAG 2.2 AA, text of normal size
DISTINCT = 3.0  # WCAG 2.2 AA, edges of controls and focus rings


def _vendor() -> Any:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "deploy" / "vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["vendor"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_vendored_files_have_the_hashes_of_the_manifest() -> None:
    vendor = _vendor()
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    assert manifest == [vendor.entry(library) for library in vendor.LIBRARIES]
    listed = {f"{one['name']}-{one['version']}/{name}" for one in manifest for name in one["files"]}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.glob("*/*") if "__pycache__" not in path.parts}
    assert listed == there


def test_every_static_file_that_a_page_names_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"{% static '([^']+)' %}", page.read_text())}
    assert named
    assert [name for name in named if finders.find(name) is None] == []


def found(pattern: str, *paths: Path) -> dict[str, list[str]]:
    """What the pattern finds in each file, without the files that it finds nothing in."""
    looked = {str(path.relative_to(ROOT)): re.findall(pattern, path.read_text()) for path in paths}
    return {name: words for name, words in looked.items() if words}


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert found(r"(?:https?:)?//[\w.-]+\.\w{2,}", *PAGES, STATIC / "copilot.css", STATIC / "copilot.js") == {}


def test_no_page_needs_an_exception_from_the_content_security_policy() -> None:
    assert found(r"\sstyle=|\son\w+=|<style|javascript:|hx-on|hx-vals=.js:", *PAGES) == {}
    assert found(r"<script(?![^>]*\ssrc=)", *PAGES) == {}


def test_a_dollar_sign_is_money_and_never_maths() -> None:
    assert found(r"\$[^$\n]*\\\w", *PAGES) == {}


def test_our_own_script_stays_small() -> None:
    assert (STATIC / "copilot.js").stat().st_size <= OWN_SCRIPT_BYTES


def test_only_tokens_name_colours() -> None:
    css = (STATIC / "copilot.css").read_text()
    after = css[css.index("@layer base") :]
    plain = re.sub(r"light-dark\([^)]*\)", "", after)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", plain) == []


def _tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (STATIC / "copilot.css").read_text())
    return {name: (light, dark) for name, light, dark in found}


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, by WCAG 2.2."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "surface", "sunken")
PHRASES = ("variable", "objective", "constraint", "assumption", "unexplained", "given")
TEXT = [(text, ground) for text in ("ink", "soft", "accent", "good", "warn", "bad") for ground in GROUNDS]
TEXT += [("ink", phrase) for phrase in PHRASES]
TEXT += [(name, f"{name}-wash") for name in ("accent", "good", "warn", "bad")]
TEXT += [("on-accent", "accent"), ("ink", "accent-wash"), ("soft", "accent-wash")]
EDGES = [(edge, ground) for edge in ("edge", "accent") for ground in GROUNDS]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), [(*p, READABLE) for p in TEXT] + [(*p, DISTINCT) for p in EDGES])
def test_colours_can_be_told_apart_in_both_themes(front: str, back: str, least: float, theme: int) -> None:
    tokens = _tokens()
    assert contrast(tokens[front][theme], tokens[back][theme]) >= least


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "{% extends" in page.read_text()], ids=lambda page: page.name
)
def test_a_page_that_looks_again_by_itself_has_the_script_that_does_so(page: Path) -> None:
    source = page.read_text()
    assert not re.search(r"\bhx-(?:get|post|trigger)", source) or "htmx.min.js" in source
