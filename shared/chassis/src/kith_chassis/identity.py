"""Who asks: a verified bearer token becomes a Caller, and a table says which role may do what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import iscoroutinefunction
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import httpx
import jwt
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import Receive, Scope, Send

from kith_chassis import clock
from kith_chassis.issuer import ALGORITHMS, DevelopmentIssuer, Issuer, UnknownKey
from kith_chassis.refusals import Refusal
from kith_chassis.settings import ServiceSettings

ORGANISATION_ROLES: Final = frozenset({"referrer", "coordinator", "administrator"})
"""Roles in one organisation, which the token must name."""
OWN_ROLES: Final = frozenset({"supporter"})
"""The role of somebody who reaches, in one organisation, what is about themself."""
DUTY_ROLES: Final = frozenset({"safeguarding-lead"})
"""Roles in one organisation that open what is sealed to everybody else in it, and nothing more."""
SUPERVISING_ROLES: Final = frozenset({"supervisor"})
"""The role in one organisation that gives supporters their supervision, and sees whose is due, and nothing more."""
AUDIT_ROLES: Final = frozenset({"auditor"})
"""The role in one organisation that reads what was drawn as a sample for it, until its day, and nothing more."""
_OF_ONE: Final = ORGANISATION_ROLES | OWN_ROLES | DUTY_ROLES | SUPERVISING_ROLES | AUDIT_ROLES
NETWORK_ROLES: Final = frozenset({"operator", "service"})
"""Roles that see every organisation's rows: the network's operators and other Kith services."""
ANYONE: Final = frozenset({"anyone"})
"""Stands in a table of permissions for a route that needs no token."""

SKEW: Final = 30.0
"""Seconds by which the issuer's clock may be ahead of ours."""
LONGEST: Final = 8192
"""Characters of a token beyond which it is not even read."""
REMEMBERED: Final = 4096
"""Tokens whose caller is remembered until they expire."""
_FAR: Final = 1e11
"""Seconds since 1970 beyond which a time is no time."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the token says it: never a name, only ids and roles.

    Roles are ``referrer``, ``coordinator`` and ``administrator`` (of ``organisation_id``), ``supporter`` (there, and
    for what is about themself), ``safeguarding-lead`` (there, for concerns), ``supervisor`` (there, for supervision),
    ``auditor`` (there, for samples of claims), ``operator`` (of the network) and, for a machine client of another Kith
    service, ``service`` and ``service:<name>``.
    """

    subject: str
    organisation_id: UUID | None
    roles: frozenset[str]
    client_id: str

    @property
    def network(self) -> bool:
        """True when this caller sees the rows of every organisation."""
        return not NETWORK_ROLES.isdisjoint(self.roles)


class NotAuthenticated(Refusal):
    """No believable token. ``headers`` say so as RFC 6750 section 3 asks."""

    code = "token-invalid"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="kith", error="invalid_token"'}


class TokenMissing(NotAuthenticated):
    """The request has no bearer token."""

    code = "token-missing"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="kith"'}


class TokenInvalid(NotAuthenticated):
    """The token is not one of ours, or not for us. Why exactly is not told: it would help to forge."""

    code = "token-invalid"


class TokenExpired(NotAuthenticated):
    """The token was good once."""

    code = "token-expired"


class RoleMissing(Refusal):
    """The caller is known, and may not do this."""

    code = "role-missing"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Bearer realm="kith", error="insufficient_scope"'}


