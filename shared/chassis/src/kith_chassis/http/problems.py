"""Every answer that is not the one hoped for: a problem as RFC 9457 has it, with a stable code and nothing personal."""

import logging
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import sqlalchemy as sa
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kith_chassis.database import is_fault
from kith_chassis.issuer import IssuerUnreachable
from kith_chassis.telemetry import names
from kith_contracts.programmes.words import CONTRADICTS

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = {"Retry-After": "2"}
"""Seconds after which a fault may have passed; sent with every 503."""
MOST_ERRORS: Final = 50
"""Parts of one request that are complained about at once."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}", re.ASCII)
_BAD_TEXT: Final = frozenset({"22021", "22P05"})
"""SQLSTATE of text that PostgreSQL cannot hold: the NUL character (manual, appendix A)."""
CODES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("request-malformed", "The request cannot be read."),
    404: ("not-found", "There is nothing here, or nothing that you may see."),
    405: ("method-not-allowed", "This cannot be done here."),
    413: ("body-too-large", "The request's body is longer than this service takes."),
}
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "This is required.",
    "extra_forbidden": "This field is not known here.",
    "json_invalid": "The body is not valid JSON.",
    "model_attributes_type": "This must be a JSON object; send it as application/json.",
    "model_type": "This must be a JSON object; send it as application/json.",
    "dict_type": "This must be a JSON object; send it as application/json.",
    "list_type": "This must be a list.",
    "string_type": "This must be text.",
    "string_unicode": "This must be text without lone surrogates.",
    "string_pattern_mismatch": "This must match the pattern {pattern}.",
    "string_too_short": "This must have at least {min_length} characters.",
    "string_too_long": "This must have at most {max_length} characters.",
    "too_short": "This must have at least {min_length} entries.",
    "too_long": "This must have at most {max_length} entries.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "finite_number": "This must be a finite number.",
    "decimal_type": "This must be a number.",
    "decimal_parsing": "This must be a number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "greater_than": "This must be greater than {gt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than": "This must be less than {lt}.",
    "less_than_equal": "This must be at most {le}.",
    "enum": "This must be one of {expected}.",
    "literal_error": "This must be one of {expected}.",
    "uuid_type": "This must be an id (a UUID).",
    "uuid_parsing": "This must be an id (a UUID).",
    "uuid_version": "This must be an id (a UUID of version {expected_version}).",
    "date_type": "This must be a date such as 2026-11-23.",
    "date_parsing": "This must be a date such as 2026-11-23.",
    "date_from_datetime_parsing": "This must be a date such as 2026-11-23.",
    "date_from_datetime_inexact": "This must be a date without a time.",
    "date_past": "This must be in the past.",
    "date_future": "This must be in the future.",
    "datetime_type": "This must be an instant such as 2026-11-23T09:30:00Z.",
    "datetime_parsing": "This must be an instant such as 2026-11-23T09:30:00Z.",
    "datetime_from_date_parsing": "This must be an instant such as 2026-11-23T09:30:00Z.",
    "timezone_aware": "This must say its time zone, as 2026-11-23T09:30:00Z does.",
    "union_tag_invalid": "This must be one of {expected_tags}.",
    "union_tag_not_found": "This must say which kind it is, by {discriminator}.",
}
"""A sentence for each of pydantic's error types. It may name the rule, never what was sent: that may be personal."""


class InvalidPart(BaseModel):
    """One part of a request that cannot be taken."""

    where: str = Field(description="The place in the request, from the outside in: `body.person.birth_date`.")
    sentence: str = Field(description="What it must be. What was sent is never repeated.")


class Problem(BaseModel):
    """Why a request was not done (RFC 9457). `code` is stable; the words are for people and may change."""

    type: str = Field(default="about:blank", description="Always `about:blank`: go by `code`.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong and what to do, for a human.")
    code: str = Field(description="What went wrong, for a program: kebab-case, never changed once published.")
    errors: list[InvalidPart] | None = Field(default=None, description="What to mend, where its place is known.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[InvalidPart] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem response."""
    return _answer(_told(status, code, detail, errors), headers)


def problem_of(error: Exception, refusals: Mapping[type[Exception], int]) -> Problem:
    """The refusal as a problem, with the status of its most specific class in ``refusals``.

    One that knows the place in the request that it is about (``place``) says it as ``errors`` do.
    """
    status = next(refusals[cls] for cls in type(error).__mro__ if cls in refusals)
    place = getattr(error, "place", ())
    parts = [InvalidPart(where=_where(place), sentence=str(error))] if place else None
    return _told(status, getattr(error, "code", "refused"), str(error), parts)


def invalid(faults: Sequence[Any], *, at: Sequence[str | int] = ()) -> Problem:
    """What pydantic found wrong as one problem, by the places in the request; ``at`` is where what it read stands."""
    parts = [
        InvalidPart(where=_where((*at, *fault["loc"])), sentence=_sentence(fault)) for fault in faults[:MOST_ERRORS]
    ]
    detail = "Something in the request is not as it must be; errors says what."
    return _told(HTTPStatus.UNPROCESSABLE_ENTITY, "request-invalid", detail, parts)


def _told(status: int, code: str, detail: str, errors: list[InvalidPart] | None = None) -> Problem:
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, errors=errors)


