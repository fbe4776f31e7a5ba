"""Whose token is believed, and for how long."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import jwt
import pytest
from fastapi import APIRouter, Depends, FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.identity import (
    ANYONE,
    REMEMBERED,
    Caller,
    NotAuthenticated,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    Verifier,
    caller_of,
    secure,
)
from kith_chassis.issuer import IssuerUnreachable
from tests.chassis.an_issuer import NAME, AnIssuer, Clock
from tests.conftest import SettingsOf
from tests.servers.lengths import examples

ORGANISATION = UUID("0199f000-0000-7000-8000-000000000001")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> AnIssuer:
    return AnIssuer(clock)


@pytest.fixture
async def verifier(provider: AnIssuer, clock: Clock, settings_of: SettingsOf) -> AsyncIterator[Verifier]:
    verifier = Verifier(settings_of(issuer=NAME, development_issuer=False), transport=provider.transport(), now=clock)
    yield verifier
    await verifier.close()


async def test_a_token_says_who_asks(verifier: Verifier, provider: AnIssuer) -> None:
    token = provider.token(kith_roles=["referrer"], kith_organisation=str(ORGANISATION))

    caller = await verifier.caller(f"Bearer {token}")

    assert caller == Caller("worker-1", ORGANISATION, frozenset({"referrer"}), "intake-app")


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
async def test_a_public_key_signature_is_believed(verifier: Verifier, provider: AnIssuer, algorithm: str) -> None:
    provider.add_key("another", algorithm)

    assert (await verifier.caller(f"Bearer {provider.token('another')}")).subject == "worker-1"


async def test_a_signature_with_a_shared_secret_is_refused(verifier: Verifier, provider: AnIssuer) -> None:
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    forged = jwt.encode(claims, "a secret of at least thirty-two characters", "HS256", {"kid": "ed"})

    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {forged}")


async def test_a_token_without_a_signature_is_refused(verifier: Verifier, provider: AnIssuer) -> None:
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    forged = jwt.encode(claims, "", "none", {"kid": "ed"})

    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {forged}")


async def test_a_key_of_another_kind_than_the_header_says_is_refused(verifier: Verifier, provider: AnIssuer) -> None:
    provider.add_key("rsa", "RS256")

    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {provider.token('ed', header={'kid': 'rsa'})}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example.org"},
        {"aud": "another-service"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\0b"},
        {"exp": 10**400},
        {"nbf": "tomorrow"},
        {"kith_roles": "operator"},
        {"kith_roles": [1]},
        {"kith_organisation": "not-an-id"},
        {"kith_organisation": 7},
        {"kith_roles": ["coordinator"]},
        {"kith_roles": ["supporter"]},
        {"kith_roles": ["operator", "administrator"]},
    ],
    ids=json.dumps,
)
async def test_a_token_that_is_not_for_us_is_refused(
    verifier: Verifier, provider: AnIssuer, claims: dict[str, Any]
) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {provider.token(**claims)}")


async def test_a_token_that_has_not_begun_is_refused(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {provider.token(nbf=int(clock().timestamp()) + 31)}")


async def test_an_issuer_whose_clock_is_a_little_ahead_is_believed(
    verifier: Verifier, provider: AnIssuer, clock: Clock
) -> None:
    soon = int(clock().timestamp()) + 29

    assert await verifier.caller(f"Bearer {provider.token(nbf=soon, iat=soon)}")


@pytest.mark.parametrize("header", [None, "", "Basic d29ya2VyOnNlY3JldA==", "Bearer"])
async def test_a_request_without_a_bearer_token_is_asked_for_one(verifier: Verifier, header: str | None) -> None:
    expected = TokenInvalid if header == "Bearer" else TokenMissing

    with pytest.raises(expected):
        await verifier.caller(header)


async def test_a_remembered_token_ends_when_it_says(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    token = provider.token()
    await verifier.caller(f"Bearer {token}")
    clock.move(seconds=300)

    with pytest.raises(TokenExpired):
        await verifier.caller(f"Bearer {token}")


async def test_a_remembered_token_costs_the_issuer_nothing(verifier: Verifier, provider: AnIssuer) -> None:
    token = provider.token()
    first = await verifier.caller(f"Bearer {token}")
    provider.down = True

    assert await verifier.caller(f"Bearer {token}") is first


async def test_only_so_many_tokens_are_remembered(verifier: Verifier, provider: AnIssuer) -> None:
    caller = caller_of({"sub": "worker-1"})
    ends = provider.clock().timestamp() + 300
    for number in range(REMEMBERED + 10):
        verifier._remember(f"Bearer {number}", caller, ends, ends - 300)

    assert len(verifier._known) == REMEMBERED


async def test_a_new_key_is_fetched_when_a_token_names_it(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    await verifier.caller(f"Bearer {provider.token()}")
    clock.move(seconds=11)
    provider.add_key("next", "ES256")

    assert await verifier.caller(f"Bearer {provider.token('next')}")


async def test_invented_key_ids_do_not_make_us_ask_again_and_again(verifier: Verifier, provider: AnIssuer) -> None:
    for number in range(20):
        with pytest.raises(TokenInvalid):
            await verifier.caller(f"Bearer {provider.token(header={'kid': f'invented-{number}'})}")

    assert provider.asked.count("/jwks") == 1


async def test_a_withdrawn_key_is_forgotten_in_time(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    await verifier.caller(f"Bearer {provider.token()}")
    clock.move(minutes=16)
    late = provider.token()
    provider.private.clear()
    provider.add_key("next", "ES256")

    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {late}")


async def test_known_keys_outlast_an_issuer_that_is_down(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    await verifier.caller(f"Bearer {provider.token()}")
    clock.move(hours=3)
    provider.down = True

    assert await verifier.caller(f"Bearer {provider.token()}")


async def test_an_issuer_that_never_answered_is_a_fault(verifier: Verifier, provider: AnIssuer) -> None:
    provider.down = True

    with pytest.raises(IssuerUnreachable):
        await verifier.caller(f"Bearer {provider.token()}")


async def test_an_issuer_that_is_down_is_not_asked_by_every_request(verifier: Verifier, provider: AnIssuer) -> None:
    provider.down = True
    for _ in range(20):
        with pytest.raises(IssuerUnreachable):
            await verifier.caller(f"Bearer {provider.token()}")

    assert len(provider.asked) == 1


async def test_an_issuer_that_comes_back_is_found(verifier: Verifier, provider: AnIssuer, clock: Clock) -> None:
    provider.down = True
    with pytest.raises(IssuerUnreachable):
        await verifier.caller(f"Bearer {provider.token()}")
    provider.down = False
    clock.move(seconds=1)

    assert await verifier.caller(f"Bearer {provider.token()}")


async def test_a_discovery_document_about_another_issuer_is_not_believed(
    verifier: Verifier, provider: AnIssuer
) -> None:
    provider.mark = {"issuer": "https://other.example.org"}

    with pytest.raises(IssuerUnreachable):
        await verifier.caller(f"Bearer {provider.token()}")


@pytest.mark.parametrize("place", ["header", "claim", "discovery"])
async def test_a_development_issuer_is_refused(verifier: Verifier, provider: AnIssuer, place: str) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {marked(provider, place)}")


@pytest.mark.parametrize("place", ["header", "claim", "discovery"])
async def test_a_development_issuer_is_believed_where_it_may_be(
    provider: AnIssuer, settings_of: SettingsOf, place: str
) -> None:
    settings = settings_of(issuer=NAME, development_issuer=True)
    verifier = Verifier(settings, transport=provider.transport(), now=provider.clock)

    assert await verifier.caller(f"Bearer {marked(provider, place)}")


def marked(provider: AnIssuer, place: str) -> str:
    """A token of a development issuer, which says so somewhere."""
    if place == "discovery":
        provider.mark = {"kith_development_issuer": True}
    if place == "header":
        return provider.token(header={"kith_development": True})
    return provider.token(kith_development=True) if place == "claim" else provider.token()


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_mangled_token_is_refused_and_nothing_worse(
    verifier: Verifier, provider: AnIssuer, data: st.DataObject
) -> None:
    token = provider.token()
    where = data.draw(st.integers(0, len(token) - 1))
    instead = data.draw(st.one_of(st.text(max_size=5), st.just("." * 3), st.just(nested(3000))))
    mangled = token[:where] + instead + token[where + 1 :]
    if mangled.rstrip("=") != token:
        with pytest.raises(NotAuthenticated):
            await verifier.caller(f"Bearer {mangled} ")


async def test_a_header_nested_beyond_reason_is_refused(verifier: Verifier) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.caller(f"Bearer {nested(5900)}.e30.AA")


def nested(depth: int) -> str:
    """A part of a token that is one list in another."""
    return base64.urlsafe_b64encode(b"[" * depth).decode().rstrip("=")


def a_router() -> APIRouter:
    """One route, called ``read_it``."""
    router = APIRouter()

    @router.get("/it")
    async def read_it() -> dict[str, str]:
        return {}

    return router


def test_a_route_that_is_not_in_the_table_stops_the_start() -> None:
    with pytest.raises(ValueError, match="read_it is not in the table"):
        secure(FastAPI(), [a_router()], {})


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"operater"}), ANYONE | {"operator"}])
def test_a_line_of_the_table_that_makes_no_sense_stops_the_start(roles: frozenset[str]) -> None:
    with pytest.raises(ValueError, match="unknown role or to nobody"):
        secure(FastAPI(), [a_router()], {"read_it": roles})


def test_two_endpoints_of_one_name_stop_the_start() -> None:
    with pytest.raises(ValueError, match="Two endpoints are called read_it"):
        secure(FastAPI(), [a_router(), a_router()], {"read_it": ANYONE})


def test_what_no_table_can_guard_stops_the_start() -> None:
    router = APIRouter()
    router.mount("/files", FastAPI())

    with pytest.raises(ValueError, match="is not an API route"):
        secure(FastAPI(), [router], {})


def test_a_dependency_that_would_run_in_a_thread_stops_the_start() -> None:
    def in_a_thread() -> int:
        return 1

    async def asks_it(number: Annotated[int, Depends(in_a_thread)]) -> int:
        return number

    router = APIRouter()

    @router.get("/it")
    async def read_it(number: Annotated[int, Depends(asks_it)]) -> int:
        return number

    with pytest.raises(ValueError, match=r"in_a_thread.*would run in a thread"):
        secure(FastAPI(), [router], {"read_it": ANYONE})
