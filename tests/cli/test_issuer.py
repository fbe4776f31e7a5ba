"""The development issuer: its tokens verify with what it publishes, and say no more than they should."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import jwt
import pytest

from kith_cli.cannot import CannotRun
from kith_cli.clients import Client, keep_clients, read_clients, standing_clients
from kith_cli.embedded.issuer import SigningKey, application

ISSUER = "http://127.0.0.1:8100"
ORGANISATION = UUID("0198a0c0-0000-7000-8000-000000000001")
COORDINATOR = Client("harbour-trust.coordinator", frozenset({"coordinator"}), ORGANISATION, "a-long-random-word")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The issuer with one client, at nine o'clock."""
    app = application(ISSUER, {COORDINATOR.client_id: COORDINATOR}, SigningKey(tmp_path), now=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client:
        yield client


def asking(client_id: str = COORDINATOR.client_id, secret: str = COORDINATOR.secret) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}


async def claims_of(issuer: httpx.AsyncClient, token: str) -> dict[str, object]:
    """The claims, verified as a service verifies them: with the published keys and nothing else."""
    discovery = (await issuer.get("/.well-known/openid-configuration")).json()
    keys = jwt.PyJWKSet.from_dict((await issuer.get(discovery["jwks_uri"])).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, object] = jwt.decode(
        token,
        key,
        algorithms=discovery["id_token_signing_alg_values_supported"],
        audience="kith",
        issuer=discovery["issuer"],
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


async def test_a_token_verifies_with_the_published_keys(issuer: httpx.AsyncClient) -> None:
    answer = (await issuer.post("/token", data=asking())).json()

    assert await claims_of(issuer, answer["access_token"]) == {
        "iss": ISSUER,
        "sub": "harbour-trust.coordinator",
        "aud": "kith",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=10)).timestamp()),
        "azp": "harbour-trust.coordinator",
        "kith_organisation": str(ORGANISATION),
        "kith_roles": ["coordinator"],
        "kith_development": True,
    }
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)


async def test_the_secret_may_come_by_http_basic(issuer: httpx.AsyncClient) -> None:
    basic = base64.b64encode(f"{COORDINATOR.client_id}:{COORDINATOR.secret}".encode()).decode()

    answer = await issuer.post(
        "/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "form", [asking(secret="wrong"), asking(client_id="nobody"), asking(client_id="nobody", secret=""), asking("", "")]
)
async def test_a_wrong_client_or_secret_gets_no_token(issuer: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await issuer.post("/token", data=form)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "access_token" not in answer.json()


async def test_other_grants_are_refused(issuer: httpx.AsyncClient) -> None:
    answer = await issuer.post("/token", data=asking() | {"grant_type": "password"})

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_garbage_instead_of_credentials_is_refused(issuer: httpx.AsyncClient) -> None:
    answer = await issuer.post(
        "/token", data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic %%%"}
    )

    assert answer.status_code == 401


async def test_it_says_that_it_is_for_development(issuer: httpx.AsyncClient) -> None:
    discovery = (await issuer.get("/.well-known/openid-configuration")).json()

    assert discovery["kith_development_issuer"] is True


async def test_the_published_key_is_the_public_half_only(issuer: httpx.AsyncClient) -> None:
    (key,) = (await issuer.get("/jwks")).json()["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_the_key_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    first = SigningKey(tmp_path / "issuer")
    second = SigningKey(tmp_path / "issuer")

    assert first.id == second.id
    assert (tmp_path / "issuer" / "issuer-key.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", ["", "short", "change-me-change-me", "placeholder-12345", "xxxxxxxxxxxxxxxxxxxx"])
def test_a_placeholder_is_no_secret(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "clients.yaml"
    path.write_text(f"clients: [{{client_id: operator, roles: [operator], secret: '{secret}'}}]")

    with pytest.raises(CannotRun, match="The secret of operator is missing, short or a placeholder"):
        read_clients(path)


def test_a_secret_may_stand_in_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "clients.yaml"
    path.write_text("clients: [{client_id: operator, roles: [operator], secret: '${OPERATOR}'}]")

    clients = read_clients(path, {"OPERATOR": "a-long-random-word"})

    assert clients["operator"].secret == "a-long-random-word"


def test_a_secret_that_the_environment_lacks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clients.yaml"
    path.write_text("clients: [{client_id: operator, roles: [operator], secret: '${OPERATOR}'}]")

    with pytest.raises(CannotRun, match="operator takes its secret from OPERATOR, which is not set"):
        read_clients(path, {})


def test_made_clients_keep_their_secrets_and_new_ones_get_one(tmp_path: Path) -> None:
    path = tmp_path / "clients.yaml"
    first = keep_clients(path, standing_clients(["referrals"]))

    second = keep_clients(path, standing_clients(["referrals", "matching"]))

    assert second["operator"].secret == first["operator"].secret
    assert len({client.secret for client in second.values()}) == 3
    assert read_clients(path) == second
    assert path.stat().st_mode & 0o777 == 0o600
