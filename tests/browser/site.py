"""Settings of the site that the browser tests drive: no broker, so sockets hear no bells and look once a second."""

from copilot.settings import *  # noqa: F403

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
