"""Every answer of the directory has the shape of HSDS 3.0: by the published schemas, and by what we took from them."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kith_referrals.domain.charities import Regulator
from kith_referrals.domain.directory import COUNTED
from kith_referrals.domain.network import OrganisationEntry, Programme, ProgrammeEntry, Standing
from kith_referrals.tables import programmes
from tests.builders import TODAY
from tests.conftest import HttpOf
from tests.referrals.directory import publish, read
from tests.referrals.world import OPERATOR, World, a_programme, an_organisation

LISTS: Final = {
    "/services": "service_list",
    "/services?full=true": "service",
    "/service_at_locations": "service_at_location_list",
    "/service_at_locations?full=true": "service_at_location",
    "/organizations": "organization_list",
    "/organizations?full=true": "organization",
    "/organizations?full_service=true": "organization",
    "/taxonomies": "taxonomy",
    "/taxonomy_terms": "taxonomy_term",
}
"""Every list, and the published schema of what it holds."""
ONE: Final = {
    "services": "service",
    "service_at_locations": "service_at_location",
    "organizations": "organization",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
"""What stands under an id, and its published schema."""
NEEDED: Final = {
    "service": "id name status",
    "organization": "id name description",
    "service_at_location": "id",
    "location": "id location_type",
    "taxonomy": "id name description",
    "taxonomy_term": "id name description",
    "phone": "id number",
    "identifier": "id identifier_type identifier",
    "schedule": "id",
    "area": "id",
    "attribute": "id",
}
"""What HSDS 3.0 asks of each of its objects."""
INSIDE: Final = {
    "organization": "organization",
    "service": "service",
    "services": "service",
    "service_at_locations": "service_at_location",
    "location": "location",
    "taxonomy_term": "taxonomy_term",
    "taxonomy_detail": "taxonomy",
    "phones": "phone",
    "organization_identifiers": "identifier",
    "schedules": "schedule",
    "service_areas": "area",
    "attributes": "attribute",
}
WORDS: Final = {
    "status": {"active", "inactive", "defunct", "temporarily closed"},
    "location_type": {"physical", "postal", "virtual"},
}


@pytest.fixture
async def client(world: World, cafe: Programme, http_of: HttpOf) -> httpx.AsyncClient:
    """A directory with a programme of each kind: said much of, said little of, informal, gone."""
    club = an_organisation(
        name="Example Club",
        kind="user-group",
        entry=OrganisationEntry(charity_number="1234567-1", charity_regulator=Regulator.ENGLAND_AND_WALES),
    )
    friends = a_programme(club, slug="friends", formality="informal", channels=("in-person", "text"), weights={})
    gone = a_programme(club, slug="gone", channels=(), entry=ProgrammeEntry(status=Standing.DEFUNCT))
    old = a_programme(club, slug="old", entry=ProgrammeEntry(assured_on=TODAY.replace(year=2020)))
    await publish(world, club, friends, gone, old)
    async with world.database.transaction(OPERATOR) as tx:
        counted = sa.update(programmes).where(programmes.c.id == cafe.id)
        await tx.execute(counted.values(**dict.fromkeys(COUNTED.values(), 92)))
    return await http_of("referrals", world.database)


async def everything(client: httpx.AsyncClient) -> list[tuple[str, dict[str, Any]]]:
    """Every thing of every answer, and the name of its schema."""
    found = []
    for path, schema in LISTS.items():
        found += [(schema, one) for one in (await read(client, path))["contents"]]
        separator = "&" if "?" in path else "?"
        lines = (await client.get(f"/directory{path}{separator}format=ndjson")).text.splitlines()
        found += [(schema, json.loads(line)) for line in lines]
    for what, schema in ONE.items():
        for one in (await read(client, f"/{what}"))["contents"]:
            found.append((schema, await read(client, f"/{what}/{one['id']}")))
    return found


def faults(kind: str, thing: dict[str, Any]) -> Iterator[str]:
    """What is not as HSDS has it, in an object and all that it holds."""
    yield from (f"{kind} lacks {name}" for name in NEEDED[kind].split() if name not in thing)
    for name, value in thing.items():
        if value is None:
            yield f"{kind}.{name} is null"
        elif name == "id" or name.endswith("_id"):
            UUID(value)
        elif name in WORDS and value not in WORDS[name]:
            yield f"{kind}.{name} is {value}"
        elif isinstance(value, dict | list):
            for inner in value if isinstance(value, list) else [value]:
                yield from faults(INSIDE[name], inner)


async def test_everything_in_the_directory_has_what_hsds_asks_of_it(client: httpx.AsyncClient) -> None:
    found = await everything(client)

    assert {schema for schema, _ in found} == set(LISTS.values())
    assert [fault for schema, one in found for fault in faults(schema.removesuffix("_list"), one)] == []


async def test_a_service_in_a_list_has_no_lists_of_its_own(client: httpx.AsyncClient) -> None:
    for path in ("/services", "/service_at_locations", "/organizations"):
        for one in (await read(client, path))["contents"]:
            assert not [name for name, value in one.items() if isinstance(value, list)]


def is_uri(text: object) -> bool:
    parts = urlsplit(str(text))
    return bool(parts.scheme and parts.netloc) and str(text).isascii() and " " not in str(text)


def is_instant(text: object) -> bool:
    return datetime.fromisoformat(str(text)).tzinfo is not None


@pytest.mark.shared
async def test_everything_in_the_directory_is_valid_by_the_published_schemas(
    client: httpx.AsyncClient, shared_data: Path
) -> None:
    schemas = {name: json.loads((shared_data / "hsds" / f"{name}.json").read_text()) for name in set(LISTS.values())}
    beside = Resource.from_contents(schemas["taxonomy"], default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("taxonomy.json", beside)
    formats = FormatChecker()
    formats.checks("uri")(is_uri)
    formats.checks("date-time", ValueError)(is_instant)
    valid = {
        name: Draft202012Validator(schema, registry=registry, format_checker=formats)
        for name, schema in schemas.items()
    }

    found = await everything(client)

    assert [f"{schema}: {error.message}" for schema, one in found for error in valid[schema].iter_errors(one)] == []
    assert list(valid["service"].iter_errors({"id": "1", "url": "no uri", "status": "running"}))


@pytest.mark.shared
async def test_every_path_and_field_is_one_that_the_published_document_knows(
    client: httpx.AsyncClient, shared_data: Path
) -> None:
    document = json.loads((shared_data / "hsds" / "openapi.json").read_text())
    ours = (await read(client, "/openapi.json"))["paths"]
    known = {name: json.loads((shared_data / "hsds" / f"{name}.json").read_text()) for name in set(LISTS.values())}

    for path in document["paths"]:
        shape = path.replace("{id}", "")
        assert [one for one in ours if one.removeprefix("/directory").split("{")[0] == shape], path
    for schema, one in await everything(client):
        assert set(one) <= set(known[schema]["properties"]), schema
