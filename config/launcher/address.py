"""The address the web server listens on."""

import socket
from contextlib import suppress

ATTEMPTS = 20


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `port`, or on the next free one when another program has it.

    The socket is opened here and handed to the web server: nobody can take the port in between, and visitors
    wait instead of being refused while a dead web server is started again.
    """
    for candidate in [*range(port, port + ATTEMPTS), 0]:
        if candidate and _answers(host, candidate):
            continue
        with suppress(OSError):
            return _open(host, candidate)
    raise OSError(f"无法在 {host} 上打开任何端口。")


def _open(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _answers(host: str, port: int) -> bool:
    """Whether somebody listens there already; on macOS a bind beside a wildcard listener would still succeed."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (only translated)
    try:
        socket.create_connection((local, port), timeout=1).close()
    except OSError:
        return False
    return True
