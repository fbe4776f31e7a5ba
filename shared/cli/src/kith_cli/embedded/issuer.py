"""A development OpenID Connect issuer: discovery, keys, and tokens for machine clients. Never for real people's data.

Its discovery document says `kith_development_issuer: true` and its tokens say `kith_development: true`; a service
refuses both unless `KITH_DEVELOPMENT_ISSUER=1`. The key is made at the first start and kept: tokens outlive a restart.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kith_cli.cannot import CannotRun
from kith_cli.clients import Client
from kith_cli.files import make_folder, write_private

ALGORITHM: Final = "ES256"
AUDIENCE: Final = "kith"
LIFETIME: Final = timedelta(minutes=10)
LONGEST_FORM: Final = 16 * 1024  # bytes


class SigningKey:
    """The issuer's key: made once, kept in its folder where only we may read it."""

    def __init__(self, folder: Path) -> None:
        path = folder / "issuer-key.pem"
        try:
            make_folder(folder, 0o700)
            if not path.exists():
                write_private(path, _new_key())
            pem = path.read_bytes()
            key = serialization.load_pem_private_key(pem, password=None)
        except OSError as error:
            raise CannotRun(f"The issuer cannot keep its key in {folder}: {error.strerror}.") from error
        except ValueError as error:
            raise CannotRun(f"{path} is not a private key; remove it and a new one is made.") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CannotRun(f"{path} is not a key for {ALGORITHM}; remove it and a new one is made.")
        self._key = key
        public: dict[str, str] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.id = _thumbprint(public)
        self.public = {**public, "kid": self.id, "use": "sig", "alg": ALGORITHM}

    def sign(self, claims: dict[str, object]) -> str:
        """Make a token of these claims."""
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.id, "typ": "at+jwt"})


def _new_key() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode("ascii")
    )


def _thumbprint(public: dict[str, str]) -> str:
    """Name a key by what it is (RFC 7638), so that the same key has the same name after a restart."""
    wanted = {name: public[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(json.dumps(wanted, separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def claims_for(client: Client, issuer: str, now: datetime, lifetime: timedelta = LIFETIME) -> dict[str, object]:
    """Say who a client is, as services read it. An organisation is named only by its id."""
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": client.subject,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
        "azp": client.client_id,
        "kith_roles": sorted(client.roles),
        "kith_development": True,
    }
    if client.organisation is not None:
        claims["kith_organisation"] = str(client.organisation)
    return claims


def application(
    issuer: str,
    clients: dict[str, Client],
    key: SigningKey,
    *,
    now: Callable[[], datetime],
    lifetime: timedelta = LIFETIME,
) -> Starlette:
    """Serve the issuer. `issuer` is its name in every token, and the beginning of the addresses it publishes."""
    base = issuer.rstrip("/")

    async def discovery(_request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": issuer,
                "token_endpoint": f"{base}/token",
                "jwks_uri": f"{base}/jwks",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": [],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "kith_development_issuer": True,
            }
        )

    async def jwks(_request: Request) -> Response:
        return JSONResponse({"keys": [key.public]}, headers={"Cache-Control": "max-age=300"})

    async def token(request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return _refused("invalid_request", "Send a form of at most 16 KiB.")
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "This issuer knows client_credentials only.")
        client_id, secret = _credentials(request, form)
        client = clients.get(client_id)
        known = client.secret if client else "a client that is not there"
        if not hmac.compare_digest(secret.encode(), known.encode()) or client is None:
            return _refused("invalid_client", "No such client with that secret.", 401)
        return JSONResponse(
            {
                "access_token": key.sign(claims_for(client, issuer, now(), lifetime)),
                "token_type": "Bearer",
                "expires_in": int(lifetime.total_seconds()),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def ready(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/token", token, methods=["POST"]),
            Route("/health/ready", ready),
        ]
    )


async def _form(request: Request) -> dict[str, str] | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Read who asks: HTTP Basic with form-encoded parts (RFC 6749, 2.3.1), else the form itself."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        except ValueError:
            return "", ""
        return unquote_plus(name), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")


def _refused(error: str, description: str, status: int = 400) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        headers["WWW-Authenticate"] = 'Basic realm="kith"'
    return JSONResponse({"error": error, "error_description": description}, status_code=status, headers=headers)
