"""Whatever is asked of a service, by its own OpenAPI document or against it, it answers; it never breaks."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from kith_chassis.clock import new_id
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.servers.lengths import IN_CI

EVERY_ROLE = (
    "referrer",
    "coordinator",
    "administrator",
    "auditor",
    "safeguarding-lead",
    "operator",
    "service",
    "service:referrals",
    "service:matching",
    "service:notifications",
    "service:reporting",
)
EXAMPLES = 12 if IN_CI else 2
"""Requests for each operation, and each way to ask it."""
SENDS_ITSELF = {"host", "content-length"}


def cases(
    document: dict[str, Any], mode: GenerationMode, names: Collection[str] = (), examples: int = EXAMPLES
) -> list[Any]:
    """For each operation of the document, or those named, so many requests that keep to it, or that do not."""
    whole = schemathesis.openapi.from_dict(document)
    schema = whole.include(operation_id=sorted(names)) if names else whole
    found: list[Any] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @given(operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def draw(case: Any) -> None:
            found.append(case)

        with suppress(Unsatisfiable):  # some operations cannot be asked wrongly
            draw()
    return found


async def send(http: httpx.AsyncClient, case: Any, auth: httpx.Auth) -> httpx.Response:
    """Ask what the case asks."""
    asked = case.as_transport_kwargs(base_url="http://kith.test")
    asked.pop("cookies", None)  # no service reads any
    if isinstance(asked.get("data"), bytes | str):
        asked["content"] = asked.pop("data")
    headers = {
        key: value.encode("latin-1") if isinstance(value, str) else value  # octets above 127 too: RFC 9110, 5.5
        for key, value in asked.pop("headers").items()
        if key.lower() not in SENDS_ITSELF
    }
    return await http.request(**asked, headers=headers, auth=auth)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["as documented", "against the document"])
@pytest.mark.slow
@pytest.mark.parametrize("name", ["referrals", "matching", "notifications", "reporting"])
async def test_no_request_breaks_a_service(
    name: str, mode: GenerationMode, database_of: DatabaseOf, http_of: HttpOf, as_caller: AsCaller
) -> None:
    http = await http_of(name, await database_of(name))
    everything = as_caller(*EVERY_ROLE, organisation_id=new_id())
    transport = http._transport
    assert isinstance(transport, httpx.ASGITransport)
    document = transport.app.openapi()  # type: ignore[attr-defined]
    broken = []

    for case in cases(document, mode):
        answer = await send(http, case, everything)
        if answer.status_code >= 500 and answer.status_code != 503:
            broken.append((case.method, case.path, answer.status_code, answer.text[:200]))

    assert not broken, broken[:3]
