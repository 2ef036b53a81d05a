"""The web process: HTTP and websockets by uvicorn, and the worker too where there is no broker to share."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Sequence

import django
import uvicorn

PING_SECONDS = 20.0
MESSAGE_BYTES = 64 << 10  # a client says little: its messages come by HTTP
GOODBYE_SECONDS = 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve on an inherited socket (--fd) or on an address of our own (--host, --port)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
    parser = argparse.ArgumentParser(prog="python -m copilot.up.web", description=__doc__)
    parser.add_argument("--fd", type=int, help="a listening socket inherited from the parent process")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    django.setup()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises the signal again when it has finished
    sockets = None if options.fd is None else [socket.socket(fileno=options.fd)]
    with _worker_inside():
        uvicorn.Server(_configuration(options.host, options.port)).run(sockets=sockets)


def _configuration(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        "copilot.asgi:application",
        host=host,
        port=port,
        lifespan="off",
        log_config=None,  # our own configuration stands
        access_log=False,  # the request middleware writes one structured line
        server_header=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_max_size=MESSAGE_BYTES,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )


def _worker_inside() -> contextlib.AbstractContextManager[object]:
    from django.conf import settings  # configured by now

    if not settings.IN_PROCESS:
        return contextlib.nullcontext()
    from copilot.up.in_process import InProcessWorker

    return InProcessWorker()


if __name__ == "__main__":
    main()