class Verifier:
    """Turns the ``Authorization`` header into a ``Caller``. A token is decoded once and remembered until it expires."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._issuer = Issuer(settings, transport=transport, now=now)
        self._name = settings.issuer
        self._audience = settings.audience
        self._development = settings.development_issuer
        self._now = now
        self._known: dict[str, tuple[Caller, float]] = {}

    async def close(self) -> None:
        """Give the connections back."""
        await self._issuer.close()

    async def caller(self, authorization: str | None) -> Caller:
        """Who asks. Raises ``TokenMissing``, ``TokenInvalid``, ``TokenExpired``, or ``IssuerUnreachable``."""
        if authorization is None:
            raise TokenMissing("Send a bearer token: Authorization: Bearer ...")
        moment = self._now().timestamp()
        known = self._known.get(authorization)
        if known is not None and moment < known[1]:
            return known[0]
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenMissing("Send a bearer token: Authorization: Bearer ...")
        caller, expires = await self._verified(token.strip(), moment)
        self._remember(authorization, caller, expires, moment)
        return caller

    def _remember(self, authorization: str, caller: Caller, expires: float, moment: float) -> None:
        if len(self._known) >= REMEMBERED:
            self._known = {text: known for text, known in self._known.items() if known[1] > moment}
            while len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
        self._known[authorization] = caller, expires

    async def _verified(self, token: str, moment: float) -> tuple[Caller, float]:
        if len(token) > LONGEST:
            raise TokenInvalid("The token is too long.")
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise TokenInvalid("The token is not valid here.")
            key = await self._issuer.key(header.get("kid"))
            if key.algorithm_name != algorithm:
                raise TokenInvalid("The token is not valid here.")
            claims = jwt.decode(
                token,
                key,
                [algorithm],
                {
                    "require": ["exp", "sub", "iss", "aud"],
                    "verify_exp": False,  # times are checked below, by our own clock
                    "verify_nbf": False,
                    "verify_iat": False,
                    "enforce_minimum_key_length": True,
                },
                audience=self._audience,
                issuer=self._name,
            )
        except (jwt.PyJWTError, UnknownKey, DevelopmentIssuer, RecursionError) as error:
            raise TokenInvalid("The token is not valid here.") from error
        if (header.get("kith_development") or claims.get("kith_development")) and not self._development:
            raise TokenInvalid("The token is of a development issuer, which this service does not believe.")
        return caller_of(claims), _expiry(claims, moment)


def _expiry(claims: Mapping[str, Any], moment: float) -> float:
    """When the token ends (seconds since 1970), once it has begun and not ended (RFC 7519, 4.1.4 to 4.1.6)."""
    times = [claims.get(name, 0) for name in ("exp", "nbf", "iat")]
    if not all(isinstance(time, int | float) and 0 <= time < _FAR for time in times):
        raise TokenInvalid("The token's times are not numbers.")
    expires, not_before, issued = (float(time) for time in times)
    if moment >= expires:
        raise TokenExpired("The token has expired; ask the issuer for a new one.")
    if max(not_before, issued) > moment + SKEW:
        raise TokenInvalid("The token is not valid yet.")
    return expires


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """The caller that verified claims describe.

    ``kith_roles`` lists roles, ``kith_organisation`` is the organisation's id, ``azp`` or ``client_id`` the client
    (RFC 9068, OpenID Connect Core 2). Raises ``TokenInvalid`` for a claim of another shape, and for a role in an
    organisation without one.
    """
    roles, organisation = claims.get("kith_roles", []), claims.get("kith_organisation")
    subject = claims["sub"]
    client = claims.get("client_id", claims.get("azp", subject))
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise TokenInvalid("The token's kith_roles must be a list of words.")
    if not all(isinstance(text, str) and 0 < len(text) <= 255 and text.isprintable() for text in (subject, client)):  # noqa: PLR2004 - OpenID Connect Core 2: sub
        raise TokenInvalid("The token's sub and client_id must be 1 to 255 printable characters.")
    try:
        organisation_id = None if organisation is None else UUID(organisation)
    except (ValueError, AttributeError, TypeError):
        raise TokenInvalid("The token's kith_organisation must be an id.") from None
    if organisation_id is None and not _OF_ONE.isdisjoint(roles):
        raise TokenInvalid("The token gives a role in an organisation but names no organisation.")
    return Caller(subject, organisation_id, frozenset(roles), client)


async def _caller(scope: Scope) -> Caller:
    """The caller of this request, verified once however often it is asked for."""
    found: Caller | None = scope.get("kith.caller")
    if found is None:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        verifier: Verifier = scope["app"].state.verifier
        found = scope["kith.caller"] = await verifier.caller(None if header is None else header.decode("latin-1"))
    return found


async def caller(request: Request) -> Caller:
    """The caller of this request."""
    return await _caller(request.scope)


CallerDep = Annotated[Caller, Depends(caller)]
"""The verified caller; without a believable token the request ends with 401."""


class Guarded(APIRoute):
    """A route that is entered, and whose body is read, only by a caller with a role that the table names."""

    allowed: frozenset[str]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or raise ``NotAuthenticated`` or ``RoleMissing``."""
        if self.allowed != ANYONE and self.allowed.isdisjoint((await _caller(scope)).roles):
            raise RoleMissing("This needs a role that the token does not give.")
        await super().handle(scope, receive, send)


_DECLARED: Final = (
    *("methods", "name", "operation_id", "include_in_schema", "deprecated", "dependencies", "status_code"),
    *("tags", "summary", "description", "responses", "response_description", "response_class", "openapi_extra"),
    *("response_model", "response_model_include", "response_model_exclude", "response_model_by_alias"),
    *("response_model_exclude_unset", "response_model_exclude_defaults", "response_model_exclude_none"),
)
"""What a route is declared with, beside its path and its function."""


def secure(app: FastAPI, routers: Sequence[APIRouter], permissions: Mapping[str, frozenset[str]]) -> None:
    """Put every route of ``routers`` into ``app``, behind the table: name of the endpoint's function -> roles.

    The routes are put in side by side and not by ``include_router``, which guards nothing before the body is read, and
    looks for the route twice at every request. Raises ``ValueError`` at start-up when a route is not in the table, when
    its line names an unknown role or nobody, or when two endpoints share a name: what nobody thought about must not be
    reachable. It raises it for a dependency that is not ``async`` too.
    """
    endpoints: dict[str, Any] = {}
    for route in (found for router in routers for found in iter_route_contexts(router.routes)):
        if not isinstance(route.original_route, APIRoute) or route.endpoint is None or route.path is None:
            raise ValueError(f"{route.path} is not an API route, so no table can guard it.")
        name = route.endpoint.__name__
        if name in endpoints:
            raise ValueError(f"Two endpoints are called {name}; the table of permissions needs one name for one.")
        endpoints[name] = route.endpoint
        declared = {what: getattr(route, what) for what in _DECLARED}
        app.router.add_api_route(route.path, route.endpoint, route_class_override=Guarded, **declared)
        added = app.router.routes[-1]
        if isinstance(added, Guarded):
            added.allowed = _roles(name, permissions)
            _check_no_thread(added.dependant)


def _check_no_thread(dependant: Dependant) -> None:
    """FastAPI runs what is not ``async`` in a thread, which costs each request more than most of what it looks up."""
    for needed in dependant.dependencies:
        if not iscoroutinefunction(needed.call) and not iscoroutinefunction(type(needed.call).__call__):
            raise ValueError(f"{needed.call} would run in a thread at every request; make it an async function.")
        _check_no_thread(needed)


def _roles(name: str, permissions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    roles = permissions.get(name)
    if roles is None:
        raise ValueError(f"{name} is not in the table of permissions.")
    known = _OF_ONE | NETWORK_ROLES | {role for role in roles if role.startswith("service:")}
    if roles != ANYONE and not (roles and roles <= known):
        raise ValueError(f"The table of permissions gives {name} to an unknown role or to nobody.")
    return roles
