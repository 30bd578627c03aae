"""The port of the web server."""

import http.client
import socket

import pytest

from config.launcher.address import listen


@pytest.fixture
def taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_free_port_is_taken_as_asked(taken):
    with listen("127.0.0.1", taken + 1) as listener:
        assert listener.getsockname()[1] >= taken + 1


def test_a_busy_port_is_passed_over(taken):
    with listen("127.0.0.1", taken) as listener:
        assert listener.getsockname()[1] != taken


def test_visitors_wait_while_nobody_serves_yet(taken):
    with listen("127.0.0.1", taken) as listener:
        visitor = http.client.HTTPConnection(*listener.getsockname(), timeout=5)
        visitor.request("GET", "/")
        accepted, _ = listener.accept()
        accepted.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
        accepted.close()
        assert visitor.getresponse().status == 200
