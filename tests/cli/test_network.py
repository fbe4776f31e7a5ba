"""The sample network's file, and loading a network over HTTP."""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from kith_cli.addresses import Addresses, find
from kith_cli.cannot import CannotRun
from kith_cli.clients import Client
from kith_cli.embedded.processes import started_at
from kith_cli.installation import deploy_file
from kith_cli.network import read_network
from kith_cli.programmes.reading import read
from kith_cli.speaking import Refused
from kith_cli.topics import read_topics
from kith_contracts.registry import TOPICS
from tests.cli.answering import ISSUER, Network

SAMPLE = deploy_file("sample-network/network.yaml")


def test_the_topics_file_lists_the_topics_of_the_contracts() -> None:
    assert [topic.name for topic in read_topics(deploy_file("kafka/topics.yaml"))] == list(TOPICS)


def test_every_topic_has_twelve_partitions_and_is_kept_for_ever() -> None:
    for topic in read_topics(deploy_file("kafka/topics.yaml")):
        assert (topic.partitions, topic.configs["retention.ms"]) == (12, "-1")


def test_the_sample_network_has_three_organisations_and_four_programmes_of_every_kind_of_meeting() -> None:
    network = {one.slug: {two.slug: two.model for two in one.programmes} for one in read_network(SAMPLE)}

    assert network == {
        "northfield-health-board": {"long-term-conditions": "one-to-one"},
        "harbour-trust": {"dementia-peer-cafe": "group", "peer-listening": "listening-slots"},
        "kinship-north-east": {"relative-experience": "one-to-one"},
    }


def test_every_programme_of_the_sample_network_stands_on_a_shipped_definition() -> None:
    for programme in (programme for one in read_network(SAMPLE) for programme in one.programmes):
        shipped = read(deploy_file(f"programmes/{programme.slug}.yaml")).definition

        assert shipped is not None
        assert programme.body["definition"] == shipped.model_dump(mode="json")


def test_every_programme_of_the_sample_network_has_an_entry_in_the_directory() -> None:
    for organisation in read_network(SAMPLE):
        assert {"description", "url"} <= organisation.entry.body.keys()
        for programme in organisation.programmes:
            assert {"url", "telephone", "districts", "opens", "assured_on"} <= programme.body.keys()
            assert programme.body["email"].endswith(".example.org")
            assert re.fullmatch(r"(0141 496|0191 498) 0\d{3}", programme.body["telephone"])


def test_the_supporters_have_room_for_three_hundred_matches() -> None:
    supporters = [supporter for one in read_network(SAMPLE) for supporter in one.supporters]

    assert sum(supporter.body["capacity"] for supporter in supporters) >= 300


def test_nobody_in_the_sample_network_could_be_a_real_person() -> None:
    for organisation in read_network(SAMPLE):
        assert organisation.entry.body["contact_email"].endswith("@example.org")
        for supporter in organisation.supporters:
            assert supporter.body["name"].split()[-1] in {"Testwell", "Dummy", "Example", "Sampleton"}
            assert supporter.body["email"].endswith("@example.org")
            assert re.fullmatch(r"07700 900\d{3}", supporter.body["telephone"])


def test_every_organisation_of_the_sample_network_has_somebody_on_duty_everywhere() -> None:
    for organisation in read_network(SAMPLE):
        [desk] = organisation.duty_desks

        assert "districts" not in desk.body
        assert {desk.body[level]["email"].partition(".")[2] for level in ("lead", "deputy", "trustee")} == {
            "example.org"
        }
        assert desk.body["crisis_lines"]
        assert "safeguarding-lead" in organisation.roles


def test_a_supporter_who_speaks_for_themself_does_so_as_a_client_of_their_organisation() -> None:
    for organisation in read_network(SAMPLE):
        subjects = [one.body["subject"] for one in organisation.supporters if "subject" in one.body]

        assert subjects == [client.subject for client in organisation.clients if client.roles == {"supporter"}]


