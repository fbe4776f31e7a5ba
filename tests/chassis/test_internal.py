"""What one service reads from another, as its own machine client."""

import asyncio
import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr

from kith_chassis.database import is_fault
from kith_chassis.internal import Internal, InternalFault
from tests.chassis.an_issuer import NAME, AnIssuer, Clock
from tests.conftest import SettingsOf

PERSON = "/internal/people/0199f000-0000-4000-8000-000000000001/contact"


class AnOwner:
    """Referrals and matching at once. ``answers`` are given one after the other, the last for ever."""

    def __init__(self, provider: AnIssuer) -> None:
        self.provider = provider
        self.asked: list[httpx.Request] = []
        self.answers = [httpx.Response(200, json={"email": "dummy.testwell@example.org"})]

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "issuer.example.org":
            await asyncio.sleep(0)
            return await self.provider.transport().handle_async_request(request)
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def provider() -> AnIssuer:
    return AnIssuer(Clock())


@pytest.fixture
def owner(provider: AnIssuer) -> AnOwner:
    return AnOwner(provider)


@pytest.fixture
async def internal(owner: AnOwner, settings_of: SettingsOf) -> AsyncIterator[Internal]:
    settings = settings_of(
        issuer=NAME,
        development_issuer=False,
        client_id="service-notifications",
        client_secret=SecretStr("p+q r"),
        referrals_url="https://referrals.example.org/",
        matching_url="https://matching.example.org",
    )
    internal = Internal(settings, transport=owner.transport(), now=owner.provider.clock)
    yield internal
    await internal.close()


async def test_an_answer_comes_as_it_is(internal: Internal) -> None:
    assert await internal.get(PERSON) == {"email": "dummy.testwell@example.org"}


async def test_each_word_has_its_owner(internal: Internal, owner: AnOwner) -> None:
    for word in ("organisations", "people", "supporters", "duty-desks"):
        await internal.get(f"/internal/{word}/7/contact")

    assert [str(request.url) for request in owner.asked] == [
        "https://referrals.example.org/internal/organisations/7/contact",
        "https://referrals.example.org/internal/people/7/contact",
        "https://matching.example.org/internal/supporters/7/contact",
        "https://matching.example.org/internal/duty-desks/7/contact",
    ]


async def test_what_is_not_there_is_none(internal: Internal, owner: AnOwner) -> None:
    owner.answers = [httpx.Response(404)]

    assert await internal.get(PERSON) is None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403),
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://elsewhere.example.org"}),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=["a list"]),
    ],
    ids=lambda answer: str(answer.status_code),
)
async def test_any_other_answer_is_a_fault(internal: Internal, owner: AnOwner, answer: httpx.Response) -> None:
    owner.answers = [answer]

    with pytest.raises(InternalFault):
        await internal.get(PERSON)


def test_a_fault_is_one_that_the_chassis_tries_again() -> None:
    assert is_fault(InternalFault("The owner of people answered with 500."))


async def test_an_owner_that_is_not_there_is_a_fault(settings_of: SettingsOf) -> None:
    settings = settings_of(
        client_id="service-notifications", client_secret=SecretStr("s"), referrals_url="http://[::1]:1"
    )
    internal = Internal(settings)

    with pytest.raises(InternalFault):
        await internal.get(PERSON)
    await internal.close()


@pytest.mark.parametrize("missing", ["referrals_url", "client_id"])
async def test_a_missing_setting_is_named(owner: AnOwner, settings_of: SettingsOf, missing: str) -> None:
    given = {"referrals_url": "https://referrals.example.org", "client_id": "s", "client_secret": SecretStr("s")}
    given.pop(missing)
    if missing == "client_id":
        given.pop("client_secret")
    internal = Internal(settings_of(issuer=NAME, **given), transport=owner.transport())

    with pytest.raises(InternalFault, match=f"KITH_{missing.upper()}"):
        await internal.get(PERSON)


async def test_the_client_proves_itself_to_the_issuer(internal: Internal, provider: AnIssuer) -> None:
    await internal.get(PERSON)

    request = provider.granted[0]
    assert (
        base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"service-notifications:p%2Bq%20r"
    )
    assert request.content == b"grant_type=client_credentials&audience=kith"


async def test_one_token_does_for_many_reads(internal: Internal, provider: AnIssuer) -> None:
    await asyncio.gather(*(internal.get(PERSON) for _ in range(10)))

    assert len(provider.granted) == 1


async def test_a_token_is_renewed_before_it_ends(internal: Internal, provider: AnIssuer) -> None:
    await internal.get(PERSON)
    provider.clock.move(seconds=271)

    await internal.get(PERSON)

    assert len(provider.granted) == 2


async def test_a_token_that_is_no_longer_believed_is_renewed_once(
    internal: Internal, owner: AnOwner, provider: AnIssuer
) -> None:
    await internal.get(PERSON)
    owner.answers = [httpx.Response(401), httpx.Response(200, json={})]

    assert (await internal.get(PERSON), len(provider.granted)) == ({}, 2)


async def test_an_issuer_that_is_down_is_a_fault(internal: Internal, provider: AnIssuer) -> None:
    provider.down = True

    with pytest.raises(InternalFault):
        await internal.get(PERSON)


async def test_the_owner_continues_the_trace(internal: Internal, owner: AnOwner) -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("a mail is sent") as span:
        await internal.get(PERSON)

    assert f"{span.get_span_context().trace_id:032x}" in owner.asked[0].headers["traceparent"]