def _answer(told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    trace.get_current_span().set_attribute(names.REFUSAL, told.code)
    return Response(told.model_dump_json(exclude_none=True), told.status, headers, MEDIA_TYPE)


Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def handlers(refusals: Mapping[type[Exception], int]) -> dict[int | type[Exception], Handler]:
    """What answers each kind of exception; a refusal has the status of its most specific class in ``refusals``.

    Raises ``TypeError`` for a class without a ``code``: it would be answered with one that nobody documented.
    """
    for refusal in refusals:
        if not isinstance(getattr(refusal, "code", None), str):
            raise TypeError(f"{refusal.__qualname__} has no code, so it cannot be told as a refusal.")

    async def refused(_: Request, error: Exception) -> Response:
        return _answer(problem_of(error, refusals), getattr(error, "headers", None))

    return {**dict.fromkeys(refusals, refused), RequestValidationError: _invalid, HTTPException: _plain}


async def _plain(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = error.headers if isinstance(error, HTTPException) else None
    code, detail = CODES.get(status, ("request-refused", "The request cannot be done."))
    return problem(status, code, detail, headers=headers)


async def _invalid(_: Request, error: Exception) -> Response:
    return _answer(invalid(error.errors() if isinstance(error, RequestValidationError) else []))


def _where(place: Sequence[str | int]) -> str:
    """The place, without keys that are not plain names: those were invented by whoever sent them."""
    return ".".join(str(step) if isinstance(step, int) or _NAME.fullmatch(step) else "(unknown)" for step in place)


def _sentence(fault: Mapping[str, Any]) -> str:
    kind, context = fault["type"], fault.get("ctx") or {}
    if kind == "value_error":
        return _of_a_validator(context.get("error"), fault.get("input"))
    if kind == CONTRADICTS:
        return str(fault["msg"])
    template = _SENTENCES.get(kind)
    return template.format_map({name: str(value) for name, value in context.items()}) if template else "This is wrong."


def _of_a_validator(error: object, sent: object) -> str:
    """What one of our own validators says, unless it repeats what was sent."""
    said = str(error).strip() if isinstance(error, ValueError) else ""
    words = said.casefold()
    repeated = any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", words) for value in _values(sent))
    whole = isinstance(sent, str | int | float) and str(sent).strip().casefold() in words
    if not said or repeated or whole:
        return "This is wrong."
    return f"{said[0].upper()}{said[1:].rstrip('.')}."


def _values(sent: object) -> Iterator[str]:
    """Everything that was sent, as it would stand in a sentence."""
    if isinstance(sent, Mapping):
        for value in sent.values():
            yield from _values(value)
    elif isinstance(sent, list | tuple):
        for value in sent:
            yield from _values(value)
    elif sent is not None and str(sent).strip():
        yield str(sent).strip().casefold()


class Unexpected:
    """ASGI middleware: the last answer there is. A known fault is 503, try again; anything else is 500 and a log line.

    Neither says anything of the exception, whose message may hold a row's values.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application inside does; if it fails before it began to answer, answer for it."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await _answer_to(error)(scope, receive, send)


def _answer_to(error: Exception) -> Response:
    if isinstance(error, IssuerUnreachable):
        log.warning("the issuer is not reachable", exc_info=error)
        detail = "Tokens cannot be checked just now; try again."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, IssuerUnreachable.code, detail, headers=RETRY_AFTER)
    if is_fault(error):
        log.warning("a request met a fault", extra={"fault": type(error).__qualname__})
        detail = "Send the same again, with the same Idempotency-Key or If-Match: then nothing is done twice."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "try-again", detail, headers=RETRY_AFTER)
    if _cannot_be_stored(error):
        detail = "Text must not hold the NUL character."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request-invalid", detail)
    log.error("a request failed", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "This should not happen. It has been noted.")


def _cannot_be_stored(error: Exception) -> bool:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) in _BAD_TEXT
