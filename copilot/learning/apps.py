"""Registers the room with Django, and what it has to say on the library's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from copilot.library.models import InsightVersion
    from copilot.library.panels import Panel


class LearningConfig(AppConfig):
    """The room `learning`."""

    name = "copilot.learning"

    def ready(self) -> None:
        """Tell the effect of a version beside its text."""
        from copilot.library import panels

        panels.register(effect)


def effect(version: InsightVersion) -> Panel:
    """The effect in runs; its arithmetic is imported when it is first asked for."""
    from copilot.learning.effect_panel import effect_panel

    return effect_panel(version)