def test_supporters_have_random_ids_and_everything_else_ordered_ones() -> None:
    for organisation in read_network(SAMPLE):
        ordered = (organisation.entry, *organisation.programmes, *organisation.duty_desks)
        assert {one.id.version for one in ordered} == {7}
        assert {supporter.id.version for supporter in organisation.supporters} == {4}


def test_every_id_of_the_sample_network_is_its_own() -> None:
    ids = [
        entry.id
        for one in read_network(SAMPLE)
        for entry in (one.entry, *one.programmes, *one.duty_desks, *one.supporters)
    ]

    assert len(ids) == len(set(ids))


def test_a_file_that_lacks_something_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_text("organisations: [{slug: nobody}]")

    with pytest.raises(CannotRun, match=r"network\.yaml is not as it should be \(KeyError: 'id'\)"):
        read_network(path)


def problem(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(status, content=json.dumps({"code": code, "detail": detail, "status": status}))


def test_a_token_is_asked_for_once() -> None:
    network = Network(httpx.Response(200, json={}), httpx.Response(200, json={}))
    with network.speaker() as speaker:
        speaker.get("reporting", "/totals")
        speaker.get("reporting", "/totals")

    assert network.tokens == 1


def test_a_token_that_expired_is_renewed() -> None:
    network = Network(problem(401, "token-expired", "The token has expired."), httpx.Response(200, json={"a": 1}))
    with network.speaker() as speaker:
        assert speaker.get("reporting", "/totals") == {"a": 1}

    assert [request.headers["Authorization"] for request in network.asked] == ["Bearer token-1", "Bearer token-2"]


def test_a_refusal_is_told_in_the_services_own_words() -> None:
    network = Network(problem(404, "no-such-dead-letter", "There is no dead letter of this id."))
    with network.speaker() as speaker, pytest.raises(Refused) as refused:
        speaker.get("reporting", "/operations/dead-letters/x")

    assert str(refused.value) == "reporting refused: There is no dead letter of this id. (no-such-dead-letter)"
    assert refused.value.status == 404


def test_a_service_whose_address_nobody_knows_is_named() -> None:
    with pytest.raises(CannotRun, match="Nothing says where matching answers"):
        Addresses({}, ISSUER, {}).service("matching")


@pytest.mark.parametrize("whose", ["harbour-trust", "01a088b5-bd92-7790-86a8-b405de3f63e4"])
def test_a_client_is_found_by_its_organisations_slug_or_id(whose: str) -> None:
    organisation = UUID("01a088b5-bd92-7790-86a8-b405de3f63e4")
    clients: dict[str, Any] = {
        client.client_id: client
        for client in (
            Client("northfield-health-board.coordinator", frozenset({"coordinator"}), UUID(int=1)),
            Client("harbour-trust.referrer", frozenset({"referrer"}), organisation),
            Client("harbour-trust.coordinator", frozenset({"coordinator"}), organisation),
        )
    }

    assert Addresses({}, ISSUER, clients).act_as("coordinator", whose).client_id == "harbour-trust.coordinator"


def test_what_a_killed_run_wrote_down_is_not_believed(tmp_path: Path) -> None:
    told = {"pid": 1, "started": "before this machine was", "services": {"matching": "http://127.0.0.1:8102"}}
    (tmp_path / "platform.json").write_text(json.dumps(told))

    assert find(tmp_path, (), None, None).services == {}


def test_what_is_said_goes_before_what_is_written_down(tmp_path: Path) -> None:
    told = {"pid": os.getpid(), "started": started_at(os.getpid()), "services": {"matching": "http://127.0.0.1:8102"}}
    (tmp_path / "platform.json").write_text(json.dumps(told))
    (tmp_path / "clients.yaml").write_text("clients: []")

    assert find(tmp_path, (), None, None).service("matching") == "http://127.0.0.1:8102"
    assert find(tmp_path, ("matching=http://other.invalid",), None, None).service("matching") == "http://other.invalid"
