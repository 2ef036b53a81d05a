"""The address the product listens on: bound before anything else starts, and whether it answers."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import time

from copilot.up.errors import UpError

LOCAL = {"127.0.0.1", "::1", "localhost"}


def bind(host: str, port: int, *, patience_seconds: float = 0.0) -> socket.socket:
    """Bind and listen; port 0 takes any free one. Waits that long for a port whose last owner is just ending."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise UpError(_why(host, port, error)) from error
            time.sleep(0.2)


def url(listening: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listening.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}/"


def readiness(listening: socket.socket, *, host_header: str) -> dict[str, str] | None:
    """What /readyz says of each part (`ok` or what is wrong); None while nothing answers."""
    address = url(listening).removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(address, timeout=3)
    try:
        connection.request("GET", "/readyz", headers={"Host": host_header})
        parts: dict[str, str] = json.loads(connection.getresponse().read())["parts"]
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return parts


def host_header(allowed_hosts: list[str]) -> str:
    """A Host header that the site accepts."""
    first = allowed_hosts[0] if allowed_hosts else "localhost"
    return "localhost" if first == "*" else first.lstrip(".")


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise UpError(f"{host} is no address of this machine; use 127.0.0.1 or 0.0.0.0.") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(512)
    except BaseException:
        listening.close()
        raise
    return listening


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Choose another with --port "
            f"(make run PORT={(port + 1) % 65536}); port 0 takes any free one."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This account may not listen on port {port}; choose one above 1023 with --port."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."
