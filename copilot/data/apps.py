"""Registers the room with Django."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    """The room `data`."""

    name = "copilot.data"
