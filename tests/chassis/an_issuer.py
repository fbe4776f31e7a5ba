"""An OpenID Connect issuer without a network: it signs tokens and answers through an httpx transport."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NAME: Final = "https://issuer.example.org"
START: Final = datetime.fromisoformat("2026-11-23T10:00:00+00:00")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class AnIssuer:
    """Keys, tokens and answers. ``asked`` lists the paths that were asked for; ``down`` makes it answer 503."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[str] = []
        self.down = False
        self.mark: dict[str, Any] = {}
        self.private: dict[str, tuple[str, Any]] = {}
        self.granted: list[httpx.Request] = []
        self.add_key("ed", "EdDSA")

    def add_key(self, kid: str, algorithm: str) -> None:
        """Publish a new key."""
        match algorithm:
            case "ES256":
                key: Any = ec.generate_private_key(ec.SECP256R1())
            case "RS256":
                key = rsa.generate_private_key(65537, 2048)
            case _:
                key = ed25519.Ed25519PrivateKey.generate()
        self.private[kid] = algorithm, key

    def token(self, kid: str = "ed", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token of an operator that holds for five minutes; ``claims`` replace, and None takes away."""
        now = int(self.clock().timestamp())
        usual = {
            "iss": NAME,
            "aud": "kith",
            "sub": "worker-1",
            "azp": "intake-app",
            "iat": now,
            "exp": now + 300,
            "kith_roles": ["operator"],
        }
        algorithm, key = self.private[kid]
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(said, key, algorithm, {"kid": kid, **(header or {})})

    def transport(self) -> httpx.MockTransport:
        """The way to it."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.down:
            return httpx.Response(503)
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(
                    200,
                    json={"issuer": NAME, "jwks_uri": f"{NAME}/jwks", "token_endpoint": f"{NAME}/token"} | self.mark,
                )
            case "/jwks":
                return httpx.Response(200, json={"keys": [self._public(kid) for kid in self.private]})
            case "/token":
                self.granted.append(request)
                return httpx.Response(200, json={"access_token": self.token(), "expires_in": 300})
            case path:
                raise AssertionError(path)

    def _public(self, kid: str) -> dict[str, Any]:
        algorithm, key = self.private[kid]
        makers: dict[str, Callable[..., Any]] = {
            "ES256": ECAlgorithm.to_jwk,
            "RS256": RSAAlgorithm.to_jwk,
            "EdDSA": OKPAlgorithm.to_jwk,
        }
        return {**json.loads(makers[algorithm](key.public_key())), "kid": kid, "use": "sig"}
