"""What one service asks another for at the moment of use: names and addresses, which are read and not kept."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx
from opentelemetry.trace import SpanKind

from kith_chassis import clock
from kith_chassis.issuer import GIVE_UP, DevelopmentIssuer, Issuer, IssuerUnreachable
from kith_chassis.settings import ServiceSettings
from kith_chassis.telemetry import current_trace, span

OWNERS: Final[Mapping[str, str]] = {
    "organisations": "referrals_url",
    "people": "referrals_url",
    "supporters": "matching_url",
    "duty-desks": "matching_url",
}
"""Who answers for ``/internal/<word>/...``: the setting that says where its owner is."""
EARLY: Final = timedelta(seconds=30)
"""How long before its end a token is no longer used: it must last for the journey."""


class InternalFault(ConnectionError):  # noqa: N818 - named as the refusals are
    """The owner, or the issuer, did not answer as it should. A fault: whoever asked tries again later."""

    code: ClassVar[str] = "internal-fault"


class Internal:
    """Reads of other services' internal routes, as this service's own machine client."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._owners = {word: getattr(settings, setting) for word, setting in OWNERS.items()}
        self._client_id = settings.client_id
        self._client_secret = settings.client_secret
        self._audience = settings.audience
        self._issuer = Issuer(settings, transport=transport, now=now)
        self._http = httpx.AsyncClient(transport=transport, timeout=GIVE_UP)
        self._now = now
        self._token = ""
        self._good_until: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()
        await self._issuer.close()

    async def get(self, url_path: str) -> dict[str, Any] | None:
        """The JSON object at ``/internal/<word>/<id>...`` of the service that owns the word; None when it has none.

        A path holds ids only: it is seen in the owner's records. Raises ``InternalFault``, also when the owner's
        address or this service's client is not set, so that what waits is seen and kept.
        """
        word = url_path.split("/")[2]
        base: str | None = self._owners[word]
        if base is None:
            raise InternalFault(f"Set KITH_{OWNERS[word].upper()}: its owner is asked for {word}.")
        with span(f"GET internal {word}", SpanKind.CLIENT, attributes={"server.address": urlsplit(base).netloc}):
            answer = await self._asked(base.rstrip("/") + url_path)
            if answer.status_code == HTTPStatus.UNAUTHORIZED:  # keys may have changed since the token was given
                self._good_until = None
                answer = await self._asked(base.rstrip("/") + url_path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code != HTTPStatus.OK:
            raise InternalFault(f"The owner of {word} answered with {answer.status_code}.")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InternalFault(f"The owner of {word} did not answer with a JSON object.")
        return found

    async def _asked(self, url: str) -> httpx.Response:
        traceparent, tracestate = current_trace()
        headers = {"authorization": f"Bearer {await self._current_token()}"}
        headers |= {"traceparent": traceparent} if traceparent else {}
        headers |= {"tracestate": tracestate} if tracestate else {}
        try:
            return await self._http.get(url, headers=headers)
        except httpx.HTTPError as error:
            raise InternalFault(f"An owner did not answer ({type(error).__name__}).") from error

    async def _current_token(self) -> str:
        """A token that is still good; one request to the issuer, however many wait for it."""
        async with self._one_at_a_time:
            if self._good_until is None or self._now() >= self._good_until:
                if self._client_id is None or self._client_secret is None:
                    raise InternalFault("Set KITH_CLIENT_ID and KITH_CLIENT_SECRET: other services ask who reads.")
                try:
                    self._token, lasts = await self._issuer.token(
                        self._client_id, self._client_secret.get_secret_value(), self._audience
                    )
                except (IssuerUnreachable, DevelopmentIssuer) as error:
                    raise InternalFault(str(error)) from error
                self._good_until = self._now() + max(timedelta(seconds=lasts) - EARLY, timedelta(seconds=lasts / 2))
            return self._token
