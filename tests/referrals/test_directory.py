"""The public directory: what anybody may read of programmes and organisations, in the words of HSDS 3.0."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.api.hsds import TaxonomyView
from kith_referrals.api.listing import AT_A_TIME, stream
from kith_referrals.domain.directory import CONDITIONS, FORMALITY, MODELS, NEEDS, Term
from kith_referrals.domain.network import Programme
from kith_referrals.usecases import network
from tests.builders import NOW, TODAY
from tests.referrals.directory import CAFE, publish, read
from tests.referrals.world import OPERATOR, World, a_person, a_programme
from tests.servers.lengths import examples

ENVELOPE = {
    *("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"),
}
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60) | st.text("'\"&|!():*<-> \\%;\0aA1é", max_size=20)
FREELY = settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def names(client: httpx.AsyncClient, what: str = "/services", **asked: Any) -> list[str]:
    return [one["name"] for one in (await read(client, what, **asked))["contents"]]


async def test_anybody_learns_which_standard_it_is_and_where_it_is_described(client: httpx.AsyncClient) -> None:
    about = await read(client, "/")
    described = (await client.get(about["openapi_url"])).json()

    assert (set(about), about["version"]) == ({"version", "profile", "openapi_url"}, "HSDS-UK-3.0")
    assert {"/directory/services", "/directory/taxonomy_terms/{taxonomy_term_id}"} <= set(described["paths"])
    assert all(path.startswith("/directory/") for path in described["paths"])


async def test_any_web_page_may_read_it_and_keep_it_for_five_minutes(
    client: httpx.AsyncClient, cafe: Programme
) -> None:
    answer = await client.get("/directory/services")
    again = await client.get("/directory/services", headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")


async def test_nothing_can_be_written_to_it(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/directory/services", json={})).status_code == 405


async def test_a_programme_is_a_service_with_all_that_is_said_of_it(client: httpx.AsyncClient, cafe: Programme) -> None:
    service = await read(client, f"/services/{cafe.id}")

    assert {name: service[name] for name in ("name", "status", "url", "email", "minimum_age", "assured_date")} == {
        "name": "Harbour café",
        "status": "active",
        "url": "https://example.org/cafe?a=1",
        "email": "cafe@example.org",
        "minimum_age": 50,
        "assured_date": TODAY.isoformat(),
    }
    assert service["wait_time"] == "There is a waiting list: expect to wait about 3 weeks."
    assert service["last_modified"] == "2026-11-23T10:00:00Z"
    assert [phone["number"] for phone in service["phones"]] == ["07700 900999"]
    assert [one["description"] for one in service["schedules"]] == ["Every Tuesday from 2 pm to 4 pm."]
    assert [area["extent"] for area in service["service_areas"]] == ["NE1", "DH1"]
    assert {attribute["taxonomy_term"]["code"] for attribute in service["attributes"]} == {
        *("isolation", "dementia", "group", "organised"),
    }
    assert "alert" not in service


async def test_a_service_without_a_page_has_its_organisations(
    client: httpx.AsyncClient, world: World, cafe: Programme
) -> None:
    assert (await read(client, f"/services/{world.programme.id}"))["url"] == "https://example.org"


async def test_an_organisation_is_known_by_its_numbers(
    client: httpx.AsyncClient, world: World, cafe: Programme
) -> None:
    found = await read(client, f"/organizations/{world.host.id}")

    assert (found["description"], found["website"]) == ("Peer support by the sea.", "https://example.org")
    assert {one["identifier_scheme"]: one["identifier"] for one in found["organization_identifiers"]} == {
        "GB-NHS": "X99ZZ",
        "GB-SC": "SC123456",
    }
    assert {service["name"] for service in found["services"]} == {world.programme.name, "Harbour café"}


async def test_only_organisations_that_offer_something_are_shown(
    client: httpx.AsyncClient, world: World, cafe: Programme
) -> None:
    assert await names(client, "/organizations") == ["Example Trust"]
    assert (await client.get(f"/directory/organizations/{world.referrer.id}")).status_code == 404


async def test_a_place_is_no_closer_than_its_district_and_what_is_far_is_virtual(
    client: httpx.AsyncClient, cafe: Programme
) -> None:
    service = await read(client, f"/services/{cafe.id}")
    places = [one["location"] for one in service["service_at_locations"]]

    assert [(place["location_type"], place.get("external_identifier")) for place in places] == [
        ("physical", "NE1"),
        ("physical", "DH1"),
        ("virtual", None),
    ]


async def test_every_place_of_a_service_has_a_page_of_its_own(client: httpx.AsyncClient, cafe: Programme) -> None:
    service = await read(client, f"/services/{cafe.id}")

    listed = await read(client, "/service_at_locations", organization_id=cafe.organisation_id, search="harbour")
    assert {one["id"] for one in listed["contents"]} == {one["id"] for one in service["service_at_locations"]}
    for place in service["service_at_locations"]:
        alone = await read(client, f"/service_at_locations/{place['id']}")
        assert (alone["service"]["id"], alone["location"]) == (str(cafe.id), place["location"])


async def test_a_programme_that_moves_leaves_its_places(
    client: httpx.AsyncClient, world: World, cafe: Programme
) -> None:
    await publish(world, replace(cafe, channels=("video",), entry=replace(CAFE, districts=())))

    listed = await read(client, "/service_at_locations", search="harbour")

    assert [one["location"]["location_type"] for one in listed["contents"]] == ["virtual"]


@pytest.mark.parametrize(
    "words",
    [
        "harbour",
        "HARBOUR CAFÉ",
        "cafe",
        "caf",
        "dementia isol",
        "example trust",
        "living close",
        "NE1",
        "café's",
        "it, the",
    ],
)
async def test_a_programme_is_found_by_its_words(client: httpx.AsyncClient, cafe: Programme, words: str) -> None:
    assert "Harbour café" in await names(client, search=words)


@pytest.mark.parametrize("words", ["quantum", "harb cafe", "cafe quantum", "900999", "office@example.org"])
async def test_a_programme_is_not_found_by_what_it_does_not_say(
    client: httpx.AsyncClient, cafe: Programme, words: str
) -> None:
    assert await names(client, search=words) == []


async def test_a_programme_is_found_by_the_new_name_of_its_organisation(
    client: httpx.AsyncClient, world: World, cafe: Programme
) -> None:
    before = await read(client, "/services", modified_after="2026-11-23T10:00:01Z")
    later = NOW.replace(hour=11)
    async with world.database.transaction(OPERATOR) as tx:
        await network.publish_organisation(tx, replace(world.host, name="Lighthouse"), now=later)

    assert before["total_items"] == 0
    assert len(await names(client, search="lighthouse", modified_after="2026-11-23T10:00:01Z")) == 2
    assert await names(client, search="trust") == []


@pytest.mark.parametrize(
    ("term", "found"),
    [
        (Term(NEEDS, "isolation"), ["Harbour café"]),
        (Term(CONDITIONS, "dementia"), ["Harbour café"]),
        (Term(MODELS, "group"), ["Harbour café"]),
        (Term(FORMALITY, "formal"), ["Living with a long term condition"]),
        (Term(FORMALITY, "informal"), []),
        (Term(NEEDS, "dementia"), []),
    ],
)
async def test_services_are_found_by_a_term(
    client: httpx.AsyncClient, cafe: Programme, term: Term, found: list[str]
) -> None:
    assert await names(client, taxonomy_term_id=term.id) == found
    assert await names(client, taxonomy_term_id=term.id, taxonomy_id=term.taxonomy.id) == found
    assert await names(client, taxonomy_term_id=term.id, taxonomy_id=uuid5(term.id, "other")) == []


async def test_services_are_found_by_a_taxonomy(client: httpx.AsyncClient, cafe: Programme) -> None:
    assert await names(client, taxonomy_id=CONDITIONS.id) == ["Harbour café"]
    assert len(await names(client, taxonomy_id=MODELS.id)) == 2
    assert await names(client, taxonomy_id=new_id()) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"maximum_age": 49}, 1), ({"maximum_age": 50}, 2), ({"minimum_age": 70}, 2), ({"minimum_age": 18}, 2)],
)
async def test_services_are_found_by_age(
    client: httpx.AsyncClient, cafe: Programme, asked: dict[str, Any], found: int
) -> None:
    assert len(await names(client, **asked)) == found


@pytest.mark.parametrize(("postcode", "found"), [("NE1", 3), ("ne1 4xx", 3), ("EH16", 0)])
async def test_places_are_found_by_the_districts_that_are_served(
    client: httpx.AsyncClient, cafe: Programme, postcode: str, found: int
) -> None:
    assert (await read(client, "/service_at_locations", search="harbour", postcode=postcode))["total_items"] == found


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/services", {"page": 0}),
        ("/services", {"page": "one"}),
        ("/services", {"per_page": 101}),
        ("/services", {"taxonomy_term_id": "isolation"}),
        ("/services", {"modified_after": "yesterday"}),
        ("/services", {"modified_after": "0001-01-01T00:00:00+14:00"}),
        ("/services", {"minimum_age": -1}),
        ("/services", {"format": "xml"}),
        ("/services/cafe", {}),
        ("/service_at_locations", {"postcode": "nowhere"}),
    ],
)
async def test_a_malformed_question_is_told_what_is_wrong(
    client: httpx.AsyncClient, path: str, asked: dict[str, Any]
) -> None:
    answer = await client.get(f"/directory{path}", params=asked)

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("what", ["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"])
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, what: str) -> None:
    answer = await client.get(f"/directory/{what}/{new_id()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("what", ["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"])
async def test_past_the_last_page_there_is_an_empty_one(client: httpx.AsyncClient, cafe: Programme, what: str) -> None:
    first = await read(client, f"/{what}", per_page=1)
    past = await read(client, f"/{what}", page=10**9, per_page=1)

    assert set(first) == set(past) == ENVELOPE
    assert (first["size"], first["first_page"], first["empty"]) == (1, True, False)
    assert past["total_items"] == first["total_items"] == first["total_pages"]
    assert (past["contents"], past["size"], past["empty"], past["last_page"]) == ([], 0, True, True)
    assert (past["page_number"], past["first_page"]) == (10**9, False)


async def test_a_clients_usual_query_is_answered_in_the_envelope(client: httpx.AsyncClient, cafe: Programme) -> None:
    found = await read(client, "/services", search="cafe", page=1, per_page=10)

    assert {name: value for name, value in found.items() if name != "contents"} == {
        "total_items": 1,
        "total_pages": 1,
        "page_number": 1,
        "size": 1,
        "first_page": True,
        "last_page": True,
        "empty": False,
    }


async def test_who_asks_for_little_gets_ids_and_when_they_changed(client: httpx.AsyncClient, cafe: Programme) -> None:
    found = await read(client, "/services", minimal=True)

    assert {"id": str(cafe.id), "modified_date": "2026-11-23T10:00:00Z"} in found["contents"]


@given(text=ANY_TEXT)
@FREELY
async def test_any_words_may_be_searched_for(client: httpx.AsyncClient, cafe: Programme, text: str) -> None:
    for what in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
        assert set(await read(client, f"/{what}", search=text)) == ENVELOPE


async def test_a_text_longer_than_any_word_may_be_searched_for(client: httpx.AsyncClient, cafe: Programme) -> None:
    assert await names(client, search="é" * 5000) == []


@pytest.fixture(scope="module")
def many() -> list[UUID]:
    """Ids of programmes for a directory that has pages."""
    return [new_id() for _ in range(23)]


@given(per_page=st.integers(1, 30), search=st.sampled_from(["", "living", "long term", "example trust"]))
@FREELY
async def test_going_through_the_pages_gives_every_service_once(
    client: httpx.AsyncClient, world: World, many: list[UUID], per_page: int, search: str
) -> None:
    await publish(world, *(a_programme(world.host, id=id_, slug=f"programme-{id_}") for id_ in many))

    found: list[str] = []
    page, last = 0, False
    while not last:
        page += 1
        told = await read(client, "/services", search=search, page=page, per_page=per_page)
        found += [service["id"] for service in told["contents"]]
        last = told["last_page"]

    assert sorted(found) == sorted(str(id_) for id_ in (*many, world.programme.id))
    assert told["total_pages"] == page


@pytest.mark.parametrize("what", ["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"])
async def test_all_of_a_list_can_be_had_as_lines(client: httpx.AsyncClient, cafe: Programme, what: str) -> None:
    listed = await read(client, f"/{what}", per_page=100)

    answer = await client.get(f"/directory/{what}", params={"format": "ndjson", "per_page": 1})

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    assert sorted(line["id"] for line in lines) == sorted(one["id"] for one in listed["contents"])


async def test_a_stream_goes_on_until_every_service_was_told_once(client: httpx.AsyncClient, world: World) -> None:
    ids = [new_id() for _ in range(2 * AT_A_TIME)]
    await publish(world, *(a_programme(world.host, id=id_, slug=f"programme-{id_}") for id_ in ids))

    answer = await client.get("/directory/services", params={"format": "ndjson", "minimal": True, "search": "living"})

    told = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert told == [str(id_) for id_ in sorted([*ids, world.programme.id])]


async def test_nothing_private_is_in_any_answer(client: httpx.AsyncClient, world: World, cafe: Programme) -> None:
    referral = await world.refer(a_person(world.referrer.id, email="person@example.org"))
    service = await read(client, f"/services/{cafe.id}")
    paths = [
        *("/", "/openapi.json", "/services", "/service_at_locations", "/organizations", "/taxonomies"),
        *("/taxonomy_terms", f"/services/{cafe.id}", f"/organizations/{world.host.id}"),
        *(f"/service_at_locations/{place['id']}" for place in service["service_at_locations"]),
        *(f"/{what}?format=ndjson" for what in ("services", "service_at_locations", "organizations")),
        *("/services?full=true", "/service_at_locations?full=true", "/organizations?full=true&full_service=true"),
    ]
    private = ("trust@example.org", "Testwell", "person@example.org", str(referral.id), str(referral.person_id))

    for path in paths:
        answer = await client.get(f"/directory{path}")
        assert answer.status_code == 200
        assert not [word for word in private if word in answer.text], path


async def test_a_stream_reads_no_further_than_its_reader() -> None:
    asked: list[UUID | None] = []

    async def some(after: UUID | None) -> list[TaxonomyView]:
        asked.append(after)
        return [TaxonomyView(id=new_id(), name="A", description="B") for _ in range(AT_A_TIME)]

    answer = await stream(some)
    lines = aiter(answer.body_iterator)
    first = await anext(lines)
    assert (str(first).count("\n"), len(asked)) == (AT_A_TIME, 1)

    await anext(lines)
    assert (asked[0], len(asked)) == (None, 2)
    assert str(asked[1]) == json.loads(str(first).splitlines()[-1])["id"]
