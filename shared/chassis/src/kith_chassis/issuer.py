"""The OpenID Connect issuer as a service meets it: its discovery document, its keys, its tokens for machine clients."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import quote

import httpx
from jwt import PyJWK, PyJWKSet, PyJWTError

from kith_chassis import clock
from kith_chassis.refusals import Refusal
from kith_chassis.settings import ServiceSettings

ALGORITHMS: Final = frozenset({"EdDSA", "ES256", "RS256"})
"""Signatures that are believed: public keys only, so that nobody who can verify can also sign."""

REFETCH: Final = timedelta(seconds=10)
"""Least time between two looks for a key that is not known, so that invented key ids cost the issuer nothing."""
PAUSE: Final = timedelta(seconds=1)
"""Least time between two tries while there is no key at all; requests in between fail at once instead of queueing."""
KEYS_AGE: Final = timedelta(minutes=15)
"""Age at which keys are fetched anew although they would do: a key that was withdrawn is forgotten."""
GIVE_UP: Final = 5.0
"""Seconds that the issuer is given to answer."""


class IssuerUnreachable(ConnectionError):  # noqa: N818 - named as the refusals are
    """The issuer did not answer, or not sensibly. A fault: trying again may help."""

    code: ClassVar[str] = "issuer-unreachable"


class DevelopmentIssuer(Refusal):
    """The issuer says that it is for development, and this service does not believe such."""

    code = "development-issuer"


class UnknownKey(Refusal):
    """The issuer publishes no such key."""

    code = "unknown-key"


class Issuer:
    """One issuer. Everything is fetched when first needed, and kept."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._name = settings.issuer
        self._jwks_url = settings.jwks_url
        self._development = settings.development_issuer
        self._http = httpx.AsyncClient(transport=transport, timeout=GIVE_UP)
        self._now = now
        self._one_at_a_time = asyncio.Lock()
        self._document: Mapping[str, Any] | None = None
        self._keys: dict[str | None, PyJWK] = {}
        self._tried_at: datetime | None = None
        self._fetched_at: datetime | None = None

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def key(self, kid: str | None) -> PyJWK:
        """The public key that the issuer publishes as ``kid``; without a ``kid``, its only key.

        An unknown ``kid`` makes it look again, for keys rotate, but not more often than ``REFETCH``. While the issuer
        does not answer, the keys it had go on being good. Raises ``UnknownKey``, ``DevelopmentIssuer``, and
        ``IssuerUnreachable`` when there is no key to go by.
        """
        if self._due(kid):
            async with self._one_at_a_time:
                if self._due(kid):
                    await self._look(kid)
        key = self._find(kid)
        if key is None and self._fetched_at is None:
            raise IssuerUnreachable("The issuer has not answered yet.")
        if key is None:
            raise UnknownKey("The token was signed with a key that the issuer does not publish.")
        return key

    async def token(self, client_id: str, client_secret: str, audience: str) -> tuple[str, float]:
        """A machine client's token by client credentials (RFC 6749 section 4.4), and the seconds that it will last."""
        endpoint = (await self._discovered()).get("token_endpoint")
        if not isinstance(endpoint, str):
            raise IssuerUnreachable("The issuer's discovery document names no token endpoint.")
        answer = await self._asked(
            "POST",
            endpoint,
            data={"grant_type": "client_credentials", "audience": audience},
            auth=(quote(client_id, safe=""), quote(client_secret, safe="")),
        )
        token, lasts = answer.get("access_token"), answer.get("expires_in", 60)
        if not isinstance(token, str) or not isinstance(lasts, int | float):
            raise IssuerUnreachable("The issuer gave no token.")
        return token, float(lasts)

    def _find(self, kid: str | None) -> PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _due(self, kid: str | None) -> bool:
        """Whether it is time to ask the issuer for its keys."""
        if self._tried_at is None or self._fetched_at is None:
            return self._tried_at is None or self._now() - self._tried_at >= PAUSE
        if self._find(kid) is None or self._now() - self._fetched_at >= KEYS_AGE:
            return self._now() - self._tried_at >= REFETCH
        return False

    async def _look(self, kid: str | None) -> None:
        try:
            await self._fetch_keys()
            self._fetched_at = self._now()
        except IssuerUnreachable:
            if self._find(kid) is None:
                raise
        except DevelopmentIssuer:
            self._fetched_at = self._now()
            raise
        finally:
            self._tried_at = self._now()

    async def _fetch_keys(self) -> None:
        url = self._jwks_url or (await self._discovered()).get("jwks_uri")
        if not isinstance(url, str):
            raise IssuerUnreachable("The issuer's discovery document names no keys.")
        try:
            published = PyJWKSet.from_dict(dict(await self._asked("GET", url))).keys
        except PyJWTError as error:
            raise IssuerUnreachable("The issuer publishes no usable keys.") from error
        self._keys = {
            key.key_id: key for key in published if key.algorithm_name in ALGORITHMS and key.public_key_use != "enc"
        }

    async def _discovered(self) -> Mapping[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0, section 4), which must be about this very issuer."""
        if self._document is None:
            document = await self._asked("GET", f"{self._name.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self._name:
                raise IssuerUnreachable("The discovery document is about another issuer than KITH_ISSUER names.")
            if document.get("kith_development_issuer") and not self._development:
                raise DevelopmentIssuer(
                    "KITH_ISSUER is a development issuer; only KITH_DEVELOPMENT_ISSUER=1 allows it."
                )
            self._document = document
        return self._document

    async def _asked(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        try:
            answer = await self._http.request(method, url, **more)
            answer.raise_for_status()
            document = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise IssuerUnreachable(f"The issuer did not answer as it should ({type(error).__name__}).") from error
        if not isinstance(document, dict):
            raise IssuerUnreachable("The issuer did not answer with a JSON object.")
        return document
