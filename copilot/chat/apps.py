"""Registers the room with Django."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """The room `chat`."""

    name = "copilot.chat"
