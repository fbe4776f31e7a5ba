"""How long a request's body may be, whether it says so beforehand or not."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kith_chassis.http.problems import CODES, problem


class BodyLimit:
    """ASGI middleware: refuses a body above ``limit`` bytes with 413, by its ``Content-Length`` or as it comes.

    ``longer`` gives the paths that take more another limit.
    """

    def __init__(self, app: ASGIApp, limit: int, longer: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._longer = longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application inside does, unless the body is too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._longer.get(scope["path"], self._limit)
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > limit:
                await _too_long()(scope, receive, send)
                return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, counted, send)


def _too_long() -> Response:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, *CODES[HTTPStatus.REQUEST_ENTITY_TOO_LARGE])
