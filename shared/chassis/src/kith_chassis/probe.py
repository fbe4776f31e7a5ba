"""``python -m kith_chassis.probe [PORT]``: exit code 0 if the process in this container is ready, else 1.

What a container engine runs every few seconds, in images that have no curl. It therefore imports next to nothing.
"""

import os
import socket
import sys
from typing import Final

PATIENCE: Final = 4.0
"""Seconds for the whole answer's beginning; an engine's own limit should be a little longer."""
_REQUEST: Final = b"GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n"


def is_ready(port: int, patience: float = PATIENCE) -> bool:
    """Whether ``/health/ready`` on this machine answers with 200. Whatever else happens is a no."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
            connection.sendall(_REQUEST)
            with connection.makefile("rb") as answer:
                return answer.readline(64).split()[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    asked = sys.argv[1] if sys.argv[1:] else os.environ.get("KITH_HTTP_PORT", "8080")
    sys.exit(not is_ready(int(asked)))
