"""The HTTP side of a service: FastAPI, with what every service's edge has in common put around it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from kith_chassis import clock, sealing
from kith_chassis.http import creates, paging, problems, versions
from kith_chassis.http.limits import BodyLimit
from kith_chassis.identity import ANYONE, Guarded, NotAuthenticated, RoleMissing, Verifier, secure
from kith_chassis.refusals import Refusal
from kith_chassis.telemetry import Observed

REFUSALS: Final[Mapping[type[Exception], int]] = {
    Refusal: 422,
    NotAuthenticated: 401,
    RoleMissing: 403,
    creates.KeyMissing: 400,
    creates.KeyMalformed: 400,
    creates.KeyReused: 422,
    creates.KeyInFlight: 409,
    paging.CursorMalformed: 400,
    versions.StaleVersion: 412,
    versions.VersionMissing: 428,
    versions.VersionMalformed: 400,
    sealing.SealedElsewhere: 409,
    sealing.SealBroken: 409,
}
"""The chassis's own refusals; a service adds its families."""

_KEY_PARAMETER: Final = {
    "name": creates.HEADER,
    "in": "header",
    "required": True,
    "description": "A new one for each new thing, kept when the same is sent again. Kept for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7E]+$"},
}


async def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.now()
    return moment


NowDep = Annotated[datetime, Depends(_now)]
"""The instant at which the request is handled, UTC."""


def application(
    *,
    name: str,
    routers: Sequence[APIRouter],
    permissions: Mapping[str, frozenset[str]],
    refusals: Mapping[type[Exception], int],
    verifier: Verifier,
    body_limit: int = 1024 * 1024,
    longer_bodies: Mapping[str, int] = {},
    now: Callable[[], datetime] = clock.now,
) -> FastAPI:
    """The service's application: routes behind the table of permissions, problems for everything that goes wrong.

    Whoever makes it sets ``app.state.database``. ``longer_bodies`` are the paths that take more than ``body_limit``
    bytes, and how many. There is no page of documentation and no OpenAPI route: the document
    is printed by ``python -m kith_<name> openapi``. Raises ``ValueError`` for a table that does not fit the routes.
    """
    app = _Application(
        title=f"Kith {name}",
        version=version("kith-chassis"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours names no path and keeps no body
        middleware=[
            Middleware(Observed),
            Middleware(BodyLimit, limit=body_limit, longer=longer_bodies),
            Middleware(problems.Unexpected),
        ],
        exception_handlers=problems.handlers({**REFUSALS, **refusals}),
    )
    app.state.verifier = verifier
    app.state.now = now
    secure(app, routers, permissions)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.endpoint.__name__


class _Application(FastAPI):
    """FastAPI whose OpenAPI document tells of tokens, problems, keys and versions as they are."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document."""
        if self.openapi_schema is None:
            self.openapi_schema = self._honest(super().openapi())
        return self.openapi_schema

    def _honest(self, document: dict[str, Any]) -> dict[str, Any]:
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for fastapis_own in ("HTTPValidationError", "ValidationError"):
            schemas.pop(fastapis_own, None)
        reference = "#/components/schemas/{model}"
        own = problems.Problem.model_json_schema(ref_template=reference, mode="serialization")
        schemas |= own.pop("$defs")
        schemas["Problem"] = own
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        document["security"] = [{"token": []}]
        told = {
            "description": "Not done. `code` says why.",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": reference.format(model="Problem")}}},
        }
        open_to_anyone = {
            route.unique_id for route in self.routes if isinstance(route, Guarded) and route.allowed == ANYONE
        }
        for path in document["paths"].values():
            for method, operation in path.items():
                responses = operation["responses"]
                responses.pop("422", None)
                responses["default"] = told
                if operation["operationId"] in open_to_anyone:
                    operation["security"] = []
                parameters = operation.get("parameters", [])
                for parameter in parameters:
                    parameter["required"] = parameter["required"] or parameter.get("description") == versions.MUST_MATCH
                if method == "post" and "201" in responses:
                    operation["parameters"] = [*parameters, _KEY_PARAMETER]
                    responses["201"]["headers"] = {"Location": {"schema": {"type": "string"}, "required": True}}
        return document
