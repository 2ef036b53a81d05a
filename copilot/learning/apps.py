"""Registers the room with Django."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """The room `learning`."""

    name = "copilot.learning"
