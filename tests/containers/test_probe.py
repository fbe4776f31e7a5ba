"""The question that an engine asks of every container of ours."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kith_chassis.probe import is_ready
from kith_cli.embedded.processes import free_port

Answering = Callable[[int], int]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """Start somebody who answers `/health/ready` with a status; their port."""
    with ExitStack() as stack:

        def answering(status: int) -> int:
            class Answer(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    self.send_response(status if self.path == "/health/ready" else 404)
                    self.end_headers()

                def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
                    pass

            server = stack.enter_context(HTTPServer(("127.0.0.1", 0), Answer))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server.server_port

        yield answering


def test_a_process_that_says_so_is_ready(answering: Answering) -> None:
    assert is_ready(answering(200))


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_process_that_says_anything_else_is_not_ready(status: int, answering: Answering) -> None:
    assert not is_ready(answering(status))


def test_a_process_that_does_not_answer_is_not_ready() -> None:
    assert not is_ready(free_port())


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_engine_learns_it_by_the_exit_code(status: int, code: int, answering: Answering) -> None:
    asked = subprocess.run([sys.executable, "-m", "kith_chassis.probe", str(answering(status))], check=False)

    assert asked.returncode == code
